package dev.rondo.server.replication;

import java.util.function.LongSupplier;

/**
 * The rate that the operator has set, or else one that leaves the processor to those who serve clients. The thread that
 * copies sleeps between chunks; how much too late it wakes tells how long whoever has something to do waits for the
 * processor, and that includes the event loops. While it is late the rate falls by a part, and otherwise it grows by a
 * part. Confined to the sync thread.
 */
public final class SpareTimeRate implements CopyRate {
    /** Even on a machine that has no time at all the moves go on. */
    static final double LEAST = 1e6;

    static final double FIRST = 2e6;
    static final double MOST = 4e9;
    /** Where nobody is in its way, a thread wakes by less than that too late. */
    static final long LATE_NS = 500_000;

    private static final long ADJUSTED_EACH_NS = 50_000_000;
    private static final double UP = 1.05;
    private static final double DOWN = 0.7;
    /** What the last sleep counts in the mean. */
    private static final double WEIGHT = 1 / 8.0;

    private final LongSupplier configured;
    private double bytesPerSecond = FIRST;
    private double meanLateNs;
    private long sleptNs;

    /**
     * Begins slowly.
     *
     * @param configured bytes per second that the operator wants, whatever it costs; 0 if he leaves it to the node
     */
    public SpareTimeRate(LongSupplier configured) {
        this.configured = configured;
    }

    @Override
    public long getAsLong() {
        long wanted = configured.getAsLong();
        return wanted > 0 ? wanted : (long) bytesPerSecond;
    }

    @Override
    public void slept(long wantedNs, long tookNs) {
        if (tookNs < wantedNs) {
            return; // it was woken
        }
        meanLateNs += (tookNs - wantedNs - meanLateNs) * WEIGHT;
        sleptNs += tookNs;
        if (sleptNs >= ADJUSTED_EACH_NS) {
            sleptNs = 0;
            bytesPerSecond =
                    meanLateNs > LATE_NS ? Math.max(LEAST, bytesPerSecond * DOWN) : Math.min(MOST, bytesPerSecond * UP);
        }
    }
}
