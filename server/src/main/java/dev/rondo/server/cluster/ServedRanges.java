package dev.rondo.server.cluster;

import dev.rondo.membership.Member;
import dev.rondo.membership.SlotTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What clients are told of the slots' owners: the newest table, and what this node has handed over or taken over since.
 * A client that is sent to a slot's new owner asks where all slots are; told the table as it was made, it would be sent
 * on again, and ask again, for each further slot that has moved since. Pure; any thread.
 */
final class ServedRanges {
    private ServedRanges() {}

    /**
     * Maximal runs of slots with the same owners, in slot order.
     *
     * @param servedSince the member of the table that serves a slot in spite of it; null where the table is right
     */
    static List<SlotTable.Range> of(SlotTable table, IntFunction<@Nullable Member> servedSince) {
        List<SlotTable.Range> served = new ArrayList<>();
        for (SlotTable.Range range : table.ranges()) {
            int first = range.first();
            Member server = servedSince.apply(first);
            for (int slot = first + 1; slot <= range.last() + 1; slot++) {
                Member next = slot <= range.last() ? servedSince.apply(slot) : null;
                if (slot > range.last() || !Objects.equals(next, server)) {
                    add(served, new SlotTable.Range(first, slot - 1, owners(range.owners(), server)));
                    first = slot;
                    server = next;
                }
            }
        }
        return served;
    }

    /** Joins the range to the last one if the owners are the same. */
    private static void add(List<SlotTable.Range> ranges, SlotTable.Range range) {
        SlotTable.Range last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
        if (last != null && last.owners().equals(range.owners())) {
            ranges.set(ranges.size() - 1, new SlotTable.Range(last.first(), range.last(), last.owners()));
        } else {
            ranges.add(range);
        }
    }

    private static List<Member> owners(List<Member> listed, @Nullable Member server) {
        if (server == null) {
            return listed;
        }
        List<Member> owners = new ArrayList<>(listed);
        owners.remove(server);
        owners.add(0, server);
        return owners;
    }
}
