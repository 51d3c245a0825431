package dev.rondo.server.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Percentiles and curves of durations, against the durations themselves. */
class LatencyHistogramTest {
    private final LatencyHistogram histogram = new LatencyHistogram();

    private List<String> curve() {
        List<String> points = new ArrayList<>();
        histogram.forEachDoubling((microseconds, commands) -> points.add(microseconds + ":" + commands));
        return points;
    }

    @Test
    void thePointsOfTheCurveAreThoseOfRedis() {
        for (long ns = 1000; ns <= 2_000_000; ns *= 2) {
            histogram.record(ns);
        }
        assertEquals(
                List.of("1:1", "2:2", "4:3", "8:4", "16:5", "33:6", "66:7", "132:8", "264:9", "528:10", "1056:11"),
                curve());
    }

    @Test
    void percentilesAreWithinAHundredthOfTheTruth() {
        long[] durations =
                new SplittableRandom(1).longs(10_000, 1, 50_000_000).sorted().toArray();
        for (long ns : durations) {
            histogram.record(ns);
        }
        for (double percent : new double[] {0.1, 50, 90, 99, 99.9, 100}) {
            long truth = durations[(int) Math.max(0, Math.round(percent / 100 * durations.length) - 1)];
            long told = histogram.percentileNs(percent);
            assertTrue(told >= truth && told <= truth * 1.01, percent + "% took " + truth + ", not " + told);
        }
        assertEquals(durations.length, histogram.total());
    }

    @Test
    void nothingCountedIsNothingTold() {
        assertEquals(List.of(), curve());
        assertEquals(0, histogram.percentileNs(50));
    }

    @Test
    void theLongestDurationsCountAsASecond() {
        histogram.record(Long.MAX_VALUE);
        histogram.record(0);
        assertEquals(2, histogram.total());
        assertTrue(histogram.percentileNs(100) >= 1_000_000_000);
        assertEquals(2, curve().size());
    }

    @Test
    void histogramsOfThreadsAddUp() {
        LatencyHistogram other = new LatencyHistogram();
        other.record(5000);
        histogram.record(5000);
        histogram.add(other);
        assertEquals(List.of("8:2"), curve());
    }
}
