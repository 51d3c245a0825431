package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.membership.Member;
import dev.rondo.membership.SlotTable;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ServedRangesTest {
    private final Member one = SimulatedMembers.member(1);
    private final Member two = SimulatedMembers.member(2);
    private final Member three = SimulatedMembers.member(3);
    /** The lower half is served by the first node, the upper one by the second. */
    private final SlotTable table = halves();

    private SlotTable halves() {
        SlotTable.Builder builder = SlotTable.builder(1, List.of(one, two, three));
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            builder.owners(slot, slot < 8192 ? List.of(one.id(), two.id()) : List.of(two.id(), one.id()));
        }
        return builder.build();
    }

    @Test
    void withoutHandoversTheTableIsTold() {
        assertEquals(table.ranges(), ServedRanges.of(table, slot -> null));
    }

    @Test
    void theNewPrimaryGoesBeforeTheFormerOwners() {
        List<SlotTable.Range> ranges = ServedRanges.of(table, slot -> slot >= 100 && slot <= 200 ? three : null);
        assertEquals(
                List.of(
                        new SlotTable.Range(0, 99, List.of(one, two)),
                        new SlotTable.Range(100, 200, List.of(three, one, two)),
                        new SlotTable.Range(201, 8191, List.of(one, two)),
                        new SlotTable.Range(8192, 16383, List.of(two, one))),
                ranges);
    }

    @Test
    void aFormerReplicaIsNamedOnceAndJoinsTheRunBesideIt() {
        List<SlotTable.Range> ranges = ServedRanges.of(table, slot -> slot >= 8000 && slot < 8192 ? two : null);
        assertEquals(
                List.of(
                        new SlotTable.Range(0, 7999, List.of(one, two)),
                        new SlotTable.Range(8000, 16383, List.of(two, one))),
                ranges);
    }

    @Property(tries = 100)
    void everySlotIsToldOnceWithWhoServesIt(
            @ForAll @Size(max = 50) List<@IntRange(min = 0, max = 16383) Integer> handedOver) {
        @Nullable Member[] servers = new Member[SlotTable.SLOTS];
        handedOver.forEach(slot -> servers[slot] = three);
        int next = 0;
        for (SlotTable.Range range : ServedRanges.of(table, slot -> servers[slot])) {
            assertEquals(next, range.first());
            for (int slot = range.first(); slot <= range.last(); slot++) {
                Member expected = servers[slot] == null ? table.primary(slot) : servers[slot];
                assertEquals(expected, range.owners().get(0));
            }
            next = range.last() + 1;
        }
        assertEquals(SlotTable.SLOTS, next);
    }
}
