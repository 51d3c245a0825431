package dev.rondo.server.type;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A hash table from byte strings to nodes that resizes a few buckets at a time, so that no operation ever takes time in
 * proportion to its size. A slot's keys, a hash's fields and a set's members are such nodes. Not thread-safe.
 *
 * <p>{@link #scan} visits every node that is present from start to end at least once, whatever is added, removed or
 * resized between calls (the reverse-binary cursor of Redis's SCAN).
 *
 * @param <N> what the table holds, linked into it
 */
public final class HashTable<N extends HashTable.Node<N>> {
    /** Something with a key, which can be in one table at a time. */
    public abstract static class Node<N extends Node<N>> {
        final byte[] key;
        final int hash;

        @Nullable N next;

        /** The caller gives the array away. */
        protected Node(byte[] key) {
            this(key, hash(key));
        }

        /** As {@link #Node(byte[])}, where the {@link HashTable#hash} of the key is known. */
        protected Node(byte[] key, int hash) {
            this.key = key;
            this.hash = hash;
        }

        public final byte[] key() {
            return key;
        }
    }

    private static final int FIRST_BUCKETS = 4;
    private static final int BUCKETS_MOVED_PER_STEP = 4;
    /** The nodes of a chain that {@link #glance} looks at. */
    private static final int GLANCED = 6;
    /** The places of a chain to draw from, and those where there are so many buckets to a node; powers of two. */
    private static final int PLACES = 4;

    private static final int SPARSE_PLACES = 2;
    private static final int SPARSE = 4;
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** Nobody outside knows it, so nobody can make keys that collide; a test may fix it to repeat what it has seen. */
    private static final long SEED = Long.getLong("rondo.hash-seed", new SplittableRandom().nextLong());

    private static final Node<?>[] NO_BUCKETS = {};

    private @Nullable N[] buckets = noBuckets();
    private @Nullable N[] old = buckets; // while resizing: the table that is being emptied into buckets
    private int oldNext; // the first bucket of old that may hold nodes
    private int size;

    @SuppressWarnings({"unchecked", "rawtypes"}) // the arrays hold what was added, and nothing else sees them
    private @Nullable N[] newBuckets(int length) {
        return (N[]) new Node[length];
    }

    @SuppressWarnings("unchecked") // it holds nothing
    private @Nullable N[] noBuckets() {
        return (N[]) NO_BUCKETS;
    }

    /** The number of nodes; read without the lock that guards the table it may be a moment old. */
    public int size() {
        return size;
    }

    /** A seeded hash of the key, so that clients can't aim at one bucket. */
    public static int hash(byte[] key) {
        long h = SEED ^ key.length;
        int at = 0;
        for (; at + Long.BYTES <= key.length; at += Long.BYTES) {
            h = mix(h ^ (long) LONGS.get(key, at));
        }
        long tail = 0;
        for (; at < key.length; at++) {
            tail = tail << 8 | key[at] & 0xff;
        }
        h = mix(h ^ tail);
        return (int) (h ^ h >>> 32);
    }

    private static long mix(long x) {
        long product = x * 0x9E3779B97F4A7C15L;
        return product ^ product >>> 29 ^ product << 17;
    }

    public @Nullable N find(byte[] key) {
        return size == 0 ? null : find(key, hash(key));
    }

    /** As {@link #find(byte[])}, where the key's {@link #hash} is known. */
    public @Nullable N find(byte[] key, int hash) {
        if (buckets.length == 0) {
            return null;
        }
        N found = in(buckets[hash & buckets.length - 1], key, hash);
        return found != null || old.length == 0 ? found : in(old[hash & old.length - 1], key, hash);
    }

    /** The node that {@link #find} is likely to come to, read without any lock: it may be missed, or be another's. */
    public @Nullable N glance(int hash) {
        @Nullable N[] present = buckets;
        N node = present.length == 0 ? null : present[hash & present.length - 1];
        for (int steps = 0; node != null && node.hash != hash && steps < GLANCED; steps++) {
            node = node.next;
        }
        return node;
    }

    private @Nullable N in(@Nullable N first, byte[] key, int hash) {
        for (N node = first; node != null; node = node.next) {
            if (node.hash == hash && Arrays.equals(node.key, key)) {
                return node;
            }
        }
        return null;
    }

    /** Adds a node whose key is not present. */
    public void add(N node) {
        if (old.length != 0) {
            moveSome();
        } else if (size >= buckets.length) {
            startResize(buckets.length == 0 ? FIRST_BUCKETS : 2 * buckets.length);
        }
        link(node);
        size++;
    }

    private void link(N node) {
        int index = node.hash & buckets.length - 1;
        node.next = buckets[index];
        buckets[index] = node;
    }

    /** Removes and returns the node of the key, null when there is none. */
    public @Nullable N remove(byte[] key) {
        return size == 0 ? null : remove(key, hash(key));
    }

    /** As {@link #remove(byte[])}, where the key's {@link #hash} is known. */
    public @Nullable N remove(byte[] key, int hash) {
        if (buckets.length == 0) {
            return null;
        }
        if (old.length != 0) {
            moveSome();
        }
        N removed = unlink(buckets, key, hash);
        if (removed == null && old.length != 0) {
            removed = unlink(old, key, hash);
        }
        if (removed != null) {
            size--;
            if (size == 0) {
                clear();
            } else if (old.length == 0 && buckets.length > FIRST_BUCKETS && size < buckets.length / 8) {
                startResize(buckets.length / 2);
            }
        }
        return removed;
    }

    private @Nullable N unlink(@Nullable N[] table, byte[] key, int hash) {
        int index = hash & table.length - 1;
        N previous = null;
        for (N node = table[index]; node != null; node = node.next) {
            if (node.hash == hash && Arrays.equals(node.key, key)) {
                if (previous == null) {
                    table[index] = node.next;
                } else {
                    previous.next = node.next;
                }
                node.next = null;
                return node;
            }
            previous = node;
        }
        return null;
    }

    public void clear() {
        buckets = noBuckets();
        old = buckets;
        oldNext = 0;
        size = 0;
    }

    private void startResize(int newLength) {
        old = buckets;
        oldNext = 0;
        buckets = newBuckets(newLength);
        if (old.length <= BUCKETS_MOVED_PER_STEP) {
            moveSome();
        }
    }

    private void moveSome() {
        int end = Math.min(old.length, oldNext + BUCKETS_MOVED_PER_STEP);
        for (; oldNext < end; oldNext++) {
            N node = old[oldNext];
            old[oldNext] = null;
            while (node != null) {
                N next = node.next;
                link(node);
                node = next;
            }
        }
        if (oldNext == old.length) {
            old = noBuckets();
            oldNext = 0;
        }
    }

    /** Visits the nodes of one bucket position and returns the next cursor, 0 at the end. The table must not change. */
    public long scan(long cursor, Consumer<N> visitor) {
        if (size == 0) {
            return 0;
        }
        if (old.length == 0) {
            visit(buckets[(int) cursor & buckets.length - 1], visitor);
            return nextCursor(cursor, buckets.length - 1);
        }
        boolean growing = buckets.length > old.length;
        @Nullable N[] small = growing ? old : buckets;
        @Nullable N[] large = growing ? buckets : old;
        visit(small[(int) cursor & small.length - 1], visitor);
        long next = cursor;
        do { // every bucket of the large table that folds onto this one of the small
            visit(large[(int) next & large.length - 1], visitor);
            next = nextCursor(next, large.length - 1);
        } while ((next & (small.length - 1 ^ large.length - 1)) != 0);
        return next;
    }

    private void visit(@Nullable N first, Consumer<N> visitor) {
        for (N node = first; node != null; ) {
            N next = node.next;
            visitor.accept(node);
            node = next;
        }
    }

    /** Increments the masked bits of the cursor from the highest bit down. */
    private static long nextCursor(long cursor, int mask) {
        long reversed = Long.reverse(cursor | ~(long) mask) + 1;
        return Long.reverse(reversed);
    }

    /** Visits all nodes; the table must not change. */
    public void forEach(Consumer<N> visitor) {
        for (N first : buckets) {
            visit(first, visitor);
        }
        for (N first : old) {
            visit(first, visitor);
        }
    }

    /**
     * A node chosen at random, null when there is none. A bucket and a place in its chain are drawn until there is a
     * node: so all nodes are equally likely, but for the last ones of chains that are longer than there are places to
     * draw; these share one. In a sparse table chains are short, and fewer places need fewer draws.
     */
    public @Nullable N random(RandomGenerator random) {
        if (size == 0) {
            return null;
        }
        int lengths = buckets.length + old.length;
        int mask = old.length == 0 ? lengths - 1 : Integer.highestOneBit(lengths) * 2 - 1;
        int lastPlace = size <= lengths / SPARSE ? SPARSE_PLACES - 1 : PLACES - 1;
        while (true) {
            long drawn = random.nextLong();
            int index = (int) drawn & mask;
            int place = (int) (drawn >>> Integer.SIZE) & lastPlace;
            if (index < lengths) {
                N found = in(index < buckets.length ? buckets[index] : old[index - buckets.length], place);
                if (found != null) {
                    return place == lastPlace ? anyFrom(found, random) : found;
                }
            }
        }
    }

    /** The node at a place of a chain, null when the chain is shorter. */
    private @Nullable N in(@Nullable N first, int place) {
        N node = first;
        for (int i = 0; i < place && node != null; i++) {
            node = node.next;
        }
        return node;
    }

    /** One of the rest of a chain. */
    private N anyFrom(N first, RandomGenerator random) {
        N chosen = first;
        int met = 1;
        for (N node = first.next; node != null; node = node.next) {
            if (random.nextInt(++met) == 0) {
                chosen = node;
            }
        }
        return chosen;
    }
}
