package dev.rondo.compat.chaos;

import dev.rondo.membership.Assignment;
import dev.rondo.membership.HashRing;
import dev.rondo.membership.Holdings;
import dev.rondo.membership.LostSlots;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotReport;
import dev.rondo.membership.SlotTable;
import dev.rondo.membership.TablePlanner;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Clusters larger than a machine can hold, without the machine: nodes come and go in random order, and the figures say
 * how many slots move, how even the shares are, how large the table is and how long the coordinator thinks. Prints a
 * Markdown table.
 */
@Command(
        name = "simulation",
        mixinStandardHelpOptions = true,
        description = "Computes slot tables of clusters of 3 to 1000 nodes that grow and shrink in random order.")
final class RingSimulation implements Callable<Integer> {
    private static final int SLOTS = SlotTable.SLOTS;
    private static final int[] SIZES = {3, 5, 10, 30, 100, 300, 1000};

    @Option(names = "--seed", description = "decides who comes and goes (default: ${DEFAULT-VALUE})")
    private long seed = 1;

    @Option(names = "--changes", description = "how many nodes come or go at each size (default: ${DEFAULT-VALUE})")
    private int changes = 40;

    @Option(names = "--replicas", description = "copies besides the primary (default: ${DEFAULT-VALUE})")
    private int replicas = 1;

    private SplittableRandom random = new SplittableRandom();
    private int numbers;

    /** The figures of one size, over all changes. */
    private static final class Figures {
        long moved;
        long fewestMoves;
        long copied;
        long fewestCopies;
        int primarySpread;
        int replicaSpread;
        int tableBytes;
        int ranges;
        final List<Double> ringMs = new ArrayList<>();
        final List<Double> planMs = new ArrayList<>();
    }

    @Override
    public Integer call() throws IOException {
        random = new SplittableRandom(seed);
        System.out.printf(
                "%d slots, %d replica(s), %d changes at each size, seed %d%n%n", SLOTS, replicas, changes, seed);
        System.out.println("| nodes | primaries moved (fewest possible) | copies made (fewest possible)"
                + " | spread of primaries | of replicas | table | runs of slots | ring p50, max | plan p50, max |");
        System.out.println("|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        simulate(30); // warms the JVM up
        for (int size : SIZES) {
            Figures f = simulate(size);
            System.out.printf(
                    "| %d | %d (%d) | %d (%d) | %d | %d | %.1f KB | %d | %.1f, %.1f ms | %.1f, %.1f ms |%n",
                    size,
                    f.moved,
                    f.fewestMoves,
                    f.copied,
                    f.fewestCopies,
                    f.primarySpread,
                    f.replicaSpread,
                    f.tableBytes / 1000.0,
                    f.ranges,
                    median(f.ringMs),
                    Collections.max(f.ringMs),
                    median(f.planMs),
                    Collections.max(f.planMs));
        }
        return 0;
    }

    private Figures simulate(int size) throws IOException {
        Figures figures = new Figures();
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            members.add(newMember());
        }
        Assignment now = HashRing.assign(Assignment.EMPTY, members, replicas);
        for (int i = 0; i < changes; i++) {
            boolean grows = members.size() <= 2 || (members.size() < 2 * size && random.nextBoolean());
            if (grows) {
                members.add(newMember());
            } else {
                members.remove(random.nextInt(members.size()));
            }
            long startNs = System.nanoTime();
            Assignment next = HashRing.assign(now, members, replicas);
            figures.ringMs.add((System.nanoTime() - startNs) / 1e6);
            account(figures, now, next, members);
            plan(figures, now, members);
            now = next;
        }
        return figures;
    }

    private Member newMember() {
        int number = ++numbers;
        String host = "10." + (number >> 16) + "." + (number >> 8 & 255) + "." + (number & 255);
        return new Member(NodeId.random(random), number, host, 6379, 16379, "", 100);
    }

    private void account(Figures figures, Assignment before, Assignment after, List<Member> members)
            throws IOException {
        Map<NodeId, int[]> had = new HashMap<>();
        Map<NodeId, int[]> has = new HashMap<>();
        members.forEach(member -> {
            had.put(member.id(), new int[2]);
            has.put(member.id(), new int[2]);
        });
        for (int slot = 0; slot < SLOTS; slot++) {
            count(before.owners(slot), had);
            count(after.owners(slot), has);
            figures.moved += after.owners(slot).get(0).equals(before.primary(slot)) ? 0 : 1;
            for (NodeId owner : after.owners(slot)) {
                figures.copied += before.owners(slot).contains(owner) ? 0 : 1;
            }
        }
        figures.fewestMoves += fewestMoves(had, members.size());
        has.forEach((id, counts) ->
                figures.fewestCopies += Math.max(0, counts[0] + counts[1] - had.get(id)[0] - had.get(id)[1]));
        figures.primarySpread = Math.max(figures.primarySpread, spread(has, 0));
        figures.replicaSpread = Math.max(figures.replicaSpread, spread(has, 1));
        SlotTable.Builder builder = SlotTable.builder(1, members);
        for (int slot = 0; slot < SLOTS; slot++) {
            builder.owners(slot, after.owners(slot));
        }
        SlotTable table = builder.build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        table.write(new DataOutputStream(bytes));
        figures.tableBytes = Math.max(figures.tableBytes, bytes.size());
        figures.ranges = Math.max(figures.ranges, table.ranges().size());
    }

    private static void count(List<NodeId> owners, Map<NodeId, int[]> counts) {
        for (int i = 0; i < owners.size(); i++) {
            int[] of = counts.get(owners.get(i));
            if (of != null) {
                of[i == 0 ? 0 : 1]++;
            }
        }
    }

    /** Each member may keep its share of what it had; the larger shares go to those who have them already. */
    private static int fewestMoves(Map<NodeId, int[]> had, int members) {
        int share = SLOTS / members;
        int larger = SLOTS % members;
        int kept = 0;
        for (int[] counts : had.values()) {
            kept += Math.min(counts[0], share);
            if (counts[0] > share && larger > 0) {
                kept++;
                larger--;
            }
        }
        return SLOTS - kept;
    }

    private static int spread(Map<NodeId, int[]> counts, int index) {
        int most = counts.values().stream().mapToInt(c -> c[index]).max().orElse(0);
        int least = counts.values().stream().mapToInt(c -> c[index]).min().orElse(0);
        return most - least;
    }

    /** One step of the coordinator: every member reports what it holds, and the next table is made of it. */
    private void plan(Figures figures, Assignment now, List<Member> members) {
        Map<NodeId, BitSet> primary = new HashMap<>();
        Map<NodeId, BitSet> inSync = new HashMap<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            List<NodeId> owners = now.owners(slot);
            for (int i = 0; i < owners.size(); i++) {
                (i == 0 ? primary : inSync)
                        .computeIfAbsent(owners.get(i), id -> new BitSet())
                        .set(slot);
            }
        }
        List<SlotReport> reports = new ArrayList<>();
        for (Member member : members) {
            Holdings holdings = Holdings.of(
                    primary.getOrDefault(member.id(), new BitSet()),
                    inSync.getOrDefault(member.id(), new BitSet()),
                    slot -> 1);
            reports.add(new SlotReport(member, 1, SlotTable.NONE, holdings));
        }
        long startNs = System.nanoTime();
        TablePlanner.plan(2, SlotTable.NONE, reports, new TablePlanner.Config(replicas, LostSlots.WAIT, 1024));
        figures.planMs.add((System.nanoTime() - startNs) / 1e6);
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
