package dev.rondo.server.type;

import java.util.Arrays;

/** A set of integers as a sorted array: the compact form of sets of nothing else. Changes shift what follows. */
public final class IntSet {
    private static final int FIRST_LENGTH = 4;

    private long[] values;
    private int size;

    public IntSet() {
        this(new long[FIRST_LENGTH], 0);
    }

    private IntSet(long[] values, int size) {
        this.values = values;
        this.size = size;
    }

    /** A set of these numbers, each greater than the one before. The caller gives the array away. */
    public static IntSet ofSorted(long[] sorted) {
        return new IntSet(sorted, sorted.length);
    }

    public int size() {
        return size;
    }

    /** The number of this rank, the least first. */
    public long get(int index) {
        return values[index];
    }

    public boolean contains(long value) {
        return indexOf(value) >= 0;
    }

    private int indexOf(long value) {
        return Arrays.binarySearch(values, 0, size, value);
    }

    /** Adds a number and returns whether it is new. */
    public boolean add(long value) {
        int index = indexOf(value);
        if (index >= 0) {
            return false;
        }
        int at = -index - 1;
        if (size == values.length) {
            values = Arrays.copyOf(values, Math.max(FIRST_LENGTH, size + size / 2));
        }
        System.arraycopy(values, at, values, at + 1, size - at);
        values[at] = value;
        size++;
        return true;
    }

    /** Removes a number and returns whether it was there. */
    public boolean remove(long value) {
        int index = indexOf(value);
        if (index < 0) {
            return false;
        }
        size--;
        System.arraycopy(values, index + 1, values, index, size - index);
        if (size < values.length / 4) {
            values = Arrays.copyOf(values, Math.max(FIRST_LENGTH, values.length / 2));
        }
        return true;
    }

    public IntSet copy() {
        return new IntSet(Arrays.copyOf(values, size), size);
    }

    /** The numbers for which there is room. */
    int capacity() {
        return values.length;
    }
}
