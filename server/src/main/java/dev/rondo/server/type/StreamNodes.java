package dev.rondo.server.type;

import org.jspecify.annotations.Nullable;

/**
 * The nodes of a stream in the order of their ids, in a ring: one comes at the tail and goes at the head at once, and
 * the node of an id is found by binary search. One that goes in the middle moves references only.
 */
final class StreamNodes {
    private static final long RING_BYTES = ObjectSize.of(ObjectSize.REFERENCE + 2 * 4 + 8);

    private @Nullable StreamNode[] nodes = new StreamNode[1];
    private int head;
    private int count;
    private long visited;

    int count() {
        return count;
    }

    private int place(int index) {
        return head + index & nodes.length - 1;
    }

    StreamNode get(int index) {
        visited++;
        StreamNode node = nodes[place(index)];
        assert node != null;
        return node;
    }

    /** How many nodes were ever looked at, for tests of how the work grows. */
    long visited() {
        return visited;
    }

    /** The last node that begins with this id or one in front of it, -1 if there is none. */
    int floor(StreamId id) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (get(middle).id().isAfter(id)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low - 1;
    }

    void addLast(StreamNode node) {
        if (count == nodes.length) {
            StreamNode[] more = new StreamNode[2 * count];
            for (int i = 0; i < count; i++) {
                more[i] = nodes[place(i)];
            }
            nodes = more;
            head = 0;
        }
        nodes[place(count++)] = node;
    }

    void removeFirst() {
        nodes[head] = null;
        head = place(1);
        count--;
    }

    void remove(int index) {
        if (index < count / 2) {
            for (int i = index; i > 0; i--) {
                nodes[place(i)] = nodes[place(i - 1)];
            }
            removeFirst();
        } else {
            for (int i = index; i < count - 1; i++) {
                nodes[place(i)] = nodes[place(i + 1)];
            }
            nodes[place(--count)] = null;
        }
    }

    StreamNodes copy() {
        StreamNodes copy = new StreamNodes();
        for (int i = 0; i < count; i++) {
            copy.addLast(get(i).copy());
        }
        return copy;
    }

    /** The memory of the ring itself. */
    long footprintBytes() {
        return RING_BYTES + ObjectSize.ofArray((long) nodes.length * ObjectSize.REFERENCE);
    }
}
