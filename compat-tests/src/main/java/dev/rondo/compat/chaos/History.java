package dev.rondo.compat.chaos;

import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** All that the clients did and saw. Thread-safe. */
final class History {
    private final Queue<KeyLog> logs = new ConcurrentLinkedQueue<>();
    final Queue<Suspicion> suspicions = new ConcurrentLinkedQueue<>();
    final LongAdder reads = new LongAdder();
    private final Map<String, Map<String, LongAdder>> troubles = new ConcurrentHashMap<>();
    private volatile String period = "no fault";

    KeyLog newLog(KeyLog.Kind kind, String... keys) {
        KeyLog log = new KeyLog(kind, keys);
        logs.add(log);
        return log;
    }

    Iterable<KeyLog> logs() {
        return logs;
    }

    /** What happens to the cluster from now on, in words. */
    void period(String words) {
        period = words;
    }

    /** A request was not acknowledged. */
    void trouble(String words) {
        troubles.computeIfAbsent(period, p -> new ConcurrentHashMap<>())
                .computeIfAbsent(words, w -> new LongAdder())
                .increment();
    }

    /** How often which trouble came in which period. */
    Map<String, Map<String, Long>> troubles() {
        Map<String, Map<String, Long>> result = new TreeMap<>();
        troubles.forEach((when, counts) -> {
            Map<String, Long> sums = new TreeMap<>();
            counts.forEach((what, count) -> sums.put(what, count.sum()));
            result.put(when, sums);
        });
        return result;
    }
}
