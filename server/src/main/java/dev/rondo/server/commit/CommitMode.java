package dev.rondo.server.commit;

import dev.rondo.server.keyspace.Slot;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** When a write counts as committed, so that its client may be answered. Thread-safe. */
public interface CommitMode {
    /** The way of writes for which nobody waits. */
    CommitPath path();

    CommitRules rules();

    /** How many replicas have a complete copy of the (locked) slot and are sent every effect. */
    int replicas(Slot slot);

    /**
     * A way for the writes of one event loop's clients that remembers what must be confirmed; null when replies need
     * not wait.
     *
     * @param progress called on any thread when something may have been confirmed; it must only schedule work
     */
    @Nullable CommitLedger newLedger(Runnable progress);

    /** Counted for INFO. */
    CommitFigures figures();

    /** Whether the (locked) slot may be written to. */
    default boolean mayWrite(Slot slot) {
        int least = rules().leastReplicas();
        return least == 0 || replicas(slot) >= least;
    }

    /** A mode in which a write is committed as soon as it is on its way. */
    static CommitMode async(CommitPath path, ToIntFunction<Slot> replicas, CommitRules rules) {
        CommitFigures figures = new CommitFigures();
        return new CommitMode() {
            @Override
            public CommitPath path() {
                return path;
            }

            @Override
            public CommitRules rules() {
                return rules;
            }

            @Override
            public int replicas(Slot slot) {
                return replicas.applyAsInt(slot);
            }

            @Override
            public @Nullable CommitLedger newLedger(Runnable progress) {
                return null;
            }

            @Override
            public CommitFigures figures() {
                return figures;
            }
        };
    }
}
