package dev.rondo.server.replication;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Slot;
import org.jspecify.annotations.Nullable;

/**
 * The whole state of one key as it travels: key, version, expiry and value, or that the key does not exist; or that no
 * key does which was written before a version. Pure.
 *
 * @param expireAtMs Unix time in milliseconds, or {@link Entry#NO_EXPIRY}
 * @param value null when the key does not exist
 * @param isFlush whether this is about every key
 */
record KeyState(byte[] key, long version, long expireAtMs, @Nullable Object value, boolean isFlush) {
    private static final byte ABSENT = 0;
    private static final byte PRESENT = 1;
    private static final byte FLUSHED = 2;
    private static final byte[] EVERY_KEY = {};

    static void write(RecordWriter record, Entry entry) {
        record.put(PRESENT).bytes(entry.key()).number(entry.version()).number(entry.expireAtMs() + 1);
        record.value(entry.value());
    }

    static void writeAbsent(RecordWriter record, byte[] key, long version) {
        record.put(ABSENT).bytes(key).number(version);
    }

    static void writeFlush(RecordWriter record, long version) {
        record.put(FLUSHED).number(version);
    }

    static KeyState read(RecordReader record) {
        byte form = record.next();
        if (form == FLUSHED) {
            return new KeyState(EVERY_KEY, record.number(), Entry.NO_EXPIRY, null, true);
        }
        byte[] key = record.bytes();
        long version = record.number();
        if (form != PRESENT) {
            return new KeyState(key, version, Entry.NO_EXPIRY, null, false);
        }
        long expireAtMs = record.number() - 1;
        return new KeyState(key, version, expireAtMs, record.value(), false);
    }

    /**
     * Whether this was written after what the (locked) slot knows of the key. In one transaction a key may be deleted
     * and written: of the same version the value counts.
     */
    boolean isNewsTo(Slot slot) {
        if (isFlush) {
            return slot.flushedAt() < version;
        }
        Entry present = slot.find(key);
        if (present == null) {
            return value == null ? version > slot.deletedAt(key) : version >= slot.deletedAt(key);
        }
        return version > present.version();
    }

    /** Writes what has become of it in the (locked) slot to which it was applied. */
    void writeAsIn(Slot slot, RecordWriter record) {
        Entry present = isFlush ? null : slot.find(key);
        if (isFlush) {
            writeFlush(record, version);
        } else if (present == null) {
            writeAbsent(record, key, version);
        } else {
            write(record, present);
        }
    }

    /**
     * Takes this as a part of a copy. A deletion is only remembered then: the key may have been written since, and what
     * was there of it before is gone.
     */
    void copyTo(Slot slot) {
        if (value == null && !isFlush) {
            slot.bury(key, version);
        } else {
            applyTo(slot);
        }
    }

    /** Makes this the state of the key in a slot that is locked. */
    void applyTo(Slot slot) {
        if (isFlush) {
            slot.flushUpTo(version);
            return;
        }
        Entry entry = slot.find(key);
        if (value == null) {
            slot.remove(key, version);
        } else {
            if (entry == null) {
                entry = slot.add(key, value);
            } else {
                slot.setValue(entry, value);
            }
            slot.setExpiry(entry, expireAtMs);
            slot.setVersion(entry, version);
        }
        slot.touched(key);
    }
}
