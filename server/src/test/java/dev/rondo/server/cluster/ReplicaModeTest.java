package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitRules;
import dev.rondo.server.commit.Unconfirmed;
import dev.rondo.server.commit.Unconfirmed.State;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.replication.Progress;
import dev.rondo.server.resp.Ascii;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a write counts as committed, told node by node. */
class ReplicaModeTest {
    private static final int SLOT = 77;
    private static final long NOW_MS = 1_700_000_000_000L;

    private final Random random = new Random(1);
    private final SimulatedBus bus = new SimulatedBus(random);
    private final SimulatedRules rules = new SimulatedRules();
    private long nowNs = 1;
    private final SimulatedNode first = node(0);
    private final SimulatedNode second = node(1);
    private final SimulatedNode third = node(2);
    private final List<SimulatedNode> all = List.of(first, second, third);
    private final CommitLedger ledger = first.replication.replicaMode(rules).newLedger(() -> {});

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

    /** Tells nodes who owns the slot, the primary first, and whom it is to become. */
    private void table(long epoch, List<SimulatedNode> owners, List<SimulatedNode> target, SimulatedNode... hearers) {
        SlotTable.Builder table =
                SlotTable.builder(epoch, all.stream().map(node -> node.member).toList());
        table.owners(SLOT, ids(owners), ids(target));
        if (epoch == 1) {
            table.born(SLOT);
        }
        SlotTable built = table.build();
        for (SimulatedNode node : hearers) {
            node.nextTable = built;
            node.hear();
        }
    }

    private static List<NodeId> ids(List<SimulatedNode> nodes) {
        return nodes.stream().map(SimulatedNode::id).toList();
    }

    /** The first node serves the slot and the others follow it. */
    private void firstWithFollowers(SimulatedNode... followers) {
        List<SimulatedNode> owners = java.util.stream.Stream.concat(
                        List.of(first).stream(), List.of(followers).stream())
                .toList();
        table(1, owners, owners, all.toArray(SimulatedNode[]::new));
        settle();
        for (SimulatedNode follower : followers) {
            assertTrue(isInSync(follower));
        }
    }

    private static boolean isInSync(SimulatedNode node) {
        Slot slot = node.keyspace.slot(SLOT);
        slot.lock();
        try {
            return slot.role() == Slot.Role.REPLICA && slot.isInSync();
        } finally {
            slot.unlock();
        }
    }

    private Unconfirmed write(String key) {
        Slot slot = first.keyspace.slot(SLOT);
        return Words.commit(ledger, slot, NOW_MS, Ascii.bytes("SET"), Ascii.bytes(key), Ascii.bytes("x"));
    }

    /** A write to a slot with two replicas, of which the second node has it. */
    private Unconfirmed writtenWhileTheThirdStandsStill() {
        firstWithFollowers(second, third);
        bus.stop(third.id());
        Unconfirmed commit = write("a");
        settle();
        assertTrue(second.holds(SLOT, "a"));
        return commit;
    }

    private static State outcome(Unconfirmed commit) {
        commit.reconsider();
        return commit.state(0);
    }

    /** Lets everything happen that can happen, some seconds long. */
    private void settle() {
        for (int second = 0; second < 5; second++) {
            boolean more = true;
            while (more) {
                more = bus.deliverOne();
                for (SimulatedNode node : all) {
                    more |= node.stepAll();
                }
            }
            nowNs += 1_000_000_000L;
            all.forEach(node -> node.roles.requestMissing());
        }
    }

    @Test
    void aWriteIsConfirmedOnceItsReplicaHasIt() {
        firstWithFollowers(second);
        Unconfirmed commit = write("a");
        BitSet slots = new BitSet();
        slots.set(SLOT);
        Progress wait = first.replication.progress(slots);
        assertFalse(commit.decide());
        settle();
        assertEquals(1, wait.replicas());
        assertTrue(second.holds(SLOT, "a"));
        assertEquals(State.CONFIRMED, outcome(commit));
    }

    @Test
    void everyReplicaThatFollowsMustHaveIt() {
        Unconfirmed commit = writtenWhileTheThirdStandsStill();
        assertEquals(State.WAITING, outcome(commit));
        first.nextView = Set.of(first.member, second.member); // the third one is given up
        first.hear();
        assertEquals(State.WAITING, outcome(commit), "the other one is asked anew");
        settle();
        assertEquals(State.CONFIRMED, outcome(commit));
    }

    @Test
    void aReplicaThatHasGivenItsCopyUpSinceDoesNotDoForOneThatIsGone() {
        Unconfirmed commit = writtenWhileTheThirdStandsStill();
        table(2, List.of(first, third), List.of(first, third), second); // the first has not heard of it
        assertFalse(isInSync(second));
        first.nextView = Set.of(first.member, second.member);
        first.hear();
        assertEquals(State.WAITING, outcome(commit));
        settle();
        assertEquals(State.WAITING, outcome(commit), "nobody has a copy any more");
    }

    @Test
    void aWriteThatItsReplicaDroppedIsNotConfirmed() {
        firstWithFollowers(second);
        table(2, List.of(second, first), List.of(second, first), second); // the first has not heard of it
        assertTrue(second.keyspace.slot(SLOT).isPrimary());
        Unconfirmed commit = write("a");
        BitSet slots = new BitSet();
        slots.set(SLOT);
        Progress wait = first.replication.progress(slots);
        settle();
        assertEquals(0, wait.replicas());
        assertFalse(second.holds(SLOT, "a"));
        assertEquals(State.WAITING, outcome(commit));
        table(2, List.of(second, first), List.of(second, first), first);
        assertEquals(State.LOST, outcome(commit));
    }

    @Test
    void whoeverIsExcludedGetsNothingConfirmed() {
        firstWithFollowers(second);
        second.nextView = Set.of(second.member, third.member); // the first has not heard of it
        second.hear();
        Unconfirmed commit = write("a");
        settle();
        assertFalse(second.holds(SLOT, "a"));
        assertTrue(isInSync(second), "it can still take the slot over");
        assertEquals(State.WAITING, outcome(commit));
    }

    @Test
    void aNodeThatComesBackUnawareIsFollowedAnew() {
        firstWithFollowers(second);
        second.nextView = Set.of(second.member, third.member);
        second.hear();
        Unconfirmed commit = write("a");
        settle();
        second.nextView = Set.of(first.member, second.member, third.member);
        second.hear();
        settle();
        assertTrue(second.holds(SLOT, "a"));
        assertEquals(State.WAITING, outcome(commit), "it is asked");
        settle();
        assertEquals(State.CONFIRMED, outcome(commit));
    }

    @Test
    void aWriteWaitsForAReplicaThatIsYetToCome() {
        firstWithFollowers();
        Unconfirmed commit = write("a");
        settle();
        assertEquals(State.WAITING, outcome(commit));
        table(2, List.of(first, third), List.of(first, third), first, second, third);
        settle();
        assertTrue(third.holds(SLOT, "a"));
        assertEquals(State.WAITING, outcome(commit), "it is asked");
        settle();
        assertEquals(State.CONFIRMED, outcome(commit));
    }

    @Test
    void aWriteThatWasHandedOverWithItsSlotIsConfirmed() {
        firstWithFollowers(second);
        Unconfirmed commit = write("a");
        table(2, List.of(first, second), List.of(second, first), first, second, third);
        settle();
        assertTrue(second.keyspace.slot(SLOT).isPrimary());
        assertEquals(State.CONFIRMED, outcome(commit));
    }

    @Test
    void aSlotIsNotHandedOverToWhoServesItAlreadyFromAnOlderCopy() {
        firstWithFollowers(second);
        table(2, List.of(first, second), List.of(second, first), first); // it is about to hand over
        second.nextView = Set.of(second.member, third.member); // the first has not heard of it
        second.hear();
        Unconfirmed commit = write("a");
        table(3, List.of(second), List.of(second), second);
        second.nextView = Set.of(first.member, second.member, third.member);
        second.hear();
        settle();
        assertEquals(State.WAITING, outcome(commit), "it was not handed over");

        table(3, List.of(second), List.of(second), first);
        settle();
        assertEquals(State.LOST, outcome(commit));
        assertTrue(second.holds(SLOT, "a"), "but merged");
    }

    @Test
    void withoutReplicasAWriteGoesOnIfTheRulesSaySo() {
        rules.withoutReplicas = CommitRules.WithoutReplicas.CONTINUE;
        firstWithFollowers();
        assertEquals(State.UNREPLICATED, outcome(write("a")));
    }
}
