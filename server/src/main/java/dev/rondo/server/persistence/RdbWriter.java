package dev.rondo.server.persistence;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.Listpack;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.Value;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes values in the encodings of Redis's RDB format into one growing array: what DUMP payloads, snapshots and the
 * transfer of slots consist of. Confined to one thread at a time.
 */
public final class RdbWriter {
    /** RDB version whose encodings are written where they suffice: that of Redis 7.0, which newer ones read. */
    public static final int VERSION = 10;
    /** That of Redis 7.4, the first that knows of fields which expire. */
    private static final int VERSION_WITH_NEW_TYPES = 12;

    private static final int SHORTEST_COMPRESSED = 21;
    private static final int LEAST_BYTES_SAVED = 4;
    private static final int LONGEST_INTEGER_CHARS = 11;

    private byte[] buffer;
    private int size;
    private final @Nullable Lzf lzf; // null: nothing is compressed
    private byte[] compressed = {};

    public RdbWriter() {
        this(256);
    }

    public RdbWriter(int initialBytes) {
        this(initialBytes, new Lzf());
    }

    private RdbWriter(int initialBytes, @Nullable Lzf lzf) {
        this.buffer = new byte[initialBytes];
        this.lzf = lzf;
    }

    /** One that leaves strings as they are, which any reader takes: for where time is dearer than bytes. */
    public static RdbWriter uncompressed() {
        return new RdbWriter(256, null);
    }

    /** The bytes written: {@code array()[0..size())}. Valid until the next write. */
    public byte[] array() {
        return buffer;
    }

    public int size() {
        return size;
    }

    /** Forgets what was written. */
    public void reset() {
        size = 0;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(buffer, size);
    }

    /** The type byte that stands in front of the value. */
    public static int typeOf(Object value) {
        return value instanceof Value collection ? ValueCodecs.typeOf(collection) : RdbReader.TYPE_STRING;
    }

    /** The RDB version that a reader of a value of this type byte must know. */
    public static int versionOf(int type) {
        return type <= RdbReader.LAST_COMMON_TYPE ? VERSION : VERSION_WITH_NEW_TYPES;
    }

    /** Writes the value, without its type. */
    public void writeValue(Object value) {
        if (value instanceof Value collection) {
            ValueCodecs.write(collection, this);
        } else {
            writeString(value);
        }
    }

    /** Writes a string that consists of the listpack's bytes. */
    public void writeListpack(Listpack pack) {
        writeString(pack.toByteArray());
    }

    /** Writes a double in 8 bytes. */
    public void writeDouble(double value) {
        writeLittleEndian(Double.doubleToRawLongBits(value), Double.BYTES);
    }

    /** Writes a string value in any of its forms: as an integer or compressed where that is shorter. */
    public void writeString(Object string) {
        if (string instanceof Long number) {
            if (number == (int) (long) number) {
                writeEncodedInteger((int) (long) number);
            } else {
                writePlain(Ascii.decimal(number), Ascii.length(number));
            }
            return;
        }
        byte[] bytes = StringValue.array(string);
        int length = StringValue.length(string);
        if (length <= LONGEST_INTEGER_CHARS && Ascii.isLong(bytes, 0, length)) {
            long number = Ascii.toLong(bytes, 0, length);
            if (number == (int) number) {
                writeEncodedInteger((int) number);
                return;
            }
        }
        if (lzf == null || length < SHORTEST_COMPRESSED || !writeCompressed(lzf, bytes, length)) {
            writePlain(bytes, length);
        }
    }

    private void writePlain(byte[] bytes, int length) {
        writeLength(length);
        writeBytes(bytes, 0, length);
    }

    private void writeEncodedInteger(int number) {
        if (number == (byte) number) {
            writeByte(RdbReader.ENCODED | RdbReader.ENCODED_INT8);
            writeByte(number);
        } else if (number == (short) number) {
            writeByte(RdbReader.ENCODED | RdbReader.ENCODED_INT16);
            writeLittleEndian(number, Short.BYTES);
        } else {
            writeByte(RdbReader.ENCODED | RdbReader.ENCODED_INT32);
            writeLittleEndian(number, Integer.BYTES);
        }
    }

    private boolean writeCompressed(Lzf lzf, byte[] bytes, int length) {
        if (compressed.length != length - LEAST_BYTES_SAVED) {
            compressed = new byte[length - LEAST_BYTES_SAVED];
        }
        int compressedLength = lzf.compress(bytes, length, compressed);
        if (compressedLength == 0) {
            return false;
        }
        writeByte(RdbReader.ENCODED | RdbReader.ENCODED_LZF);
        writeLength(compressedLength);
        writeLength(length);
        writeBytes(compressed, 0, compressedLength);
        return true;
    }

    /** Writes a length, or any unsigned number, in the shortest of its forms. */
    public void writeLength(long length) {
        if (length >= 0 && length < 1 << 6) {
            writeByte((int) length);
        } else if (length >= 0 && length < 1 << 14) {
            writeByte(RdbReader.LENGTH_14_BITS | (int) length >>> 8);
            writeByte((int) length);
        } else if (length >= 0 && length <= 0xffff_ffffL) {
            writeByte(RdbReader.LENGTH_32_BITS);
            writeBigEndian(length, Integer.BYTES);
        } else {
            writeByte(RdbReader.LENGTH_64_BITS);
            writeBigEndian(length, Long.BYTES);
        }
    }

    public void writeByte(int value) {
        ensure(1);
        buffer[size++] = (byte) value;
    }

    public void writeBytes(byte[] bytes, int offset, int length) {
        ensure(length);
        System.arraycopy(bytes, offset, buffer, size, length);
        size += length;
    }

    /** Writes the low {@code count} bytes, the lowest first. */
    public void writeLittleEndian(long value, int count) {
        for (int i = 0; i < count; i++) {
            writeByte((int) (value >>> 8 * i));
        }
    }

    private void writeBigEndian(long value, int count) {
        for (int i = count - 1; i >= 0; i--) {
            writeByte((int) (value >>> 8 * i));
        }
    }

    private void ensure(int more) {
        if (buffer.length - size < more) {
            long needed = (long) size + more;
            if (needed > Integer.MAX_VALUE - 16) {
                throw new OutOfMemoryError("value larger than 2 GB");
            }
            buffer = Arrays.copyOf(buffer, (int) Math.min(Integer.MAX_VALUE - 16, Math.max(needed, 2L * size)));
        }
    }
}
