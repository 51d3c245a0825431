package dev.rondo.server.stats;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts error replies by their code (INFO errorstats). Thread-safe and bounded. */
public final class ErrorStats {
    /** As in Redis: above this many codes, which only a script can cause, no new one is counted. */
    private static final int MOST_CODES = 128;

    private final Map<String, LongAdder> byCode = new ConcurrentHashMap<>();

    /** Counts an error such as "ERR syntax error". */
    public void count(String error) {
        int blank = error.indexOf(' ');
        String code = blank < 0 ? error : error.substring(0, blank);
        LongAdder counter = byCode.get(code);
        if (counter == null && byCode.size() < MOST_CODES) {
            counter = byCode.computeIfAbsent(code, c -> new LongAdder());
        }
        if (counter != null) {
            counter.increment();
        }
    }

    /** The counts in the order of the codes. */
    public Map<String, Long> counts() {
        Map<String, Long> result = new TreeMap<>();
        byCode.forEach((code, count) -> result.put(code, count.sum()));
        return result;
    }

    public void reset() {
        byCode.clear();
    }
}
