package dev.rondo.server.type;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Members in order, in a B+-tree whose inner nodes know how many members are beneath each child: finding a rank,
 * the rank of a bound, adding and removing take O(log N) steps, and going on to a neighbour one step.
 *
 * <p>A node that becomes less than a quarter full is joined with a neighbour if both together are at most three
 * quarters full; so neighbours are never both nearly empty, and a tree does not split and join in turn.
 *
 * <p>Nodes hold the scores beside the members, so that a search reads a few lines of memory and not a member at each
 * step.
 */
final class ScoreTree {
    private static final int LEAF_CAPACITY = 64;
    private static final int INNER_CAPACITY = 32;

    private sealed interface Node permits Leaf, Inner {}

    private static final class Leaf implements Node {
        final @Nullable ScoredMember[] members = new ScoredMember[LEAF_CAPACITY];
        final double[] scores = new double[LEAF_CAPACITY];
        int count;

        @Nullable Leaf previous;

        @Nullable Leaf next;

        ScoredMember get(int index) {
            ScoredMember member = members[index];
            assert member != null;
            return member;
        }
    }

    private static final class Inner implements Node {
        final Node[] children = new Node[INNER_CAPACITY];
        /** No member beneath child i is less than this, none beneath child i - 1 greater; it may have been removed. */
        final ScoredMember[] least = new ScoredMember[INNER_CAPACITY];

        final double[] leastScores = new double[INNER_CAPACITY];

        final int[] sizes = new int[INNER_CAPACITY];
        int count;
    }

    /** What was split off a full node: the part with the greater members, and a lower bound of them. */
    private record Split(Node upper, ScoredMember least) {}

    private Node root = new Leaf();
    private long steps;

    /** How many nodes were entered and members compared or passed so far. */
    long steps() {
        return steps;
    }

    // ---- finding ----

    /** How many members are in front of the bound. */
    int countBefore(MemberStore.Bound bound) {
        int count = 0;
        Node node = root;
        while (node instanceof Inner inner) {
            int child = childAt(inner, bound);
            for (int i = 0; i < child; i++) {
                count += inner.sizes[i];
            }
            node = inner.children[child];
        }
        return count + indexIn((Leaf) node, bound);
    }

    /** The last child that begins in front of the bound, the first if none does. */
    private int childAt(Inner inner, MemberStore.Bound bound) {
        int low = 0;
        int high = inner.count - 1;
        steps++;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (isBefore(bound, inner.leastScores[middle], inner.least[middle])) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private int indexIn(Leaf leaf, MemberStore.Bound bound) {
        int low = 0;
        int high = leaf.count;
        steps++;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (isBefore(bound, leaf.scores[middle], leaf.members[middle])) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isBefore(MemberStore.Bound bound, double score, @Nullable ScoredMember member) {
        steps++;
        if (score != bound.score() && !Double.isNaN(bound.score())) {
            return score < bound.score();
        }
        assert member != null;
        return bound.ties().isBefore(member.key, 0, member.key.length);
    }

    /** Visits members from a rank on, upwards or downwards, as long as the visitor answers true. */
    void forEach(int from, boolean downwards, Predicate<ScoredMember> visitor) {
        int rank = from;
        Node node = root;
        while (node instanceof Inner inner) {
            steps++;
            int child = 0;
            while (child < inner.count - 1 && rank >= inner.sizes[child]) {
                rank -= inner.sizes[child++];
            }
            node = inner.children[child];
        }
        Leaf leaf = (Leaf) node;
        int step = downwards ? -1 : 1;
        int at = rank;
        while (leaf != null) {
            for (; at >= 0 && at < leaf.count; at += step) {
                steps++;
                if (!visitor.test(leaf.get(at))) {
                    return;
                }
            }
            leaf = downwards ? leaf.previous : leaf.next;
            at = downwards && leaf != null ? leaf.count - 1 : 0;
        }
    }

    // ---- adding ----

    /** Adds a member that is not present. */
    void add(ScoredMember member) {
        Split split = add(root, member, MemberStore.Bound.member(member.score, member.key));
        if (split != null) {
            Inner grown = new Inner();
            insertChild(grown, 0, root, member); // the bound of a first child is never looked at
            insertChild(grown, 1, split.upper, split.least);
            root = grown;
        }
    }

    /** Adds to the subtree; what does not fit is split off and returned. */
    private @Nullable Split add(Node node, ScoredMember member, MemberStore.Bound bound) {
        if (node instanceof Leaf leaf) {
            return addToLeaf(leaf, member, indexIn(leaf, bound));
        }
        Inner inner = (Inner) node;
        int child = childAt(inner, bound);
        Split split = add(inner.children[child], member, bound);
        if (split == null) {
            inner.sizes[child]++;
            return null;
        }
        inner.sizes[child] = size(inner.children[child]);
        if (inner.count < INNER_CAPACITY) {
            insertChild(inner, child + 1, split.upper, split.least);
            return null;
        }
        Inner upper = new Inner();
        int half = INNER_CAPACITY / 2;
        moveChildren(inner, half, upper, inner.least[half]);
        if (child < half) {
            insertChild(inner, child + 1, split.upper, split.least);
        } else {
            insertChild(upper, child + 1 - half, split.upper, split.least);
        }
        return new Split(upper, upper.least[0]);
    }

    private static @Nullable Split addToLeaf(Leaf leaf, ScoredMember member, int index) {
        if (leaf.count < LEAF_CAPACITY) {
            insert(leaf, index, member);
            return null;
        }
        Leaf upper = new Leaf();
        link(upper, leaf.next);
        link(leaf, upper);
        // What is added in ascending order fills its leaves.
        int half = index == LEAF_CAPACITY && upper.next == null ? LEAF_CAPACITY : LEAF_CAPACITY / 2;
        moveMembers(leaf, half, upper);
        if (index <= half && half < LEAF_CAPACITY) {
            insert(leaf, index, member);
        } else {
            insert(upper, index - half, member);
        }
        return new Split(upper, upper.get(0));
    }

    private static void insert(Leaf leaf, int index, ScoredMember member) {
        System.arraycopy(leaf.members, index, leaf.members, index + 1, leaf.count - index);
        System.arraycopy(leaf.scores, index, leaf.scores, index + 1, leaf.count - index);
        leaf.members[index] = member;
        leaf.scores[index] = member.score;
        leaf.count++;
    }

    private static void link(Leaf leaf, @Nullable Leaf next) {
        leaf.next = next;
        if (next != null) {
            next.previous = leaf;
        }
    }

    private static void insertChild(Inner inner, int index, Node child, ScoredMember least) {
        int behind = inner.count - index;
        System.arraycopy(inner.children, index, inner.children, index + 1, behind);
        System.arraycopy(inner.least, index, inner.least, index + 1, behind);
        System.arraycopy(inner.leastScores, index, inner.leastScores, index + 1, behind);
        System.arraycopy(inner.sizes, index, inner.sizes, index + 1, behind);
        inner.children[index] = child;
        inner.least[index] = least;
        inner.leastScores[index] = least.score;
        inner.sizes[index] = size(child);
        inner.count++;
    }

    private static int size(Node node) {
        if (node instanceof Leaf leaf) {
            return leaf.count;
        }
        Inner inner = (Inner) node;
        int size = 0;
        for (int i = 0; i < inner.count; i++) {
            size += inner.sizes[i];
        }
        return size;
    }

    // ---- removing ----

    /** Removes and returns the member of this rank, which must be less than the size. */
    ScoredMember removeAt(int rank) {
        ScoredMember removed = removeAt(root, rank);
        while (root instanceof Inner inner && inner.count == 1) {
            root = inner.children[0];
        }
        return removed;
    }

    private ScoredMember removeAt(Node node, int rank) {
        steps++;
        if (node instanceof Leaf leaf) {
            ScoredMember removed = leaf.get(rank);
            leaf.count--;
            System.arraycopy(leaf.members, rank + 1, leaf.members, rank, leaf.count - rank);
            System.arraycopy(leaf.scores, rank + 1, leaf.scores, rank, leaf.count - rank);
            leaf.members[leaf.count] = null;
            return removed;
        }
        Inner inner = (Inner) node;
        int child = 0;
        int left = rank;
        while (left >= inner.sizes[child]) {
            left -= inner.sizes[child++];
        }
        ScoredMember removed = removeAt(inner.children[child], left);
        inner.sizes[child]--;
        if (fill(inner.children[child]) < capacity(inner.children[child]) / 4) {
            join(inner, child);
        }
        return removed;
    }

    private static int fill(Node node) {
        return node instanceof Leaf leaf ? leaf.count : ((Inner) node).count;
    }

    private static int capacity(Node node) {
        return node instanceof Leaf ? LEAF_CAPACITY : INNER_CAPACITY;
    }

    /** Joins a child with the next or the previous one, if there is one that has room. */
    private static void join(Inner inner, int child) {
        if (!joinWithNext(inner, child) && child > 0) {
            joinWithNext(inner, child - 1);
        }
    }

    private static boolean joinWithNext(Inner inner, int index) {
        if (index + 1 >= inner.count) {
            return false;
        }
        Node lower = inner.children[index];
        Node upper = inner.children[index + 1];
        boolean oneIsEmpty = fill(lower) == 0 || fill(upper) == 0;
        if (!oneIsEmpty && fill(lower) + fill(upper) > capacity(lower) * 3 / 4) {
            return false;
        }
        if (lower instanceof Leaf leaf) {
            Leaf joined = (Leaf) upper;
            moveMembers(joined, 0, leaf);
            link(leaf, joined.next);
        } else {
            moveChildren((Inner) upper, 0, (Inner) lower, inner.least[index + 1]);
        }
        inner.sizes[index] += inner.sizes[index + 1];
        int behind = inner.count - index - 2;
        System.arraycopy(inner.children, index + 2, inner.children, index + 1, behind);
        System.arraycopy(inner.least, index + 2, inner.least, index + 1, behind);
        System.arraycopy(inner.leastScores, index + 2, inner.leastScores, index + 1, behind);
        System.arraycopy(inner.sizes, index + 2, inner.sizes, index + 1, behind);
        dropChildren(inner, inner.count - 1);
        return true;
    }

    /** Moves the members from {@code index} on behind those of the other leaf. */
    private static void moveMembers(Leaf from, int index, Leaf to) {
        int moved = from.count - index;
        System.arraycopy(from.members, index, to.members, to.count, moved);
        System.arraycopy(from.scores, index, to.scores, to.count, moved);
        Arrays.fill(from.members, index, from.count, null);
        from.count = index;
        to.count += moved;
    }

    /** Moves the children from {@code index} on behind those of the other node, where they begin at {@code least}. */
    private static void moveChildren(Inner from, int index, Inner to, ScoredMember least) {
        int moved = from.count - index;
        System.arraycopy(from.children, index, to.children, to.count, moved);
        System.arraycopy(from.least, index, to.least, to.count, moved);
        System.arraycopy(from.leastScores, index, to.leastScores, to.count, moved);
        System.arraycopy(from.sizes, index, to.sizes, to.count, moved);
        to.least[to.count] = least;
        to.leastScores[to.count] = least.score;
        dropChildren(from, index);
        to.count += moved;
    }

    @SuppressWarnings("NullAway") // beyond its count a node holds nothing
    private static void dropChildren(Inner inner, int index) {
        Arrays.fill(inner.children, index, inner.count, null);
        Arrays.fill(inner.least, index, inner.count, null);
        inner.count = index;
    }
}
