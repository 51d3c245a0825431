package dev.rondo.server.type;

import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The nodes of a list in order: a ring with the number of each node's first element, counted from an origin that stays
 * where it is when elements come or go at the head. So both ends are reached at once, and any element by binary search;
 * what changes in the middle renumbers the nodes behind it.
 */
final class ListNodes {
    private static final int OBJECT_BYTES = 40;
    private static final int ARRAY_HEADER_BYTES = 16;

    private @Nullable Listpack[] nodes = new Listpack[1];
    private long[] firsts = new long[1];
    private int head;
    private int count;
    private long visited;

    int count() {
        return count;
    }

    private int place(int index) {
        return head + index & nodes.length - 1;
    }

    Listpack get(int index) {
        visited++;
        return nodes[place(index)];
    }

    /** How many nodes were ever looked at, for tests of how the work grows. */
    long visited() {
        return visited;
    }

    Listpack last() {
        return get(count - 1);
    }

    /** The number of the node's first element. */
    private long first(int index) {
        return firsts[place(index)];
    }

    /** How many elements stand in front of the node. */
    long before(int index) {
        return first(index) - first(0);
    }

    /** The number of elements. */
    long elements() {
        return count == 0 ? 0 : before(count - 1) + last().count();
    }

    /** The node that holds the element at {@code index}, which must exist. */
    int find(long index) {
        long number = first(0) + index;
        int low = 0;
        int high = count - 1;
        while (low < high) {
            visited++;
            int middle = low + high + 1 >>> 1;
            if (first(middle) <= number) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    void addFirst(Listpack node) {
        ensureRoom();
        long first = count == 0 ? 0 : first(0);
        head = head - 1 & nodes.length - 1;
        count++;
        nodes[head] = node;
        firsts[head] = first - node.count();
    }

    void addLast(Listpack node) {
        ensureRoom();
        nodes[place(count)] = node;
        firsts[place(count)] = count == 0 ? 0 : first(count - 1) + last().count();
        count++;
    }

    /** Puts a node in front of the one at {@code index}. */
    void insert(int index, Listpack node) {
        if (index == 0) {
            addFirst(node);
            return;
        }
        addLast(node);
        for (int i = count - 1; i > index; i--) {
            nodes[place(i)] = nodes[place(i - 1)];
        }
        nodes[place(index)] = node;
        renumber(index);
    }

    void removeFirst() {
        nodes[head] = null;
        head = place(1);
        count--;
    }

    void removeLast() {
        count--;
        nodes[place(count)] = null;
    }

    /** After an element was put in front of the first node's own. */
    void grewInFront() {
        firsts[head]--;
    }

    /** After elements were taken away in front of the first node's others. */
    void shrankInFront(int elements) {
        firsts[head] += elements;
    }

    /** After the number of elements in a node changed, or nodes were added: renumbers those behind it. */
    void renumber(int from) {
        for (int i = Math.max(1, from); i < count; i++) {
            firsts[place(i)] = first(i - 1) + get(i - 1).count();
        }
    }

    /** Drops empty nodes and joins neighbours that may be joined. */
    void compact(BiPredicate<Listpack, Listpack> mayJoin) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            Listpack node = get(i);
            if (node.count() == 0) {
                continue;
            }
            if (kept > 0 && mayJoin.test(nodes[place(kept - 1)], node)) {
                nodes[place(kept - 1)].appendAll(node);
            } else {
                nodes[place(kept++)] = node;
            }
        }
        for (int i = kept; i < count; i++) {
            nodes[place(i)] = null;
        }
        count = kept;
        renumber(1);
    }

    private void ensureRoom() {
        if (count == nodes.length) {
            Listpack[] moreNodes = new Listpack[2 * count];
            long[] moreFirsts = new long[2 * count];
            for (int i = 0; i < count; i++) {
                moreNodes[i] = nodes[place(i)];
                moreFirsts[i] = first(i);
            }
            nodes = moreNodes;
            firsts = moreFirsts;
            head = 0;
        }
    }

    ListNodes copy() {
        ListNodes copy = new ListNodes();
        for (int i = 0; i < count; i++) {
            copy.addLast(get(i).copy());
        }
        return copy;
    }

    /** The memory of the ring itself. */
    long footprintBytes() {
        return OBJECT_BYTES + 2L * ARRAY_HEADER_BYTES + nodes.length * (4L + Long.BYTES);
    }
}
