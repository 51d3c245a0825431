package dev.rondo.compat.chaos;

/** One write and its fate. Written by the client thread that made it; read by the checker while all clients rest. */
final class Op {
    /** What the client knows of a write. */
    enum Status {
        /** On its way. */
        PENDING,
        ACKNOWLEDGED,
        /** It certainly did not happen. */
        REFUSED,
        /** No reply came: it may have happened, or may still happen. */
        UNKNOWN
    }

    /** Unique, and ascending for one client. */
    final long number;
    /** Whether it deletes what the earlier ones wrote. */
    final boolean deletes;

    final long startNs;
    long endNs;
    Status status = Status.PENDING;
    /** The node that answered. */
    int node = -1;
    /** Whether its loss is known already. */
    boolean lost;

    Op(long number, boolean deletes, long startNs) {
        this.number = number;
        this.deletes = deletes;
        this.startNs = startNs;
    }

    boolean isAcknowledged() {
        return status == Status.ACKNOWLEDGED;
    }
}
