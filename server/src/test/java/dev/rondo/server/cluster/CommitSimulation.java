package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.commit.Unconfirmed;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A few nodes in commit mode {@code replica} in one thread, with everything that happens between them in a random
 * order. One node at a time dies, hangs, or is believed to be dead while it serves on and hears nothing of it; the next
 * one only when all slots have their copies again. Every write is a key of its own, or the deletion of one, so that one
 * that was confirmed and is gone shows, and one that was deleted and is back.
 */
final class CommitSimulation {
    private static final int[] SLOTS = {0, 77, 16383};
    private static final long NOW_MS = 1_700_000_000_000L;

    /** What is the matter with {@link #odd}. */
    private enum Trouble {
        NONE,
        STOPPED,
        STOPPED_AND_EXCLUDED,
        EXCLUDED
    }

    /** A write whose client waits. */
    private record Pending(SimulatedNode node, int slot, String key, boolean deletion, Unconfirmed commit) {}

    private final Random random;
    private final SimulationTrace trace;
    private final SimulatedMembers cluster;
    private final int copies;
    private final Map<NodeId, CommitLedger> ledgers = new HashMap<>();
    private final Map<Integer, NavigableSet<String>> confirmed = new HashMap<>();
    private final Map<Integer, Set<String>> deleted = new HashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private Trouble trouble = Trouble.NONE;
    private @Nullable SimulatedNode odd;
    private long nowNs = 1;
    private int writes;
    /** Figures for the test, which must not pass because nothing happened. */
    int faults;

    int confirmations;
    int deletions;
    int lost;

    CommitSimulation(long seed, SimulationTrace trace) {
        this.trace = trace;
        this.random = new Random(seed);
        int count = 3 + random.nextInt(2);
        this.copies = 2 + random.nextInt(2);
        this.cluster = new SimulatedMembers(random, SLOTS, copies, () -> nowNs, trace);
        for (int slot : SLOTS) {
            confirmed.put(slot, new TreeSet<>());
            deleted.put(slot, new TreeSet<>());
        }
        for (int i = 0; i < count; i++) {
            start(i);
        }
        viewChanged();
        plan(false);
        cluster.nodes.values().forEach(SimulatedNode::hear);
    }

    private void start(int number) {
        SimulatedNode node = cluster.start(number);
        CommitMode mode = node.replication.replicaMode(new SimulatedRules());
        ledgers.put(node.id(), mode.newLedger(() -> {}));
    }

    private boolean isStopped(SimulatedNode node) {
        return node == odd && (trouble == Trouble.STOPPED || trouble == Trouble.STOPPED_AND_EXCLUDED);
    }

    private boolean isExcluded(SimulatedNode node) {
        return node == odd && (trouble == Trouble.EXCLUDED || trouble == Trouble.STOPPED_AND_EXCLUDED);
    }

    /** The nodes that do something. */
    private List<SimulatedNode> running() {
        return cluster.nodes.values().stream().filter(node -> !isStopped(node)).toList();
    }

    /** The nodes that the others count. */
    private List<SimulatedNode> members() {
        return cluster.nodes.values().stream().filter(node -> !isExcluded(node)).toList();
    }

    /** Copies of which only what differed was sent. */
    long partialCopies() {
        return cluster.sum(figures -> figures.partialSlots);
    }

    // ---- what happens ----

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
        }
        settle();
    }

    private void step() {
        trace.states(nowNs, SLOTS, cluster.nodes.values());
        nowNs += random.nextInt(2_000_000);
        int what = random.nextInt(1000);
        if (what < 330) {
            cluster.any(running()).step(random);
        } else if (what < 730) {
            cluster.bus.deliverOne();
        } else if (what < 830) {
            write(cluster.any(running()), SLOTS[random.nextInt(SLOTS.length)]);
        } else if (what < 900) {
            look();
        } else if (what < 930) {
            report(cluster.any(members()));
        } else if (what < 960) {
            cluster.any(running()).hear();
        } else if (what < 975) {
            plan(random.nextInt(8) == 0);
        } else if (what < 985) {
            cluster.any(running()).roles.requestMissing();
        } else {
            next();
        }
    }

    private void write(SimulatedNode node, int index) {
        Slot slot = node.keyspace.slot(index);
        slot.lock();
        try {
            if (slot.isPrimary()) {
                String old = random.nextInt(4) == 0 ? confirmed.get(index).ceiling("w" + random.nextInt(10)) : null;
                if (old != null && slot.find(Ascii.bytes(old)) != null) {
                    confirmed.get(index).remove(old); // whether it is there is not known until this is confirmed
                    write(node, slot, old, true, Ascii.bytes("DEL"), Ascii.bytes(old));
                } else {
                    String key = "w" + ++writes;
                    byte[] value = Ascii.bytes("x".repeat(random.nextInt(60)));
                    write(node, slot, key, false, Ascii.bytes("SET"), Ascii.bytes(key), value);
                }
            }
        } finally {
            slot.unlock();
        }
    }

    private void write(SimulatedNode node, Slot slot, String key, boolean deletion, byte[]... command) {
        trace.event(Ascii.string(command[0]) + " " + key + " of slot " + slot.index() + " on "
                + SimulatedMembers.number(node));
        long nowMs = NOW_MS + nowNs / 1_000_000;
        Unconfirmed commit = Words.commit(ledgers.get(node.id()), slot, nowMs, command);
        pending.add(new Pending(node, slot.index(), key, deletion, commit));
    }

    /** Every client that can hears what has become of its write. */
    private void look() {
        pending.removeIf(each -> {
            if (cluster.nodes.get(each.node.id()) != each.node) {
                return true; // died without a word
            }
            if (isStopped(each.node) || !(random.nextBoolean() ? each.commit.decide() : each.commit.reconsider())) {
                return false;
            }
            if (each.commit.state(0) == Unconfirmed.State.CONFIRMED) {
                (each.deletion ? deleted : confirmed).get(each.slot).add(each.key);
                confirmations++;
                deletions += each.deletion ? 1 : 0;
                trace.event(each.key + " confirmed by " + SimulatedMembers.number(each.node));
            } else {
                assertEquals(Unconfirmed.State.LOST, each.commit.state(0));
                lost++;
            }
            return true;
        });
    }

    private void report(SimulatedNode node) {
        if (!isStopped(node)) {
            cluster.report(node);
        }
    }

    /** The coordinator plans, unless it waits for the report of one that is stopped. */
    private boolean plan(boolean move) {
        return trouble != Trouble.STOPPED && cluster.plan(move, members());
    }

    private void viewChanged() {
        cluster.viewChanged(members());
    }

    private void planOnView() {
        viewChanged();
        members().forEach(SimulatedNode::hear); // a report on a view comes from one who has the view
        plan(false);
    }

    // ---- faults ----

    private void next() {
        if (trouble != Trouble.NONE && random.nextInt(4) == 0) { // not in a state to give away what it has
            look();
            crash(odd);
            return;
        }
        switch (trouble) {
            case NONE -> {
                if (isWhole()) {
                    checkConfirmed();
                }
                if (isSafe()) {
                    fault();
                }
            }
            case STOPPED -> {
                if (random.nextInt(4) == 0) {
                    goOn(Trouble.NONE);
                } else {
                    exclude(Trouble.STOPPED_AND_EXCLUDED);
                }
            }
            case STOPPED_AND_EXCLUDED -> goOn(Trouble.EXCLUDED);
            case EXCLUDED -> takeBack();
        }
    }

    private void fault() {
        faults++;
        odd = cluster.any(members());
        switch (random.nextInt(3)) {
            case 0 -> crash(odd);
            case 1 -> {
                cluster.note("stop of " + SimulatedMembers.number(odd));
                trouble = Trouble.STOPPED;
                cluster.bus.stop(odd.id());
            }
            default -> exclude(Trouble.EXCLUDED);
        }
    }

    /** Dies, and starts anew with nothing. */
    private void crash(SimulatedNode victim) {
        cluster.note("crash of " + SimulatedMembers.number(victim));
        trouble = Trouble.NONE;
        odd = null;
        cluster.bus.goOn(victim.id());
        cluster.remove(victim);
        if (random.nextBoolean()) {
            planOnView();
        }
        start(SimulatedMembers.number(victim));
        viewChanged();
    }

    private void exclude(Trouble next) {
        cluster.note("exclusion of " + SimulatedMembers.number(odd));
        trouble = next;
        planOnView();
        if (random.nextBoolean()) {
            odd.nextView = Set.of(odd.member); // it will notice
        }
    }

    private void goOn(Trouble next) {
        cluster.note(SimulatedMembers.number(odd) + " goes on");
        trouble = next;
        cluster.bus.goOn(odd.id());
        odd = next == Trouble.NONE ? null : odd;
    }

    private void takeBack() {
        cluster.note(SimulatedMembers.number(odd) + " is taken back");
        trouble = Trouble.NONE;
        odd = null;
        viewChanged();
        plan(false);
    }

    /**
     * Whether every slot has all the copies it should have, as its owners say and its primary too. One that was
     * excluded and never heard of it takes an old copy for complete until its primary's new stream tells it better.
     */
    private boolean isWhole() {
        for (SimulatedNode node : cluster.nodes.values()) {
            if (node.nextView != null || node.nextTable != null || node.table.epoch() != cluster.newest.epoch()) {
                return false;
            }
        }
        for (int index : SLOTS) {
            List<Member> owners = cluster.newest.owners(index);
            if (owners.size() < 2 || !owners.equals(cluster.newest.target(index)) || !areInSync(index, owners)) {
                return false;
            }
            if (copies(cluster.nodes.get(owners.get(0).id()), index) < owners.size() - 1) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether every slot has as many complete copies as it should have, as its primary and those who hold them agree,
     * whoever that is; one that is back may still have entries to give away, and slots may be about to move.
     */
    private boolean isSafe() {
        for (int index : SLOTS) {
            Member primary = cluster.newest.primary(index);
            SimulatedNode server = primary == null ? null : cluster.nodes.get(primary.id());
            if (server == null || !isSafe(server, index)) {
                return false;
            }
        }
        return true;
    }

    private boolean isSafe(SimulatedNode server, int index) {
        Slot slot = server.keyspace.slot(index);
        slot.lock();
        try {
            return slot.isPrimary() && copies(server, index) >= copies - 1;
        } finally {
            slot.unlock();
        }
    }

    /**
     * How many have a complete copy, as both sides say. Counting what either says by itself would not do: one may speak
     * of a follower that is gone, and the other of a copy that was complete once.
     */
    private int copies(SimulatedNode server, int index) {
        Map<NodeId, BitSet> complete = new HashMap<>();
        Slot served = server.keyspace.slot(index);
        served.lock();
        try {
            server.replication.addFollowers(complete, served);
        } finally {
            served.unlock();
        }
        int count = 0;
        for (SimulatedNode node : cluster.nodes.values()) {
            Slot slot = node.keyspace.slot(index);
            slot.lock();
            try {
                boolean follows = slot.role() == Slot.Role.REPLICA
                        && slot.isInSync()
                        && server.id().equals(node.replication.source(slot));
                count += follows && complete.containsKey(node.id()) ? 1 : 0;
            } finally {
                slot.unlock();
            }
        }
        return count;
    }

    private boolean areInSync(int index, List<Member> owners) {
        for (Member owner : owners) {
            SimulatedNode node = cluster.nodes.get(owner.id());
            Slot slot = node.keyspace.slot(index);
            slot.lock();
            try {
                boolean primary = owner.equals(owners.get(0));
                if (slot.role() != (primary ? Slot.Role.PRIMARY : Slot.Role.REPLICA)
                        || !slot.isInSync()
                        || !primary && !owners.get(0).id().equals(node.replication.source(slot))) {
                    return false;
                }
            } finally {
                slot.unlock();
            }
        }
        return true;
    }

    // ---- the checks ----

    private void checkConfirmed() {
        look();
        for (int index : SLOTS) {
            for (Member owner : cluster.newest.owners(index)) {
                Slot slot = cluster.nodes.get(owner.id()).keyspace.slot(index);
                slot.lock();
                try {
                    String where = " of slot " + index + " on " + SimulatedMembers.number(owner) + "\n" + cluster.log();
                    for (String key : confirmed.get(index)) {
                        assertNotNull(slot.find(Ascii.bytes(key)), () -> key + " was confirmed and is gone," + where);
                    }
                    for (String key : deleted.get(index)) {
                        assertNull(slot.find(Ascii.bytes(key)), () -> key + " was deleted and is back," + where);
                    }
                } finally {
                    slot.unlock();
                }
            }
        }
    }

    private void settle() {
        while (trouble != Trouble.NONE) {
            next();
        }
        for (int round = 0; round < 200; round++) {
            quiet();
            nowNs += 1_000_000_000L;
            members().forEach(node -> node.roles.requestMissing());
        }
        assertTrue(isWhole(), () -> "the slots do not get their copies: " + cluster.newest + "\n" + cluster.log());
        checkConfirmed();
        assertTrue(pending.isEmpty(), () -> "not decided: " + pending + "\n" + cluster.log());
    }

    private void quiet() {
        boolean more = true;
        while (more) {
            more = cluster.bus.deliverOne();
            for (SimulatedNode node : running()) {
                more |= node.stepAll();
                more |= node.hear();
                more |= cluster.reportNews(node);
            }
            more |= plan(false);
        }
        pending.forEach(each -> each.commit.reconsider());
        look();
    }
}
