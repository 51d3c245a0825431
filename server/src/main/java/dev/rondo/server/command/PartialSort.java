package dev.rondo.server.command;

import java.util.Comparator;

/**
 * Brings a few of many elements, such as the first, into their places and leaves the others as they come: a quicksort
 * that goes on only with parts that are wanted. It follows Bentley and McIlroy, "Engineering a Sort Function" (1993),
 * choice by choice, because equal elements then end up in the order in which Redis answers them.
 */
final class PartialSort<T> {
    private static final int SMALL = 7;
    private static final int LARGE = 40;

    private final T[] items;
    private final int wantedFrom;
    private final int wantedTo;
    private final Comparator<T> order;

    private PartialSort(T[] items, int wantedFrom, int wantedTo, Comparator<T> order) {
        this.items = items;
        this.wantedFrom = wantedFrom;
        this.wantedTo = wantedTo;
        this.order = order;
    }

    /** Sorts as much as it takes to have the first {@code wanted} elements in place. */
    static <T> void sort(T[] items, int wanted, Comparator<T> order) {
        sort(items, 0, wanted, order);
    }

    /** Sorts as much as it takes to have the elements {@code [from..to)} in place. */
    static <T> void sort(T[] items, int from, int to, Comparator<T> order) {
        new PartialSort<>(items, from, to, order).sort(0, items.length);
    }

    private void sort(int from, int to) {
        int low = from;
        int high = to;
        while (high - low >= SMALL) {
            swap(low, pivot(low, high));
            int equalLow = low + 1; // in front of it, and behind equalHigh, is what equals the pivot
            int left = equalLow;
            int equalHigh = high - 1;
            int right = equalHigh;
            while (true) {
                for (int c; left <= right && (c = compare(left, low)) <= 0; left++) {
                    if (c == 0) {
                        swap(equalLow++, left);
                    }
                }
                for (int c; left <= right && (c = compare(right, low)) >= 0; right--) {
                    if (c == 0) {
                        swap(right, equalHigh--);
                    }
                }
                if (left > right) {
                    break;
                }
                swap(left++, right--);
            }
            swapRanges(low, left, Math.min(equalLow - low, left - equalLow));
            swapRanges(left, high, Math.min(equalHigh - right, high - equalHigh - 1));
            int less = left - equalLow;
            int greater = equalHigh - right;
            if (less > 1 && isWanted(low, low + less)) {
                sort(low, low + less);
            }
            low = high - greater;
            if (greater <= 1 || !isWanted(low, high)) {
                return;
            }
        }
        insertionSort(low, high);
    }

    private boolean isWanted(int from, int to) {
        return from < wantedTo && to > wantedFrom;
    }

    private void insertionSort(int from, int to) {
        for (int i = from + 1; i < to; i++) {
            for (int j = i; j > from && compare(j - 1, j) > 0; j--) {
                swap(j, j - 1);
            }
        }
    }

    /** The middle element of a few, of three, or of three times three: the more there are, the better it should be. */
    private int pivot(int from, int to) {
        int count = to - from;
        int first = from;
        int middle = from + count / 2;
        int last = to - 1;
        if (count == SMALL) {
            return middle;
        }
        if (count > LARGE) {
            int step = count / 8;
            first = median(first, first + step, first + 2 * step);
            middle = median(middle - step, middle, middle + step);
            last = median(last - 2 * step, last - step, last);
        }
        return median(first, middle, last);
    }

    private int median(int a, int b, int c) {
        if (compare(a, b) < 0) {
            return compare(b, c) < 0 ? b : compare(a, c) < 0 ? c : a;
        }
        return compare(b, c) > 0 ? b : compare(a, c) < 0 ? a : c;
    }

    private int compare(int a, int b) {
        return order.compare(items[a], items[b]);
    }

    private void swap(int a, int b) {
        T item = items[a];
        items[a] = items[b];
        items[b] = item;
    }

    /** Swaps so many elements from {@code low} on with those in front of {@code end}. */
    private void swapRanges(int low, int end, int count) {
        for (int i = 0; i < count; i++) {
            swap(low + i, end - count + i);
        }
    }
}
