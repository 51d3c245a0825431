package dev.rondo.server.keyspace;

import java.util.List;
import java.util.function.LongSupplier;

/**
 * Active expiry: finds keys whose time is over though nobody asks for them, slot by slot, and has them removed. It
 * looks only at slots whose primary this node is, and only where something can have expired; it never waits for a
 * slot's lock, and holds it for a few hundred entries at most. Confined to one background thread.
 */
public final class Expirer {
    /** Removes expired keys as the primary does: with effects. */
    @FunctionalInterface
    public interface Removal {
        /**
         * Removes the entries.
         *
         * @param slot whose primary this node is, locked
         * @param expired entries present in the slot that have expired or a part of which has; not empty
         */
        void remove(Slot slot, List<Entry> expired, long nowMs);
    }

    private static final int ENTRIES_PER_VISIT = 256;
    /** A large slot is left for the next one after so many visits in a row. */
    private static final int VISITS_IN_A_ROW = 16;

    private final Databases databases;
    private final LongSupplier nowMs;
    private final Removal removal;
    private int nextDatabase;
    private int nextSlot;

    public Expirer(Databases databases, LongSupplier nowMs, Removal removal) {
        this.databases = databases;
        this.nowMs = nowMs;
        this.removal = removal;
    }

    /**
     * Goes through the slots, on from where the last run ended, until each was looked at or the time is used up.
     *
     * @return how many keys were removed
     */
    public int run(long budgetNs) {
        long startNs = System.nanoTime();
        List<Keyspace> keyspaces = databases.existing();
        int removed = 0;
        for (long left = (long) keyspaces.size() * KeySlot.SLOTS; left > 0; left--) {
            Slot slot = next(keyspaces);
            for (int visits = 0; visits < VISITS_IN_A_ROW && slot.mayExpire(); visits++) {
                if (System.nanoTime() - startNs >= budgetNs) {
                    return removed;
                }
                int found = visit(slot);
                if (found < 0) {
                    break;
                }
                removed += found;
            }
        }
        return removed;
    }

    private Slot next(List<Keyspace> keyspaces) {
        if (nextSlot == KeySlot.SLOTS) {
            nextSlot = 0;
            nextDatabase++;
        }
        if (nextDatabase >= keyspaces.size()) {
            nextDatabase = 0;
        }
        return keyspaces.get(nextDatabase).slot(nextSlot++);
    }

    /** Returns how many keys were removed, -1 when there is nothing to look at here now. */
    private int visit(Slot slot) {
        if (!slot.tryLock()) {
            return -1;
        }
        try {
            long now = nowMs.getAsLong();
            if (!slot.isPrimary() || slot.isOccupied() || !slot.mayHoldExpired(now)) {
                return -1;
            }
            List<Entry> expired = slot.someExpired(now, ENTRIES_PER_VISIT);
            if (!expired.isEmpty()) {
                removal.remove(slot, expired, now);
            }
            return expired.size();
        } finally {
            slot.unlock();
        }
    }
}
