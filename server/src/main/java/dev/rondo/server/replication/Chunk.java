package dev.rondo.server.replication;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Slot;
import java.util.function.ToIntFunction;

/** So much of a slot's entries as may be worked on while its lock is held. Used once. */
final class Chunk {
    /** The most places of a slot's table that are looked at, however little is found there. */
    static final int MAX_PLACES = 512;

    private final long mostBytes;
    private long bytes;

    Chunk(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * Visits entries of the locked slot from the cursor on and returns the next cursor, 0 at the end.
     *
     * @param work returns how many bytes it took
     */
    long scan(Slot slot, long from, ToIntFunction<Entry> work) {
        long cursor = from;
        int places = 0;
        do {
            cursor = slot.scan(cursor, entry -> bytes += work.applyAsInt(entry));
            places++;
        } while (cursor != 0 && bytes < mostBytes && places < MAX_PLACES);
        return cursor;
    }
}
