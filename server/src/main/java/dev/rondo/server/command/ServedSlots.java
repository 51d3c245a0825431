package dev.rondo.server.command;

import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Occupant;
import dev.rondo.server.keyspace.Slot;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The slots that a command on the whole keyspace goes through by itself, one after the other, each under its lock and
 * committed before the next: only those that this node serves, and only while nobody else keeps them. Confined to the
 * thread of its {@link Call}.
 */
final class ServedSlots {
    private final Call call;

    ServedSlots(Call call) {
        this.call = call;
    }

    /** Shows {@code visitor} each slot of the database that holds keys, locked, and commits what it did there. */
    void each(Keyspace of, Consumer<Slot> visitor) {
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot each = of.slot(i);
            if (each.size() != 0) {
                in(each, slot -> {
                    visitor.accept(slot);
                    return null;
                });
            }
        }
    }

    /**
     * As {@link #each} for one slot.
     *
     * @return what {@code visitor} returned, null when this node doesn't serve the slot
     * @throws SlotParkedException when the slot is being handed over, or kept by a script; the command must let it
     *     through
     */
    <T> @Nullable T in(Slot each, Function<Slot, @Nullable T> visitor) {
        each.lock();
        try {
            checkVacant(each);
            if (!each.isPrimary()) {
                return null;
            }
            keep(each);
            T result = visitor.apply(each);
            call.commitUnlessOneOfSeveral();
            return result;
        } finally {
            each.unlock();
        }
    }

    /** @throws SlotParkedException when the (locked) slot is being handed over, or kept by somebody else's script */
    void checkVacant(Slot each) {
        Occupant occupant = each.occupant();
        if (each.role() == Slot.Role.PARKED || occupant != null && occupant != call.scriptOrNull()) {
            throw new SlotParkedException(each);
        }
    }

    /** A script keeps a slot that it has used until its end. */
    void keep(Slot each) {
        ScriptRun script = call.scriptOrNull();
        if (script != null) {
            script.keep(each);
        }
    }
}
