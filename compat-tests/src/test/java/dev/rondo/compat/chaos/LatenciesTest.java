package dev.rondo.compat.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    @Test
    void percentilesAreNeverTooLowAndAtMostASixteenthTooHigh() {
        Latencies latencies = new Latencies();
        for (int us = 1; us <= 1_000_000; us++) {
            latencies.record(TimeUnit.MICROSECONDS.toNanos(us));
        }

        assertEquals(1_000_000, latencies.count());
        for (double percent : new double[] {0.001, 1, 50, 99, 99.9, 100}) {
            double exactMs = percent * 10;
            double toldMs = latencies.percentileMs(percent);
            assertTrue(toldMs >= exactMs && toldMs <= exactMs * 17 / 16 + 0.002, percent + ": " + toldMs);
        }
    }

    @Test
    void oneSlowRequestIsTheMaximum() {
        Latencies latencies = new Latencies();
        for (int i = 0; i < 999; i++) {
            latencies.record(TimeUnit.MICROSECONDS.toNanos(100));
        }
        latencies.record(TimeUnit.SECONDS.toNanos(30));

        assertTrue(latencies.percentileMs(99) < 0.11);
        assertTrue(latencies.percentileMs(100) >= 30_000);
    }

    @Test
    void withoutRequestsEveryPercentileIsZero() {
        assertEquals(0, new Latencies().percentileMs(99));
    }
}
