package dev.rondo.server.keyspace;

import dev.rondo.server.type.HashTable;
import dev.rondo.server.type.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One of the 16384 slots: the unit of ownership, atomicity, order and replication. Every method but {@link #lock},
 * {@link #index}, {@link #role}, {@link #occupant}, {@link #size} and {@link #expiring} needs the slot's lock, which is
 * held for microseconds and never over I/O. Whoever locks several slots takes them in ascending order of database and
 * index.
 */
public final class Slot {
    /** What this node is for the slot. */
    public enum Role {
        /** Holds no usable copy: requests are sent elsewhere. */
        ABSENT,
        /** Holds the data and serves it. */
        PRIMARY,
        /** Holds a copy that follows the primary's; it is complete once {@link Slot#isInSync}. */
        REPLICA,
        /** Is handing the slot over: requests wait for the outcome. */
        PARKED
    }

    private static final Entry[] NO_ENTRIES = {};
    /** The keys that clients have read of which so many are given up per lock. */
    private static final int MOST_EVICTED = 1024;
    /** The lower bits of a version; above them stand milliseconds. */
    static final int VERSION_COUNTER_BITS = 16;

    private final int database;
    private final int index;
    private final ReentrantLock lock = new ReentrantLock();
    private HashTable<Entry> entries = new HashTable<>();
    private final ExpirySearch expiry = new ExpirySearch();
    private long sequence;
    private long lastVersion;
    private volatile Role role = Role.ABSENT;
    private boolean inSync;
    private volatile @Nullable Occupant occupant; // set and taken away under the lock
    private @Nullable KeyWatchers watchers; // null while nobody watches a key
    private @Nullable KeyQueues queues; // null while nobody waits for a key
    private @Nullable List<Observer> observers;
    private @Nullable List<Runnable> parked;
    private @Nullable Tombstones tombstones; // null where nobody else can have what is deleted here
    private long flushedAt;
    private final MemoryUse memory;
    private long bytes; // what the entries take
    private final TrackingTable tracking;
    private @Nullable TrackedKeys tracked; // null while no client caches what it has read here

    Slot(int database, int index, TrackingTable tracking, MemoryUse memory) {
        this.database = database;
        this.index = index;
        this.tracking = tracking;
        this.memory = memory;
    }

    /** The number of the database that the slot belongs to; 0 in cluster mode. */
    public int database() {
        return database;
    }

    public int index() {
        return index;
    }

    public void lock() {
        if (!lock.tryLock()) {
            lock.lock();
        }
    }

    /** What was done under the lock to keys that clients wait for, and not looked after, is now by one of them. */
    public void unlock() {
        try {
            if (queues != null) {
                queues.announce(this);
            }
        } finally {
            lock.unlock();
        }
    }

    public boolean tryLock() {
        return lock.tryLock();
    }

    public boolean isLockedByMe() {
        return lock.isHeldByCurrentThread();
    }

    // ---- ownership ----

    public Role role() {
        return role;
    }

    public boolean isPrimary() {
        return role == Role.PRIMARY;
    }

    /** Whether the copy is complete: true for a primary, and for a replica that applied everything it was sent. */
    public boolean isInSync() {
        return inSync;
    }

    /** Sets what this node is for the slot; requests parked on it go on when it leaves {@link Role#PARKED}. */
    public void become(Role newRole, boolean complete) {
        boolean stays = newRole == Role.PRIMARY
                || newRole == Role.PARKED
                || newRole == Role.REPLICA && complete && role == Role.REPLICA;
        if (!stays && mayHaveReaders()) {
            untrack();
        }
        boolean wasServed = isServed();
        role = newRole;
        if (isServed() != wasServed) {
            memory.resized(wasServed, -bytes);
            memory.resized(!wasServed, bytes);
            memory.countExpiring(wasServed ? -expiry.expiring() : expiry.expiring());
        }
        inSync = complete;
        if (queues != null) {
            queues.roleChanged(this);
        }
        releaseParked();
    }

    private boolean isServed() {
        return role == Role.PRIMARY || role == Role.PARKED;
    }

    /** Calls {@code retry} (which must only schedule work) when the role is settled: {@link #releaseParked}. */
    public void park(Runnable retry) {
        if (parked == null) {
            parked = new ArrayList<>();
        }
        parked.add(retry);
    }

    /** The requests that wait for the role of this slot go on, unless it is {@link Role#PARKED}. */
    public void releaseParked() {
        if (role != Role.PARKED && parked != null) {
            List<Runnable> waiting = parked;
            parked = null;
            waiting.forEach(Runnable::run);
        }
    }

    // ---- occupation ----

    /** From here on the slot is kept by somebody. */
    public void occupy(Occupant newOccupant) {
        occupant = newOccupant;
    }

    /** The slot is free again. */
    public void vacate() {
        occupant = null;
    }

    /** Who keeps the slot; null when nobody does. Without the lock the answer may be outdated. */
    public @Nullable Occupant occupant() {
        return occupant;
    }

    /** Whether somebody keeps the slot, so that nobody else may look at what is in it. */
    public boolean isOccupied() {
        return occupant != null;
    }

    // ---- order ----

    /** The number of the last effect applied to this slot. */
    public long sequence() {
        return sequence;
    }

    /** Takes the next sequence number. */
    public long nextSequence() {
        return ++sequence;
    }

    /** Continues from a number that the primary gave. */
    public void sequence(long number, long version) {
        sequence = number;
        lastVersion = Math.max(lastVersion, version);
    }

    /** Starts anew from the numbers of a copy, or from 0 when there is none. */
    public void reset(long number, long version) {
        sequence = number;
        lastVersion = version;
    }

    public long lastVersion() {
        return lastVersion;
    }

    /**
     * The version of a write at {@code nowMs}: a hybrid logical clock, milliseconds in the upper 48 bits and a counter
     * below (Kulkarni et al., "Logical Physical Clocks", 2014), strictly increasing in this slot.
     */
    public long nextVersion(long nowMs) {
        lastVersion = Math.max(lastVersion + 1, nowMs << VERSION_COUNTER_BITS);
        return lastVersion;
    }

    // ---- entries ----

    /** The number of keys, expired ones that were not removed yet included; read without the lock, it may lag. */
    public int size() {
        return entries.size();
    }

    /** The number of keys that have an expiry. */
    public int expiring() {
        return expiry.expiring();
    }

    /** The entry of {@code key}, expired or not. */
    public @Nullable Entry find(byte[] key) {
        return entries.size() == 0 ? null : entries.find(key, HashTable.hash(key));
    }

    /** What {@link #find} is likely to look at first, read without the lock; nothing may depend on it. */
    @Nullable Entry glance(int hash) {
        return lock.isLocked() ? null : entries.glance(hash);
    }

    /** Adds an entry for a key that is not present. The caller gives the array away. */
    public Entry add(byte[] key, Object value) {
        Entry entry = new Entry(key, HashTable.hash(key), value);
        entries.add(entry);
        resized(Footprint.ofKey(key) + Footprint.account(value));
        notePartExpiry(value);
        return entry;
    }

    /** Replaces the value; the expiry stays. */
    public void setValue(Entry entry, Object value) {
        long before = Footprint.accounted(entry.value);
        entry.value = value;
        resized(Footprint.account(value) - before);
        notePartExpiry(value);
    }

    /** To be called after the value of an entry was changed in place. */
    public void changed(Entry entry) {
        account(entry);
        notePartExpiry(entry.value);
    }

    private void account(Entry entry) {
        long before = Footprint.accounted(entry.value);
        resized(Footprint.account(entry.value) - before);
    }

    private void resized(long byBytes) {
        if (byBytes != 0) {
            bytes += byBytes;
            memory.resized(isServed(), byBytes);
        }
    }

    private void countExpiring(int more) {
        if (more != 0) {
            expiry.count(more);
            if (isServed()) {
                memory.countExpiring(more);
            }
        }
    }

    /** What the entries take in memory; read without the lock, it may lag. */
    public long bytes() {
        return bytes;
    }

    private void notePartExpiry(Object value) {
        if (value instanceof Value collection) {
            expiry.noteParts(collection);
        }
    }

    public void setVersion(Entry entry, long version) {
        entry.version = version;
    }

    /** Sets the Unix time in milliseconds at which the key goes, or {@link Entry#NO_EXPIRY}. */
    public void setExpiry(Entry entry, long atMs) {
        countExpiring((atMs == Entry.NO_EXPIRY ? 0 : 1) - (entry.hasExpiry() ? 1 : 0));
        entry.expireAtMs = atMs;
        if (atMs != Entry.NO_EXPIRY) {
            expiry.note(atMs);
        }
    }

    /**
     * Removes the entry if there is one, and remembers that it is gone.
     *
     * @param version of the write after which it does not exist
     */
    public @Nullable Entry remove(byte[] key, long version) {
        if (tombstones != null) {
            tombstones.bury(key, version);
        }
        return entries.size() == 0 ? null : takeOut(key);
    }

    private @Nullable Entry takeOut(byte[] key) {
        Entry removed = entries.remove(key, HashTable.hash(key));
        if (removed != null) {
            resized(-Footprint.ofKey(key) - Footprint.accounted(removed.value));
            if (removed.hasExpiry()) {
                countExpiring(-1);
            }
        }
        return removed;
    }

    /**
     * Removes every entry by a write of {@code version}.
     *
     * @param told whether clients that cache are told by somebody else
     */
    public void flush(long version, boolean told) {
        if (told) {
            forgetReaders();
        } else {
            untrack();
        }
        removeAll();
        flushedAt = version;
    }

    /** Removes the entries written before {@code version}, when the other side of a split was flushed. */
    public void flushUpTo(long version) {
        for (Entry entry : snapshot()) {
            if (entry.version < version) {
                byte[] key = entry.key();
                takeOut(key);
                touched(key);
            }
        }
        flushedAt = Math.max(flushedAt, version);
    }

    /**
     * Exchanges the keys with a locked slot of another database of a plain server, which keeps no record of versions or
     * deletions. Who watches a key that either has is told; who waits for one is to be looked after.
     */
    public void swap(Slot other) {
        if (entries.size() == 0 && other.entries.size() == 0) {
            return;
        }
        tellWatchersOfSwap(other);
        other.tellWatchersOfSwap(this);
        HashTable<Entry> others = other.entries;
        other.entries = entries;
        entries = others;
        long growth = other.bytes - bytes;
        resized(growth);
        other.resized(-growth);
        expiry.swap(other.expiry);
        wakeWaiting();
        other.wakeWaiting();
        lastVersion = Math.max(lastVersion, other.lastVersion);
        other.lastVersion = lastVersion;
    }

    private void tellWatchersOfSwap(Slot other) {
        if (watchers != null) {
            watchers.touched(key -> find(key) != null || other.find(key) != null);
        }
    }

    private void wakeWaiting() {
        if (queues != null) {
            queues.changedAll(key -> find(key) != null);
        }
    }

    // ---- deletions ----

    /** From now on deletions are remembered. */
    public void keepTombstones(Graveyard graveyard) {
        tombstones = new Tombstones(graveyard);
    }

    /** What was deleted one by one; null where that is not remembered. */
    public @Nullable Tombstones tombstones() {
        return tombstones;
    }

    /** The version of the write that last removed everything; 0 if there was none. */
    public long flushedAt() {
        return flushedAt;
    }

    /** The version of the last write known that deleted {@code key}; 0 if there was none. */
    public long deletedAt(byte[] key) {
        return tombstones == null ? flushedAt : Math.max(flushedAt, tombstones.deletedAt(key));
    }

    /** Whether this slot remembers any deletion. */
    public boolean hasDeletions() {
        return flushedAt != 0 || tombstones != null && tombstones.first() < tombstones.end();
    }

    /** Whether it is worth looking for deletions to forget; may be asked without the lock, and lag. */
    boolean mayRememberDeletions() {
        Tombstones present = tombstones;
        return present != null && present.first() < present.end();
    }

    /** Whether another node may hold keys that this (locked) slot does not know of, and bring them back. */
    public boolean mayOthersHoldMore() {
        return tombstones != null && tombstones.mayOthersHoldMore();
    }

    /** Forgets the deletions before {@code version}. */
    public void forgetDeletions(long version) {
        if (tombstones != null) {
            tombstones.dropBefore(version);
        }
    }

    /** Remembers a deletion of another node's, after which the key may have been written again. */
    public void bury(byte[] key, long version) {
        if (tombstones != null) {
            tombstones.bury(key, version);
        }
    }

    /** Forgets every deletion: those of another node take their place. */
    public void forgetAllDeletions() {
        flushedAt = 0;
        if (tombstones != null) {
            tombstones.dropAll();
        }
    }

    /** Gives up the entries whose keys are chosen, as if they had never been here. */
    public void discard(Predicate<byte[]> chosen) {
        for (Entry entry : snapshot()) {
            byte[] key = entry.key();
            if (chosen.test(key)) {
                takeOut(key);
                touched(key);
            }
        }
    }

    /** Removes every entry and whatever is known of entries: the copy is given up. */
    public void clear() {
        if (mayHaveReaders()) {
            untrack();
        }
        removeAll();
    }

    private void removeAll() {
        forgetAllDeletions();
        if (observers != null) {
            observers.forEach(Observer::cleared);
        }
        if (watchers != null) {
            for (Entry entry : snapshot()) {
                touched(entry.key());
            }
        }
        if (queues != null) {
            queues.cleared();
        }
        entries.clear();
        resized(-bytes);
        countExpiring(-expiry.expiring());
        expiry.clear();
    }

    /** Visits entries from {@code cursor} on and returns the next cursor, 0 at the end. */
    public long scan(long cursor, Consumer<Entry> visitor) {
        return entries.scan(cursor, visitor);
    }

    public void forEach(Consumer<Entry> visitor) {
        entries.forEach(visitor);
    }

    /** The entries in an array, so that they can be visited while the slot changes. */
    public Entry[] snapshot() {
        if (entries.size() == 0) {
            return NO_ENTRIES;
        }
        List<Entry> all = new ArrayList<>(entries.size());
        entries.forEach(all::add);
        return all.toArray(NO_ENTRIES);
    }

    public @Nullable Entry random(RandomGenerator random) {
        return entries.random(random);
    }

    // ---- eviction ----

    /** A key chosen at random of those that may go; null when none was found. */
    public EvictionPool.@Nullable Candidate evictionCandidate(RandomGenerator random, long nowMs, EvictionRules rules) {
        Entry entry =
                rules.policy().isVolatileOnly() ? ExpirySearch.anyExpiring(entries, random) : entries.random(random);
        return entry == null
                ? null
                : new EvictionPool.Candidate(this, entry.key(), rules.policy().score(entry, nowMs, rules));
    }

    /** Whether the entry of a candidate's key may go still, and does not deserve less to go than when it was chosen. */
    public boolean isStill(EvictionPool.Candidate candidate, Entry entry, long nowMs, EvictionRules rules) {
        return (entry.hasExpiry() || !rules.policy().isVolatileOnly())
                && rules.policy().score(entry, nowMs, rules) >= candidate.score();
    }

    /** Whether anything here has an expiry; may be asked without the lock, and lag. */
    boolean mayExpire() {
        return expiry.mayExpire();
    }

    /** Whether it is worth looking for expired entries now. */
    boolean mayHoldExpired(long nowMs) {
        return expiry.mayHoldExpired(nowMs);
    }

    /**
     * Visits about so many entries, on from where the last call ended, and returns those that have expired, or a part
     * of whose value has, which the caller must remove. At the end of a pass over all entries it is known when the next
     * will expire; a large slot is then left alone for a while, a millisecond for each thousand entries, lest every
     * single key costs a pass.
     */
    List<Entry> someExpired(long nowMs, int mostVisited) {
        return expiry.someExpired(entries, nowMs, mostVisited);
    }

    // ---- watching ----

    /** Told, under the slot's lock, that a key was changed or removed. */
    public interface KeyWatcher {
        void keyTouched();
    }

    public void watch(byte[] key, KeyWatcher watcher) {
        if (watchers == null) {
            watchers = new KeyWatchers();
        }
        watchers.add(key, watcher);
    }

    public void unwatch(byte[] key, KeyWatcher watcher) {
        if (watchers != null) {
            watchers.remove(key, watcher);
            watchers = watchers.isEmpty() ? null : watchers;
        }
    }

    /** Told, under the slot's lock, of every change of its contents. */
    public interface Observer {
        /** What the key holds has changed. */
        void touched(byte[] key);

        /** Every key is gone. */
        void cleared();
    }

    /** Tells the observer of every change, until {@link #unobserve}. */
    public void observe(Observer observer) {
        if (observers == null) {
            observers = new ArrayList<>(1);
        }
        observers.add(observer);
    }

    public void unobserve(Observer observer) {
        if (observers != null && observers.remove(observer) && observers.isEmpty()) {
            observers = null;
        }
    }

    /**
     * To be called after a change of what {@code key} holds of which neither readers, watchers nor waiters are told.
     */
    public void touchedQuietly(byte[] key) {
        if (observers != null) {
            observers.forEach(observer -> observer.touched(key));
        }
    }

    /** To be called after every other change of what {@code key} holds. */
    public void touched(byte[] key) {
        touched(key, null);
    }

    /** As {@link #touched(byte[])}, with the client that did it. */
    public void touched(byte[] key, @Nullable Object by) {
        touched(key, by, by);
    }

    /** As {@link #touched(byte[])}, for a key whose time was over when this client met it. */
    public void expired(byte[] key, @Nullable Object metBy) {
        touched(key, metBy, null);
    }

    private void touched(byte[] key, @Nullable Object by, @Nullable Object changedBy) {
        if (tracked != null) {
            tracked.changed(key, by);
            tracked = tracked.isEmpty() ? null : tracked;
        }
        ChangeListener listener = tracking.listener();
        if (listener != null) {
            listener.changed(key, changedBy);
        }
        touchedQuietly(key);
        if (watchers != null) {
            watchers.touched(key);
        }
        if (queues != null) {
            queues.touched(key, find(key) != null);
        }
    }

    // ---- clients that cache ----

    /** Remembers that a client has read a key, until the key changes or is no longer served here. */
    public void track(byte[] key, KeyTracker tracker) {
        if (tracked == null) {
            tracked = new TrackedKeys(tracking);
        }
        tracked.add(key, tracker);
    }

    /** Whether clients may have read here: of any other slot they need not be told. */
    private boolean mayHaveReaders() {
        return role == Role.PRIMARY || role == Role.PARKED || role == Role.REPLICA && inSync;
    }

    /** Clients will not hear of further changes here, and are told that. */
    private void untrack() {
        if (tracked != null) {
            tracking.detach(tracked);
            tracked = null;
        }
        ChangeListener listener = tracking.listener();
        if (listener != null) {
            listener.lostSight();
        }
    }

    private void forgetReaders() {
        if (tracked != null) {
            tracked.detached();
            tracked = null;
        }
    }

    /**
     * Gives up keys that clients have read, as long as there are too many and if the slot is free; without its lock.
     */
    void evictTracked() {
        if (tracked != null && tryLock()) { // read without the lock: it may lag
            try {
                if (tracked != null) {
                    tracked.evict(MOST_EVICTED);
                    tracked = tracked.isEmpty() ? null : tracked;
                }
            } finally {
                unlock();
            }
        }
    }

    // ---- waiting ----

    /** Puts a waiter at the end of the queue for a key. */
    public void join(byte[] key, KeyWaiter waiter) {
        if (queues == null) {
            queues = new KeyQueues();
        }
        queues.join(key, waiter);
    }

    public void leave(byte[] key, KeyWaiter waiter) {
        if (queues != null) {
            queues.leave(key, waiter);
            queues = queues.isEmpty() ? null : queues;
        }
    }

    /** Whether a key that is waited for has changed, and nobody has looked after those who wait. */
    public boolean hasTouchedQueues() {
        return queues != null && queues.hasTouched();
    }

    /** When the first of these keys was changed, by {@link System#nanoTime}; only if there is one. */
    public long firstTouchedAtNs() {
        assert queues != null;
        return queues.firstTouchedAtNs();
    }

    /** The first of these keys, in the order of their changes; the caller looks after those who wait for it. */
    public byte @Nullable [] pollTouchedQueue() {
        return queues == null ? null : queues.pollTouched();
    }

    /** All these keys. */
    public List<byte[]> touchedQueues() {
        return queues == null ? List.of() : queues.touchedKeys();
    }

    /** Has the queue of a key looked after once more. */
    public void touchQueue(byte[] key) {
        if (queues != null) {
            queues.touched(key, true);
        }
    }

    /** Those who wait for the key, in order; a view that must not change while it is visited. */
    public Collection<KeyWaiter> waiters(byte[] key) {
        return queues == null ? List.of() : queues.waiters(key);
    }

    /** Whether one of them heeds that the key is gone. */
    public boolean isDeletionHeeded(byte[] key) {
        return queues != null && queues.isDeletionHeeded(key);
    }
}
