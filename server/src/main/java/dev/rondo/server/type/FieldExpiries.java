package dev.rondo.server.type;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * When which fields of a hash expire: a table by field, and a binary heap by time, so that the next one to expire is
 * known. Times are Unix times in milliseconds.
 */
final class FieldExpiries {
    private static final int FIRST_LENGTH = 4;

    private static final class Expiry extends HashTable.Node<Expiry> {
        long atMs;
        int index; // in the heap

        Expiry(byte[] field) {
            super(field);
        }
    }

    private final HashTable<Expiry> byField = new HashTable<>();
    private @Nullable Expiry[] heap = new Expiry[FIRST_LENGTH];

    int size() {
        return byField.size();
    }

    /** The time of a field, {@link HashValue#NO_EXPIRY} when it has none. */
    long get(byte[] field) {
        Expiry expiry = byField.find(field);
        return expiry == null ? HashValue.NO_EXPIRY : expiry.atMs;
    }

    /** The least time; there must be one. */
    long earliestMs() {
        return at(0).atMs;
    }

    /** The field of the least time; there must be one. */
    byte[] earliest() {
        return at(0).key();
    }

    private Expiry at(int index) {
        return Objects.requireNonNull(heap[index]);
    }

    /** How many times are before {@code nowMs}; looks at little more than those. */
    int before(long nowMs) {
        return before(nowMs, 0);
    }

    private int before(long nowMs, int index) {
        if (index >= byField.size() || at(index).atMs >= nowMs) {
            return 0;
        }
        return 1 + before(nowMs, 2 * index + 1) + before(nowMs, 2 * index + 2);
    }

    /** Sets a field's time. The caller gives the array away. */
    void put(byte[] field, long atMs) {
        Expiry expiry = byField.find(field);
        if (expiry == null) {
            expiry = new Expiry(field);
            byField.add(expiry);
            int last = byField.size() - 1;
            if (last == heap.length) {
                heap = Arrays.copyOf(heap, 2 * heap.length);
            }
            expiry.index = last;
            heap[last] = expiry;
        }
        expiry.atMs = atMs;
        settle(expiry);
    }

    /** Removes a field's time and returns whether it had one. */
    boolean remove(byte[] field) {
        Expiry removed = byField.remove(field);
        if (removed == null) {
            return false;
        }
        int last = byField.size();
        Expiry moved = at(last);
        heap[last] = null;
        if (moved != removed) {
            moved.index = removed.index;
            heap[moved.index] = moved;
            settle(moved);
        }
        if (heap.length > FIRST_LENGTH && last < heap.length / 4) {
            heap = Arrays.copyOf(heap, heap.length / 2);
        }
        return true;
    }

    /** Moves an expiry to where its time belongs. */
    private void settle(Expiry expiry) {
        int index = expiry.index;
        while (index > 0 && at((index - 1) / 2).atMs > expiry.atMs) {
            place(at((index - 1) / 2), index);
            index = (index - 1) / 2;
        }
        for (int child = lesserChild(index); child < byField.size() && at(child).atMs < expiry.atMs; ) {
            place(at(child), index);
            index = child;
            child = lesserChild(index);
        }
        place(expiry, index);
    }

    private void place(Expiry expiry, int index) {
        heap[index] = expiry;
        expiry.index = index;
    }

    private int lesserChild(int index) {
        int child = 2 * index + 1;
        return child + 1 < byField.size() && at(child + 1).atMs < at(child).atMs ? child + 1 : child;
    }

    FieldExpiries copy() {
        FieldExpiries copy = new FieldExpiries();
        byField.forEach(expiry -> copy.put(expiry.key(), expiry.atMs));
        return copy;
    }

    /** An estimate of the memory it takes, without the fields' names, which the hash may share. */
    long footprintBytes() {
        return byField.size() * (ObjectSize.ofNode(Long.BYTES + Integer.BYTES) + 2 * ObjectSize.REFERENCE);
    }
}
