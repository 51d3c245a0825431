package dev.rondo.server.info;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What INFO tells of the expiries in a database.
 *
 * @param expires the number of keys with an expiry
 * @param meanTtlMs their mean time to live, estimated from a few, 0 when there are none
 */
record KeyspaceFigures(long expires, long meanTtlMs) {
    private static final int SAMPLED_SLOTS = 32;

    static KeyspaceFigures of(Keyspace keyspace, long nowMs) {
        long expires = 0;
        long ttlSumMs = 0;
        int sampled = 0;
        int first = ThreadLocalRandom.current().nextInt(KeySlot.SLOTS);
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot((first + i) % KeySlot.SLOTS);
            if (slot.isPrimary() && slot.expiring() > 0) {
                expires += slot.expiring();
                long ttlMs = sampled < SAMPLED_SLOTS ? ttlMs(slot, nowMs) : -1;
                if (ttlMs >= 0) {
                    ttlSumMs += ttlMs;
                    sampled++;
                }
            }
        }
        return new KeyspaceFigures(expires, sampled == 0 ? 0 : ttlSumMs / sampled);
    }

    /** The time to live of some key of the slot, -1 when the one drawn has none. */
    private static long ttlMs(Slot slot, long nowMs) {
        slot.lock();
        try {
            Entry entry = slot.random(ThreadLocalRandom.current());
            return entry != null && entry.hasExpiry() ? Math.max(0, entry.expireAtMs() - nowMs) : -1;
        } finally {
            slot.unlock();
        }
    }
}
