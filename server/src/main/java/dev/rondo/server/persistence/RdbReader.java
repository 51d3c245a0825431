package dev.rondo.server.persistence;

import dev.rondo.server.type.Listpack;
import dev.rondo.server.type.StringValue;
import java.util.Arrays;

/**
 * Reads values in the encodings of Redis's RDB format from an array. Takes memory in proportion to the bytes present
 * only, whatever lengths they claim. Confined to one thread at a time.
 */
public final class RdbReader {
    /** The newest RDB version whose encodings are read: that of Redis 7.4. */
    public static final int MAX_VERSION = 12;
    /** The last type that every Redis since 7.0 reads. */
    static final int LAST_COMMON_TYPE = 19;

    static final int TYPE_STRING = 0;

    static final int LENGTH_14_BITS = 0x40;
    static final int LENGTH_32_BITS = 0x80;
    static final int LENGTH_64_BITS = 0x81;
    static final int ENCODED = 0xc0;
    static final int ENCODED_INT8 = 0;
    static final int ENCODED_INT16 = 1;
    static final int ENCODED_INT32 = 2;
    static final int ENCODED_LZF = 3;

    private static final int FORM_BITS = 0xc0;

    private final byte[] bytes;
    private final int end;
    private int at;

    /** Reads {@code bytes[from..to)}. */
    public RdbReader(byte[] bytes, int from, int to) {
        this.bytes = bytes;
        this.at = from;
        this.end = to;
    }

    /** The index of the next byte. */
    public int position() {
        return at;
    }

    /** Reads a value of the type that {@link #readByte} gave before it. */
    public Object readValue(int type) throws RdbFormatException {
        return type == TYPE_STRING ? readString() : ValueCodecs.read(type, this);
    }

    /** A string as bytes, whatever its encoding. */
    public byte[] readStringBytes() throws RdbFormatException {
        return StringValue.bytes(readString());
    }

    /** The number of elements that follow, each of which takes a byte at least. */
    public int readCount() throws RdbFormatException {
        long count = readLength();
        if (count < 0 || count > end - at) {
            throw truncated();
        }
        return (int) count;
    }

    /** A string that holds a listpack. */
    public Listpack readListpack() throws RdbFormatException {
        Listpack pack = Listpack.of(readStringBytes());
        if (pack == null) {
            throw new RdbFormatException("damaged listpack");
        }
        return pack;
    }

    /** A double of 8 bytes. */
    public double readDouble() throws RdbFormatException {
        return Double.longBitsToDouble(readLittleEndian(Double.BYTES));
    }

    /** A string in the form in which a key holds it. */
    public Object readString() throws RdbFormatException {
        int first = readByte();
        if ((first & FORM_BITS) != ENCODED) {
            return StringValue.of(readBytes(length(first)));
        }
        return switch (first & ~FORM_BITS) {
            case ENCODED_INT8 -> readLittleEndian(Byte.BYTES);
            case ENCODED_INT16 -> readLittleEndian(Short.BYTES);
            case ENCODED_INT32 -> readLittleEndian(Integer.BYTES);
            case ENCODED_LZF -> StringValue.of(readCompressed());
            default -> throw new RdbFormatException("unknown string encoding " + first);
        };
    }

    private byte[] readCompressed() throws RdbFormatException {
        long compressedLength = readLength();
        long length = readLength();
        if (compressedLength < 0 || compressedLength > end - at) {
            throw truncated();
        }
        if (length < 0 || length > Integer.MAX_VALUE - 16 || Lzf.leastCompressed(length) > compressedLength) {
            throw new RdbFormatException("impossible length " + length);
        }
        byte[] expanded = new byte[(int) length];
        int compressedEnd = at + (int) compressedLength;
        if (length > 0) { // as in Redis, whose decoder answers 0 for an error and for no bytes alike
            Lzf.expand(bytes, at, compressedEnd, expanded);
        }
        at = compressedEnd;
        return expanded;
    }

    /** A length or any other unsigned number. */
    public long readLength() throws RdbFormatException {
        return length(readByte());
    }

    private long length(int first) throws RdbFormatException {
        if (first < LENGTH_14_BITS) {
            return first;
        }
        if (first < LENGTH_32_BITS) {
            return (first & 0x3fL) << 8 | readByte();
        }
        if (first == LENGTH_32_BITS) {
            return readBigEndian(Integer.BYTES);
        }
        if (first == LENGTH_64_BITS) {
            return readBigEndian(Long.BYTES);
        }
        if (first >= ENCODED) { // the mark of an encoded string, whose low bits Redis takes for a length
            return first & 0x3f;
        }
        throw new RdbFormatException("unknown length form " + first);
    }

    public byte[] readBytes(long length) throws RdbFormatException {
        if (length < 0 || length > end - at) {
            throw truncated();
        }
        byte[] result = Arrays.copyOfRange(bytes, at, at + (int) length);
        at += (int) length;
        return result;
    }

    public int readByte() throws RdbFormatException {
        if (at == end) {
            throw truncated();
        }
        return bytes[at++] & 0xff;
    }

    /** A signed number of {@code count} bytes, the lowest first. */
    public long readLittleEndian(int count) throws RdbFormatException {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (long) readByte() << 8 * i;
        }
        int unused = Long.SIZE - 8 * count;
        return value << unused >> unused;
    }

    private long readBigEndian(int count) throws RdbFormatException {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value = value << 8 | readByte();
        }
        return value;
    }

    private static RdbFormatException truncated() {
        return new RdbFormatException("unexpected end");
    }
}
