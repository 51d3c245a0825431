package dev.rondo.server.keyspace;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The 16384 slots of one database of a node. Thread-safe: whatever concerns one slot is guarded by that slot's lock.
 */
public final class Keyspace {
    private final Slot[] slots = new Slot[KeySlot.SLOTS];

    private final int database;

    public Keyspace(int database) {
        this(database, new TrackingTable(), new MemoryUse());
    }

    Keyspace(int database, TrackingTable tracking, MemoryUse memory) {
        this.database = database;
        for (int i = 0; i < slots.length; i++) {
            slots[i] = new Slot(database, i, tracking, memory);
        }
    }

    public int database() {
        return database;
    }

    public Slot slot(int index) {
        return slots[index];
    }

    public Slot slotOf(byte[] key) {
        return slots[KeySlot.of(key)];
    }

    /** From now on deletions are remembered, in the bounds of {@code graveyard}. */
    public void keepTombstones(Graveyard graveyard) {
        for (Slot slot : slots) {
            slot.lock();
            try {
                slot.keepTombstones(graveyard);
            } finally {
                slot.unlock();
            }
        }
    }

    /** Forgets the deletions of before a Unix time, of all slots that are not in use at this moment. */
    public void forgetDeletions(long beforeMs) {
        for (Slot slot : slots) {
            if (slot.mayRememberDeletions() && slot.tryLock()) {
                try {
                    slot.forgetDeletions(beforeMs << Slot.VERSION_COUNTER_BITS);
                } finally {
                    slot.unlock();
                }
            }
        }
    }

    /** The number of keys in the slots that this node serves as primary. */
    public long primaryKeys() {
        long keys = 0;
        for (Slot slot : slots) {
            if (slot.isPrimary()) {
                keys += slot.size();
            }
        }
        return keys;
    }

    /** The number of keys in all slots, those included that are copies of what other nodes serve. */
    public long keysAndCopies() {
        long keys = 0;
        for (Slot slot : slots) {
            keys += slot.size();
        }
        return keys;
    }

    /** A served slot chosen with a probability in proportion to its number of keys; null when there is no key. */
    public @Nullable Slot randomSlot(RandomGenerator random) {
        long keys = primaryKeys();
        if (keys == 0) {
            return null;
        }
        long skip = random.nextLong(keys);
        Slot last = null;
        for (Slot slot : slots) {
            if (slot.isPrimary() && slot.size() > 0) {
                last = slot;
                skip -= slot.size();
                if (skip < 0) {
                    return slot;
                }
            }
        }
        return last;
    }
}
