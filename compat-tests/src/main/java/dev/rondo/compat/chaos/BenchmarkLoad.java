package dev.rondo.compat.chaos;

import dev.rondo.compat.bench.Measurement;
import dev.rondo.compat.bench.RedisBenchmark;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/**
 * redis-benchmark, round after round, beside the applications. It has no rate to set, so it is held to half of what is
 * possible by the number of its connections, and where a single one is too fast by pauses between short rounds. It does
 * not know nodes that join while it runs, and gives up when it meets one; the next round knows them.
 */
final class BenchmarkLoad implements AutoCloseable {
    private static final int VALUE_BYTES = 100;
    private static final int PEAK_CONNECTIONS = 48;
    private static final int[] CONNECTIONS = {1, 2, 3, 6, 12, 24};
    private static final int PEAK_REQUESTS = 200_000;
    private static final int PEAK_ROUNDS = 4;
    private static final int ROUNDS_PER_SECOND = 2;
    private static final int PEAK_TIMEOUT_S = 30;
    /** A redis-benchmark that has lost a node may loop at a full core until it is ended. */
    private static final int ROUND_TIMEOUT_S = 5;

    private static final long NS_PER_SECOND = 1_000_000_000;

    private final ChaosCluster cluster;
    private final int keys;
    private final double peakPerSecond;
    private final Thread thread = new Thread(this::rounds, "redis-benchmark");
    private final List<Measurement> done = new ArrayList<>();
    private int connections;
    private int requests;
    private long startedNs;
    private long endedNs;
    private int gaveUp;
    private String lastWords = "";
    private volatile boolean stopped;

    /** Measures the peak, while nobody else asks for anything. */
    BenchmarkLoad(ChaosCluster cluster, int keys) {
        this.cluster = cluster;
        this.keys = keys;
        this.peakPerSecond = warmPeak();
    }

    /** What is possible once the JVMs have compiled what they run. */
    private double warmPeak() {
        double peak = 0;
        for (int i = 0; i < PEAK_ROUNDS; i++) {
            peak = Math.max(
                    peak, run(PEAK_CONNECTIONS, PEAK_REQUESTS, PEAK_TIMEOUT_S).requestsPerSecond());
        }
        return peak;
    }

    private Measurement run(int connections, int requests, int timeoutS) {
        int port = cluster.network().port(cluster.members().get(0));
        return new RedisBenchmark(connections, VALUE_BYTES, keys, timeoutS).run(port, true, "SET", 1, requests);
    }

    /**
     * Begins, once it has found how many connections give half of the peak. Whoever works beside it must have begun:
     * connections that give half of the peak alone gave a third of it beside eight Jedis threads on two cores.
     */
    void start() {
        double rate = 0;
        for (int i = 0; i < CONNECTIONS.length && rate < peakPerSecond / 2; i++) {
            connections = CONNECTIONS[i];
            rate = run(connections, PEAK_REQUESTS / 4, PEAK_TIMEOUT_S).requestsPerSecond();
        }
        requests = (int) Math.max(1000, Math.min(rate, peakPerSecond / 2) / ROUNDS_PER_SECOND);
        startedNs = System.nanoTime();
        thread.start();
    }

    private void rounds() {
        long nextNs = System.nanoTime();
        while (!stopped) {
            nextNs = Math.max(nextNs + NS_PER_SECOND / ROUNDS_PER_SECOND, System.nanoTime());
            try {
                done.add(run(connections, requests, ROUND_TIMEOUT_S));
            } catch (IllegalStateException e) {
                gaveUp++;
                lastWords = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
            }
            for (long left = nextNs - System.nanoTime(); left > 0; left = nextNs - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    /** Ends after the round that is under way. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
            endedNs = System.nanoTime();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once closed: what it did. */
    @Override
    public String toString() {
        double seconds = (endedNs - startedNs) / (double) NS_PER_SECOND;
        return String.format(
                Locale.ROOT,
                "redis-benchmark: peak %.0f SET/s with %d connections; load %d SET/s with %d, of which it reached %.0f;"
                        + " %d rounds, median %.0f SET/s while they last, p99 %.2f ms; gave up %d times%s",
                peakPerSecond,
                PEAK_CONNECTIONS,
                requests * ROUNDS_PER_SECOND,
                connections,
                (double) requests * done.size() / seconds,
                done.size(),
                done.isEmpty() ? 0 : Measurement.median(done).requestsPerSecond(),
                done.isEmpty() ? 0 : Measurement.median(done).p99Ms(),
                gaveUp,
                gaveUp == 0 ? "" : ": " + lastWords.substring(0, Math.min(300, lastWords.length())));
    }
}
