package dev.rondo.server.keyspace;

import dev.rondo.server.type.HashTable;

/**
 * One key of a slot: its value, expiry and version. Read and changed only under the slot's lock, and through
 * {@link Slot} wherever the slot counts or watches something.
 */
public final class Entry extends HashTable.Node<Entry> {
    /** The expiry of a key that has none. */
    public static final long NO_EXPIRY = -1;

    Object value;
    long expireAtMs = NO_EXPIRY;
    long version;
    int useMark;

    Entry(byte[] key, int hash, Object value) {
        super(key, hash);
        this.value = value;
    }

    /**
     * A string in one of the forms of {@link dev.rondo.server.type.StringValue}, or a {@link
     * dev.rondo.server.type.Value}.
     */
    public Object value() {
        return value;
    }

    /** Unix time in milliseconds, or {@link #NO_EXPIRY}. */
    public long expireAtMs() {
        return expireAtMs;
    }

    public boolean hasExpiry() {
        return expireAtMs != NO_EXPIRY;
    }

    /** Whether the key's time is over at {@code nowMs}. */
    public boolean isExpired(long nowMs) {
        return expireAtMs != NO_EXPIRY && nowMs > expireAtMs;
    }

    /** The hybrid-logical-clock reading of the last write, set by the primary. */
    public long version() {
        return version;
    }

    /** When or how often the key was used: see {@link UseMark}. */
    public int useMark() {
        return useMark;
    }

    public void useMark(int mark) {
        useMark = mark;
    }
}
