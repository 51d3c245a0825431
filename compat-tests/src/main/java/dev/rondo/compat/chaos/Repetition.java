package dev.rondo.compat.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The same fault again and again: a node killed, or frozen or cut off for a fixed time. It ends only when every slot
 * that a probe writes takes writes again. One thread.
 */
final class Repetition implements Agenda {
    private static final long PAUSE_MS = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(50);

    private final ChaosCluster cluster;
    private final List<KeyLog> probes;
    private final FaultKind kind;
    private final int times;
    private final Duration freeze;
    private final SplittableRandom random;
    private int number;

    /**
     * The fault is {@link FaultKind#KILL} or {@link FaultKind#KILL_CUT_OFF}, or {@link FaultKind#HANG} or {@link
     * FaultKind#ISOLATE} for so long.
     */
    Repetition(ChaosCluster cluster, List<KeyLog> probes, FaultKind kind, int times, Duration freeze, long seed) {
        this.cluster = cluster;
        this.probes = probes;
        this.kind = kind;
        this.times = times;
        this.freeze = freeze;
        this.random = new SplittableRandom(seed);
    }

    @Override
    public long pauseMs() {
        return PAUSE_MS;
    }

    @Override
    public @Nullable Fault next() {
        return number == times ? null : new Fault(++number, kind, System.nanoTime());
    }

    @Override
    public void run(Fault fault) {
        int victim = cluster.members().get(random.nextInt(cluster.members().size()));
        if (kind == FaultKind.KILL) {
            fault.strikes(Set.of(victim), "node " + victim);
            cluster.kill(victim);
            awaitAcceptedWrites(fault);
            cluster.restart(victim);
        } else if (kind == FaultKind.KILL_CUT_OFF) {
            Scheduler.killCutOff(cluster, fault, victim);
            awaitAcceptedWrites(fault);
            cluster.restart(victim);
        } else if (kind == FaultKind.ISOLATE) {
            fault.strikes(Set.copyOf(cluster.members()), "node " + victim + " for " + freeze.toMillis() + " ms");
            Scheduler.cutOff(cluster, victim);
            awaitEndOf(fault);
            cluster.network().heal();
            awaitAcceptedWrites(fault);
        } else {
            fault.strikes(Set.of(victim), "node " + victim + " for " + freeze.toMillis() + " ms");
            cluster.pause(victim);
            fault.struckNs = System.nanoTime();
            awaitEndOf(fault);
            cluster.resume(victim);
            awaitAcceptedWrites(fault);
        }
    }

    private void awaitEndOf(Fault fault) {
        Awaitility.await()
                .atMost(freeze.plus(PATIENCE))
                .pollInterval(POLL)
                .until(() -> System.nanoTime() - fault.beginNs >= freeze.toNanos());
        fault.endNs = System.nanoTime();
    }

    private void awaitAcceptedWrites(Fault fault) {
        try {
            Awaitility.await().atMost(PATIENCE).pollInterval(POLL).until(() -> probes.stream()
                    .allMatch(probe -> hasAcceptedSince(probe, fault.struckNs)));
        } catch (ConditionTimeoutException e) {
            throw new IllegalStateException("not every slot takes writes again within " + PATIENCE, e);
        }
    }

    private static boolean hasAcceptedSince(KeyLog probe, long sinceNs) {
        Op last = probe.lastAcknowledged();
        return last != null && last.startNs > sinceNs;
    }

    /** A crash is noticed at once; a node that was frozen or alone finds out seconds later what it has missed. */
    @Override
    public Duration calm() {
        return kind == FaultKind.KILL || kind == FaultKind.KILL_CUT_OFF
                ? Duration.ofMillis(500)
                : Duration.ofSeconds(3);
    }
}
