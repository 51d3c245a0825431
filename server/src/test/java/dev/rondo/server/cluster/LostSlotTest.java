package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.Member;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Both nodes have served a slot, in two halves of a cluster; one has won it, and is to get what the other one has. */
class LostSlotTest {
    private static final int SLOT = 77;
    private static final long NOW_MS = 1_700_000_000_000L;

    private final Random random = new Random(1);
    private final SimulatedBus bus = new SimulatedBus(random);
    private long nowNs = 1;
    private final SimulatedNode loser = node(0);
    private final SimulatedNode winner = node(1);
    private final Set<Member> both = Set.of(loser.member, winner.member);

    private SimulatedNode node(int i) {
        return new SimulatedNode(SimulatedMembers.member(i), bus, random, () -> nowNs, new SimulationTrace(false));
    }

    private static void view(SimulatedNode node, Set<Member> members) {
        node.nextView = members;
        node.hear();
    }

    private static void table(SimulatedNode node, SlotTable table) {
        node.nextTable = table;
        node.hear();
    }

    /** A half of the cluster, in which the node alone serves the slot from nothing. */
    private static void serveAlone(SimulatedNode node, String key) {
        view(node, Set.of(node.member));
        table(
                node,
                SlotTable.builder(1, List.of(node.member))
                        .owners(SLOT, List.of(node.id()))
                        .born(SLOT)
                        .build());
        Slot slot = node.keyspace.slot(SLOT);
        slot.lock();
        try {
            byte[][] command = {Ascii.bytes("SET"), Ascii.bytes(key), Ascii.bytes("x")};
            node.write(slot, NOW_MS, List.<byte[][]>of(command));
        } finally {
            slot.unlock();
        }
    }

    /** Who serves the slot in the whole cluster, and who follows. */
    private SlotTable won(long epoch, SimulatedNode primary, SimulatedNode replica) {
        return SlotTable.builder(epoch, List.of(loser.member, winner.member))
                .owners(SLOT, List.of(primary.id(), replica.id()))
                .build();
    }

    /** Lets everything happen that can happen without time passing. */
    private void quiet() {
        boolean more = true;
        while (more) {
            more = bus.deliverOne();
            more |= loser.stepAll();
            more |= winner.stepAll();
        }
    }

    private void passSeconds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            nowNs += 1_000_000_001L;
            quiet();
        }
    }

    /** The winner's answer, and its word of what it has applied, are on their way to the loser, who stands still. */
    private void mergedWithoutTheLosersKnowing() {
        serveAlone(loser, "a");
        serveAlone(winner, "b");
        view(loser, both);
        view(winner, both);
        table(winner, won(2, winner, loser));
        quiet();
        bus.stop(loser.id());
        table(loser, won(2, winner, loser));
        quiet();
        assertTrue(winner.holds(SLOT, "a"));
    }

    private boolean isDue() {
        return loser.holdings().isUnmerged(SLOT);
    }

    private void assertMerged() {
        assertFalse(isDue());
        for (SimulatedNode node : List.of(loser, winner)) {
            assertTrue(node.holds(SLOT, "a"));
            assertTrue(node.holds(SLOT, "b"));
        }
        assertTrue(winner.holdings().isPrimary(SLOT));
        assertTrue(loser.holdings().isInSync(SLOT));
    }

    @Test
    void theWinnerGetsWhatTheLoserHasAndIsFollowed() {
        serveAlone(loser, "a");
        serveAlone(winner, "b");
        view(loser, both);
        view(winner, both);
        table(winner, won(2, winner, loser));
        table(loser, won(2, winner, loser));
        assertTrue(isDue());
        quiet();
        assertMerged();
    }

    @Test
    void aWinnerThatCannotBeReachedGetsItOnceItCan() {
        serveAlone(loser, "a");
        serveAlone(winner, "b");
        table(loser, won(2, winner, loser)); // and no view with the winner
        for (int i = 0; i < 3; i++) {
            passSeconds(1);
            loser.roles.requestMissing();
            quiet();
            assertTrue(isDue());
            assertTrue(loser.holds(SLOT, "a"));
        }
        table(winner, won(2, winner, loser));
        view(winner, both);
        view(loser, both);
        quiet();
        assertTrue(isDue(), "it is tried again at the next occasion");
        loser.roles.requestMissing();
        quiet();
        assertMerged();
    }

    @Test
    void aMergeWhoseAnswerIsLostIsMadeAgain() {
        mergedWithoutTheLosersKnowing();
        bus.cut(loser.id(), winner.id());
        bus.heal(loser.id(), winner.id());
        bus.goOn(loser.id());
        quiet();
        loser.roles.requestMissing();
        quiet();
        assertTrue(isDue(), "the answer may still come");

        passSeconds(5);
        assertTrue(isDue(), "it did not come");
        loser.roles.requestMissing();
        quiet();
        assertMerged();
    }

    @Test
    void aWinnerThatDoesNotServeTheSlotYetGetsItOnceItDoes() {
        serveAlone(loser, "a");
        view(loser, both);
        view(winner, both);
        quiet();
        table(loser, won(2, winner, loser)); // of which the winner has not heard
        quiet();
        assertFalse(winner.holds(SLOT, "a"));
        assertTrue(isDue());
        assertTrue(loser.holds(SLOT, "a"));

        SlotTable born = SlotTable.builder(2, List.of(loser.member, winner.member))
                .owners(SLOT, List.of(winner.id(), loser.id()))
                .born(SLOT)
                .build();
        table(winner, born);
        loser.roles.requestMissing();
        quiet();
        assertFalse(isDue());
        assertTrue(winner.holds(SLOT, "a"));
        assertTrue(loser.holdings().isInSync(SLOT));
    }

    @Test
    void aLoserThatIsToServeTheSlotAgainHasAllOfIt() {
        serveAlone(loser, "a");
        table(loser, won(2, winner, loser));
        passSeconds(1);
        assertTrue(isDue());
        table(loser, won(3, loser, winner));
        assertTrue(loser.holdings().isPrimary(SLOT));
        assertFalse(isDue());
        assertTrue(loser.holds(SLOT, "a"));
    }

    @Test
    void anAnswerThatComesOnceTheLoserServesTheSlotAgainChangesNothing() {
        mergedWithoutTheLosersKnowing();
        table(loser, won(3, loser, winner));
        long sequence = sequence(loser);
        bus.goOn(loser.id());
        quiet();
        assertTrue(loser.holdings().isPrimary(SLOT));
        assertTrue(loser.holds(SLOT, "a"));
        assertTrue(sequence > 0);
        assertEquals(sequence, sequence(loser));
    }

    private static long sequence(SimulatedNode node) {
        Slot slot = node.keyspace.slot(SLOT);
        slot.lock();
        try {
            return slot.sequence();
        } finally {
            slot.unlock();
        }
    }
}
