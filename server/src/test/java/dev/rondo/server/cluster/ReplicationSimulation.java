package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.Member;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.replication.SyncFigures;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
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
    private final SimulatedMembers cluster;
    private final Map<Integer, Map<String, String>> model = new HashMap<>();
    private final Map<Integer, LastWrites> lastWrites = new HashMap<>();
    /** Per slot and state since the beginning: what a copy may hold. */
    private final Map<Integer, List<Map<String, String>>> history = new HashMap<>();

    /** A client's request that waited until its slot was no longer parked. */
    private record Retry(SimulatedNode node, int slot) {}

    private final List<Retry> parked = new ArrayList<>();
    private final List<Retry> retries = new ArrayList<>();
    private @Nullable SimulatedNode hung;
    private long nowNs = 1;
    private int writes;

    ReplicationSimulation(long seed, Faults faults, SimulationTrace trace) {
        this.trace = trace;
        this.random = new Random(seed);
        this.faults = faults;
        int count = 2 + random.nextInt(3);
        int copies = 1 + random.nextInt(Math.min(count, 3));
        this.cluster = new SimulatedMembers(random, SLOTS, copies, () -> nowNs, trace);
        for (int slot : SLOTS) {
            model.put(slot, Map.of());
            lastWrites.put(slot, new LastWrites());
            history.put(slot, new ArrayList<>(List.of(Map.of())));
        }
        for (int i = 0; i < count; i++) {
            cluster.start(i);
        }
        viewChanged();
        plan(false);
        members().forEach(SimulatedNode::hear);
    }

    private List<SimulatedNode> members() {
        return cluster.nodes.values().stream().filter(node -> node != hung).toList();
    }

    /** Those that run, on either side of a split. */
    private SimulatedNode anyRunning() {
        return cluster.any(faults == Faults.SPLITS ? List.copyOf(cluster.nodes.values()) : members());
    }

    private SimulatedNode any() {
        return cluster.any(members());
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
        if (what < 350) {
            anyRunning().step(random);
        } else if (what < 750) {
            cluster.bus.deliverOne();
        } else if (what < 900) {
            write(anyRunning(), SLOTS[random.nextInt(SLOTS.length)]);
        } else if (what < 930) {
            cluster.report(any());
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
        assertEquals(
                model.get(slot.index()),
                contents,
                () -> "slot " + slot.index() + " of " + node.id() + "\n" + cluster.log());
    }

    private boolean plan(boolean move) {
        return cluster.plan(move, members());
    }

    private void viewChanged() {
        cluster.viewChanged(members());
    }

    private void fault() {
        trace.event("fault");
        if (faults == Faults.CRASHES) {
            SimulatedNode victim = any();
            cluster.note("crash of " + SimulatedMembers.number(victim));
            cluster.remove(victim);
            retries.removeIf(retry -> retry.node == victim);
            parked.removeIf(retry -> retry.node == victim);
            if (random.nextBoolean()) {
                viewChanged();
                plan(false);
            }
            cluster.start(SimulatedMembers.number(victim));
            viewChanged();
        } else if (faults != Faults.NONE && hung == null && cluster.nodes.size() > 2) {
            hung = any();
            cluster.note("hang of " + SimulatedMembers.number(hung));
            cluster.nodes.keySet().forEach(id -> cluster.bus.cut(id, hung.id()));
            viewChanged();
            if (faults == Faults.SPLITS) {
                hung.nextView = random.nextBoolean() ? Set.of(hung.member) : hung.nextView;
            }
            plan(false);
        } else if (faults != Faults.NONE && hung != null) {
            cluster.note("return of " + SimulatedMembers.number(hung));
            cluster.nodes.keySet().forEach(id -> cluster.bus.heal(id, hung.id()));
            hung = null;
            viewChanged();
            plan(false);
            members().forEach(SimulatedNode::hear);
        }
    }

    /** A figure of all nodes, those that died included. */
    long sum(Function<SyncFigures, LongAdder> figure) {
        return cluster.sum(figure);
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
            Member primary = cluster.newest.primary(slot);
            if (primary != null) {
                write(cluster.nodes.get(primary.id()), slot);
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
                more |= cluster.reportNews(node);
            }
            more |= plan(false);
        }
    }

    private boolean progress() {
        trace.states(nowNs, SLOTS, cluster.nodes.values());
        boolean more = false;
        while (!retries.isEmpty()) {
            retry(0);
        }
        while (cluster.bus.deliverOne()) {
            more = true;
        }
        for (SimulatedNode node : members()) {
            more |= node.stepAll();
        }
        return more;
    }

    private void checkSettled(int index) {
        Member primary = cluster.newest.primary(index);
        if (faults == Faults.CRASHES && primary == null) {
            return; // lost with all its owners
        }
        assertNotNull(primary, () -> "nobody serves slot " + index + "\n" + cluster.log());
        assertEquals(
                cluster.newest.target(index),
                cluster.newest.owners(index),
                () -> "slot " + index + " moves forever\n" + cluster.log());
        SimulatedNode server = cluster.nodes.get(primary.id());
        Slot original = server.keyspace.slot(index);
        assertEquals(Slot.Role.PRIMARY, original.role(), () -> "slot " + index + "\n" + cluster.log());
        check(server, original);
        if (faults == Faults.SPLITS) {
            lastWrites.get(index).check(Words.contents(original), "slot " + index + "\n" + cluster.log());
        }
        for (SimulatedNode node : cluster.nodes.values()) {
            Slot slot = node.keyspace.slot(index);
            if (node == server) {
                continue;
            }
            String where = "slot " + index + " of " + SimulatedMembers.number(node) + "\n" + cluster.log();
            if (cluster.newest.isOwner(node.id(), index)) {
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
