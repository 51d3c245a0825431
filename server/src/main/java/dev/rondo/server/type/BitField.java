package dev.rondo.server.type;

import java.util.Locale;

/**
 * The type of an integer in a bitmap: how many bits it has, from any bit on, highest first, and whether it is signed
 * (in two's complement). Immutable.
 *
 * @param bits 1 to 64, of an unsigned one 63 at most
 */
public record BitField(boolean signed, int bits) {
    /** What becomes of a result that the type cannot hold. */
    public enum Overflow {
        /** Its lowest bits. */
        WRAP,
        /** The nearest number that the type can hold. */
        SAT,
        /** The old number stays. */
        FAIL;

        /** The name in lower case. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public static final int MOST_BITS = 64;

    /** The widest field touches so many bytes. */
    private static final int MOST_BYTES = 9;

    public BitField {
        if (bits < 1 || bits > (signed ? MOST_BITS : MOST_BITS - 1)) {
            throw new IllegalArgumentException("no type of " + bits + " bits");
        }
    }

    // ---- in bytes ----

    /** The number at a bit; what lies behind the first {@code length} bytes is zero. */
    public long read(byte[] bytes, int length, long offset) {
        long first = offset >>> 3;
        int skipped = (int) (offset & 7);
        long word = 0;
        for (int i = 0; i < MOST_BYTES - 1; i++) {
            word = (word << 8) | byteAt(bytes, length, first + i);
        }
        if (skipped != 0) {
            word = (word << skipped) | (byteAt(bytes, length, first + MOST_BYTES - 1) >> (8 - skipped));
        }
        return signed ? word >> (64 - bits) : word >>> (64 - bits);
    }

    private static int byteAt(byte[] bytes, int length, long at) {
        return at < length ? bytes[(int) at] & 0xff : 0;
    }

    /** Writes the lowest bits of a number to a bit within the bytes, from the last byte backwards. */
    public void write(byte[] bytes, long offset, long value) {
        long end = offset + bits;
        int at = (int) ((end - 1) >>> 3);
        int behind = (int) (7 - ((end - 1) & 7)); // bits of that byte that are not the field's
        long rest = value;
        for (int left = bits; left > 0; at--) {
            int taken = Math.min(8 - behind, left);
            int mask = ((1 << taken) - 1) << behind;
            bytes[at] = (byte) ((bytes[at] & ~mask) | ((int) (rest << behind) & mask));
            rest >>>= taken;
            left -= taken;
            behind = 0;
        }
    }

    // ---- arithmetic ----

    /** The largest number. */
    public long most() {
        return (1L << (signed ? bits - 1 : bits)) - 1;
    }

    /** The smallest number. */
    public long least() {
        return signed ? -1L - most() : 0;
    }

    /**
     * Whether the sum of a number and an increment is too large (1) or too small (-1) for the type, or fits (0). The
     * number may be out of the type's range itself. As in Redis, one so far below a signed range that its distance from
     * the other end is no 64-bit number counts as too large.
     */
    public int overflow(long value, long increment) {
        return signed ? signedOverflow(value, increment) : unsignedOverflow(value, increment);
    }

    private int signedOverflow(long value, long increment) {
        long most = most();
        long least = least();
        boolean narrow = bits < MOST_BITS;
        if (value > most || (narrow || value >= 0 && increment > 0) && increment > most - value) {
            return 1;
        }
        return value < least || (narrow || value < 0 && increment < 0) && increment < least - value ? -1 : 0;
    }

    private int unsignedOverflow(long value, long increment) {
        boolean outside = value < 0 || value > most(); // below zero is far above as an unsigned number
        if (outside || increment > 0 && increment > most() - value) {
            return 1;
        }
        return increment < 0 && increment < -value ? -1 : 0;
    }

    /** The sum, or what becomes of it, which {@link Overflow#FAIL} leaves to the caller. */
    public long sum(long value, long increment, Overflow overflow) {
        int direction = overflow(value, increment);
        if (direction != 0 && overflow == Overflow.SAT) {
            return direction > 0 ? most() : least();
        }
        int unused = 64 - bits;
        long wrapped = (value + increment) << unused;
        return signed ? wrapped >> unused : wrapped >>> unused;
    }
}
