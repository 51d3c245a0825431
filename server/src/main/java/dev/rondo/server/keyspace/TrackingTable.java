package dev.rondo.server.keyspace;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What all slots of a node remember together of clients that cache: how much, how much it may be, and who wants to hear
 * of every change. The keys themselves are in the slots' {@link TrackedKeys}. Thread-safe.
 */
public final class TrackingTable {
    /** Of one key this many readers are to be expected; where there are more, fewer keys are kept. */
    private static final int READERS_PER_KEY = 16;

    private final Set<KeyTracker> trackers = ConcurrentHashMap.newKeySet();
    private final AtomicLong keys = new AtomicLong();
    private final AtomicLong items = new AtomicLong();
    private final AtomicInteger cursor = new AtomicInteger();
    private volatile long maxKeys;
    private volatile @Nullable ChangeListener listener;
    private volatile int prefixes;
    private volatile Executor messenger = Runnable::run;

    /** At most so many keys, 0 for any number; readers of keys are bounded to 16 times as many. */
    public void maxKeys(long number) {
        maxKeys = number;
    }

    /** Where messages about many keys are sent from. */
    public void messenger(Executor executor) {
        messenger = executor;
    }

    /** One more client that tracks. */
    public void add(KeyTracker tracker) {
        trackers.add(tracker);
    }

    public void remove(KeyTracker tracker) {
        trackers.remove(tracker);
    }

    /** The number of clients that track. */
    public int trackers() {
        return trackers.size();
    }

    /** Every key is gone: whoever tracks is told; the slots have forgotten who has read what. */
    public void flushed(@Nullable Object by) {
        trackers.forEach(tracker -> tracker.flushed(by));
    }

    /** Whom to tell of every change from now on, on behalf of so many prefixes; null for nobody. */
    public void listener(@Nullable ChangeListener newListener, int numberOfPrefixes) {
        prefixes = numberOfPrefixes;
        listener = newListener;
    }

    /** The number of prefixes that clients listen to. */
    public int prefixes() {
        return prefixes;
    }

    @Nullable ChangeListener listener() {
        return listener;
    }

    /** The keys that somebody has read. */
    public long keys() {
        return keys.get();
    }

    /** The pairs of a key and a client that has read it. */
    public long items() {
        return items.get();
    }

    void added(long newKeys, long newItems) {
        if (newKeys != 0) {
            keys.addAndGet(newKeys);
        }
        items.addAndGet(newItems);
    }

    /** A slot gives up what it remembers: the readers are told, by another thread where there may be many. */
    void detach(TrackedKeys gone) {
        gone.detached();
        messenger.execute(gone::tellAll);
    }

    /** Whether more is remembered than may be. */
    public boolean isOverfull() {
        long most = maxKeys;
        return most > 0 && (keys.get() > most || items.get() / READERS_PER_KEY > most);
    }

    /**
     * Gives up keys until no more are remembered than may be, slot by slot, on from where the last call ended; slots
     * that are in use at this moment are left out. To be called with no slot locked.
     */
    public void shrink(Databases databases) {
        for (Keyspace keyspace : databases.existing()) {
            for (int left = KeySlot.SLOTS; left > 0 && isOverfull(); left--) {
                keyspace.slot(cursor.getAndIncrement() & KeySlot.SLOTS - 1).evictTracked();
            }
        }
    }
}
