package dev.rondo.server.command;

import dev.rondo.server.keyspace.Slot;

/**
 * Ends a command on the whole keyspace that met a slot which is being handed over, or kept by a script: it is run again
 * from its start when that is over. Has no stack trace: it is no fault.
 */
final class SlotParkedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Slot slot;

    SlotParkedException(Slot slot) {
        super("slot " + slot.index() + " is not to be touched now", null, false, false);
        this.slot = slot;
    }

    Slot slot() {
        return slot;
    }
}
