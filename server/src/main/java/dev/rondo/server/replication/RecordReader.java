package dev.rondo.server.replication;

import dev.rondo.server.persistence.RdbFormatException;
import dev.rondo.server.persistence.RdbReader;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads the fields of one record that {@link RecordWriter} wrote. Confined to one thread. */
final class RecordReader {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private final byte[] bytes;
    private final int end;
    private int position;

    /** Reads {@code bytes[from..to)}, a record without its length. */
    RecordReader(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.position = from;
        this.end = to;
    }

    RecordKind kind() {
        return RecordKind.of(next());
    }

    byte next() {
        if (position == end) {
            throw new IllegalArgumentException("record ends early");
        }
        return bytes[position++];
    }

    boolean hasMore() {
        return position < end;
    }

    long number() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte b = next();
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("number too long");
    }

    /** What {@link RecordWriter#fixed} wrote. */
    long fixed() {
        if (remaining() < Long.BYTES) {
            throw new IllegalArgumentException("record ends early");
        }
        long value = (long) LONGS.get(bytes, position);
        position += Long.BYTES;
        return value;
    }

    /** The bytes that are left. */
    int remaining() {
        return end - position;
    }

    int slot() {
        long slot = number();
        if (slot < 0 || slot >= 16384) {
            throw new IllegalArgumentException("slot " + slot);
        }
        return (int) slot;
    }

    byte[] bytes() {
        long length = number();
        if (length < 0 || length > end - position) {
            throw new IllegalArgumentException("field of " + length + " bytes in a record with " + (end - position));
        }
        byte[] value = Arrays.copyOfRange(bytes, position, position + (int) length);
        position += (int) length;
        return value;
    }

    /** A value that {@link RecordWriter#value} wrote. */
    Object value() {
        byte[] encoded = bytes();
        RdbReader reader = new RdbReader(encoded, 0, encoded.length);
        try {
            return reader.readValue(reader.readByte());
        } catch (RdbFormatException e) {
            throw new IllegalArgumentException("bad value in a record", e);
        }
    }
}
