package dev.rondo.compat.chaos;

import org.jspecify.annotations.Nullable;

/**
 * A promise that was broken.
 *
 * @param occasion the fault after which it was noticed
 * @param log what was done to the key, null when it is not about one key
 * @param op the write that is concerned, null when it is not about one write
 * @param sinceFaultMs how long after the begin of that fault the write was acknowledged
 */
record Violation(What what, String occasion, @Nullable KeyLog log, @Nullable Op op, double sinceFaultMs, String words) {
    /** Which promise. */
    enum What {
        /** An acknowledged write is missing. */
        LOST,
        /** What was deleted, and acknowledged so, is there again. */
        RETURNED,
        /** The owners of a key hold different values. */
        DIVERGED,
        STALE_READ,
        /** A node showed an older value than before. */
        BACK_IN_TIME,
        TORN_TRANSACTION,
        DOUBLED_APPEND,
        DOUBLED_INCREMENT,
        OUT_OF_ORDER,
        REFUSED_BUT_DONE,
        WRITTEN_BY_NOBODY,
        /** The cluster did not become whole after a fault. */
        NOT_WHOLE,
        /** A client of the harness itself broke. */
        ACCIDENT;

        String words() {
            return name().replace('_', ' ');
        }
    }

    static Violation ofCluster(What what, String occasion, String words) {
        return new Violation(what, occasion, null, null, 0, words);
    }
}
