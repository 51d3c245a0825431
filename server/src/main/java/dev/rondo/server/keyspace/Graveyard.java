package dev.rondo.server.keyspace;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** The memory that the tombstones of all slots of a node may take together. Thread-safe. */
public final class Graveyard {
    /** What a tombstone takes besides its key. */
    private static final int OVERHEAD_BYTES = 48;

    private static final long MAX_BYTES = 64L * 1024 * 1024;

    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();
    private final LongAdder dropped = new LongAdder();
    private volatile boolean othersMayHoldMore;

    public Graveyard() {
        this(MAX_BYTES);
    }

    /** Room for so much. */
    public Graveyard(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Whether somebody who can't be reached may hold keys that are unknown here, and bring them back: then also the
     * deletion of a key that is not there is one to remember.
     */
    public void othersMayHoldMore(boolean may) {
        othersMayHoldMore = may;
    }

    boolean mayOthersHoldMore() {
        return othersMayHoldMore;
    }

    void took(byte[] key) {
        bytes.addAndGet(key.length + OVERHEAD_BYTES);
    }

    void gave(byte[] key) {
        bytes.addAndGet(-(key.length + OVERHEAD_BYTES));
    }

    void droppedEarly() {
        dropped.increment();
    }

    boolean isOverfull() {
        return bytes.get() > maxBytes;
    }

    /** Memory taken now. */
    public long bytes() {
        return bytes.get();
    }

    /** Tombstones given up early for want of room: each a deletion that a split may undo. */
    public long dropped() {
        return dropped.sum();
    }
}
