package dev.rondo.server.stats;

import java.util.function.LongSupplier;

/**
 * The recent speed of a counter: the mean of its last 16 samples (about 1.6 seconds). {@link #sample} is called by one
 * thread at regular intervals; any thread may read.
 */
public final class Rate {
    private static final int SAMPLES = 16;

    private final LongSupplier counter;
    private final double[] perSecond = new double[SAMPLES];
    private int next;
    private long lastCount;
    private long lastNs;
    private volatile double mean;

    public Rate(LongSupplier counter, long nowNs) {
        this.counter = counter;
        this.lastCount = counter.getAsLong();
        this.lastNs = nowNs;
    }

    /** Takes a sample at {@code nowNs} on the clock of {@link System#nanoTime}. */
    public void sample(long nowNs) {
        long elapsedNs = nowNs - lastNs;
        if (elapsedNs <= 0) {
            return;
        }
        long count = counter.getAsLong();
        perSecond[next] = Math.max(0, count - lastCount) * 1e9 / elapsedNs; // a reset counter starts again from 0
        next = (next + 1) % SAMPLES;
        lastCount = count;
        lastNs = nowNs;
        double sum = 0;
        for (double each : perSecond) {
            sum += each;
        }
        mean = sum / SAMPLES;
    }

    public double perSecond() {
        return mean;
    }
}
