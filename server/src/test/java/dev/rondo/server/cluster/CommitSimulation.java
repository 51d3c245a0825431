package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotReport;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitRules;
import dev.rondo.server.commit.Effects;
import dev.rondo.server.commit.Unconfirmed;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A few nodes in commit mode {@code replica} in one thread, with everything that happens between them in a random order.
 * One node at a time dies, hangs, or is believed to be dead while it serves on and hears nothing of it; the next one
 * only when all slots have their copies again. Every write is a key of its own, so that one that was confirmed and is
 * gone shows.
 */
final class CommitSimulation {
    private static final int[] SLOTS = {0, 77, 16383};
    private static final long NOW_MS = 1_700_000_000_000L;
    private static final CommitRules RULES = new CommitRules() {
        @Override
        public long timeoutMs() {
            return 1;
        }

        @Override
        public WithoutReplicas withoutReplicas() {
            return WithoutReplicas.REFUSE;
        }

        @Override
        public int leastReplicas() {
            return 0;
        }
    };

    /** What is the matter with {@link #odd}. */
    private enum Trouble {
        NONE,
        STOPPED,
        STOPPED_AND_EXCLUDED,
        EXCLUDED
    }

    /** A write whose client waits. */
    private record Pending(SimulatedNode node, int slot, String key, Unconfirmed commit) {}

    private final Random random;
    private final SimulationTrace trace;
    private final SimulatedBus bus;
    private final SimulatedPlanner planner;
    private final Map<NodeId, SimulatedNode> nodes = new TreeMap<>();
    private final Map<NodeId, CommitLedger> ledgers = new HashMap<>();
    private final Map<NodeId, SlotReport> reports = new HashMap<>();
    private final Map<Integer, Set<String>> confirmed = new HashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private final StringBuilder log = new StringBuilder();
    private Trouble trouble = Trouble.NONE;
    private @Nullable SimulatedNode odd;
    private SlotTable newest = SlotTable.NONE;
    private long epoch;
    private long incarnation;
    private long nowNs = 1;
    private int writes;
    /** Figures for the test, which must not pass because nothing happened. */
    int faults;

    int confirmations;
    int lost;
    private final List<SimulatedNode> lives = new ArrayList<>();

    CommitSimulation(long seed, SimulationTrace trace) {
        this.trace = trace;
        this.random = new Random(seed);
        this.bus = new SimulatedBus(random);
        int count = 3 + random.nextInt(2);
        this.planner = new SimulatedPlanner(random, SLOTS, 2 + random.nextInt(2));
        for (int slot : SLOTS) {
            confirmed.put(slot, new TreeSet<>());
        }
        for (int i = 0; i < count; i++) {
            start(i);
        }
        viewChanged();
        plan(false);
        nodes.values().forEach(SimulatedNode::hear);
    }

    private void start(int i) {
        NodeId id = new NodeId(String.format("%040d", i + 1));
        Member member = new Member(id, ++incarnation, "127.0.0.1", 7000 + i, 17000 + i, "", 1);
        SimulatedNode node = new SimulatedNode(member, bus, random, () -> nowNs, trace);
        nodes.put(id, node);
        lives.add(node);
        ledgers.put(id, node.replication.replicaMode(RULES).newLedger(() -> {}));
    }

    private boolean isStopped(SimulatedNode node) {
        return node == odd && (trouble == Trouble.STOPPED || trouble == Trouble.STOPPED_AND_EXCLUDED);
    }

    private boolean isExcluded(SimulatedNode node) {
        return node == odd && (trouble == Trouble.EXCLUDED || trouble == Trouble.STOPPED_AND_EXCLUDED);
    }

    /** The nodes that do something. */
    private List<SimulatedNode> running() {
        return nodes.values().stream().filter(node -> !isStopped(node)).toList();
    }

    /** The nodes that the others count. */
    private List<SimulatedNode> members() {
        return nodes.values().stream().filter(node -> !isExcluded(node)).toList();
    }

    private SimulatedNode any(List<SimulatedNode> some) {
        return some.get(random.nextInt(some.size()));
    }

    /** Copies of which only what differed was sent. */
    long partialCopies() {
        return lives.stream()
                .mapToLong(node -> node.replication.syncFigures().partialSlots.sum())
                .sum();
    }

    // ---- what happens ----

    void run(int steps) {
        for (int i = 0; i < steps; i++) {
            step();
        }
        settle();
    }

    private void step() {
        trace.states(nowNs, SLOTS, nodes.values());
        nowNs += random.nextInt(2_000_000);
        int what = random.nextInt(1000);
        if (what < 330) {
            any(running()).step(random);
        } else if (what < 730) {
            bus.deliverOne();
        } else if (what < 830) {
            write(any(running()), SLOTS[random.nextInt(SLOTS.length)]);
        } else if (what < 900) {
            look();
        } else if (what < 930) {
            report(any(members()));
        } else if (what < 960) {
            any(running()).hear();
        } else if (what < 975) {
            plan(random.nextInt(8) == 0);
        } else if (what < 985) {
            any(running()).roles.requestMissing();
        } else {
            next();
        }
    }

    private void write(SimulatedNode node, int index) {
        Slot slot = node.keyspace.slot(index);
        slot.lock();
        try {
            if (slot.isPrimary()) {
                String key = "w" + ++writes;
                trace.event(key + " of slot " + index + " to " + (node.member.port() - 7000));
                long nowMs = NOW_MS + nowNs / 1_000_000;
                byte[][] command = {Ascii.bytes("SET"), Ascii.bytes(key), Ascii.bytes("x".repeat(random.nextInt(60)))};
                Words.run(slot, slot.nextVersion(nowMs), command);
                Effects effects = new Effects();
                effects.add(slot, command);
                CommitLedger ledger = ledgers.get(node.id());
                ledger.commit(effects, nowMs);
                pending.add(new Pending(node, index, key, ledger.take()));
            }
        } finally {
            slot.unlock();
        }
    }

    /** Every client that can hears what has become of its write. */
    private void look() {
        pending.removeIf(each -> {
            if (nodes.get(each.node.id()) != each.node) {
                return true; // died without a word
            }
            if (isStopped(each.node) || !(random.nextBoolean() ? each.commit.decide() : each.commit.reconsider())) {
                return false;
            }
            if (each.commit.state(0) == Unconfirmed.State.CONFIRMED) {
                confirmed.get(each.slot).add(each.key);
                confirmations++;
                trace.event(each.key + " confirmed by " + (each.node.member.port() - 7000));
            } else {
                assertEquals(Unconfirmed.State.LOST, each.commit.state(0));
                lost++;
            }
            return true;
        });
    }

    private void report(SimulatedNode node) {
        if (isStopped(node)) {
            return;
        }
        node.hasNews = false;
        reports.put(node.id(), new SlotReport(node.member, node.table.epoch(), SlotTable.NONE, node.holdings()));
    }

    private boolean plan(boolean move) {
        if (trouble == Trouble.STOPPED) {
            return false; // the coordinator waits for its report
        }
        List<SimulatedNode> members = members();
        if (move) {
            reports.clear();
        }
        members.stream().filter(node -> !reports.containsKey(node.id())).forEach(this::report);
        List<SlotReport> ofMembers =
                members.stream().map(node -> reports.get(node.id())).toList();
        SlotTable next = planner.plan(++epoch, newest, ofMembers, move);
        boolean same = newest.members().equals(next.members());
        for (int slot : SLOTS) {
            same &= newest.owners(slot).equals(next.owners(slot))
                    && newest.target(slot).equals(next.target(slot));
        }
        if (!same) {
            newest = next;
            members.forEach(node -> node.nextTable = next);
            note(describe(next));
        }
        return !same;
    }

    private static String describe(SlotTable table) {
        StringBuilder text = new StringBuilder("table " + table.epoch());
        for (int slot : SLOTS) {
            text.append(' ').append(slot).append('=');
            table.owners(slot).forEach(member -> text.append(member.port() - 7000));
            text.append('>');
            table.target(slot).forEach(member -> text.append(member.port() - 7000));
        }
        return text.append('\n').toString();
    }

    /** The members get a new view, each in its own time, and report before the coordinator plans. */
    private void viewChanged() {
        reports.clear();
        Set<Member> view = new HashSet<>();
        members().forEach(node -> view.add(node.member));
        members().forEach(node -> node.nextView = view);
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
        odd = any(members());
        switch (random.nextInt(3)) {
            case 0 -> crash(odd);
            case 1 -> {
                note("stop of " + (odd.member.port() - 7000) + "\n");
                trouble = Trouble.STOPPED;
                bus.stop(odd.id());
            }
            default -> exclude(Trouble.EXCLUDED);
        }
    }

    /** Dies, and starts anew with nothing. */
    private void crash(SimulatedNode victim) {
        note("crash of " + (victim.member.port() - 7000) + "\n");
        trouble = Trouble.NONE;
        odd = null;
        bus.goOn(victim.id());
        bus.disconnect(victim.id());
        nodes.remove(victim.id());
        if (random.nextBoolean()) {
            planOnView();
        }
        start(victim.member.port() - 7000);
        viewChanged();
    }

    private void exclude(Trouble next) {
        note("exclusion of " + (odd.member.port() - 7000) + "\n");
        trouble = next;
        planOnView();
        if (random.nextBoolean()) {
            odd.nextView = Set.of(odd.member); // it will notice
        }
    }

    private void goOn(Trouble next) {
        note((odd.member.port() - 7000) + " goes on\n");
        trouble = next;
        bus.goOn(odd.id());
        odd = next == Trouble.NONE ? null : odd;
    }

    private void takeBack() {
        note((odd.member.port() - 7000) + " is taken back\n");
        trouble = Trouble.NONE;
        odd = null;
        viewChanged();
        plan(false);
    }

    /** Whether every slot has all the copies it should have, as far as its owners know. */
    private boolean isWhole() {
        for (SimulatedNode node : nodes.values()) {
            if (node.nextView != null || node.nextTable != null || node.table.epoch() != newest.epoch()) {
                return false;
            }
        }
        for (int index : SLOTS) {
            List<Member> owners = newest.owners(index);
            if (owners.size() < 2 || !owners.equals(newest.target(index)) || !areInSync(index, owners)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether every slot has a primary with as many complete copies as it should have, whoever holds them; one that is back
     * may still have entries to give away, and handovers may be under way.
     */
    private boolean isSafe() {
        for (int index : SLOTS) {
            Member primary = newest.primary(index);
            SimulatedNode server = primary == null ? null : nodes.get(primary.id());
            if (server == null
                    || server.keyspace.slot(index).role() != Slot.Role.PRIMARY
                    || copies(index, server) < 1) {
                return false;
            }
        }
        return true;
    }

    private int copies(int index, SimulatedNode server) {
        int copies = 0;
        for (SimulatedNode node : nodes.values()) {
            Slot slot = node.keyspace.slot(index);
            slot.lock();
            try {
                boolean follows = server.id().equals(node.replication.source(slot));
                copies += slot.role() == Slot.Role.REPLICA && slot.isInSync() && follows ? 1 : 0;
            } finally {
                slot.unlock();
            }
        }
        return copies;
    }

    private boolean areInSync(int index, List<Member> owners) {
        for (Member owner : owners) {
            SimulatedNode node = nodes.get(owner.id());
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

    private void note(String event) {
        log.append(event);
        trace.event(event);
    }

    // ---- the checks ----

    private void checkConfirmed() {
        look();
        for (int index : SLOTS) {
            for (Member owner : newest.owners(index)) {
                Slot slot = nodes.get(owner.id()).keyspace.slot(index);
                slot.lock();
                try {
                    for (String key : confirmed.get(index)) {
                        assertTrue(
                                slot.find(Ascii.bytes(key)) != null,
                                () -> key + " of slot " + index + " was confirmed and is not on "
                                        + (owner.port() - 7000) + "\n" + log);
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
        assertTrue(isWhole(), () -> "the slots do not get their copies: " + newest + "\n" + log);
        checkConfirmed();
        assertTrue(pending.isEmpty(), () -> "not decided: " + pending + "\n" + log);
    }

    private void quiet() {
        boolean more = true;
        while (more) {
            more = bus.deliverOne();
            for (SimulatedNode node : running()) {
                more |= node.stepAll();
                more |= node.hear();
                if (node.hasNews || !reports.containsKey(node.id())) {
                    report(node);
                    more = true;
                }
            }
            more |= plan(false);
        }
        pending.forEach(each -> each.commit.reconsider());
        look();
    }
}
