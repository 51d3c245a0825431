package dev.rondo.server.type;

import static dev.rondo.server.type.Listpack.NONE;

import dev.rondo.server.resp.Ascii;

/**
 * How an element of a {@link Listpack} is written: encoding and data, then their length in 7-bit groups that are read
 * backwards. Pure functions of an array and the offset of an element in it.
 *
 * @see <a href="https://github.com/antirez/listpack/blob/master/listpack.md">Listpack specification</a>
 */
final class ListpackElement {
    private static final int STRING_6_BITS = 0x80;
    private static final int INTEGER_13_BITS = 0xc0;
    private static final int STRING_12_BITS = 0xe0;
    private static final int STRING_32_BITS = 0xf0;
    private static final int INTEGER_16_BITS = 0xf1;
    private static final int INTEGER_24_BITS = 0xf2;
    private static final int INTEGER_32_BITS = 0xf3;
    private static final int INTEGER_64_BITS = 0xf4;

    private ListpackElement() {}

    // ---- reading ----

    /** The length of a whole element that may be damaged, before {@code end}; {@link Listpack#NONE} when it is. */
    static int checkedLength(byte[] bytes, int at, int end) {
        int first = bytes[at] & 0xff;
        if (first > INTEGER_64_BITS) {
            return NONE;
        }
        int header = first < STRING_12_BITS ? 1 : first < STRING_32_BITS ? 2 : 5;
        if (first <= STRING_32_BITS && header > end - at) {
            return NONE;
        }
        long data = dataLength(bytes, at);
        if (data <= 0 || data + backLengthBytes((int) data) > end - at) {
            return NONE;
        }
        int back = backLengthBytes((int) data);
        int afterwards = at + (int) data + back;
        return backLength(bytes, afterwards) == data ? (int) data + back : NONE;
    }

    /** The bytes of an element's encoding and data. */
    static long dataLength(byte[] bytes, int at) {
        int first = bytes[at] & 0xff;
        if (first < STRING_6_BITS) {
            return 1;
        }
        if (first < INTEGER_13_BITS) {
            return 1L + (first & 0x3f);
        }
        if (first < STRING_12_BITS) {
            return 2;
        }
        if (first < STRING_32_BITS) {
            return 2 + stringLength(bytes, at);
        }
        return switch (first) {
            case STRING_32_BITS -> 5L + stringLength(bytes, at);
            case INTEGER_16_BITS -> 3;
            case INTEGER_24_BITS -> 4;
            case INTEGER_32_BITS -> 5;
            default -> 9;
        };
    }

    /** The length that precedes offset {@code at}, read backwards; negative when there is none that makes sense. */
    static int backLength(byte[] bytes, int at) {
        long length = 0;
        for (int i = 1; i <= 5; i++) {
            int group = bytes[at - i] & 0xff;
            length |= (long) (group & 0x7f) << 7 * (i - 1);
            if (group < 0x80) {
                return length > Integer.MAX_VALUE ? NONE : (int) length;
            }
        }
        return NONE;
    }

    /** How many bytes the length of an element's encoding and data takes behind it; the bounds are Redis's. */
    static int backLengthBytes(int data) {
        if (data <= 127) {
            return 1;
        }
        if (data < 16_383) {
            return 2;
        }
        if (data < 2_097_151) {
            return 3;
        }
        return data < 268_435_455 ? 4 : 5;
    }

    /** Whether an element is held as an integer. */
    static boolean isLong(byte[] bytes, int at) {
        int first = bytes[at] & 0xff;
        return first < STRING_6_BITS || first >= INTEGER_13_BITS && first < STRING_12_BITS || first > STRING_32_BITS;
    }

    /** The number of an element for which {@link #isLong} holds. */
    static long toLong(byte[] bytes, int at) {
        int first = bytes[at] & 0xff;
        if (first < STRING_6_BITS) {
            return first;
        }
        return switch (first) {
            case INTEGER_16_BITS -> signed(littleEndian(bytes, at + 1, 2), 16);
            case INTEGER_24_BITS -> signed(littleEndian(bytes, at + 1, 3), 24);
            case INTEGER_32_BITS -> signed(littleEndian(bytes, at + 1, 4), 32);
            case INTEGER_64_BITS -> littleEndian(bytes, at + 1, 8);
            default -> signed((first & 0x1fL) << 8 | bytes[at + 1] & 0xff, 13);
        };
    }

    private static long signed(long value, int bits) {
        return value << 64 - bits >> 64 - bits;
    }

    static long littleEndian(byte[] bytes, int at, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[at + i] & 0xffL) << 8 * i;
        }
        return value;
    }

    /** The bytes of an element that is no integer. */
    static long stringLength(byte[] bytes, int at) {
        int first = bytes[at] & 0xff;
        if (first < INTEGER_13_BITS) {
            return first & 0x3f;
        }
        return first < STRING_32_BITS ? (first & 0xf) << 8 | bytes[at + 1] & 0xff : littleEndian(bytes, at + 1, 4);
    }

    /** Where they start. */
    static int stringStart(byte[] bytes, int at) {
        int first = bytes[at] & 0xff;
        if (first < INTEGER_13_BITS) {
            return at + 1;
        }
        return first < STRING_32_BITS ? at + 2 : at + 5;
    }

    // ---- writing ----

    /** The bytes that an element takes. */
    static int encodedLength(byte[] value) {
        int data = Ascii.isLong(value) ? integerBytes(Ascii.toLong(value)) : stringBytes(value.length);
        return data + backLengthBytes(data);
    }

    private static int stringBytes(int length) {
        if (length < 64) {
            return 1 + length;
        }
        return Math.addExact(length, length < 4096 ? 2 : 5);
    }

    private static int integerBytes(long value) {
        if (value >= 0 && value < 128) {
            return 1;
        }
        if (fits(value, 13)) {
            return 2;
        }
        if (fits(value, 16)) {
            return 3;
        }
        if (fits(value, 24)) {
            return 4;
        }
        return fits(value, 32) ? 5 : 9;
    }

    private static boolean fits(long value, int bits) {
        return signed(value, bits) == value;
    }

    /** Writes an element; there is room for {@link #encodedLength}. */
    static void write(byte[] bytes, int at, byte[] value) {
        int data;
        if (Ascii.isLong(value)) {
            data = writeInteger(bytes, at, Ascii.toLong(value));
        } else {
            data = writeString(bytes, at, value);
        }
        int groups = backLengthBytes(data);
        for (int i = 1; i <= groups; i++) { // the last byte holds the lowest group; each but the first says: go on
            bytes[at + data + groups - i] = (byte) (data >>> 7 * (i - 1) & 0x7f | (i == groups ? 0 : 0x80));
        }
    }

    private static int writeInteger(byte[] bytes, int at, long value) {
        int length = integerBytes(value);
        switch (length) {
            case 1 -> bytes[at] = (byte) value;
            case 2 -> {
                bytes[at] = (byte) (INTEGER_13_BITS | value >>> 8 & 0x1f);
                bytes[at + 1] = (byte) value;
            }
            default -> {
                bytes[at] = (byte) (length == 9 ? INTEGER_64_BITS : INTEGER_16_BITS + length - 3);
                writeLittleEndian(bytes, at + 1, value, length - 1);
            }
        }
        return length;
    }

    private static int writeString(byte[] bytes, int at, byte[] value) {
        int length = value.length;
        int data = stringBytes(length);
        if (length < 64) {
            bytes[at] = (byte) (STRING_6_BITS | length);
        } else if (length < 4096) {
            bytes[at] = (byte) (STRING_12_BITS | length >>> 8);
            bytes[at + 1] = (byte) length;
        } else {
            bytes[at] = (byte) STRING_32_BITS;
            writeLittleEndian(bytes, at + 1, length, 4);
        }
        System.arraycopy(value, 0, bytes, at + data - length, length);
        return data;
    }

    static void writeLittleEndian(byte[] bytes, int at, long value, int length) {
        for (int i = 0; i < length; i++) {
            bytes[at + i] = (byte) (value >>> 8 * i);
        }
    }
}
