package dev.rondo.server.stats;

/**
 * How often commands took how long: counters for durations that differ by less than a hundredth, up to a second. The
 * buckets are those of HdrHistogram with two significant digits, so that percentiles and curves are Redis's. Written by
 * one thread; others read counters a moment old.
 *
 * @see <a href="https://github.com/HdrHistogram/HdrHistogram">HdrHistogram</a>
 */
public final class LatencyHistogram {
    private static final long MAX_NS = 1_000_000_000;
    /** 128 steps of equal width double a value. */
    private static final int STEP_BITS = 7;

    private static final int BUCKETS = index(MAX_NS) + 1;
    private static final long FIRST_LEVEL_NS = 1024;

    private final long[] counts = new long[BUCKETS];

    /** Takes the points of a curve. */
    @FunctionalInterface
    public interface Curve {
        /** So many commands took so long at most. */
        void point(long microseconds, long commands);
    }

    void record(long ns) {
        counts[index(Math.min(MAX_NS, Math.max(1, ns)))]++;
    }

    /** Adds what another histogram has counted. */
    public void add(LatencyHistogram other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += other.counts[i];
        }
    }

    private static int index(long ns) {
        int doublings = Math.max(0, Long.SIZE - Long.numberOfLeadingZeros(ns) - STEP_BITS - 1);
        return (doublings << STEP_BITS) + (int) (ns >> doublings);
    }

    /** The longest duration that falls into a bucket. */
    private static long highestNs(int index) {
        int doublings = Math.max(0, (index >> STEP_BITS) - 1);
        long step = index - ((long) doublings << STEP_BITS);
        return (step + 1 << doublings) - 1;
    }

    /** The number of commands counted. */
    public long total() {
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        return total;
    }

    /** The duration in nanoseconds that so many percent of the commands did not exceed. */
    public long percentileNs(double percent) {
        long wanted = Math.max(1, (long) (percent / 100 * total() + 0.5));
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= wanted) {
                return highestNs(i);
            }
        }
        return 0;
    }

    /** The sums of counters up to durations that double, where they grow. */
    public void forEachDoubling(Curve curve) {
        long before = 0;
        long sum = 0;
        int next = 0;
        for (long level = FIRST_LEVEL_NS; next < BUCKETS; level *= 2) {
            int last = index(Math.min(level, MAX_NS));
            while (next <= last) {
                sum += counts[next++];
            }
            if (sum > before) {
                curve.point(highestNs(last) / 1000, sum);
                before = sum;
            }
        }
    }
}
