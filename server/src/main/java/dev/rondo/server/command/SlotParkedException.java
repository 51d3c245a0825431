package dev.rondo.server.command;

import dev.rondo.server.keyspace.Slot;

/**
 * Ends a command on the whole keyspace that met a slot which is being handed over: the dispatcher runs it again from
 * its start when the outcome is known. Has no stack trace: it is no fault.
 */
final class SlotParkedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Slot slot;

    SlotParkedException(Slot slot) {
        super("slot " + slot.index() + " is being handed over", null, false, false);
        this.slot = slot;
    }

    Slot slot() {
        return slot;
    }
}
