package dev.rondo.server.keyspace;

import dev.rondo.server.type.HashTable;
import dev.rondo.server.type.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a slot knows of when its entries, or parts of their values, expire: enough to leave it alone until then, and to
 * find them step by step. Guarded by the slot's lock, but for {@link #expiring} and {@link #mayExpire}.
 */
final class ExpirySearch {
    private static final int ENTRIES_PER_MS_OF_REST = 1000;
    /** The bucket positions in which one sample looks for an entry with an expiry. */
    private static final int POSITIONS_PER_SAMPLE = 64;

    private int expiring;
    private long cursor;
    private long earliestMs = Long.MAX_VALUE; // nothing is worth looking for before it is over
    private long passEarliestMs = Long.MAX_VALUE; // the same, of the entries that the present pass has seen
    private int passEntries;
    private volatile boolean partsExpire; // whether a value may have a part that expires, such as a hash's field
    private boolean passPartsExpire; // the same, of the entries that the present pass has seen

    /** The number of keys that have an expiry. */
    int expiring() {
        return expiring;
    }

    /** So many more keys have an expiry. */
    void count(int more) {
        expiring += more;
    }

    /** Something expires at that time. */
    void note(long atMs) {
        earliestMs = Math.min(earliestMs, atMs);
        passEarliestMs = Math.min(passEarliestMs, atMs);
    }

    /** A value is there now, parts of which may expire. */
    void noteParts(Value value) {
        long atMs = value.earliestExpiryMs();
        if (atMs != Long.MAX_VALUE) {
            note(atMs);
            passPartsExpire = true;
            partsExpire = true;
        }
    }

    /** Every entry is gone. */
    void clear() {
        expiring = 0;
        cursor = 0;
        earliestMs = Long.MAX_VALUE;
        partsExpire = false;
    }

    /** The entries were exchanged for those of another slot: both look for expired ones anew. */
    void swap(ExpirySearch other) {
        int othersExpiring = other.expiring;
        other.expiring = expiring;
        expiring = othersExpiring;
        restart(Math.min(earliestMs, other.earliestMs), partsExpire || other.partsExpire);
        other.restart(earliestMs, partsExpire);
    }

    private void restart(long newEarliestMs, boolean newPartsExpire) {
        cursor = 0;
        earliestMs = newEarliestMs;
        partsExpire = newPartsExpire;
    }

    /** Whether anything here has an expiry; may be asked without the lock, and lag. */
    boolean mayExpire() {
        return expiring > 0 || partsExpire;
    }

    /** Whether it is worth looking for expired entries now. */
    boolean mayHoldExpired(long nowMs) {
        return mayExpire() && earliestMs < nowMs;
    }

    /** See {@link Slot#someExpired}. */
    List<Entry> someExpired(HashTable<Entry> entries, long nowMs, int mostVisited) {
        List<Entry> expired = new ArrayList<>();
        int[] visited = {0};
        do {
            if (cursor == 0) {
                passEarliestMs = Long.MAX_VALUE;
                passEntries = 0;
                passPartsExpire = false;
            }
            cursor = entries.scan(cursor, entry -> {
                visited[0]++;
                passEntries++;
                long partAtMs = entry.value instanceof Value value ? value.earliestExpiryMs() : Long.MAX_VALUE;
                passPartsExpire |= partAtMs != Long.MAX_VALUE;
                if (entry.isExpired(nowMs) || partAtMs < nowMs) {
                    expired.add(entry);
                } else {
                    passEarliestMs = Math.min(passEarliestMs, partAtMs);
                    passEarliestMs = entry.hasExpiry() ? Math.min(passEarliestMs, entry.expireAtMs) : passEarliestMs;
                }
            });
            visited[0]++; // an empty bucket takes time too
        } while (cursor != 0 && visited[0] < mostVisited);
        if (cursor == 0) {
            partsExpire = passPartsExpire;
            earliestMs = Math.max(passEarliestMs, nowMs + passEntries / ENTRIES_PER_MS_OF_REST);
        }
        return expired;
    }

    /** An entry with an expiry near a random place of the table; null when there is none. */
    static @Nullable Entry anyExpiring(HashTable<Entry> entries, RandomGenerator random) {
        Entry[] found = {null};
        int[] seen = {0};
        long cursor = random.nextInt() & Integer.MAX_VALUE;
        for (int i = 0; i < POSITIONS_PER_SAMPLE && found[0] == null; i++) {
            cursor = entries.scan(cursor, entry -> {
                if (entry.hasExpiry() && random.nextInt(++seen[0]) == 0) {
                    found[0] = entry;
                }
            });
        }
        return found[0];
    }
}
