package dev.rondo.server.type;

import dev.rondo.server.resp.Ascii;
import java.util.Arrays;

/**
 * What a string key holds, in one of three forms: a {@link Long} (Redis encoding "int"), an immutable {@code byte[]}
 * ("embstr" up to 44 bytes, "raw" above), or a {@link RawString} that grows in place ("raw").
 * Functions that take "a string value" take any of the three. Pure functions.
 */
public final class StringValue {
    public static final int MAX_EMBEDDED_BYTES = 44;

    private StringValue() {}

    /** The form Redis chooses for bytes set by a client: an integer where the bytes are its canonical form. */
    public static Object of(byte[] bytes) {
        // The first byte rules out most values without a parse.
        if (bytes.length > 0 && bytes.length <= Ascii.MAX_LONG_DIGITS && (bytes[0] <= '9') && Ascii.isLong(bytes)) {
            return Ascii.toLong(bytes);
        }
        return bytes;
    }

    public static boolean isString(Object value) {
        return value instanceof byte[] || value instanceof Long || value instanceof RawString;
    }

    /** The length in bytes. */
    public static int length(Object string) {
        if (string instanceof byte[] bytes) {
            return bytes.length;
        }
        return string instanceof Long number ? Ascii.length(number) : ((RawString) string).length();
    }

    /** The bytes, which the caller must not change. */
    public static byte[] bytes(Object string) {
        if (string instanceof byte[] bytes) {
            return bytes;
        }
        return string instanceof Long number ? Ascii.decimal(number) : ((RawString) string).toByteArray();
    }

    /**
     * An array that starts with the value's {@link #length} bytes; not to be changed, valid until the value changes.
     */
    public static byte[] array(Object string) {
        return string instanceof RawString buffer ? buffer.array() : bytes(string);
    }

    /** Redis's name of the form: "int", "embstr" or "raw". */
    public static String encoding(Object string) {
        if (string instanceof Long) {
            return "int";
        }
        return string instanceof byte[] bytes && bytes.length <= MAX_EMBEDDED_BYTES ? "embstr" : "raw";
    }

    /** The value in the form that grows in place: itself when it has that form. */
    public static RawString growing(Object string) {
        return string instanceof RawString buffer ? buffer : new RawString(bytes(string));
    }

    /** A copy that later changes of {@code string} do not reach. */
    public static Object copy(Object string) {
        return string instanceof RawString buffer ? new RawString(buffer.toByteArray()) : string;
    }

    /** A string with room to grow: bytes {@code [0..length)} of an array that doubles; those behind are zero. */
    public static final class RawString {
        private static final int MOST_SPARE_BYTES = 1024 * 1024;
        private static final long OBJECT_BYTES = ObjectSize.of(ObjectSize.REFERENCE + 2 * 4);

        private byte[] bytes;
        private int length;
        private int accountedCapacity;

        public RawString(byte[] initial) {
            bytes = initial.clone();
            length = initial.length;
        }

        private RawString(byte[] given, int length) {
            this.bytes = given;
            this.length = length;
        }

        /** A string whose first array is the given one: the caller gives it away. */
        public static RawString owning(byte[] given) {
            return new RawString(given, given.length);
        }

        public int length() {
            return length;
        }

        /** The memory that it takes. */
        public long footprintBytes() {
            return footprintBytes(bytes.length);
        }

        private static long footprintBytes(int capacity) {
            return OBJECT_BYTES + ObjectSize.ofArray(capacity);
        }

        /** What was last taken down of the memory it takes, which the account of its slot holds. */
        public long accountedBytes() {
            return footprintBytes(accountedCapacity);
        }

        /** Takes down what memory it takes now, and returns it. */
        public long account() {
            accountedCapacity = bytes.length;
            return footprintBytes();
        }

        /** The array that holds the bytes; valid until the next change. */
        public byte[] array() {
            return bytes;
        }

        public byte[] toByteArray() {
            return Arrays.copyOf(bytes, length);
        }

        public void append(byte[] more) {
            write(length, more);
        }

        /** Overwrites from {@code offset} on; a gap behind the present end is filled with zero bytes. */
        public void write(int offset, byte[] patch) {
            growTo(Math.addExact(offset, patch.length));
            System.arraycopy(patch, 0, bytes, offset, patch.length);
        }

        /** Appends zero bytes up to the length, if the string is not as long yet. */
        public void growTo(int leastLength) {
            if (leastLength > bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min((long) leastLength + MOST_SPARE_BYTES, 2L * leastLength));
            }
            length = Math.max(length, leastLength);
        }

        /**
         * Puts the first {@code count} bytes of {@code patch} in the place of {@code removed} bytes at {@code offset}.
         */
        public void splice(int offset, int removed, byte[] patch, int count) {
            int from = offset + removed;
            int tail = length - from;
            int newLength = offset + count + tail;
            int oldLength = length;
            growTo(newLength);
            System.arraycopy(bytes, from, bytes, offset + count, tail);
            System.arraycopy(patch, 0, bytes, offset, count);
            if (newLength < oldLength) {
                Arrays.fill(bytes, newLength, oldLength, (byte) 0);
                length = newLength;
            }
        }

        /** Takes other bytes altogether: the caller gives the array away. */
        public void become(byte[] given) {
            bytes = given;
            length = given.length;
        }
    }
}
