package dev.rondo.server.keyspace;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What was deleted from a slot, and when: so that after a split an older value of the other side does not come back. A
 * log in the order of burial, each with a number that stays its own while older ones are dropped; burying is one
 * append, and keys are only looked up when slots are merged. Guarded by its slot's lock.
 */
public final class Tombstones {
    private static final int FIRST_CAPACITY = 4;
    private static final byte[][] NO_KEYS = {};
    private static final long[] NO_VERSIONS = {};

    /** Takes one tombstone. */
    public interface Visitor {
        /** Returns whether to go on. */
        boolean visit(byte[] key, long version);
    }

    private final Graveyard graveyard;
    private byte[][] keys = NO_KEYS; // as many as a power of two
    private long[] versions = NO_VERSIONS;
    private long first;
    private long end;
    private @Nullable Map<Key, Long> index; // while slots are merged

    Tombstones(Graveyard graveyard) {
        this.graveyard = graveyard;
    }

    /** The number of the oldest tombstone. */
    public long first() {
        return first;
    }

    /** The number that the next tombstone gets. */
    public long end() {
        return end;
    }

    /** See {@link Graveyard#othersMayHoldMore}. */
    boolean mayOthersHoldMore() {
        return graveyard.mayOthersHoldMore();
    }

    void bury(byte[] key, long version) {
        if (end - first == keys.length) {
            grow();
        }
        int at = at(end++);
        keys[at] = key;
        versions[at] = version;
        graveyard.took(key);
        if (index != null) {
            index.merge(new Key(key), version, Math::max);
        }
        while (graveyard.isOverfull() && first < end) {
            graveyard.droppedEarly();
            dropFirst();
        }
    }

    /** When the key was deleted as far as is known; 0 if it was not. */
    long deletedAt(byte[] key) {
        if (first == end) {
            return 0;
        }
        if (index == null) {
            index = new HashMap<>();
            for (long i = first; i < end; i++) {
                index.merge(new Key(keys[at(i)]), versions[at(i)], Math::max);
            }
        }
        return index.getOrDefault(new Key(key), 0L);
    }

    /** Visits from number {@code from} up to {@code to} and returns the number to go on with. */
    public long visit(long from, long to, Visitor visitor) {
        long i = Math.max(from, first);
        boolean more = true;
        while (more && i < Math.min(to, end)) {
            more = visitor.visit(keys[at(i)], versions[at(i)]);
            i++;
        }
        return i < Math.min(to, end) ? i : to;
    }

    /** Drops, from the oldest on, those of an earlier version. */
    void dropBefore(long version) {
        index = null;
        while (first < end && versions[at(first)] < version) {
            dropFirst();
        }
        if (first == end) {
            keys = NO_KEYS;
            versions = NO_VERSIONS;
        }
    }

    void dropAll() {
        dropBefore(Long.MAX_VALUE);
    }

    private void dropFirst() {
        int at = at(first++);
        graveyard.gave(keys[at]);
        keys[at] = null;
    }

    private int at(long number) {
        return (int) (number & (keys.length - 1));
    }

    private void grow() {
        byte[][] moreKeys = new byte[Math.max(FIRST_CAPACITY, keys.length * 2)][];
        long[] moreVersions = new long[moreKeys.length];
        for (long i = first; i < end; i++) {
            int to = (int) (i & (moreKeys.length - 1));
            moreKeys[to] = keys[at(i)];
            moreVersions[to] = versions[at(i)];
        }
        keys = moreKeys;
        versions = moreVersions;
    }
}
