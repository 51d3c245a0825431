package dev.rondo.server.type;

import java.util.function.LongConsumer;

/**
 * A list: listpacks of a few kilobytes in a row. Redis calls it "listpack" while it is one, and "quicklist" beyond.
 * Both ends take and give elements at once, an index is found by binary search among the nodes and a walk within one,
 * and a change in the middle moves the bytes of one node. An element costs about two bytes beside its own.
 *
 * <p>Indices are those of elements from the head on, from 0; no method checks them.
 */
public final class ListValue extends Value {
    private static final int OBJECT_BYTES = 32;
    private static final int LISTPACK_BYTES = 32 + 16;
    /** The nodes that the memory of a long list is judged by. */
    private static final int SAMPLED_NODES = 16;

    private final ListNodes nodes;
    private boolean quicklist;

    public ListValue() {
        this(new ListNodes(), false);
    }

    private ListValue(ListNodes nodes, boolean quicklist) {
        this.nodes = nodes;
        this.quicklist = quicklist;
    }

    /** Takes the elements of a list in order. The array holds the bytes until the list changes. */
    public interface Visitor {
        void bytes(byte[] array, int offset, int length);

        /** An element that is the canonical form of an integer. */
        void number(long value);
    }

    @Override
    public DataType type() {
        return DataType.LIST;
    }

    @Override
    public String encoding() {
        return quicklist ? "quicklist" : "listpack";
    }

    @Override
    public long size() {
        return nodes.elements();
    }

    /** How many nodes were looked at since the list was made, for tests of how the work grows. */
    long visitedNodes() {
        return nodes.visited();
    }

    // ---- both ends ----

    /**
     * Takes Redis's decision on the form of a list that is to grow by these elements.
     *
     * @param bytes of the elements alone
     */
    public void prepareFor(long bytes, int elements, Limits limits) {
        if (!quicklist && nodes.count() == 1) {
            Listpack only = nodes.last();
            quicklist = ListNodeLimit.isExceeded(limits, only.sizeBytes() + bytes, (long) only.count() + elements);
        } else if (!quicklist) {
            quicklist = ListNodeLimit.isExceeded(limits, EMPTY_LISTPACK_BYTES + bytes, elements);
        }
    }

    private static final int EMPTY_LISTPACK_BYTES = new Listpack().sizeBytes();

    /**
     * Of several nodes the first has room to spare in front, and the last behind, so that elements that come one by one
     * seldom move the others.
     */
    public void addFirst(byte[] element, Limits limits) {
        prepareFor(element.length, 1, limits);
        if (nodes.count() > 0 && takes(limits, nodes.get(0), element)) {
            Listpack first = nodes.get(0);
            if (nodes.count() > 1) {
                first.reserveInFront(element);
            }
            first.insertBefore(first.first(), element);
            nodes.grewInFront();
        } else {
            if (nodes.count() > 0) {
                nodes.get(0).trim();
            }
            nodes.addFirst(nodeOf(element));
        }
    }

    public void addLast(byte[] element, Limits limits) {
        prepareFor(element.length, 1, limits);
        if (nodes.count() > 0 && takes(limits, nodes.last(), element)) {
            Listpack last = nodes.last();
            if (nodes.count() > 1) {
                last.reserveBehind(element);
            }
            last.append(element);
        } else {
            if (nodes.count() > 0) {
                nodes.last().trim();
            }
            nodes.addLast(nodeOf(element));
        }
    }

    /** Whether the element may go into the node: always while there is but one. */
    private boolean takes(Limits limits, Listpack node, byte[] element) {
        return !quicklist || ListNodeLimit.takes(limits, node, element.length);
    }

    private static Listpack nodeOf(byte[] element) {
        Listpack node = new Listpack();
        node.append(element);
        return node;
    }

    /** Removes elements at the head. */
    public void removeFirst(long elements, Limits limits) {
        long left = elements;
        while (left > 0 && left >= nodes.get(0).count()) {
            left -= nodes.get(0).count();
            nodes.removeFirst();
        }
        if (left > 0) {
            Listpack first = nodes.get(0);
            first.remove(first.first(), (int) left);
            nodes.shrankInFront((int) left);
        }
        shrank(limits);
    }

    /** Removes elements at the tail. */
    public void removeLast(long elements, Limits limits) {
        long left = elements;
        while (left > 0 && left >= nodes.last().count()) {
            left -= nodes.last().count();
            nodes.removeLast();
        }
        if (left > 0) {
            Listpack last = nodes.last();
            last.remove(last.seek(-left), (int) left);
        }
        shrank(limits);
    }

    /** After a removal: what has become small is one listpack again. */
    private void shrank(Limits limits) {
        if (quicklist && nodes.count() == 1) {
            Listpack only = nodes.last();
            quicklist = !ListNodeLimit.isWellWithin(limits, only.sizeBytes(), only.count());
        }
    }

    // ---- any place ----

    public byte[] get(long index) {
        int place = nodes.find(index);
        Listpack node = nodes.get(place);
        return node.get(node.seek(index - nodes.before(place)));
    }

    /** Hands {@code count} elements to the visitor, from {@code from} on towards the tail. */
    public void forEach(long from, long count, Visitor visitor) {
        long left = count;
        for (int place = nodes.find(from); left > 0; place++) {
            Listpack node = nodes.get(place);
            int at = left == count ? node.seek(from - nodes.before(place)) : node.first();
            for (; at != Listpack.NONE && left > 0; left--) {
                visit(node, at, visitor);
                at = node.next(at);
            }
        }
    }

    /** Hands the last {@code count} elements to the visitor, the last one first. */
    public void forEachFromTail(long count, Visitor visitor) {
        long left = count;
        for (int place = nodes.count() - 1; left > 0; place--) {
            Listpack node = nodes.get(place);
            for (int at = node.last(); at != Listpack.NONE && left > 0; left--) {
                visit(node, at, visitor);
                at = node.previous(at);
            }
        }
    }

    private static void visit(Listpack node, int at, Visitor visitor) {
        if (node.isLong(at)) {
            visitor.number(node.toLong(at));
        } else {
            visitor.bytes(node.array(), node.start(at), node.length(at));
        }
    }

    /** Puts another element in the place of one. */
    public void set(long index, byte[] element, Limits limits) {
        prepareFor(element.length, 1, limits);
        int place = nodes.find(index);
        Listpack node = nodes.get(place);
        int within = (int) (index - nodes.before(place));
        int at = node.seek(within);
        boolean fits = !quicklist
                || node.count() == 1
                || !ListNodeLimit.isLarge(limits, element.length)
                        && !ListNodeLimit.isExceeded(
                                limits, (long) node.sizeBytes() - node.length(at) + element.length, node.count());
        if (fits) {
            node.replace(at, element);
        } else {
            node.remove(at, 1);
            nodes.renumber(place + 1);
            insertInto(place, within, element, limits);
        }
        shrank(limits);
    }

    /** Puts an element in front of the one at {@code index}, or behind all. */
    public void insert(long index, byte[] element, Limits limits) {
        if (index == size()) {
            addLast(element, limits);
        } else if (index == 0) {
            addFirst(element, limits);
        } else {
            prepareFor(element.length, 1, limits);
            int place = nodes.find(index);
            insertInto(place, (int) (index - nodes.before(place)), element, limits);
        }
    }

    /** Inserts at an index within a node; where that is full, it is cut there, and the parts join what they fit. */
    private void insertInto(int place, int within, byte[] element, Limits limits) {
        Listpack node = nodes.get(place);
        if (within > 0 && within < node.count() && takes(limits, node, element)) {
            node.insertBefore(node.seek(within), element);
            nodes.renumber(place + 1);
            return;
        }
        int behind = place; // the node in front of which the element is to stand
        if (within > 0) {
            behind++;
            if (within < node.count()) {
                nodes.insert(behind, node.splitOff(node.seek(within)));
            }
        }
        if (behind > 0 && takes(limits, nodes.get(behind - 1), element)) {
            nodes.get(behind - 1).append(element);
        } else if (behind < nodes.count() && takes(limits, nodes.get(behind), element)) {
            nodes.get(behind).insertBefore(nodes.get(behind).first(), element);
        } else {
            nodes.insert(behind, nodeOf(element));
        }
        nodes.renumber(behind);
    }

    /**
     * Removes elements equal to {@code element}.
     *
     * @param count at most so many from the head; negative: from the tail; 0: all
     * @return how many
     */
    public long remove(byte[] element, long count, Limits limits) {
        long most = count == 0 ? Long.MAX_VALUE : count == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(count);
        long removed = 0;
        for (int i = 0; i < nodes.count() && removed < most; i++) {
            Listpack node = nodes.get(count < 0 ? nodes.count() - 1 - i : i);
            removed += node.removeAll(element, most - removed, count < 0);
        }
        if (removed > 0) {
            nodes.compact((left, right) -> mayJoin(left, right, limits));
            shrank(limits);
        }
        return removed;
    }

    private static boolean mayJoin(Listpack left, Listpack right, Limits limits) {
        long bytes = (long) left.sizeBytes() + right.sizeBytes() - EMPTY_LISTPACK_BYTES;
        return !ListNodeLimit.isExceeded(limits, bytes, (long) left.count() + right.count());
    }

    /**
     * Finds the indices of elements equal to {@code element}.
     *
     * @param skipped so many matches are left out first
     * @param most no more indices than these are found
     * @param compared no more elements than these are looked at
     */
    public void find(byte[] element, boolean fromTail, long skipped, long most, long compared, LongConsumer found) {
        long size = size();
        long looked = 0;
        long matches = 0;
        for (int i = 0; i < nodes.count(); i++) {
            Listpack node = nodes.get(fromTail ? nodes.count() - 1 - i : i);
            for (int at = fromTail ? node.last() : node.first(); at != Listpack.NONE; looked++) {
                if (looked == compared || matches - skipped >= most) {
                    return;
                }
                if (node.holds(at, element) && ++matches > skipped) {
                    found.accept(fromTail ? size - 1 - looked : looked);
                }
                at = fromTail ? node.previous(at) : node.next(at);
            }
        }
    }

    /** The index of the first element equal to {@code element}, -1 if there is none. */
    public long indexOf(byte[] element) {
        long[] index = {-1};
        find(element, false, 0, 1, Long.MAX_VALUE, found -> index[0] = found);
        return index[0];
    }

    // ---- as a whole ----

    /** Takes a listpack of elements as a further node at the tail. The caller gives it away. */
    public void addNode(Listpack node) {
        if (node.count() > 0) {
            nodes.addLast(node);
            quicklist = true; // until it is fitted
        }
    }

    /** The number of nodes. */
    public int nodes() {
        return nodes.count();
    }

    /** A node, not to be changed. */
    public Listpack node(int index) {
        return nodes.get(index);
    }

    /** Whether the node is a single element so large that Redis holds it as it is. */
    public static boolean isLarge(Listpack node) {
        return node.count() == 1 && ListNodeLimit.isLarge(Limits.DEFAULT, node.length(node.first()));
    }

    @Override
    public void fit(Limits limits) {
        nodes.compact((left, right) -> false);
        quicklist = nodes.count() > 1
                || nodes.count() == 1
                        && ListNodeLimit.isExceeded(
                                limits, nodes.last().sizeBytes(), nodes.last().count());
    }

    @Override
    public ListValue copy() {
        return new ListValue(nodes.copy(), quicklist);
    }

    @Override
    public long footprintBytes() {
        int sampled = Math.min(SAMPLED_NODES, nodes.count());
        long bytes = 0;
        for (int i = 0; i < sampled; i++) {
            int place = (int) ((long) i * nodes.count() / sampled);
            bytes += LISTPACK_BYTES + nodes.get(place).allocatedBytes();
        }
        return OBJECT_BYTES + nodes.footprintBytes() + (sampled == 0 ? 0 : bytes * nodes.count() / sampled);
    }
}
