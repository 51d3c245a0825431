package dev.rondo.server.keyspace;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;

/**
 * The account of a node's memory: what its slots say their entries take, and what was last measured of everything else
 * that counts, against what it may be. The slots report every change, each under its lock; sums are a moment old at
 * worst. Thread-safe.
 */
public final class MemoryUse {
    private final LongAdder served = new LongAdder();
    private final LongAdder copies = new LongAdder();
    private final LongAdder expiring = new LongAdder();
    private volatile long otherBytes; // this and the next written by one thread
    private volatile long peakBytes;
    private volatile EvictionRules rules = EvictionRules.NONE;
    private long exceededSinceNs; // 0 while it is not; this and the next guarded by this
    private long exceededNs;

    /** How much may be used, and what goes then. */
    public EvictionRules rules() {
        return rules;
    }

    public void rules(EvictionRules newRules) {
        rules = newRules;
    }

    /** Entries in a slot that this node serves, or keeps a copy of, take so many bytes more. */
    void resized(boolean isServed, long bytes) {
        (isServed ? served : copies).add(bytes);
    }

    /** So many more keys in served slots have an expiry. */
    void countExpiring(int more) {
        expiring.add(more);
    }

    /** Whether there are keys in served slots, or such with an expiry. */
    public boolean hasKeys(boolean onlyExpiring) {
        return (onlyExpiring ? expiring : served).sum() > 0;
    }

    /** A key is new: it notes that. */
    public void isNew(Entry entry, long nowMs) {
        entry.useMark(UseMark.ofNew(nowMs, rules));
    }

    /** A key is used: it notes that. */
    public void used(Entry entry, long nowMs, RandomGenerator random) {
        entry.useMark(UseMark.used(entry.useMark(), nowMs, rules, random));
    }

    /** Takes down what counts beside the entries, buffers of clients and scripts; one thread. */
    public void other(long bytes) {
        otherBytes = bytes;
        peakBytes = Math.max(peakBytes, usedBytes());
    }

    /** The most that was in use, as far as it was looked at. */
    public long peakBytes() {
        return Math.max(peakBytes, usedBytes());
    }

    /** What the entries of all slots take. */
    public long dataBytes() {
        return served.sum() + copies.sum();
    }

    /** What is in use. */
    public long usedBytes() {
        return dataBytes() + otherBytes;
    }

    /** The part of what is in use that the limit is not about. */
    public long uncountedBytes() {
        return rules.leavesCopiesOut() ? copies.sum() : 0;
    }

    /** Whether more is in use than may be. */
    public boolean isOver() {
        EvictionRules now = rules;
        return now.maxBytes() > 0
                && served.sum() + otherBytes + (now.leavesCopiesOut() ? 0 : copies.sum()) > now.maxBytes();
    }

    /** Notes whether evictions have left more in use than may be. */
    public synchronized void exceeds(boolean yes) {
        if (yes && exceededSinceNs == 0) {
            exceededSinceNs = System.nanoTime() | 1;
        } else if (!yes && exceededSinceNs != 0) {
            exceededNs += System.nanoTime() - exceededSinceNs;
            exceededSinceNs = 0;
        }
    }

    /** The milliseconds for which the limit has been exceeded up to now; 0 while it is not. */
    public synchronized long exceededForMs() {
        return exceededSinceNs == 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - exceededSinceNs);
    }

    /** The milliseconds for which the limit has been exceeded in all. */
    public synchronized long exceededInAllMs() {
        return TimeUnit.NANOSECONDS.toMillis(exceededNs) + exceededForMs();
    }

    /** CONFIG RESETSTAT. */
    public synchronized void resetExceeded() {
        exceededNs = 0;
        exceededSinceNs = exceededSinceNs == 0 ? 0 : System.nanoTime() | 1;
    }
}
