package dev.rondo.server.keyspace;

import dev.rondo.server.type.ObjectSize;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.Value;

/** The memory that an entry takes: an estimate from the layout of the objects. Pure functions. */
public final class Footprint {
    /** The fields of {@link Entry} beside those of a node: a reference, an int and two longs. */
    private static final long ENTRY_BYTES = ObjectSize.ofNode(ObjectSize.REFERENCE + 4 + 2 * 8);

    private static final long LONG_BYTES = ObjectSize.of(4 + 8);

    private Footprint() {}

    /** The bytes of an entry with its key, its value and its share of the table. Needs the slot's lock. */
    public static long of(Entry entry) {
        return ofKey(entry.key()) + ofValue(entry.value);
    }

    /** The bytes of an entry with its key, without its value. */
    static long ofKey(byte[] key) {
        return ENTRY_BYTES + ObjectSize.ofArray(key.length);
    }

    /** What was last taken down of a value, which the account of its slot holds. */
    static long accounted(Object value) {
        if (value instanceof Value collection) {
            return collection.accountedBytes();
        }
        return value instanceof StringValue.RawString raw ? raw.accountedBytes() : ofValue(value);
    }

    /** Takes down anew what a value takes, in a few steps whatever its size. */
    static long account(Object value) {
        if (value instanceof Value collection) {
            return collection.account();
        }
        return value instanceof StringValue.RawString raw ? raw.account() : ofValue(value);
    }

    /** What so many entries take beside their keys and values. */
    public static long ofEntries(long count) {
        return count * ENTRY_BYTES;
    }

    private static long ofValue(Object value) {
        if (value instanceof Value collection) {
            return collection.footprintBytes();
        }
        if (value instanceof Long) {
            return LONG_BYTES;
        }
        if (value instanceof StringValue.RawString raw) {
            return raw.footprintBytes();
        }
        return ObjectSize.ofArray(StringValue.length(value));
    }
}
