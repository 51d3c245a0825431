package dev.rondo.compat.chaos;

import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/** What the applications felt during one part of a measurement. Thread-safe; the fields are for its owner. */
final class Phase {
    static final String HEADER =
            "| phase | s | MB moved | MB/s | requests | errors | p50 ms | p99 ms | p99.9 ms | max ms"
                    + " | p99 against before |\n|---|---|---|---|---|---|---|---|---|---|---|\n";

    final String name;
    final Latencies latencies = new Latencies();
    final LongAdder errors = new LongAdder();
    private final long beginNs = System.nanoTime();
    /** How long it took; without the time in which nothing happened any more. */
    double seconds;
    /** The bytes of the copies that were made. */
    double movedBytes;

    Phase(String name) {
        this.name = name;
    }

    /** Ends it; {@code idleNs} at its end do not count. */
    void end(long idleNs) {
        seconds = (System.nanoTime() - beginNs - idleNs) / 1e9;
    }

    double p99Ms() {
        return latencies.percentileMs(99);
    }

    /** A line of the table under {@link #HEADER}. */
    String line(Phase before) {
        double megabytes = movedBytes / 1e6;
        return String.format(
                Locale.ROOT,
                "| %s | %.1f | %s | %s | %d | %d | %.2f | %.2f | %.2f | %.1f | %.1f |%n",
                name,
                seconds,
                movedBytes == 0 ? "-" : String.format(Locale.ROOT, "%.0f", megabytes),
                movedBytes == 0 ? "-" : String.format(Locale.ROOT, "%.1f", megabytes / seconds),
                latencies.count(),
                errors.sum(),
                latencies.percentileMs(50),
                p99Ms(),
                latencies.percentileMs(99.9),
                latencies.percentileMs(100),
                p99Ms() / before.p99Ms());
    }
}
