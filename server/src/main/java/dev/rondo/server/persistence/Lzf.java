package dev.rondo.server.persistence;

import java.util.Arrays;

/**
 * The LZF compression of RDB strings: literal runs of up to 32 bytes, and references of up to 264 bytes to at most
 * 8192 bytes back. An instance keeps its table between calls; confined to one thread at a time.
 */
final class Lzf {
    private static final int MAX_LITERALS = 32;
    private static final int MAX_DISTANCE = 8192;
    private static final int MIN_MATCH = 3;
    private static final int MAX_MATCH = 264;
    /** A match is stored as its length - 2; this value says that another byte is to be added. */
    private static final int LONG_MATCH = 7;

    private static final int MIN_TABLE_BITS = 8;
    private static final int MAX_TABLE_BITS = 14;

    private final int[] lastSeen = new int[1 << MAX_TABLE_BITS]; // position + 1 by the hash of three bytes

    private byte[] out = {};
    private int outSize;
    private int outLimit;

    /**
     * Compresses {@code in[0..length)} into {@code target}; returns the size, 0 when it is no less than the target's.
     */
    int compress(byte[] in, int length, byte[] target) {
        int bits =
                Math.max(MIN_TABLE_BITS, Math.min(MAX_TABLE_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(length)));
        Arrays.fill(lastSeen, 0, 1 << bits, 0);
        out = target;
        outSize = 0;
        outLimit = target.length;
        int literals = 0; // bytes before the present one that are not written yet
        int at = 0;
        while (at + MIN_MATCH <= length) {
            int hash = hash(in, at, bits);
            int seen = lastSeen[hash] - 1;
            lastSeen[hash] = at + 1;
            int match = seen >= 0 && at - seen <= MAX_DISTANCE ? matchLength(in, seen, at, length) : 0;
            if (match < MIN_MATCH) {
                at++;
                literals++;
                continue;
            }
            if (!writeLiterals(in, at, literals) || !writeReference(at - seen, match)) {
                return 0;
            }
            literals = 0;
            at += match;
        }
        return writeLiterals(in, length, literals + length - at) ? outSize : 0;
    }

    private static int hash(byte[] in, int at, int bits) {
        int three = (in[at] & 0xff) << 16 | (in[at + 1] & 0xff) << 8 | in[at + 2] & 0xff;
        return three * 0x9E3779B1 >>> Integer.SIZE - bits;
    }

    private static int matchLength(byte[] in, int earlier, int at, int length) {
        int most = Math.min(MAX_MATCH, length - at);
        int mismatch = Arrays.mismatch(in, earlier, earlier + most, in, at, at + most);
        return mismatch < 0 ? most : mismatch;
    }

    /** Writes the {@code count} bytes before {@code end}. */
    private boolean writeLiterals(byte[] in, int end, int count) {
        int from = end - count;
        while (from < end) {
            int run = Math.min(MAX_LITERALS, end - from);
            if (outLimit - outSize < run + 1) {
                return false;
            }
            out[outSize++] = (byte) (run - 1);
            System.arraycopy(in, from, out, outSize, run);
            outSize += run;
            from += run;
        }
        return true;
    }

    private boolean writeReference(int distance, int match) {
        if (outLimit - outSize < 3) {
            return false;
        }
        int offset = distance - 1;
        int stored = match - 2;
        if (stored < LONG_MATCH) {
            out[outSize++] = (byte) (stored << 5 | offset >>> 8);
        } else {
            out[outSize++] = (byte) (LONG_MATCH << 5 | offset >>> 8);
            out[outSize++] = (byte) (stored - LONG_MATCH);
        }
        out[outSize++] = (byte) offset;
        return true;
    }

    /** The least number of compressed bytes that can stand for {@code length} bytes. */
    static long leastCompressed(long length) {
        return length * 3 / MAX_MATCH;
    }

    /**
     * Expands {@code in[from..to)} to exactly {@code target}.
     *
     * @throws RdbFormatException when the bytes are no LZF, or stand for more or fewer bytes
     */
    static void expand(byte[] in, int from, int to, byte[] target) throws RdbFormatException {
        int at = from;
        int size = 0;
        while (at < to) {
            int control = in[at++] & 0xff;
            if (control < MAX_LITERALS) {
                int run = control + 1;
                require(run <= to - at && run <= target.length - size);
                System.arraycopy(in, at, target, size, run);
                at += run;
                size += run;
                continue;
            }
            int match = control >>> 5;
            if (match == LONG_MATCH) {
                require(at < to);
                match += in[at++] & 0xff;
            }
            require(at < to);
            int distance = ((control & 0x1f) << 8 | in[at++] & 0xff) + 1;
            match += 2;
            require(distance <= size && match <= target.length - size);
            for (int end = size + match; size < end; size++) { // may overlap what it writes
                target[size] = target[size - distance];
            }
        }
        require(size == target.length);
    }

    private static void require(boolean valid) throws RdbFormatException {
        if (!valid) {
            throw new RdbFormatException("invalid LZF data");
        }
    }
}
