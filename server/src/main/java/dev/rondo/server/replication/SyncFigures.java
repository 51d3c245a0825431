package dev.rondo.server.replication;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What the copies that this node made for others have cost and saved since the start. Thread-safe. */
public final class SyncFigures {
    /** Slots of which the replica had nothing. */
    public final LongAdder fullSlots = new LongAdder();
    /** Slots of which only what differed was copied, perhaps nothing. */
    public final LongAdder partialSlots = new LongAdder();
    /** Bytes of entries and deletions of slots copied. */
    public final LongAdder sentBytes = new LongAdder();
    /** About how many bytes of entries were not copied since the replica had them. */
    public final LongAdder equalBytes = new LongAdder();

    /** A replica has its copy; the comparison is null if there was none: it had nothing, or wanted a whole copy. */
    void synced(@Nullable Comparison comparison) {
        if (comparison == null) {
            fullSlots.increment();
        } else {
            partialSlots.increment();
            equalBytes.add(comparison.equalBytes);
        }
    }
}
