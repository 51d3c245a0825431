package dev.rondo.server.type;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;

/**
 * Bytes as an array of bits, of which the first is the highest of the first byte. Counting, searching and combining go
 * word by word. Pure functions.
 */
public final class Bitmap {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** How the bits of several bitmaps make those of another one. */
    public enum Operation {
        AND,
        OR,
        XOR,
        NOT;

        /** The name in lower case. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private Bitmap() {}

    /** The bit at an index within the bytes. */
    public static boolean get(byte[] bytes, long index) {
        return (bytes[(int) (index >>> 3)] >> (7 - (index & 7)) & 1) != 0;
    }

    /** Sets or clears the bit at an index within the bytes. */
    public static void set(byte[] bytes, long index, boolean bit) {
        int mask = 0x80 >> (index & 7);
        int at = (int) (index >>> 3);
        bytes[at] = (byte) (bit ? bytes[at] | mask : bytes[at] & ~mask);
    }

    // ---- counting ----

    /** How many bits from {@code from} to below {@code to} are set. */
    public static long count(byte[] bytes, long from, long to) {
        if (from >= to) {
            return 0;
        }
        int first = (int) (from >>> 3);
        int last = (int) ((to - 1) >>> 3);
        int head = bytes[first] & head(from);
        if (first == last) {
            return Integer.bitCount(head & tail(to));
        }
        return Integer.bitCount(head) + countBytes(bytes, first + 1, last) + Integer.bitCount(bytes[last] & tail(to));
    }

    private static long countBytes(byte[] bytes, int from, int to) {
        long count = 0;
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            count += Long.bitCount((long) WORDS.get(bytes, at));
        }
        for (; at < to; at++) {
            count += Integer.bitCount(bytes[at] & 0xff);
        }
        return count;
    }

    /** Of a byte, the bits from a bit on. */
    private static int head(long from) {
        return 0xff >> (from & 7);
    }

    /** Of the byte of the bit in front of {@code to}, the bits up to that one. */
    private static int tail(long to) {
        return (0xff << (7 - ((to - 1) & 7))) & 0xff;
    }

    // ---- searching ----

    /** The first bit from {@code from} to below {@code to} that is as wanted, -1 when none is. */
    public static long first(boolean wanted, byte[] bytes, long from, long to) {
        if (from >= to) {
            return -1;
        }
        int flip = wanted ? 0 : -1; // what is wanted becomes a bit that is set
        int first = (int) (from >>> 3);
        int last = (int) ((to - 1) >>> 3);
        int head = (bytes[first] ^ flip) & head(from);
        if (first == last) {
            return inByte(first, head & tail(to));
        }
        if (head != 0) {
            return inByte(first, head);
        }
        long inner = firstInBytes(flip, bytes, first + 1, last);
        return inner >= 0 ? inner : inByte(last, (bytes[last] ^ flip) & tail(to));
    }

    private static long firstInBytes(int flip, byte[] bytes, int from, int to) {
        int at = from;
        for (; at <= to - Long.BYTES; at += Long.BYTES) {
            long word = (long) WORDS.get(bytes, at) ^ flip;
            if (word != 0) {
                return 8L * at + Long.numberOfLeadingZeros(word);
            }
        }
        for (; at < to; at++) {
            int rest = (bytes[at] ^ flip) & 0xff;
            if (rest != 0) {
                return inByte(at, rest);
            }
        }
        return -1;
    }

    private static long inByte(int at, int bits) {
        return bits == 0 ? -1 : 8L * at + Integer.numberOfLeadingZeros(bits) - 24;
    }

    // ---- combining ----

    /**
     * The bitmap that an operation makes of one (NOT) or several; the shorter ones end in bits that are clear.
     *
     * @param lengths how many bytes of each operand count
     */
    public static byte[] combine(Operation operation, byte[][] operands, int[] lengths) {
        byte[] result = new byte[Arrays.stream(lengths).max().orElse(0)];
        System.arraycopy(operands[0], 0, result, 0, lengths[0]);
        if (operation == Operation.NOT) {
            invert(result);
        }
        for (int i = 1; i < operands.length; i++) {
            byte[] operand = operands[i];
            int length = lengths[i];
            switch (operation) {
                case AND -> and(result, operand, length);
                case OR -> or(result, operand, length);
                default -> xor(result, operand, length);
            }
        }
        return result;
    }

    // The compiler turns each of these loops into one over vectors.

    private static void invert(byte[] result) {
        for (int i = 0; i < result.length; i++) {
            result[i] = (byte) ~result[i];
        }
    }

    private static void and(byte[] result, byte[] operand, int length) {
        for (int i = 0; i < length; i++) {
            result[i] &= operand[i];
        }
        Arrays.fill(result, length, result.length, (byte) 0);
    }

    private static void or(byte[] result, byte[] operand, int length) {
        for (int i = 0; i < length; i++) {
            result[i] |= operand[i];
        }
    }

    private static void xor(byte[] result, byte[] operand, int length) {
        for (int i = 0; i < length; i++) {
            result[i] ^= operand[i];
        }
    }
}
