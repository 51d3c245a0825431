package dev.rondo.server.command;

import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of slots that are locked together, in the order that every thread keeps, so that two such sets can't wait for
 * each other. Reused; confined to one thread.
 */
final class SlotLocks {
    private static final Comparator<Slot> ORDER =
            Comparator.comparingInt(Slot::database).thenComparingInt(Slot::index);
    /** Up to here a linear search for duplicates beats a set. */
    private static final int FEW = 16;

    private final List<Slot> slots = new ArrayList<>();
    private final Set<Slot> seen = new HashSet<>();

    void clear() {
        slots.clear();
        seen.clear();
    }

    void add(Slot slot) {
        if (slots.size() < FEW) {
            if (!slots.contains(slot)) {
                slots.add(slot);
            }
            return;
        }
        if (seen.isEmpty()) {
            seen.addAll(slots);
        }
        if (seen.add(slot)) {
            slots.add(slot);
        }
    }

    /** Adds the slots of the keys in a database and, if there is another, the same slots there. */
    void add(Keyspace keyspace, byte[][] keys, @Nullable Keyspace other) {
        for (byte[] key : keys) {
            int index = KeySlot.of(key);
            add(keyspace.slot(index));
            if (other != null) {
                add(other.slot(index));
            }
        }
    }

    /** Adds every slot of a database. */
    void addAll(Keyspace keyspace) {
        boolean alone = slots.stream().noneMatch(slot -> slot.database() == keyspace.database());
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            if (alone) {
                slots.add(keyspace.slot(i));
            } else {
                add(keyspace.slot(i));
            }
        }
    }

    /** The slots, in locking order once they are locked. */
    List<Slot> all() {
        return slots;
    }

    int count() {
        return slots.size();
    }

    /** The first slot in locking order; only after {@link #lock}. */
    Slot first() {
        return slots.get(0);
    }

    /** The slot if there is just one. */
    @Nullable Slot only() {
        return slots.size() == 1 ? slots.get(0) : null;
    }

    void lock() {
        if (slots.size() > 1) {
            slots.sort(ORDER);
        }
        slots.forEach(Slot::lock);
    }

    void unlock() {
        unlockFrom(0);
    }

    /** None stays locked because another's waiters could not be told. */
    private void unlockFrom(int first) {
        int next = first;
        try {
            while (next < slots.size()) {
                slots.get(next++).unlock();
            }
        } finally {
            if (next < slots.size()) {
                unlockFrom(next);
            }
        }
    }
}
