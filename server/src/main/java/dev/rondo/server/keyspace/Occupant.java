package dev.rondo.server.keyspace;

/**
 * Who keeps slots for longer than a command takes: a script. Its lock is free meanwhile, but whoever would see or
 * change what is half done waits until the slot is vacant. Thread-safe.
 */
public interface Occupant {
    /** Whether it has kept the slot for longer than clients are to wait. */
    boolean isOverdue();

    /** What clients are told then. */
    String busyError();

    /** Calls {@code retry} (which must only schedule work) when the slot is vacant, or the occupant overdue. */
    void await(Runnable retry);

    /** The node is to lose the slot: the occupant leaves, if it can. */
    void hurry();
}
