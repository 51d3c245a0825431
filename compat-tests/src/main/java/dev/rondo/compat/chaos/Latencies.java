package dev.rondo.compat.chaos;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * How long requests took, counted in buckets, 16 to each doubling: a percentile is too high by 1/16 at most.
 * Thread-safe.
 */
final class Latencies {
    private static final int STEPS = 16;
    private static final int STEP_BITS = 4;
    private static final int BUCKETS = (Long.SIZE - STEP_BITS) * STEPS;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);

    void record(long ns) {
        counts.incrementAndGet(bucket(TimeUnit.NANOSECONDS.toMicros(Math.max(0, ns))));
    }

    private static int bucket(long us) {
        if (us < STEPS) {
            return (int) us;
        }
        int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(us) - STEP_BITS;
        return (doublings + 1) * STEPS + (int) (us >>> doublings) - STEPS;
    }

    /** The first microsecond that is above everything in the bucket. */
    private static long endOf(int bucket) {
        if (bucket < STEPS) {
            return bucket + 1L;
        }
        int doublings = bucket / STEPS - 1;
        return (long) (STEPS + bucket % STEPS + 1) << doublings;
    }

    long count() {
        long sum = 0;
        for (int i = 0; i < BUCKETS; i++) {
            sum += counts.get(i);
        }
        return sum;
    }

    /** So many percent took no longer than this many milliseconds; 0 when nothing was recorded. */
    double percentileMs(double percent) {
        long rank = (long) Math.ceil(percent / 100 * count());
        long sum = 0;
        for (int i = 0; i < BUCKETS; i++) {
            sum += counts.get(i);
            if (sum > 0 && sum >= rank) {
                return endOf(i) / 1000.0;
            }
        }
        return 0;
    }
}
