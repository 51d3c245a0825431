package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.Slot;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a node says of a slot between the arrival of a table and its role in it. */
class SlotRolesTest {
    private static final int SLOT = 7;

    private final Random random = new Random(1);
    private final Member self = SimulatedMembers.member(1);
    private final Member other = SimulatedMembers.member(2);
    private final SimulatedNode node =
            new SimulatedNode(self, new SimulatedBus(random), random, () -> 0, new SimulationTrace(false));
    private final Slot slot = node.keyspace.slot(SLOT);

    private static SlotTable table(long epoch, List<NodeId> owners, boolean born, Member... members) {
        SlotTable.Builder builder = SlotTable.builder(epoch, List.of(members)).owners(SLOT, owners);
        return (born ? builder.born(SLOT) : builder).build();
    }

    private boolean isDue() {
        slot.lock();
        try {
            return node.roles.isDue(slot);
        } finally {
            slot.unlock();
        }
    }

    /** Requests come on event loops, which see the new table before the membership thread has come to every slot. */
    @Test
    void aSlotIsDueFromItsTableUntilItsRole() {
        SlotTable next = table(1, List.of(self.id()), true, self);
        assertFalse(isDue());
        node.table = next;
        assertTrue(isDue());
        node.roles.apply(next);
        assertFalse(isDue());
        assertEquals(Slot.Role.PRIMARY, slot.role());
    }

    @Test
    void whoWaitsForADueSlotIsHeardAlsoWhenNoRoleComesOfIt() {
        SlotTable next = table(1, List.of(self.id()), false, self); // this node has no copy
        node.table = next;
        int[] retried = {0};
        slot.lock();
        slot.park(() -> retried[0]++);
        slot.unlock();
        node.roles.apply(next);
        assertEquals(1, retried[0]);
        assertFalse(isDue());
        assertEquals(Slot.Role.ABSENT, slot.role());
    }

    @Test
    void aSlotThatFailsKeepsNoOtherFromItsRoleAndIsTriedAgain() {
        List<NodeId> owners = List.of(self.id());
        SlotTable next = SlotTable.builder(1, List.of(self))
                .owners(SLOT, owners)
                .born(SLOT)
                .owners(SLOT + 1, owners)
                .born(SLOT + 1)
                .build();
        node.table = next;
        slot.lock();
        slot.park(() -> {
            throw new IllegalStateException("as the test wants");
        });
        slot.unlock();
        assertThrows(IllegalStateException.class, () -> node.roles.apply(next));
        assertEquals(Slot.Role.PRIMARY, node.keyspace.slot(SLOT + 1).role());

        node.roles.apply(next);
        assertFalse(isDue());
        assertEquals(Slot.Role.PRIMARY, slot.role());
    }

    @Test
    void anothersSlotIsNeverDue() {
        node.table = table(1, List.of(other.id(), self.id()), true, self, other);
        assertFalse(isDue());
    }

    /** A winner that never comes to serve the slot must not cost the cluster the only copy, be it of nothing. */
    @Test
    void alsoAnEmptySlotIsKeptUntilItsWinnerServesIt() {
        node.table = table(1, List.of(self.id()), true, self);
        node.roles.apply(node.table);
        node.table = table(2, List.of(other.id()), false, self, other);
        node.roles.apply(node.table);
        assertFalse(slot.isPrimary());
        assertTrue(node.holdings().isUnmerged(SLOT));

        node.table = table(3, List.of(self.id()), false, self, other);
        node.roles.apply(node.table);
        assertTrue(slot.isPrimary());
    }
}
