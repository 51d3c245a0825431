package dev.rondo.server.keyspace;

import dev.rondo.server.type.HashTable;
import org.jspecify.annotations.Nullable;

/**
 * Brings what requests are about to touch into the processor's caches. On the way from a key to its value each step
 * waits for memory; walked for many keys side by side, the waits overlap, and the commands that follow find all of it
 * near (group prefetching: Chen et al., "Improving Hash Join Performance through Prefetching", ICDE 2004). It reads
 * without any lock and looks at nothing that it reads: what it sees may be out of date, and decides nothing. Confined
 * to one thread.
 */
public final class Lookahead {
    /** Of fewer keys the waits overlap too little to pay for the walk. */
    public static final int LEAST_KEYS = 4;

    private static final int CACHE_LINE_BYTES = 64;
    /** Behind that the processor sees for itself that a value is read from front to end. */
    private static final int MOST_VALUE_BYTES = 256;

    /** More at a time than a core can wait for at once is of no use. */
    private static final int MOST_KEYS = 32;

    private final Slot[] slots = new Slot[MOST_KEYS];
    private final int[] hashes = new int[MOST_KEYS];
    private final @Nullable Entry[] entries = new Entry[MOST_KEYS];
    private int seen; // what was read goes here, lest the compiler finds the reads useless

    /** Looks at the first arguments of {@code count} requests as if they were keys, as most often they are. */
    public void fetch(Keyspace keyspace, byte[][] @Nullable [] requests, int count) {
        int keys = 0;
        for (int i = 0; i < count && keys < MOST_KEYS; i++) {
            byte[][] request = requests[i];
            if (request.length > 1) {
                slots[keys] = keyspace.slotOf(request[1]);
                hashes[keys++] = HashTable.hash(request[1]);
            }
        }
        for (int i = 0; i < keys; i++) {
            entries[i] = slots[i].glance(hashes[i]);
        }
        int sum = 0;
        for (int i = 0; i < keys; i++) {
            Entry entry = entries[i];
            if (entry != null) {
                sum += look(entry);
                entries[i] = null;
            }
        }
        seen += sum;
    }

    /** What depends on everything that was read, and means nothing. */
    int seen() {
        return seen;
    }

    private static int look(Entry entry) {
        int sum = entry.key().length;
        if (entry.value instanceof byte[] bytes) {
            int end = Math.min(bytes.length, MOST_VALUE_BYTES);
            for (int at = 0; at < end; at += CACHE_LINE_BYTES) {
                sum += bytes[at];
            }
        }
        return sum;
    }
}
