package dev.rondo.server.replication;

import dev.rondo.server.persistence.RdbWriter;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Builds one record at a time: a 4-byte length (of what follows), the kind, and its fields. Numbers are variable-length
 * (7 bits a byte, lowest first) unless said otherwise. Reused; confined to one thread.
 */
final class RecordWriter {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final int LENGTH_BYTES = 4;
    private static final int KEPT_BYTES = 256 * 1024;

    private final RdbWriter values = RdbWriter.uncompressed();
    private byte[] bytes = new byte[1024];
    private int size;

    /** Starts a record, forgetting the one before. */
    RecordWriter begin(RecordKind kind) {
        if (bytes.length > KEPT_BYTES) {
            bytes = new byte[KEPT_BYTES];
        }
        size = LENGTH_BYTES;
        return put(kind.code);
    }

    /** Completes the length; the record is {@code array()[0..size())} until the next {@link #begin}. */
    void end() {
        int length = size - LENGTH_BYTES;
        bytes[0] = (byte) (length >>> 24);
        bytes[1] = (byte) (length >>> 16);
        bytes[2] = (byte) (length >>> 8);
        bytes[3] = (byte) length;
    }

    byte[] array() {
        return bytes;
    }

    int size() {
        return size;
    }

    RecordWriter put(byte value) {
        ensure(1);
        bytes[size++] = value;
        return this;
    }

    RecordWriter number(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** Eight bytes, the highest first: shorter than {@link #number} for what is no small number. */
    RecordWriter fixed(long value) {
        ensure(Long.BYTES);
        LONGS.set(bytes, size, value);
        size += Long.BYTES;
        return this;
    }

    /** A length and the bytes. */
    RecordWriter bytes(byte[] value) {
        return bytes(value, 0, value.length);
    }

    RecordWriter bytes(byte[] value, int offset, int length) {
        number(length);
        ensure(length);
        System.arraycopy(value, offset, bytes, size, length);
        size += length;
        return this;
    }

    /** A value of any type: its RDB type and encoding, as bytes. */
    RecordWriter value(Object value) {
        values.reset();
        values.writeByte(RdbWriter.typeOf(value));
        values.writeValue(value);
        return bytes(values.array(), 0, values.size());
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            long wanted = Math.max((long) size + more, 2L * bytes.length);
            if ((long) size + more > Integer.MAX_VALUE - 16) {
                throw new IllegalStateException("record larger than 2 GB");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 16));
        }
    }
}
