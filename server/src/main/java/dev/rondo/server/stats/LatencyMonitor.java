package dev.rondo.server.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What took longer than latency-monitor-threshold, by event: the worst of each of the last 160 seconds with any.
 * Thread-safe.
 */
public final class LatencyMonitor {
    /** The samples of one event that are kept. */
    private static final int MOST_SAMPLES = 160;

    /** The longest duration of an event in one second. */
    public record Sample(long second, long ms) {}

    /** What is known of one event: its latest samples, oldest first, and the longest duration ever. */
    public record Series(String event, List<Sample> samples, long maxMs) {
        public Sample latest() {
            return samples.get(samples.size() - 1);
        }
    }

    private final Map<String, Series> byEvent = new TreeMap<>();

    /** The events are few and named in the program, so their number is bounded. */
    public synchronized void add(String event, long second, long durationMs) {
        long ms = durationMs;
        Series present = byEvent.get(event);
        List<Sample> samples = present == null ? new ArrayList<>() : new ArrayList<>(present.samples);
        if (present != null && present.latest().second == second) {
            ms = Math.max(ms, samples.remove(samples.size() - 1).ms);
        }
        if (samples.size() == MOST_SAMPLES) {
            samples.remove(0);
        }
        samples.add(new Sample(second, ms));
        byEvent.put(event, new Series(event, samples, Math.max(ms, present == null ? 0 : present.maxMs)));
    }

    public synchronized @Nullable Series of(String event) {
        return byEvent.get(event);
    }

    public synchronized List<Series> all() {
        return List.copyOf(byEvent.values());
    }

    /** Forgets an event; false when nothing was known of it. */
    public synchronized boolean reset(String event) {
        return byEvent.remove(event) != null;
    }

    /** Forgets every event, and returns how many there were. */
    public synchronized int resetAll() {
        int events = byEvent.size();
        byEvent.clear();
        return events;
    }
}
