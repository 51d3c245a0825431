package dev.rondo.server.stats;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Counters of commands and key look-ups. Each thread that runs commands writes its own {@link Shard}, so that counting
 * costs a plain increment; sums read them as they are, a moment old at worst.
 */
public final class CommandStats {
    private final List<Shard> shards = new CopyOnWriteArrayList<>();
    private final int commands;

    /** Counters for commands numbered from 0 to {@code commands - 1}. */
    public CommandStats(int commands) {
        this.commands = commands;
    }

    /** A shard for one more thread. */
    public Shard newShard() {
        Shard shard = new Shard(commands);
        shards.add(shard);
        return shard;
    }

    public long sum(ToLongFunction<Shard> counter) {
        long sum = 0;
        for (Shard shard : shards) {
            sum += counter.applyAsLong(shard);
        }
        return sum;
    }

    /** How long a command took on all threads; null when it was not run, or that was not counted. */
    public @Nullable LatencyHistogram latency(int command) {
        LatencyHistogram sum = null;
        for (Shard shard : shards) {
            LatencyHistogram part = shard.latency[command];
            if (part != null) {
                sum = sum == null ? new LatencyHistogram() : sum;
                sum.add(part);
            }
        }
        return sum;
    }

    /** Sets every counter to zero; increments that run at the same moment may be lost. */
    public void reset() {
        shards.forEach(Shard::reset);
    }

    /** The counters of one thread. */
    public static final class Shard {
        public final long[] calls;
        public final long[] nanoseconds;
        public final long[] rejected;
        public final long[] failed;
        public long processed;
        public long hits;
        public long misses;
        public long expired;
        public long evicted;
        public long errorReplies;
        private final @Nullable LatencyHistogram[] latency;

        Shard(int commands) {
            latency = new LatencyHistogram[commands];
            calls = new long[commands];
            nanoseconds = new long[commands];
            rejected = new long[commands];
            failed = new long[commands];
        }

        /** Counts how long a command took. */
        public void took(int command, long ns) {
            LatencyHistogram histogram = latency[command];
            if (histogram == null) {
                histogram = new LatencyHistogram();
                latency[command] = histogram;
            }
            histogram.record(ns);
        }

        private void reset() {
            Arrays.fill(latency, null);
            Arrays.fill(calls, 0);
            Arrays.fill(nanoseconds, 0);
            Arrays.fill(rejected, 0);
            Arrays.fill(failed, 0);
            processed = 0;
            hits = 0;
            misses = 0;
            expired = 0;
            evicted = 0;
            errorReplies = 0;
        }
    }
}
