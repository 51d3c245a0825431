package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.Holdings;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.Unconfirmed;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How fast a node copies slots to another one when it must not be faster than a given rate, and in which order. */
class CopyRateTest {
    private static final int SLOTS = 200;
    private static final long BYTES_PER_SECOND = 1_000_000;
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final long MS = 1_000_000;

    private final Random random = new Random(1);
    private final SimulatedBus bus = new SimulatedBus(random);
    private long nowNs = 1;
    private final SimulatedNode giver = node(0);
    private final SimulatedNode taker = node(1);
    private final List<SimulatedNode> both = List.of(giver, taker);

    private SimulatedNode node(int i) {
        return new SimulatedNode(SimulatedMembers.member(i), bus, random, () -> nowNs, new SimulationTrace(false));
    }

    /** Table number {@code epoch}: the giver serves all slots, and {@code owners} have them. */
    private void publish(long epoch, List<NodeId> owners) {
        SlotTable.Builder table = SlotTable.builder(epoch, List.of(giver.member, taker.member));
        for (int slot = 0; slot < SLOTS; slot++) {
            table.owners(slot, owners).born(slot);
        }
        SlotTable next = table.build();
        for (SimulatedNode node : both) {
            node.nextTable = next;
            node.hear();
        }
    }

    private void write(int index, String key, int valueBytes) {
        Slot slot = giver.keyspace.slot(index);
        byte[][] set = {Ascii.bytes("SET"), Ascii.bytes(key), new byte[valueBytes]};
        slot.lock();
        try {
            giver.write(slot, NOW_MS, List.<byte[][]>of(set));
        } finally {
            slot.unlock();
        }
    }

    private boolean areCopiedFrom(int first) {
        Holdings holdings = taker.holdings();
        return IntStream.range(first, SLOTS).allMatch(holdings::isInSync);
    }

    /** The giver serves all slots, empty, and has heard of the taker. */
    private void begin() {
        for (SimulatedNode node : both) {
            node.nextView = Set.of(giver.member, taker.member);
            node.hear();
        }
        publish(1, List.of(giver.id()));
    }

    /** Lets everything happen that can happen at this moment. */
    private void settle() {
        boolean more = true;
        while (more) {
            more = bus.deliverOne();
            for (SimulatedNode node : both) {
                more |= node.stepAll();
            }
        }
    }

    /** The taker asks for all slots; returns how many milliseconds pass until it has those from the first on. */
    private int msUntilCopiedFrom(int first) {
        giver.replication.limitCopies(() -> BYTES_PER_SECOND);
        publish(2, List.of(giver.id(), taker.id()));
        int ms = 0;
        while (!areCopiedFrom(first)) {
            settle();
            nowNs += MS;
            assertTrue(ms++ < 10_000, "the copies do not end");
        }
        return ms;
    }

    /** Copies slots with one value of that length each, and returns how many milliseconds pass meanwhile. */
    private int copyMs(int valueBytes) {
        begin();
        for (int slot = 0; slot < SLOTS; slot++) {
            write(slot, "k", valueBytes);
        }
        return msUntilCopiedFrom(0);
    }

    @Test
    void ofSmallSlotsManyAreCopiedInTheTimeThatTheLoopSleeps() {
        int ms = copyMs(10);
        assertTrue(ms < SLOTS / 4, ms + " ms for " + SLOTS + " slots of one small key");
    }

    @Test
    void theRateIsKept() {
        int valueBytes = 2000;
        int ms = copyMs(valueBytes);
        int least = SLOTS * valueBytes / 1000; // at 1000 bytes a millisecond
        assertTrue(ms >= least * 0.95 && ms <= least * 1.2, ms + " ms, where " + least + " are due");
    }

    @Test
    void smallSlotsNeedNotWaitForALargeOne() {
        int large = 0;
        int largeKeys = 2000;
        int valueBytes = 1000;
        begin();
        for (int key = 0; key < largeKeys; key++) {
            write(large, "k" + key, valueBytes);
        }
        for (int slot = large + 1; slot < SLOTS; slot++) {
            write(slot, "k", valueBytes);
        }
        int ms = msUntilCopiedFrom(large + 1);
        assertTrue(ms < largeKeys * valueBytes / 1000 / 2, ms + " ms until the small ones were copied");
        assertFalse(taker.holdings().isInSync(large), "the large one had taken its time");
    }

    @Test
    void theSlotWhoseWritesWaitForACopyGoesFirst() {
        int last = SLOTS - 1;
        begin();
        for (int slot = 0; slot < SLOTS; slot++) {
            write(slot, "k", 2000);
        }
        CommitLedger ledger =
                giver.replication.replicaMode(new SimulatedRules()).newLedger(() -> {});
        byte[][] set = {Ascii.bytes("SET"), Ascii.bytes("k"), new byte[2000]};
        Unconfirmed commit = Words.commit(ledger, giver.keyspace.slot(last), NOW_MS, set);
        assertFalse(commit.reconsider(), "nobody has a copy");
        int ms = msUntilCopiedFrom(last);
        assertTrue(ms < 20, ms + " ms until it was copied");
        assertFalse(areCopiedFrom(0), "the others come later");
        commit.reconsider();
        settle();
        assertTrue(commit.reconsider());
        assertEquals(Unconfirmed.State.CONFIRMED, commit.state(0));
    }
}
