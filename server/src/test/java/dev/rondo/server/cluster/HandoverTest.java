package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a slot is parked to be handed over, told message by message. */
class HandoverTest {
    private static final int SLOT = 77;
    private static final int OTHER_SLOT = 78;
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final long MS = 1_000_000;
    /** More than may be in front of a handover. */
    private static final int MANY_WRITES = 30;

    private SimulatedBus bus;
    private SimulatedNode giver;
    private SimulatedNode heir;
    private SimulatedNode witness;
    private long nowNs = 1;

    private SimulatedNode node(int i, Random random) {
        return new SimulatedNode(SimulatedMembers.member(i), bus, random, () -> nowNs, new SimulationTrace(false));
    }

    /**
     * Two slots of the giver, of which the heir has copies; it is to serve the first of them, and has much to apply.
     */
    private void begin(long seed) {
        Random random = new Random(seed);
        bus = new SimulatedBus(random);
        giver = node(0, random);
        heir = node(1, random);
        witness = node(2, random);
        for (SimulatedNode node : List.of(giver, heir, witness)) {
            node.nextView = Set.of(giver.member, heir.member, witness.member);
            node.hear();
        }
        List<NodeId> present = List.of(giver.id(), heir.id());
        publish(table(1).owners(SLOT, present)
                .born(SLOT)
                .owners(OTHER_SLOT, present)
                .born(OTHER_SLOT));
        for (int times = 0; times < 5; times++) {
            nowNs += 200 * MS;
            quiet();
        }
        assertTrue(heir.holdings().isInSync(SLOT) && heir.holdings().isInSync(OTHER_SLOT));
        write(MANY_WRITES);
        publish(table(2).owners(SLOT, present, List.of(heir.id(), giver.id())).owners(OTHER_SLOT, present));
        giver.stepAll();
        write(MANY_WRITES);
    }

    private SlotTable.Builder table(long epoch) {
        return SlotTable.builder(epoch, List.of(giver.member, heir.member, witness.member));
    }

    private void publish(SlotTable.Builder table) {
        SlotTable next = table.build();
        for (SimulatedNode node : List.of(giver, heir, witness)) {
            node.nextTable = next;
            node.hear();
        }
    }

    private void quiet() {
        boolean more = true;
        while (more) {
            more = bus.deliverOne() || giver.stepAll() || heir.stepAll() || witness.stepAll();
        }
    }

    private void write(int times) {
        Slot slot = giver.keyspace.slot(OTHER_SLOT);
        slot.lock();
        try {
            for (int i = 0; i < times; i++) {
                byte[][] set = {Ascii.bytes("SET"), Ascii.bytes("key"), Ascii.bytes("value-" + i)};
                giver.write(slot, NOW_MS, List.<byte[][]>of(set));
            }
        } finally {
            slot.unlock();
        }
    }

    private long backlog() {
        return giver.replication.backlog(heir.id());
    }

    private Slot.Role role() {
        return giver.keyspace.slot(SLOT).role();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aSlotIsParkedOnlyOnceLittleIsInFrontOfTheWordOfItsHandover(long seed) {
        begin(seed);
        long inFront = backlog();
        while (role() == Slot.Role.PRIMARY) {
            assertTrue(bus.deliverOne() || heir.stepAll(), "the heir catches up");
            inFront = backlog();
            giver.stepAll();
        }
        assertTrue(inFront <= SimulatedNode.MOST_HANDOVER_BACKLOG_BYTES, inFront + " bytes were in front");
        quiet();
        assertTrue(heir.holdings().isPrimary(SLOT));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aSlotWhoseHeirIsKeptBehindByEffectsIsHandedOverAllTheSame(long seed) {
        begin(seed);
        while (backlog() > 2 * SimulatedNode.MOST_HANDOVER_BACKLOG_BYTES) {
            assertTrue(bus.deliverOne() || heir.stepAll() || giver.stepAll());
        }
        assertTrue(backlog() > SimulatedNode.MOST_HANDOVER_BACKLOG_BYTES);
        assertEquals(Slot.Role.PRIMARY, role());
        nowNs += 1001 * MS;
        giver.stepAll();
        assertEquals(Slot.Role.PARKED, role());
        quiet();
        assertTrue(heir.holdings().isPrimary(SLOT));
    }

    /** Clients may ask a node that has no part in a handover, before a table tells of it. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void theOthersKnowAtOnceWhoServesTheSlotNow(long seed) {
        begin(seed);
        assertNull(witness.handovers.servedBy(witness.table, SLOT));
        quiet();
        nowNs += 1001 * MS;
        quiet();
        assertTrue(heir.holdings().isPrimary(SLOT));
        assertEquals(heir.member, witness.handovers.servedBy(witness.table, SLOT));
        assertNull(witness.handovers.servedBy(witness.table, OTHER_SLOT));
    }
}
