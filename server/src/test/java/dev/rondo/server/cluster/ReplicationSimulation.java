package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotReport;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.replication.SyncFigures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A few nodes that replicate a few slots in one thread, with everything that happens between them in a random order: a
 * model of each slot says at every write whether its primary has exactly the effects that were acknowledged before.
 */
final class ReplicationSimulation {
    private static final int[] SLOTS = {0, 77, 16383};
    private static final long NOW_MS = 1_700_000_000_000L;

    /** What may happen. */
    enum Faults {
        /** Nodes stay up and reach one another; streams overflow. */
        NONE,
        /** Nodes hang: the others go on without them, and they come back with all they had. */
        HANGS,
        /** Nodes die and start anew with nothing. */
        CRASHES,
        /** Nodes are cut off and go on serving what they served. */
        SPLITS
    }

    private final SimulationTrace trace;
    private final Random random;
    private final Faults faults;
    private final SimulatedBus bus;
    private final SimulatedPlanner planner;
    private final Map<NodeId, SimulatedNode> nodes = new TreeMap<>();
    private final Map<NodeId, SlotReport> reports = new HashMap<>();
    private final Map<Integer, Map<String, String>> model = new HashMap<>();
    private final Map<Integer, LastWrites> lastWrites = new HashMap<>();
    /** Per slot and state since the beginning: what a copy may hold. */
    private final Map<Integer, List<Map<String, String>>> history = new HashMap<>();

    /** A client's request that waited until its slot was no longer parked. */
    private record Retry(SimulatedNode node, int slot) {}

    private final List<Retry> parked = new ArrayList<>();
    private final List<Retry> retries = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private @Nullable SimulatedNode hung;
    private SlotTable newest = SlotTable.NONE;
    private long epoch;
    private long incarnation;
    private long nowNs = 1;
    private int writes;
    private final List<SimulatedNode> lives = new ArrayList<>();

    ReplicationSimulation(long seed, Faults faults, SimulationTrace trace) {
        this.trace = trace;
        this.random = new Random(seed);
        this.faults = faults;
        this.bus = new SimulatedBus(random);
        int count = 2 + random.nextInt(3);
        this.planner = new SimulatedPlanner(random, SLOTS, 1 + random.nextInt(Math.min(count, 3)));
        for (int slot : SLOTS) {
            model.put(slot, Map.of());
            lastWrites.put(slot, new LastWrites());
            history.put(slot, new ArrayList<>(List.of(Map.of())));
        }
        for (int i = 0; i < count; i++) {
            start(i);
        }
        viewChanged();
        plan(false);
        members().forEach(SimulatedNode::hear);
    }

    private void start(int i) {
        NodeId id = new NodeId(String.format("%040d", i + 1));
        Member member = new Member(id, ++incarnation, "127.0.0.1", 7000 + i, 17000 + i, "", 1);
        SimulatedNode node = new SimulatedNode(member, bus, random, () -> nowNs, trace);
        nodes.put(id, node);
        lives.add(node);
    }

    private List<SimulatedNode> members() {
        return nodes.values().stream().filter(node -> node != hung).toList();
    }

    /** Those that run, on either side of a split. */
    private SimulatedNode anyRunning() {
        List<SimulatedNode> running = faults == Faults.SPLITS ? List.copyOf(nodes.values()) : members();
        return running.get(random.nextInt(running.size()));
    }

    private SimulatedNode any() {
        List<SimulatedNode> members = members();
        return members.get(random.nextInt(members.size()));
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
        if (what < 350) {
            anyRunning().step(random);
        } else if (what < 750) {
            bus.deliverOne();
        } else if (what < 900) {
            write(anyRunning(), SLOTS[random.nextInt(SLOTS.length)]);
        } else if (what < 930) {
            report(any());
        } else if (what < 960) {
            anyRunning().hear();
        } else if (what < 980) {
            plan(random.nextInt(4) == 0);
        } else if (what < 990) {
            anyRunning().roles.requestMissing();
        } else if (what < 993) {
            fault();
        } else if (!retries.isEmpty()) {
            retry(random.nextInt(retries.size()));
        }
    }

    private void retry(int index) {
        Retry retry = retries.remove(index);
        write(retry.node, retry.slot);
    }

    private void write(SimulatedNode node, int index) {
        Slot slot = node.keyspace.slot(index);
        slot.lock();
        try {
            if (slot.role() == Slot.Role.PARKED) {
                Retry retry = new Retry(node, index);
                parked.add(retry);
                slot.park(() -> {
                    parked.remove(retry);
                    retries.add(retry);
                });
            } else if (slot.isPrimary()) {
                check(node, slot);
                List<byte[][]> commands = Words.draw(random, ++writes);
                Map<String, String> before = Words.contents(slot);
                node.write(slot, NOW_MS + nowNs / 1_000_000, commands);
                lastWrites.get(index).note(commands, before, slot);
                model.put(index, Words.contents(slot));
                history.get(index).add(model.get(index));
            }
        } finally {
            slot.unlock();
        }
    }

    private void check(SimulatedNode node, Slot slot) {
        Map<String, String> contents = Words.contents(slot);
        if (faults == Faults.SPLITS) {
            return; // until both sides have merged
        }
        if (faults != Faults.NONE && !contents.equals(model.get(slot.index()))) {
            // Acknowledged writes may be lost with the node that took them, but what is left is a state that was.
            assertTrue(
                    faults == Faults.HANGS || history.get(slot.index()).contains(contents),
                    () -> "slot " + slot.index() + " of " + node.id() + " never was " + contents);
            model.put(slot.index(), contents);
        }
        assertEquals(model.get(slot.index()), contents, () -> "slot " + slot.index() + " of " + node.id() + "\n" + log);
    }

    private void report(SimulatedNode node) {
        node.hasNews = false;
        reports.put(node.id(), new SlotReport(node.member, node.table.epoch(), SlotTable.NONE, node.holdings()));
    }

    private boolean plan(boolean move) {
        List<SimulatedNode> members = members();
        if (move) { // the coordinator has asked everybody, since a member came or went
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
            log.add(describe(next));
            trace.event(describe(next));
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

    private void viewChanged() {
        reports.clear();
        HashSet<Member> view = new HashSet<>();
        members().forEach(node -> view.add(node.member));
        members().forEach(node -> node.nextView = view);
    }

    private void fault() {
        trace.event("fault");
        if (faults == Faults.CRASHES) {
            SimulatedNode victim = any();
            log.add("crash of " + (victim.member.port() - 7000) + "\n");
            bus.disconnect(victim.id());
            nodes.remove(victim.id());
            retries.removeIf(retry -> retry.node == victim);
            parked.removeIf(retry -> retry.node == victim);
            if (random.nextBoolean()) {
                viewChanged();
                plan(false);
            }
            start(victim.member.port() - 7000);
            viewChanged();
        } else if (faults != Faults.NONE && hung == null && nodes.size() > 2) {
            hung = any();
            log.add("hang of " + (hung.member.port() - 7000) + "\n");
            nodes.keySet().forEach(id -> bus.cut(id, hung.id()));
            viewChanged();
            if (faults == Faults.SPLITS) {
                hung.nextView = random.nextBoolean() ? Set.of(hung.member) : hung.nextView;
            }
            plan(false);
        } else if (faults != Faults.NONE && hung != null) {
            log.add("return of " + (hung.member.port() - 7000) + "\n");
            nodes.keySet().forEach(id -> bus.heal(id, hung.id()));
            hung = null;
            viewChanged();
            plan(false);
            members().forEach(SimulatedNode::hear);
        }
    }

    /** A figure of all nodes, those that died included. */
    long sum(Function<SyncFigures, LongAdder> figure) {
        return lives.stream()
                .mapToLong(node -> figure.apply(node.replication.syncFigures()).sum())
                .sum();
    }

    // ---- the end ----

    private void settle() {
        if (hung != null) {
            fault();
        }
        for (int round = 0; round < 200; round++) {
            quiet();
            nowNs += 1_000_000_000L;
            members().forEach(node -> node.roles.requestMissing());
        }
        for (int slot : SLOTS) {
            checkSettled(slot);
        }
        writeEverywhere();
        while (progress()) {
            nowNs += 1_000_000;
        }
        for (int slot : SLOTS) {
            checkSettled(slot);
        }
        assertTrue(parked.isEmpty(), () -> "requests are still parked: " + parked);
    }

    private void writeEverywhere() {
        for (int slot : SLOTS) {
            Member primary = newest.primary(slot);
            if (primary != null) {
                write(nodes.get(primary.id()), slot);
            }
        }
    }

    /** Lets everything happen that can happen without time passing. */
    private void quiet() {
        boolean more = true;
        while (more) {
            more = progress();
            for (SimulatedNode node : members()) {
                more |= node.hear();
                if (node.hasNews || !reports.containsKey(node.id())) {
                    report(node);
                    more = true;
                }
            }
            more |= plan(false);
        }
    }

    private boolean progress() {
        trace.states(nowNs, SLOTS, nodes.values());
        boolean more = false;
        while (!retries.isEmpty()) {
            retry(0);
        }
        while (bus.deliverOne()) {
            more = true;
        }
        for (SimulatedNode node : members()) {
            more |= node.stepAll();
        }
        return more;
    }

    private void checkSettled(int index) {
        Member primary = newest.primary(index);
        if (faults == Faults.CRASHES && primary == null) {
            return; // lost with all its owners
        }
        assertNotNull(primary, () -> "nobody serves slot " + index + "\n" + log);
        assertEquals(newest.target(index), newest.owners(index), () -> "slot " + index + " moves forever\n" + log);
        SimulatedNode server = nodes.get(primary.id());
        Slot original = server.keyspace.slot(index);
        assertEquals(Slot.Role.PRIMARY, original.role(), () -> "slot " + index + "\n" + log);
        check(server, original);
        if (faults == Faults.SPLITS) {
            lastWrites.get(index).check(Words.contents(original), "slot " + index + "\n" + log);
        }
        for (SimulatedNode node : nodes.values()) {
            Slot slot = node.keyspace.slot(index);
            if (node == server) {
                continue;
            }
            String where = "slot " + index + " of " + (node.member.port() - 7000) + "\n" + log;
            if (newest.isOwner(node.id(), index)) {
                assertEquals(Slot.Role.REPLICA, slot.role(), where);
                assertTrue(slot.isInSync(), where);
                assertEquals(Words.contents(original), Words.contents(slot), where);
                assertEquals(original.sequence(), slot.sequence(), where);
            } else {
                assertEquals(Slot.Role.ABSENT, slot.role(), where);
                assertFalse(slot.size() > 0, where);
            }
        }
    }
}
