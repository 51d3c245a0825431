package dev.rondo.server.stats;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToLongFunction;

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
        public long errorReplies;

        Shard(int commands) {
            calls = new long[commands];
            nanoseconds = new long[commands];
            rejected = new long[commands];
            failed = new long[commands];
        }

        private void reset() {
            Arrays.fill(calls, 0);
            Arrays.fill(nanoseconds, 0);
            Arrays.fill(rejected, 0);
            Arrays.fill(failed, 0);
            processed = 0;
            hits = 0;
            misses = 0;
            expired = 0;
            errorReplies = 0;
        }
    }
}
