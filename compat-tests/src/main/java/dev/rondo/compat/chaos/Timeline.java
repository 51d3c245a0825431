package dev.rondo.compat.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** How long the requests of each tenth of a second took, for whoever looks for what slowed them down. Thread-safe. */
final class Timeline {
    private static final long STEP_NS = 100_000_000;

    private final Instant begin = Instant.now();
    private final long beginNs = System.nanoTime();
    private final Map<Long, Latencies> steps = new ConcurrentSkipListMap<>();

    /** A request that ends now took so long. */
    void record(long ns) {
        long step = (System.nanoTime() - beginNs) / STEP_NS;
        steps.computeIfAbsent(step, unknown -> new Latencies()).record(ns);
    }

    /** Writes a line for each step: when it began, how many requests ended in it, and their milliseconds. */
    void write(Path file) {
        List<String> lines = new ArrayList<>();
        lines.add("time,requests,p50,p99,max");
        steps.forEach((step, latencies) -> lines.add(String.format(
                Locale.ROOT,
                "%s,%d,%.2f,%.2f,%.2f",
                begin.plusNanos(step * STEP_NS),
                latencies.count(),
                latencies.percentileMs(50),
                latencies.percentileMs(99),
                latencies.percentileMs(100))));
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
