package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a copy that is not complete (any more), told node by node. */
class StaleCopyTest {
    private static final int SLOT = 77;
    private static final int OTHER_SLOT = 78;
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final long MS = 1_000_000;

    private final Random random = new Random(1);
    private final SimulatedBus bus = new SimulatedBus(random);
    private long nowNs = 1;
    private final SimulatedNode first = node(0);
    private final SimulatedNode second = node(1);
    private final SimulatedNode third = node(2);
    private final List<SimulatedNode> all = List.of(first, second, third);

    private SimulatedNode node(int i) {
        return new SimulatedNode(SimulatedMembers.member(i), bus, random, () -> nowNs, new SimulationTrace(false));
    }

    @BeforeEach
    void begin() {
        for (SimulatedNode node : all) {
            node.nextView = Set.of(first.member, second.member, third.member);
            node.hear();
        }
    }

    private static List<NodeId> ids(SimulatedNode... nodes) {
        return List.of(nodes).stream().map(SimulatedNode::id).toList();
    }

    private SlotTable.Builder table(long epoch) {
        return SlotTable.builder(epoch, all.stream().map(node -> node.member).toList());
    }

    private void publish(SlotTable.Builder table) {
        SlotTable next = table.build();
        for (SimulatedNode node : all) {
            node.nextTable = next;
            node.hear();
        }
    }

    /** Lets everything happen that can happen without time passing. */
    private void quiet() {
        boolean more = true;
        while (more) {
            more = bus.deliverOne();
            for (SimulatedNode node : all) {
                more |= node.stepAll();
            }
        }
    }

    private void pass(long ms) {
        nowNs += ms * MS;
        quiet();
    }

    /** The first node serves the slot, with a key, and the second has a copy. */
    private void firstWithReplica() {
        publish(table(1).owners(SLOT, ids(first, second)).born(SLOT));
        Slot slot = first.keyspace.slot(SLOT);
        slot.lock();
        try {
            first.write(
                    slot, NOW_MS, List.<byte[][]>of(new byte[][] {Ascii.bytes("SET"), Ascii.bytes("k"), Ascii.bytes("v")
                    }));
        } finally {
            slot.unlock();
        }
        pass(200);
        assertTrue(second.holdings().isInSync(SLOT));
    }

    private int entries(SimulatedNode node) {
        Slot slot = node.keyspace.slot(SLOT);
        slot.lock();
        try {
            return slot.size();
        } finally {
            slot.unlock();
        }
    }

    @Test
    void aRequestThatWasLostWithItsStreamIsMadeAnewAtOnce() {
        quiet();
        bus.cut(first.id(), second.id());
        publish(table(1).owners(SLOT, ids(first, second)).born(SLOT));
        quiet(); // the request is sent into nothing
        bus.heal(first.id(), second.id());
        pass(200);
        second.replication.publish(Ascii.bytes("channel"), Ascii.bytes("message")); // the primary sees the gap
        pass(200);
        pass(200);
        second.roles.requestMissing();
        pass(200);
        assertTrue(second.holdings().isInSync(SLOT));
    }

    @Test
    void aCopyGivenUpWhileSlotsMoveIsKeptAndReportedAsStaleUntilNoneDoes() {
        firstWithReplica();
        publish(table(2).owners(SLOT, ids(first, third))
                .owners(OTHER_SLOT, ids(first, second), ids(first, third))
                .born(OTHER_SLOT));
        assertFalse(second.holdings().isInSync(SLOT));
        assertTrue(second.holdings().isStale(SLOT));
        assertEquals(1, entries(second));
        publish(table(3).owners(SLOT, ids(first, third)).owners(OTHER_SLOT, ids(first, third)));
        assertFalse(second.holdings().isStale(SLOT));
        assertEquals(0, entries(second));
    }

    @Test
    void aNodeThatWasReplacedReportsWhatItHadAsStaleUntilItsTurnComes() {
        firstWithReplica();
        SlotTable.Builder without = SlotTable.builder(2, List.of(second.member, third.member));
        SlotTable madeWithout = without.owners(SLOT, ids(second, third)).build();
        for (SimulatedNode node : all) {
            node.nextTable = madeWithout;
            node.hear();
        }
        pass(200);
        assertFalse(first.holdings().isPrimary(SLOT));
        assertTrue(second.holdings().isPrimary(SLOT));
        publish(table(3).owners(SLOT, ids(second, third))
                .owners(OTHER_SLOT, ids(second, third), ids(second, first))
                .born(OTHER_SLOT));
        assertTrue(first.holdings().isStale(SLOT));
        assertEquals(1, entries(first));
    }
}
