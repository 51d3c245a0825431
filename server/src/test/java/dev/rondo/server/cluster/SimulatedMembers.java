package dev.rondo.server.cluster;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotReport;
import dev.rondo.membership.SlotTable;
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
import java.util.function.LongSupplier;

/**
 * The nodes of a simulation, what each has last reported, and the coordinator that makes tables of that for those who
 * are members at the time. Which nodes those are, and when anything happens, is the simulation's business.
 */
final class SimulatedMembers {
    private static final int FIRST_PORT = 7000;

    final Map<NodeId, SimulatedNode> nodes = new TreeMap<>();
    final SimulatedBus bus;
    SlotTable newest = SlotTable.NONE;
    private final Random random;
    private final int[] slots;
    private final SimulatedPlanner planner;
    private final LongSupplier nanoTime;
    private final SimulationTrace trace;
    private final List<SimulatedNode> lives = new ArrayList<>();
    private final Map<NodeId, SlotReport> reports = new HashMap<>();
    private final StringBuilder log = new StringBuilder();
    private long epoch;
    private long incarnation;

    SimulatedMembers(Random random, int[] slots, int copies, LongSupplier nanoTime, SimulationTrace trace) {
        this.random = random;
        this.slots = slots;
        this.bus = new SimulatedBus(random);
        this.planner = new SimulatedPlanner(random, slots, copies);
        this.nanoTime = nanoTime;
        this.trace = trace;
    }

    /** The member of that number, in its first life. */
    static Member member(int number) {
        return member(number, number + 1);
    }

    private static Member member(int number, long incarnation) {
        NodeId id = new NodeId(String.format("%040d", number + 1));
        int port = FIRST_PORT + number;
        return new Member(id, incarnation, "127.0.0.1", port, port + 10_000, "", 1);
    }

    /** Starts a node with nothing, as a life of its own. */
    SimulatedNode start(int number) {
        Member member = member(number, ++incarnation);
        SimulatedNode node = new SimulatedNode(member, bus, random, nanoTime, trace);
        nodes.put(member.id(), node);
        lives.add(node);
        return node;
    }

    /** The node has died. */
    void remove(SimulatedNode node) {
        bus.disconnect(node.id());
        nodes.remove(node.id());
    }

    static int number(SimulatedNode node) {
        return number(node.member);
    }

    static int number(Member member) {
        return member.port() - FIRST_PORT;
    }

    SimulatedNode any(List<SimulatedNode> some) {
        return some.get(random.nextInt(some.size()));
    }

    // ---- the coordinator ----

    void report(SimulatedNode node) {
        node.hasNews = false;
        reports.put(node.id(), new SlotReport(node.member, node.table.epoch(), SlotTable.NONE, node.holdings()));
    }

    /** Reports what the coordinator does not know yet; false when there is nothing. */
    boolean reportNews(SimulatedNode node) {
        boolean news = node.hasNews || !reports.containsKey(node.id());
        if (news) {
            report(node);
        }
        return news;
    }

    /** These are members from now on; each hears of it in its own time, and reports before the coordinator plans. */
    void viewChanged(List<SimulatedNode> members) {
        reports.clear();
        Set<Member> view = new HashSet<>();
        members.forEach(node -> view.add(node.member));
        members.forEach(node -> node.nextView = view);
    }

    /**
     * Makes the next table; false when it is the same.
     *
     * @param move whether others are to own the slots; then everybody is asked first, since a member came or went
     */
    boolean plan(boolean move, List<SimulatedNode> members) {
        if (move) {
            reports.clear();
        }
        members.stream().filter(node -> !reports.containsKey(node.id())).forEach(this::report);
        List<SlotReport> ofMembers =
                members.stream().map(node -> reports.get(node.id())).toList();
        SlotTable next = planner.plan(++epoch, newest, ofMembers, move);
        boolean same = newest.members().equals(next.members());
        for (int slot : slots) {
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

    private String describe(SlotTable table) {
        StringBuilder text = new StringBuilder("table " + table.epoch());
        for (int slot : slots) {
            text.append(' ').append(slot).append('=');
            table.owners(slot).forEach(member -> text.append(number(member)));
            text.append('>');
            table.target(slot).forEach(member -> text.append(number(member)));
        }
        return text.toString();
    }

    // ---- what has happened ----

    /** Notes an event for whoever reads why a schedule fails. */
    void note(String event) {
        log.append(event).append('\n');
        trace.event(event);
    }

    /** All that was noted. */
    String log() {
        return log.toString();
    }

    /** A figure of all nodes, those that died included. */
    long sum(Function<SyncFigures, LongAdder> figure) {
        return lives.stream()
                .mapToLong(node -> figure.apply(node.replication.syncFigures()).sum())
                .sum();
    }
}
