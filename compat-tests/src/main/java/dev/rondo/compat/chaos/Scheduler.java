package dev.rondo.compat.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * Chooses faults by the seed and makes them happen, one after another; each begins in a whole cluster, so that no two
 * of them together can kill all owners of a slot. One thread.
 */
final class Scheduler implements Agenda {
    private static final int LEAST_NODES = 3;
    private static final long UNNOTICED_MS = 700;
    private static final Duration CALM = Duration.ofSeconds(3);

    private final ChaosCluster cluster;
    private final Network network;
    private final Set<FaultKind> kinds;
    private final int usualNodes;
    private final Duration wholeTimeout;
    private final SplittableRandom random;
    private int number;
    /** Until then a node may have given versions that are later than any clock. */
    private long versionsAheadUntilNs = System.nanoTime();

    Scheduler(ChaosCluster cluster, Settings settings) {
        this.cluster = cluster;
        this.network = cluster.network();
        this.kinds = settings.faults();
        this.wholeTimeout = settings.wholeTimeout();
        this.usualNodes = settings.nodes();
        this.random = new SplittableRandom(settings.seed());
    }

    @Override
    public long pauseMs() {
        return 500L + random.nextInt(2000);
    }

    @Override
    public Duration calm() {
        return CALM;
    }

    /** Chooses among those that are possible now. */
    @Override
    public Fault next() {
        List<FaultKind> possible = new ArrayList<>();
        for (FaultKind kind : FaultKind.values()) {
            if (kinds.contains(kind) && isPossible(kind)) {
                possible.add(kind);
            }
        }
        if (possible.isEmpty()) {
            throw new IllegalStateException("none of the faults " + kinds + " is possible with " + cluster.members());
        }
        return new Fault(++number, possible.get(random.nextInt(possible.size())), System.nanoTime());
    }

    private boolean isPossible(FaultKind kind) {
        int nodes = cluster.members().size();
        return switch (kind) {
            case JOIN, KILL_WHILE_JOINING -> nodes < cluster.places() && nodes <= usualNodes;
            case LEAVE -> nodes > LEAST_NODES && nodes >= usualNodes;
            default -> true;
        };
    }

    @Override
    public void run(Fault fault) {
        switch (fault.kind) {
            case KILL -> {
                int victim = kill(fault, "");
                pause(200, 5000);
                cluster.restart(victim);
            }
            case KILL_CUT_OFF -> {
                int victim = anyMember();
                killCutOff(cluster, fault, victim);
                pause(200, 5000);
                cluster.restart(victim);
            }
            case KILL_WHILE_JOINING -> killWhileJoining(fault);
            case HANG -> {
                int victim = anyMember();
                long durationMs = 1000L + random.nextInt(9000);
                fault.strikes(Set.of(victim), "node " + victim + " for " + durationMs + " ms");
                cluster.pause(victim);
                fault.struckNs = System.nanoTime();
                pause(durationMs);
                fault.endNs = System.nanoTime();
                cluster.resume(victim);
            }
            case STOP -> {
                int victim = anyMember();
                fault.strikes(Set.of(victim), "node " + victim);
                cluster.stop(victim);
                pause(0, 3000);
                cluster.restart(victim);
            }
            case ROLLING_RESTART -> rollingRestart(fault);
            case JOIN -> {
                int place = freePlace();
                fault.strikes(Set.of(), "node " + place);
                cluster.launchNew(place);
                cluster.awaitPong(place);
            }
            case LEAVE -> {
                int victim = anyMember();
                fault.strikes(Set.of(victim), "node " + victim);
                cluster.stop(victim);
            }
            case CLOCK_JUMP -> clockJump(fault);
            case ISOLATE, HALVES, BRIDGE, ONE_WAY -> split(fault);
        }
    }

    private void clockJump(Fault fault) {
        int victim = anyMember();
        long offsetMs = (100L + random.nextInt(30_000)) * (random.nextBoolean() ? 1 : -1);
        long durationMs = 1000L + random.nextInt(4000);
        fault.strikes(Set.of(victim), "node " + victim + " by " + offsetMs + " ms for " + durationMs + " ms");
        cluster.shiftClock(victim, offsetMs);
        pause(durationMs);
        cluster.shiftClock(victim, 0);
        long aheadNs = TimeUnit.MILLISECONDS.toNanos(Math.max(0, offsetMs));
        versionsAheadUntilNs = Math.max(versionsAheadUntilNs, System.nanoTime() + aheadNs);
    }

    private int kill(Fault fault, String words) {
        int victim = anyMember();
        fault.strikes(Set.of(victim), "node " + victim + words);
        cluster.kill(victim);
        return victim;
    }

    /** What the victim acknowledged without a replica is surely lost; the others do not notice the cut. */
    static void killCutOff(ChaosCluster cluster, Fault fault, int victim) {
        fault.strikes(Set.of(victim), "node " + victim + ", cut off for " + UNNOTICED_MS + " ms before");
        cutOff(cluster, victim);
        pause(UNNOTICED_MS);
        fault.struckNs = System.nanoTime();
        cluster.kill(victim);
        cluster.network().heal();
    }

    /** From now on the node and the others do not reach one another. */
    static void cutOff(ChaosCluster cluster, int victim) {
        Set<Integer> others = without(cluster.members(), victim);
        cut(cluster.network(), Set.of(victim), others);
        cut(cluster.network(), others, Set.of(victim));
    }

    private void killWhileJoining(Fault fault) {
        int place = freePlace();
        cluster.launchNew(place);
        cluster.awaitPong(place);
        pause(0, 800);
        int victim = kill(fault, " while node " + place + " joins");
        pause(200, 4000);
        cluster.restart(victim);
    }

    private void rollingRestart(Fault fault) {
        List<Integer> all = cluster.members();
        fault.strikes(Set.copyOf(all), "nodes " + all);
        for (int place : all) {
            cluster.stop(place);
            cluster.restart(place);
            String flaw = cluster.awaitWhole(wholeTimeout, CALM);
            if (flaw != null) {
                throw new IllegalStateException("not whole after the restart of node " + place + ": " + flaw);
            }
        }
    }

    private void split(Fault fault) {
        List<Integer> members = shuffledMembers();
        int victim = members.get(0);
        int half = members.size() / 2;
        Set<Integer> one = new HashSet<>(members.subList(0, half));
        Set<Integer> other = new HashSet<>(members.subList(half, members.size()));
        long durationMs = 1000L + random.nextInt(10_000);
        String words =
                switch (fault.kind) {
                    case HALVES -> one + " from " + other;
                    case BRIDGE -> {
                        other.remove(members.get(half));
                        yield one + " from " + other + ", with node " + members.get(half) + " between";
                    }
                    default -> "node " + victim;
                };
        fault.strikes(Set.copyOf(members), words + " for " + durationMs + " ms");
        fault.clocksDisagree = System.nanoTime() < versionsAheadUntilNs;
        switch (fault.kind) {
            case ISOLATE -> cutOff(cluster, victim);
            case ONE_WAY -> cut(network, Set.of(victim), without(members, victim));
            default -> {
                cut(network, one, other);
                cut(network, other, one);
            }
        }
        pause(durationMs);
        fault.endNs = System.nanoTime();
        network.heal();
    }

    private static void cut(Network network, Set<Integer> from, Set<Integer> to) {
        from.forEach(each -> to.forEach(other -> network.cut(each, other)));
    }

    private static Set<Integer> without(List<Integer> members, int one) {
        return members.stream().filter(each -> each != one).collect(Collectors.toSet());
    }

    private int anyMember() {
        return cluster.members().get(random.nextInt(cluster.members().size()));
    }

    private List<Integer> shuffledMembers() {
        List<Integer> members = new ArrayList<>(cluster.members());
        for (int i = members.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = members.get(i);
            members.set(i, members.get(j));
            members.set(j, kept);
        }
        return members;
    }

    private int freePlace() {
        int place = 0;
        while (cluster.members().contains(place)) {
            place++;
        }
        return place;
    }

    private void pause(int leastMs, int mostMs) {
        pause(leastMs + random.nextInt(mostMs - leastMs));
    }

    private static void pause(long ms) {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
        for (long left = deadlineNs - System.nanoTime(); left > 0; left = deadlineNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
