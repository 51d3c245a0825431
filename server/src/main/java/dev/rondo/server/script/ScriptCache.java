package dev.rondo.server.script;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The scripts that a node knows by their digests. Those that SCRIPT LOAD brought stay; of those that EVAL brought, the
 * ones not used for longest give way. Thread-safe.
 */
public final class ScriptCache {
    /** As Redis 7.4 keeps. */
    private static final int MOST_EVALUATED = 500;

    private static final int BYTES_PER_SCRIPT = 200; // beside its text, about

    private final Map<String, Script> loaded = new HashMap<>();
    private final LinkedHashMap<String, Script> evaluated = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;
    private long evicted;
    private volatile int generation;

    /** The script of the digest, in any case; null when it is not known. */
    public synchronized @Nullable Script find(String sha1) {
        String key = sha1.toLowerCase(Locale.ROOT);
        Script script = loaded.get(key);
        return script != null ? script : evaluated.get(key);
    }

    /** Remembers a script, until it is flushed or, unless it is to stay, others need the room. */
    public synchronized void add(Script script, boolean stays) {
        Script before = evaluated.remove(script.sha1());
        if (before != null) {
            bytes -= size(before);
        }
        if (loaded.containsKey(script.sha1())) {
            return;
        }
        bytes += size(script);
        if (stays) {
            loaded.put(script.sha1(), script);
            return;
        }
        evaluated.put(script.sha1(), script);
        if (evaluated.size() > MOST_EVALUATED) {
            String eldest = evaluated.keySet().iterator().next();
            bytes -= size(evaluated.remove(eldest));
            evicted++;
        }
    }

    private static long size(Script script) {
        return (long) script.body().length + BYTES_PER_SCRIPT;
    }

    /** Forgets every script. */
    public synchronized void flush() {
        loaded.clear();
        evaluated.clear();
        bytes = 0;
        generation++;
    }

    /** Another number after each {@link #flush}. */
    int generation() {
        return generation;
    }

    public synchronized int size() {
        return loaded.size() + evaluated.size();
    }

    /** Bytes that the scripts take. */
    public synchronized long bytes() {
        return bytes;
    }

    /** How many scripts have given way to others. */
    public synchronized long evicted() {
        return evicted;
    }
}
