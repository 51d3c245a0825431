package dev.rondo.server.command;

import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A set of slots that are locked together, in the order that every thread keeps, so that two such sets can't wait for
 * each other. Reused; confined to one thread.
 */
final class SlotLocks {
    /** Up to here each slot is put where it belongs; more are sorted at the end, and a set knows the duplicates. */
    private static final int FEW = 16;

    private final List<Slot> slots = new ArrayList<>();
    private final Set<Slot> seen = new HashSet<>();

    void clear() {
        slots.clear();
        seen.clear();
    }

    void add(Slot slot) {
        if (slots.size() < FEW) {
            addInOrder(slot);
            return;
        }
        if (seen.isEmpty()) {
            seen.addAll(slots);
        }
        if (seen.add(slot)) {
            slots.add(slot);
        }
    }

    private void addInOrder(Slot slot) {
        int at = slots.size();
        while (at > 0 && compare(slots.get(at - 1), slot) > 0) {
            at--;
        }
        if (at == 0 || slots.get(at - 1) != slot) {
            slots.add(at, slot);
        }
    }

    /** The order in which everybody locks. */
    private static int compare(Slot one, Slot other) {
        return one.database() == other.database()
                ? Integer.compare(one.index(), other.index())
                : Integer.compare(one.database(), other.database());
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
        if (slots.size() > FEW) {
            slots.sort(SlotLocks::compare);
        }
        for (int i = 0; i < slots.size(); i++) {
            slots.get(i).lock();
        }
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
