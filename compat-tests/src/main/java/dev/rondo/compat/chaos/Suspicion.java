package dev.rondo.compat.chaos;

import java.util.List;

/**
 * Something that a client saw and that only certain faults explain. Whether one did is known when it is over.
 *
 * @param ops the acknowledged writes that seem to be missing
 * @param fromNs since when the client knew better
 */
record Suspicion(What what, KeyLog log, List<Op> ops, long fromNs, long atNs, int node, String words) {
    /** What was seen. */
    enum What {
        /** An acknowledged increment was not counted. */
        LOST,
        /** The primary answered with an older value than it, or its predecessor, had acknowledged. */
        STALE,
        /** One node showed a newer value before. */
        BACK_IN_TIME,
        /** More increments were counted than were made. */
        DOUBLED,
        /** Half of a transaction. */
        TORN,
        /** A value that nobody has written. */
        PHANTOM
    }
}
