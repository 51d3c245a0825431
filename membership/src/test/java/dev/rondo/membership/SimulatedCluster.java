package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in one thread: nodes that follow the rules of tables, copies and handovers, and a coordinator that plans on
 * reports which may be old. Tables reach nodes late and copies progress in random portions.
 */
final class SimulatedCluster {

    private static final int SLOTS = SlotTable.SLOTS;

    /** One simulated node. */
    static final class Node {
        Member member;
        SlotTable table = SlotTable.NONE;
        final BitSet primary = new BitSet();
        final BitSet inSync = new BitSet();
        final long[] seqs = new long[SLOTS];
        /** Per slot whom it was handed to, until a table confirms or withdraws it. */
        final Map<Integer, Member> handedTo = new HashMap<>();

        /** Per slot taken over, the epoch by which it was handed over: older tables know nothing of it. */
        final Map<Integer, Long> takenAt = new HashMap<>();

        /** Whether tables may depose this node though it lives: after a split one of two primaries must yield. */
        boolean mayLoseASplit;

        Node(Member member) {
            this.member = member;
        }

        SlotReport report() {
            return new SlotReport(member, table.epoch(), table, Holdings.of(primary, inSync, slot -> seqs[slot]));
        }

        void apply(SlotTable next) {
            if (next.epoch() <= table.epoch()) {
                return;
            }
            SlotTable previous = table;
            table = next;
            for (int slot = 0; slot < SLOTS; slot++) {
                apply(slot, previous, next);
            }
        }

        private static boolean isSameLife(@Nullable Member now, Member then) {
            return now != null && now.incarnation() == then.incarnation();
        }

        /** Whether the table was made without this node, whose copies are kept until its turn comes. */
        private boolean isWithout(SlotTable next) {
            return !isSameLife(next.member(member.id()), member);
        }

        private boolean isHeir(SlotTable next, int slot) {
            return next.target(slot).get(0).id().equals(member.id());
        }

        /** The slot is handed over; both sides then report it. */
        void handOver(int slot, Node heir) {
            primary.clear(slot);
            inSync.set(slot);
            handedTo.put(slot, heir.member);
            heir.primary.set(slot);
            heir.inSync.clear(slot);
            heir.handedTo.remove(slot);
            heir.takenAt.put(slot, table.epoch());
        }

        private void apply(int slot, SlotTable previous, SlotTable next) {
            if (primary.get(slot) && takenAt.getOrDefault(slot, 0L) > next.epoch()) {
                return;
            }
            int place = next.ownerIndex(member.id(), slot);
            Member heir = handedTo.get(slot);
            if (heir != null && (!isSameLife(next.member(heir.id()), heir) || next.isPrimary(heir.id(), slot))) {
                handedTo.remove(slot);
                heir = null;
            }
            if (place == 0) {
                if (!primary.get(slot) && heir == null) {
                    assertTrue(inSync.get(slot) || next.isBorn(slot), "made primary of slot " + slot + " without data");
                    primary.set(slot);
                    inSync.clear(slot);
                }
            } else if (primary.get(slot) && mayLoseASplit && next.primary(slot) == null) {
                return; // the others have no copy
            } else if (primary.get(slot) && mayLoseASplit && !isHeir(next, slot)) {
                primary.clear(slot);
                inSync.set(slot, isWithout(next));
            } else if (primary.get(slot)) {
                assertTrue(isHeir(next, slot), "a living primary was deposed in slot " + slot);
            } else if (place < 0 && !isWithout(next)) {
                inSync.clear(slot);
            } else if (place > 0 && !previous.isOwner(member.id(), slot)) {
                inSync.clear(slot);
            }
        }
    }

    private final TablePlanner.Config config;
    final Random random;
    final List<Node> live = new ArrayList<>();
    private final Map<NodeId, SlotReport> lastReports = new HashMap<>();
    final long[] written = new long[SLOTS];
    SlotTable newest = SlotTable.NONE;
    private long epoch = 1;

    SimulatedCluster(int replicas, int maxMoving, long seed) {
        this.config = new TablePlanner.Config(replicas, LostSlots.WAIT, maxMoving);
        this.random = new Random(seed);
    }

    Node node(NodeId id) {
        return live.stream().filter(n -> n.member.id().equals(id)).findFirst().orElseThrow();
    }

    void join(int i) {
        live.add(new Node(Samples.member(i)));
        view();
    }

    void crash(Node node) {
        live.remove(node);
        lastReports.remove(node.member.id());
        view();
    }

    void restart(Node dead) {
        Member old = dead.member;
        live.add(new Node(new Member(
                old.id(), random.nextLong(), old.host(), old.port(), old.busPort(), old.zone(), old.weight())));
        view();
    }

    /** The node asks to be emptied. */
    void drain(Node node) {
        node.member = node.member.withWeight(0);
        view();
    }

    /** A new view: everybody is asked, but some answers were overtaken by copies and handovers since. */
    private void view() {
        epoch = ((epoch >>> SlotTable.COUNTER_BITS) + 1) << SlotTable.COUNTER_BITS;
        if (newest.epoch() > 0) {
            for (Node node : live) {
                SlotReport last = lastReports.get(node.member.id());
                boolean sameLife = last != null && last.member().incarnation() == node.member.incarnation();
                if (!sameLife || !last.member().equals(node.member) || random.nextBoolean()) {
                    lastReports.put(node.member.id(), node.report());
                }
            }
            plan();
        }
    }

    void reportAll() {
        live.forEach(n -> lastReports.put(n.member.id(), n.report()));
    }

    void plan() {
        SlotTable next = TablePlanner.plan(++epoch, newest, lastReports.values(), config);
        if (!next.sameOwners(newest)) {
            newest = next;
        }
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
    }

    private void step() {
        Node node = live.get(random.nextInt(live.size()));
        switch (random.nextInt(6)) {
            case 0, 1 -> node.apply(newest);
            case 2 -> copy(node);
            case 3 -> handOver(node);
            case 4 -> write();
            default -> {
                lastReports.put(node.member.id(), node.report());
                plan();
            }
        }
        checkPrimaries();
    }

    private void copy(Node from) {
        int portion = 1 + random.nextInt(4);
        for (int slot = from.primary.nextSetBit(0); slot >= 0; slot = from.primary.nextSetBit(slot + 1)) {
            if (random.nextInt(portion) != 0) {
                continue;
            }
            for (Node to : live) {
                if (to != from && from.table.isOwner(to.member.id(), slot) && to.table.isOwner(to.member.id(), slot)) {
                    to.inSync.set(slot);
                    to.seqs[slot] = from.seqs[slot];
                }
            }
        }
    }

    private void handOver(Node from) {
        for (int slot = from.primary.nextSetBit(0); slot >= 0; slot = from.primary.nextSetBit(slot + 1)) {
            Member target = from.table.target(slot).isEmpty()
                    ? from.member
                    : from.table.target(slot).get(0);
            Node heir = live.stream()
                    .filter(n -> n.member.id().equals(target.id()))
                    .findFirst()
                    .orElse(from);
            if (heir != from && heir.inSync.get(slot) && random.nextInt(3) != 0) {
                from.handOver(slot, heir);
            }
        }
    }

    private void write() {
        for (Node node : live) {
            for (int slot = node.primary.nextSetBit(0); slot >= 0; slot = node.primary.nextSetBit(slot + 7)) {
                written[slot]++;
                node.seqs[slot] = written[slot];
                for (Node other : live) {
                    if (other.inSync.get(slot)) {
                        other.seqs[slot] = written[slot];
                    }
                }
            }
        }
    }

    private void checkPrimaries() {
        BitSet seen = new BitSet();
        for (Node node : live) {
            assertFalse(seen.intersects(node.primary), "two primaries at once");
            seen.or(node.primary);
        }
    }

    /** Lets everything come to rest, and checks that it is the ideal then. */
    void settle() {
        int quiet = 0;
        for (int round = 0; quiet < 3; round++) {
            assertTrue(round < 400, "never comes to rest");
            long before = newest.epoch();
            live.forEach(n -> n.apply(newest));
            live.forEach(this::copy);
            write();
            live.forEach(this::handOver);
            checkPrimaries();
            reportAll();
            plan();
            quiet = newest.epoch() == before && isAtRest() ? quiet + 1 : 0;
        }
        List<Member> members = live.stream().map(n -> n.member).toList();
        Assignment reached = Assignment.of(
                slot -> newest.owners(slot).stream().map(Member::id).toList());
        assertEquals(reached, HashRing.assign(reached, members, config.replicas()), "the ideal");
    }

    private boolean isAtRest() {
        for (int slot = 0; slot < SLOTS; slot++) {
            if (newest.isMoving(slot)) {
                return false;
            }
            for (Member owner : newest.owners(slot)) {
                Node node = node(owner.id());
                if (!node.primary.get(slot) && !node.inSync.get(slot)) {
                    return false;
                }
            }
        }
        return true;
    }
}
