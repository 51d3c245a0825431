package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CoordinatorTest {

    private static final long MS = 1_000_000;

    private final Member a = Samples.member(1);
    private final Member b = Samples.member(2);
    private final Member c = Samples.member(3);
    private final List<Identity> both = List.of(Identity.of(a), Identity.of(b));
    private long number;

    private static Coordinator coordinator(BusConfig config, SlotTable known) {
        return new Coordinator(config, known, new SplittableRandom(1));
    }

    private static BusConfig alone() {
        return BusConfig.of("127.0.0.1", 17001, List.of());
    }

    private void answer(Coordinator coordinator, Member member, SlotTable table, long nowNs) {
        BitSet primary = table.primarySlots(member.id());
        SlotReport report = new SlotReport(member, table.epoch(), table, Holdings.of(primary, new BitSet(), slot -> 1));
        coordinator.report(Identity.of(member), report, coordinator.round(), ++number, nowNs);
    }

    /** a and b each serve half of the slots, without replicas. */
    private SlotTable halves() {
        SlotTable.Builder builder = SlotTable.builder(500, List.of(a, b));
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            builder.owners(slot, List.of(slot < 8192 ? a.id() : b.id()));
        }
        return builder.build();
    }

    private static SlotTable published(Coordinator.Step step) {
        @Nullable SlotTable table = step.publish();
        assertNotNull(table);
        return table;
    }

    @Test
    void whoDoesNotLeadDoesNothing() {
        Coordinator.Step step = coordinator(alone(), SlotTable.NONE).step(5);
        assertTrue(step.ask().isEmpty());
        assertNull(step.publish());
        assertEquals(Long.MAX_VALUE, step.waitNs());
    }

    @Test
    void everybodyIsAskedOnceAndPlannedWhenAllAnswered() {
        Coordinator coordinator = coordinator(alone(), SlotTable.NONE);
        coordinator.lead(3, both, 0);
        assertEquals(both, coordinator.step(0).ask());
        answer(coordinator, a, SlotTable.NONE, 1 * MS);
        Coordinator.Step waiting = coordinator.step(1 * MS);
        assertTrue(waiting.ask().isEmpty());
        assertNull(waiting.publish());
        answer(coordinator, b, SlotTable.NONE, 2 * MS);
        SlotTable table = published(coordinator.step(2 * MS));
        assertEquals(List.of(a, b).size(), table.members().size());
        assertTrue(table.isBorn(0));
        assertEquals(3L, table.epoch() >>> SlotTable.COUNTER_BITS);
        assertNull(coordinator.step(60 * MS).publish(), "nothing new");
    }

    @Test
    void epochsGrowBeyondEverythingSeen() {
        Coordinator coordinator = coordinator(alone(), SlotTable.NONE);
        coordinator.lead(1, both, 0);
        SlotTable.Builder far = SlotTable.builder(77L << SlotTable.COUNTER_BITS, List.of(a));
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            far.owners(slot, List.of(a.id()));
        }
        answer(coordinator, a, far.build(), 0);
        answer(coordinator, b, SlotTable.NONE, 0);
        assertTrue(published(coordinator.step(0)).epoch() > 77L << SlotTable.COUNTER_BITS);
    }

    @Test
    void aSilentMemberKeepsItsSlotsAndNothingIsGivenUpForIt() {
        BusConfig config = alone().withReplicas(0).withLostSlots(LostSlots.RESET);
        Coordinator coordinator = coordinator(config, halves());
        coordinator.lead(9, both, 0);
        answer(coordinator, a, halves(), 0);
        long patienceNs = config.reportTimeoutMs() * MS;
        assertNull(coordinator.step(patienceNs - 1).publish());
        SlotTable table = published(coordinator.step(patienceNs));
        assertEquals(b, table.primary(16383));
        assertFalse(table.isBorn(16383));
        answer(coordinator, a, table, patienceNs);
        coordinator.step(patienceNs + 20 * MS);
        assertEquals(List.of(Identity.of(b)), coordinator.step(2 * patienceNs).ask(), "it is asked again");
    }

    @Test
    void whoDoesNotSayThatItActsByTheNewestTableGetsItAgain() {
        BusConfig config = alone();
        long patienceNs = config.reportTimeoutMs() * MS;
        Coordinator coordinator = coordinator(config, SlotTable.NONE);
        coordinator.lead(3, both, 0);
        coordinator.step(0);
        answer(coordinator, a, SlotTable.NONE, 0);
        answer(coordinator, b, SlotTable.NONE, 0);
        SlotTable table = published(coordinator.step(0));
        answer(coordinator, a, table, 1 * MS);
        Coordinator.Step patient = coordinator.step(21 * MS);
        assertEquals(List.of(), patient.remind());
        assertTrue(patient.waitNs() <= patienceNs - 21 * MS, "it looks again in time: " + patient.waitNs());

        for (int times = 1; times <= 3; times++) {
            Coordinator.Step step = coordinator.step(times * patienceNs);
            assertEquals(List.of(Identity.of(b)), step.remind());
            assertEquals(List.of(Identity.of(b)), step.ask(), "it says when it has it");
            assertEquals(List.of(), coordinator.step(times * patienceNs + MS).remind());
        }
        answer(coordinator, b, table, 3 * patienceNs + 2 * MS);
        coordinator.step(3 * patienceNs + 30 * MS);
        Coordinator.Step quiet = coordinator.step(4 * patienceNs);
        assertEquals(List.of(), quiet.remind());
        assertEquals(Long.MAX_VALUE, quiet.waitNs());
    }

    @Test
    void slotsOfAMemberThatLeftAreGivenUpOnlyIfSoConfigured() {
        for (LostSlots policy : LostSlots.values()) {
            Coordinator coordinator = coordinator(alone().withReplicas(0).withLostSlots(policy), halves());
            coordinator.lead(9, List.of(Identity.of(a)), 0);
            answer(coordinator, a, halves(), 0);
            SlotTable table = published(coordinator.step(0));
            assertEquals(policy == LostSlots.RESET ? a : null, table.primary(16383));
        }
    }

    @Test
    void aClusterIsBornOnlyAfterAQuietMomentWhenOthersAreExpected() {
        BusConfig config = BusConfig.of("127.0.0.1", 17001, List.of("127.0.0.1:17002"));
        Coordinator coordinator = coordinator(config, SlotTable.NONE);
        coordinator.lead(1, List.of(Identity.of(a)), 0);
        answer(coordinator, a, SlotTable.NONE, 0);
        Coordinator.Step step = coordinator.step(0);
        assertNull(step.publish());
        assertTrue(step.waitNs() > 0 && step.waitNs() < 1000 * MS);
        published(coordinator.step(step.waitNs()));
    }

    @Test
    void anOlderReportDoesNotReplaceANewerOne() {
        Coordinator coordinator = coordinator(alone().withReplicas(0), halves());
        coordinator.lead(9, both, 0);
        answer(coordinator, a, halves(), 0);
        answer(coordinator, b, halves(), 0);
        SlotReport empty = new SlotReport(b, 500, SlotTable.NONE, Holdings.NONE);
        coordinator.report(Identity.of(b), empty, coordinator.round(), 1, 0);
        assertNull(coordinator.step(0).publish(), "all is as the table says");
    }

    /** A coordinator of a and b, who serve half of the slots each, and of c, to whom the first two slots move. */
    private Coordinator coordinatorOfMoves() {
        Coordinator coordinator = coordinator(alone().withReplicas(0).withMaxMovingSlots(2), halves());
        coordinator.lead(9, List.of(Identity.of(a), Identity.of(b), Identity.of(c)), 0);
        answer(coordinator, a, halves(), 0);
        answer(coordinator, b, halves(), 0);
        answer(coordinator, c, SlotTable.NONE, 0);
        assertEquals(2, moving(published(coordinator.step(0))).size());
        return coordinator;
    }

    private static List<Integer> moving(SlotTable table) {
        return IntStream.range(0, SlotTable.SLOTS)
                .filter(table::isMoving)
                .boxed()
                .toList();
    }

    /** Everybody reports that these slots have been handed over to c. */
    private void handedOver(Coordinator coordinator, List<Integer> slots, long nowNs) {
        SlotTable table = coordinator.newest();
        for (Member member : List.of(a, b, c)) {
            BitSet primary = table.primarySlots(member.id());
            slots.forEach(slot -> primary.set(slot, member.equals(c)));
            Holdings holdings = Holdings.of(primary, new BitSet(), slot -> 1);
            SlotReport report = new SlotReport(member, table.epoch(), SlotTable.NONE, holdings);
            coordinator.report(Identity.of(member), report, coordinator.round(), ++number, nowNs);
        }
    }

    @Test
    void whileSomeSlotsMoveTheProgressOfOthersWaitsForItsTime() {
        Coordinator coordinator = coordinatorOfMoves();
        List<Integer> moving = moving(coordinator.newest());
        handedOver(coordinator, moving.subList(0, 1), 1 * MS);
        Coordinator.Step patient = coordinator.step(100 * MS);
        assertNull(patient.publish());
        assertTrue(patient.waitNs() <= 400 * MS, "it looks again in time: " + patient.waitNs());
        SlotTable next = published(coordinator.step(500 * MS));
        assertEquals(c, next.primary(moving.get(0)));
        assertEquals(2, moving(next).size(), "another slot takes the place of the one that has moved");
    }

    @Test
    void whenAllSlotsHaveMovedTheNextOnesFollowAtOnce() {
        Coordinator coordinator = coordinatorOfMoves();
        List<Integer> moving = moving(coordinator.newest());
        handedOver(coordinator, moving, 1 * MS);
        SlotTable next = published(coordinator.step(21 * MS));
        assertEquals(2, moving(next).size());
        assertFalse(moving(next).contains(moving.get(0)));
    }

    @Test
    void whoComesOrGoesWhileSlotsMoveIsPlannedForAtOnce() {
        Coordinator coordinator = coordinatorOfMoves();
        coordinator.lead(10, both, 1 * MS);
        answer(coordinator, a, halves(), 2 * MS);
        answer(coordinator, b, halves(), 2 * MS);
        assertNull(published(coordinator.step(2 * MS)).member(c.id()));
    }
}
