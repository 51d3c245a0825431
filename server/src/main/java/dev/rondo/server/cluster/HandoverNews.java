package dev.rondo.server.cluster;

import dev.rondo.membership.Identity;
import dev.rondo.membership.Member;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.KeySlot;
import java.util.List;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Who serves slots since handovers between other nodes of which the slot table does not tell yet: what their heirs say
 * of themselves. It decides where clients are sent and nothing else, so news that comes late, or not at all, costs them
 * one more redirect. It holds as long as tables want the same life of the same heir to serve the slot. Thread-safe.
 */
final class HandoverNews {
    private final AtomicReferenceArray<@Nullable Identity> heirs = new AtomicReferenceArray<>(KeySlot.SLOTS);

    /** An heir says that it serves the slot. */
    void served(Identity by, int slot) {
        heirs.set(slot, by);
    }

    /** The member that has told that it serves the slot, null when there is none or the table says the same. */
    @Nullable Member servedBy(SlotTable table, int slot) {
        Identity heir = heirs.get(slot);
        if (heir == null) {
            return null;
        }
        List<Member> target = table.target(slot);
        Member wanted = target.isEmpty() ? null : target.get(0);
        boolean holds = wanted != null && Identity.of(wanted).equals(heir) && !wanted.equals(table.primary(slot));
        return holds ? wanted : null;
    }

    /**
     * Forgets what a new table says too, or contradicts: also by another primary, which it promotes because the heir
     * could not be reached.
     */
    void tableChanged(SlotTable previous, SlotTable next) {
        for (int slot = 0; slot < KeySlot.SLOTS; slot++) {
            Identity heir = heirs.get(slot);
            if (heir != null && (servedBy(next, slot) == null || isPromotion(previous, next, slot))) {
                heirs.compareAndSet(slot, heir, null);
            }
        }
    }

    private static boolean isPromotion(SlotTable previous, SlotTable next, int slot) {
        Member primary = next.primary(slot);
        return primary != null && !previous.isPrimary(primary.id(), slot);
    }
}
