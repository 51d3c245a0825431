package dev.rondo.server.replication;

import java.util.function.LongSupplier;

/**
 * The rate that the operator has set, or else one that leaves the processor to those who serve clients. The thread that
 * copies sleeps between chunks; how much too late it wakes tells how long whoever has something to do waits for the
 * processor, and that includes the event loops. While it is late the rate falls by a part, and otherwise it grows by a
 * part. How late it may be, and how low the rate may fall, depends on what the copies are for. Confined to the sync
 * thread.
 */
public final class SpareTimeRate implements CopyRate {
    /** What the copies are for: how much too late the thread may wake, and the rate even where there is no time. */
    enum Purpose {
        /** Slots are shared out anew, which may take its time. */
        BALANCE(300_000, 2e5),
        /** Slots lack copies, or a node waits until it may leave: the longer that lasts, the more it may cost. */
        SAFETY(500_000, 1e6);

        final long lateNs;
        final double leastBytesPerSecond;

        Purpose(long lateNs, double leastBytesPerSecond) {
            this.lateNs = lateNs;
            this.leastBytesPerSecond = leastBytesPerSecond;
        }
    }

    static final double FIRST = 2e5;
    static final double MOST = 4e9;

    /** While copies are urgent, the least rate doubles in this time. */
    static final long DOUBLED_EACH_NS = 10_000_000_000L;

    private static final long ADJUSTED_EACH_NS = 50_000_000;
    private static final double UP = 1.05;
    private static final double DOWN = 0.7;
    /** What the last sleep counts in the mean. */
    private static final double WEIGHT = 1 / 8.0;

    private final LongSupplier configured;
    private final LongSupplier urgentForNs;
    private double bytesPerSecond = FIRST;
    private double meanLateNs;
    private long sleptNs;

    /**
     * Begins slowly.
     *
     * @param configured bytes per second that the operator wants, whatever it costs; 0 if he leaves it to the node
     * @param urgentForNs how long the copies have been for more than balance; negative when they are not
     */
    public SpareTimeRate(LongSupplier configured, LongSupplier urgentForNs) {
        this.configured = configured;
        this.urgentForNs = urgentForNs;
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
            long urgentNs = urgentForNs.getAsLong();
            Purpose purpose = urgentNs < 0 ? Purpose.BALANCE : Purpose.SAFETY;
            double least = purpose.leastBytesPerSecond * Math.pow(2, Math.max(0, urgentNs) / (double) DOUBLED_EACH_NS);
            double changed = bytesPerSecond * (meanLateNs > purpose.lateNs ? DOWN : UP);
            bytesPerSecond = Math.min(MOST, Math.max(least, changed));
        }
    }
}
