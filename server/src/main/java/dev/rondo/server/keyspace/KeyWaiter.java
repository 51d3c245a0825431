package dev.rondo.server.keyspace;

/** Waits for keys of slots to change. Called under the slot's lock; every method must do no more than schedule work. */
public interface KeyWaiter {
    /** Whether it is also told that a key it waits for is gone. */
    boolean heedsDeletion();

    /** Keys that are waited for, by this waiter or others, have changed, and who changed them looks after nobody. */
    void keysTouched(Slot slot);

    /** This node has become something else for the slot than it was. */
    void slotChanged(Slot slot);
}
