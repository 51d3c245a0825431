package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class HashRingTest {

    private static final int SLOTS = SlotTable.SLOTS;

    // ---- stories -----------------------------------------------------------------------------------------------

    @Test
    void threeFreshNodesGetThreeRunsAndCleanReplicaRanges() {
        Assignment fresh = HashRing.assign(Assignment.EMPTY, Samples.members(3), 1);
        assertEquals(3, primaryRuns(fresh));
        assertEquals(6, ownerRuns(fresh));
        assertEquals(Set.of(5461, 5462), new HashSet<>(primaryCounts(fresh).values()));
    }

    @Test
    void everyFreshClusterHasOneRunPerNode() {
        for (int nodes : new int[] {1, 2, 3, 4, 5, 7, 16, 50, 200}) {
            for (int replicas = 0; replicas <= 3; replicas++) {
                Assignment fresh = HashRing.assign(Assignment.EMPTY, Samples.members(nodes), replicas);
                assertEquals(nodes, primaryRuns(fresh), nodes + " nodes");
            }
        }
        Assignment four = HashRing.assign(Assignment.EMPTY, Samples.members(4), 2);
        assertTrue(ownerRuns(four) <= 12, "runs: " + ownerRuns(four));
    }

    @Test
    void clustersThatGrowNodeByNodeStayInFewRuns() {
        Assignment assignment = Assignment.EMPTY;
        for (int nodes = 1; nodes <= 3; nodes++) {
            assignment = HashRing.assign(assignment, Samples.members(nodes), 1);
        }
        assertEquals(3, primaryRuns(assignment), "three nodes that came one after the other");
        for (int nodes = 4; nodes <= 10; nodes++) {
            assignment = HashRing.assign(assignment, Samples.members(nodes), 1);
        }
        assertTrue(primaryRuns(assignment) <= 40, "runs: " + primaryRuns(assignment));
    }

    @Test
    void afterACrashAllOrphansGoToTheirReplicasAndSpreadEvenly() {
        for (int nodes : new int[] {2, 3, 4, 8, 20}) {
            List<Member> members = Samples.members(nodes);
            Assignment before = HashRing.assign(Assignment.EMPTY, members, 1);
            Member dead = members.get(nodes / 2);
            List<Member> rest = without(members, dead);
            Assignment after = HashRing.assign(before, rest, 1);
            int moved = 0;
            for (int slot = 0; slot < SLOTS; slot++) {
                if (dead.id().equals(before.primary(slot))) {
                    moved += before.owners(slot).contains(after.primary(slot)) ? 0 : 1;
                }
            }
            assertTrue(moved <= nodes, nodes + " nodes: " + moved + " orphans needed a copy");
            checkRules(after, rest, 1);
        }
    }

    @Test
    void aReturningNodeTakesBackOnlyItsShare() {
        List<Member> members = Samples.members(3);
        Assignment whole = HashRing.assign(Assignment.EMPTY, members, 1);
        Assignment two = HashRing.assign(whole, members.subList(0, 2), 1);
        Assignment back = HashRing.assign(two, members, 1);
        assertEquals(minimalChanges(two, members), changes(two, back));
        checkRules(back, members, 1);
    }

    @Test
    void aMemberOfWeightZeroIsEmptied() {
        List<Member> members = new ArrayList<>(Samples.members(3));
        Assignment before = HashRing.assign(Assignment.EMPTY, members, 1);
        members.set(0, members.get(0).withWeight(0));
        Assignment after = HashRing.assign(before, members, 1);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertTrue(!after.owners(slot).contains(members.get(0).id()));
        }
        Assignment alone = HashRing.assign(after, members.subList(0, 1), 1);
        assertEquals(members.get(0).id(), alone.primary(0), "the last one serves whatever its weight");
    }

    @Test
    void replicasLieInOtherZonesAndAreEven() {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            members.add(Samples.member(i, "zone-" + i % 3, 1));
        }
        Assignment fresh = HashRing.assign(Assignment.EMPTY, members, 2);
        checkRules(fresh, members, 2);
        checkReplicaSpread(fresh, members, 2);
    }

    @Test
    void manyMembersAreAssignedQuickly() {
        for (int warmUp = 0; warmUp < 5; warmUp++) {
            timeOfAJoin(200, 1);
        }
        long bestMs = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            bestMs = Math.min(bestMs, timeOfAJoin(200, 1));
        }
        assertTrue(bestMs < 150, "200 members: " + bestMs + " ms");
        long thousandMs = Math.min(timeOfAJoin(1000, 2), timeOfAJoin(1000, 2));
        assertTrue(thousandMs < 3000, "1000 members: " + thousandMs + " ms");
    }

    private static long timeOfAJoin(int nodes, int replicas) {
        List<Member> members = Samples.members(nodes);
        Assignment before = HashRing.assign(Assignment.EMPTY, members.subList(1, nodes), replicas);
        long start = System.nanoTime();
        Assignment after = HashRing.assign(before, members, replicas);
        long tookMs = (System.nanoTime() - start) / 1_000_000;
        checkRules(after, members, replicas);
        return tookMs;
    }

    // ---- properties --------------------------------------------------------------------------------------------

    @Property(tries = 25)
    void anyHistoryOfJoinsAndLeavesKeepsEveryRule(
            @ForAll @IntRange(min = 1, max = 200) int pool,
            @ForAll @IntRange(max = 3) int replicas,
            @ForAll @IntRange(min = 1, max = 4) int zones,
            @ForAll boolean weighted,
            @ForAll long seed) {
        Random random = new Random(seed);
        List<Member> all = new ArrayList<>();
        for (int i = 0; i < pool; i++) {
            all.add(Samples.member(
                    i, zones == 1 ? "" : "z" + random.nextInt(zones), weighted ? 1 + random.nextInt(5) : 1));
        }
        Assignment assignment = Assignment.EMPTY;
        for (int step = 0; step < 5; step++) {
            List<Member> live = subset(all, random);
            Assignment next = HashRing.assign(assignment, live, replicas);
            checkRules(next, live, replicas);
            assertEquals(minimalChanges(assignment, live), changes(assignment, next));
            if (zones == 1 && !weighted) {
                checkReplicaSpread(next, live, replicas);
            }
            assignment = next;
        }
    }

    @Property(tries = 25)
    void theOrderOfMembersDoesNotMatter(
            @ForAll @IntRange(min = 1, max = 60) int nodes,
            @ForAll @IntRange(max = 3) int replicas,
            @ForAll long seed) {
        List<Member> members = new ArrayList<>(Samples.members(nodes));
        Random random = new Random(seed);
        Assignment before = HashRing.assign(Assignment.EMPTY, subset(members, random), replicas);
        Assignment first = HashRing.assign(before, members, replicas);
        Collections.shuffle(members, random);
        assertEquals(first, HashRing.assign(before, members, replicas));
    }

    @Property(tries = 25)
    void assigningAgainSoonChangesNothing(
            @ForAll @IntRange(min = 1, max = 60) int pool,
            @ForAll @IntRange(max = 3) int replicas,
            @ForAll @IntRange(min = 1, max = 4) int zones,
            @ForAll long seed) {
        Random random = new Random(seed);
        List<Member> all = new ArrayList<>();
        for (int i = 0; i < pool; i++) {
            all.add(Samples.member(i, "z" + random.nextInt(zones), 1 + random.nextInt(3)));
        }
        Assignment assignment = HashRing.assign(Assignment.EMPTY, subset(all, random), replicas);
        List<Member> live = subset(all, random);
        int rounds = 0;
        for (Assignment next = HashRing.assign(assignment, live, replicas); !next.equals(assignment); rounds++) {
            assertTrue(rounds < 6, "still changing");
            assignment = next;
            next = HashRing.assign(assignment, live, replicas);
            assertEquals(0, changes(assignment, next));
        }
    }

    @Property(tries = 20)
    void anyScatteredStartIsBalanced(
            @ForAll @IntRange(min = 1, max = 30) int nodes,
            @ForAll @IntRange(max = 3) int replicas,
            @ForAll long seed) {
        List<Member> members = Samples.members(nodes);
        Random random = new Random(seed);
        Assignment scattered = Assignment.of(slot -> random.ints(0, nodes)
                .distinct()
                .limit(random.nextInt(1 + Math.min(nodes, 4)))
                .mapToObj(i -> members.get(i).id())
                .toList());
        Assignment next = HashRing.assign(scattered, members, replicas);
        checkRules(next, members, replicas);
        checkReplicaSpread(next, members, replicas);
        assertEquals(minimalChanges(scattered, members), changes(scattered, next));
    }

    @Test
    void equalAssignmentsAreEqual() {
        Assignment one = HashRing.assign(Assignment.EMPTY, Samples.members(3), 1);
        assertEquals(one, Assignment.of(one::owners));
        assertEquals(one.hashCode(), Assignment.of(one::owners).hashCode());
        assertSame(Assignment.EMPTY, HashRing.assign(one, List.of(), 1));
    }

    // ---- the rules ---------------------------------------------------------------------------------------------

    private static List<Member> subset(List<Member> all, Random random) {
        List<Member> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, 1 + random.nextInt(all.size()));
    }

    private static List<Member> without(List<Member> members, Member gone) {
        return members.stream().filter(m -> !m.equals(gone)).toList();
    }

    private static void checkRules(Assignment assignment, List<Member> live, int replicas) {
        Map<NodeId, Member> byId = live.stream().collect(Collectors.toMap(Member::id, m -> m));
        int copies = Math.min(replicas, live.size() - 1);
        int zones = (int) live.stream().map(Member::zone).distinct().count();
        for (int slot = 0; slot < SLOTS; slot++) {
            List<NodeId> owners = assignment.owners(slot);
            assertEquals(copies + 1, owners.size());
            assertEquals(copies + 1, new HashSet<>(owners).size());
            Set<String> ownerZones = new HashSet<>();
            for (NodeId id : owners) {
                assertTrue(byId.containsKey(id));
                ownerZones.add(byId.get(id).zone());
            }
            assertEquals(Math.min(zones, copies + 1), ownerZones.size(), "zones of slot " + slot);
        }
        long total = live.stream().mapToLong(Member::weight).sum();
        Map<NodeId, Integer> counts = primaryCounts(assignment);
        for (Member member : live) {
            double share = (double) SLOTS * member.weight() / total;
            int count = counts.getOrDefault(member.id(), 0);
            assertTrue(count >= Math.floor(share) && count <= Math.ceil(share), count + " for a share of " + share);
        }
    }

    private static void checkReplicaSpread(Assignment assignment, List<Member> live, int replicas) {
        int copies = Math.min(replicas, live.size() - 1);
        Map<NodeId, Integer> counts = new HashMap<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            for (int i = 1; i <= copies; i++) {
                counts.merge(assignment.owners(slot).get(i), 1, Integer::sum);
            }
        }
        double share = (double) SLOTS * copies / live.size();
        for (Member member : live) {
            int count = counts.getOrDefault(member.id(), 0);
            assertTrue(Math.abs(count - share) <= 1.5, count + " replicas for a share of " + share);
        }
    }

    private static Map<NodeId, Integer> primaryCounts(Assignment assignment) {
        Map<NodeId, Integer> counts = new HashMap<>();
        for (int slot = 0; slot < SLOTS; slot++) {
            counts.merge(assignment.owners(slot).get(0), 1, Integer::sum);
        }
        return counts;
    }

    private static int changes(Assignment before, Assignment after) {
        int changes = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            NodeId primary = before.primary(slot);
            changes += primary != null && primary.equals(after.primary(slot)) ? 0 : 1;
        }
        return changes;
    }

    /** Orphans must change; beyond them only what is above a share, rounded up for as many as there are odd slots. */
    private static int minimalChanges(Assignment before, List<Member> live) {
        long total = live.stream().mapToLong(Member::weight).sum();
        int[] counts = new int[live.size()];
        Map<NodeId, Integer> index = new HashMap<>();
        live.forEach(m -> index.put(m.id(), index.size()));
        int changes = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            NodeId primary = before.primary(slot);
            if (primary == null || !index.containsKey(primary)) {
                changes++;
            } else {
                counts[index.get(primary)]++;
            }
        }
        int[] floors = new int[counts.length];
        int couldRoundUp = 0;
        for (int i = 0; i < counts.length; i++) {
            long weighted = (long) SLOTS * live.get(i).weight();
            floors[i] = (int) (weighted / total);
            changes += Math.max(0, counts[i] - floors[i]);
            couldRoundUp += weighted % total != 0 && counts[i] > floors[i] ? 1 : 0;
        }
        return changes - Math.min(SLOTS - Arrays.stream(floors).sum(), couldRoundUp);
    }

    private static int primaryRuns(Assignment assignment) {
        int runs = 1;
        for (int slot = 1; slot < SLOTS; slot++) {
            runs += assignment
                            .owners(slot)
                            .get(0)
                            .equals(assignment.owners(slot - 1).get(0))
                    ? 0
                    : 1;
        }
        return runs;
    }

    private static int ownerRuns(Assignment assignment) {
        int runs = 1;
        for (int slot = 1; slot < SLOTS; slot++) {
            runs += assignment.owners(slot).equals(assignment.owners(slot - 1)) ? 0 : 1;
        }
        return runs;
    }
}
