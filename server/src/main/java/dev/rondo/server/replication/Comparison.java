package dev.rondo.server.replication;

import dev.rondo.server.keyspace.Slot;
import java.util.BitSet;

/**
 * Finds the buckets of a slot, served here, in which a replica's entries differ. The slot may be written to between the
 * steps: whatever is touched meanwhile counts as different. So when the last step is done, and as long as the lock is
 * held from there, the other buckets hold here what they held when they were summed up, and that is what the replica
 * has. Every method needs the slot's lock; confined to the sync thread otherwise.
 */
final class Comparison implements Slot.Observer {
    private final Slot slot;
    private final Digest theirs;
    private final Digest ours;
    private final BitSet touched = new BitSet();
    private final RecordWriter scratch;
    private long cursor;
    private boolean isOver;
    /** About how many bytes of entries the replica has already; known with the {@link #differences}. */
    long equalBytes;

    /**
     * Begins; must be ended by {@link #close}.
     *
     * @param scratch the sync thread's
     */
    Comparison(Slot slot, Digest theirs, RecordWriter scratch) {
        this.slot = slot;
        this.theirs = theirs;
        this.ours = theirs.like();
        this.scratch = scratch;
        slot.observe(this);
    }

    /** Sums the next entries up; true when these were the last. */
    boolean step(int chunkBytes) {
        if (!isOver) {
            Chunk chunk = new Chunk(chunkBytes);
            cursor = chunk.scan(slot, cursor, entry -> ours.add(entry, scratch));
            isOver = cursor == 0;
        }
        return isOver;
    }

    /** The buckets that differ, once the last step is done. */
    BitSet differences() {
        BitSet differing = ours.differences(theirs);
        differing.or(touched);
        equalBytes = ours.equalBytes(differing);
        return differing;
    }

    int bucketOf(byte[] key) {
        return theirs.bucketOf(key);
    }

    void close() {
        slot.unobserve(this);
    }

    @Override
    public void touched(byte[] key) {
        touched.set(bucketOf(key));
    }

    @Override
    public void cleared() {
        touched.set(0, theirs.buckets());
    }
}
