package dev.rondo.server.type;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The longest common subsequence of two byte strings. Where there are several, it is the one that Redis's LCS finds:
 * walking back from both ends, and on a mismatch stepping back in the first string only where that keeps strictly more.
 * Immutable.
 */
public final class CommonSubsequence {
    /** Bounds time and memory: the table takes one bit for each pair of bytes, 256 MB at most. */
    private static final long MAX_PAIRS = 1L << 31;

    /** A stretch that stands in both strings, as far as it could be extended on the way back. */
    public record Match(int firstStart, int secondStart, int length) {}

    private final byte[] bytes;
    private final List<Match> matches;

    private CommonSubsequence(byte[] bytes, List<Match> matches) {
        this.bytes = bytes;
        this.matches = matches;
    }

    /** Whether strings of these lengths can be worked on. */
    public static boolean isPossible(int firstLength, int secondLength) {
        return (long) firstLength * secondLength <= MAX_PAIRS;
    }

    /** The length alone, which takes memory in proportion to {@code second} only. */
    public static int length(byte[] first, byte[] second) {
        return fill(first, second, null);
    }

    public static CommonSubsequence of(byte[] first, byte[] second) {
        long pairs = (long) first.length * second.length;
        long[] dropFirst = new long[Math.toIntExact((pairs + Long.SIZE - 1) / Long.SIZE)];
        int length = fill(first, second, dropFirst);
        return walkBack(first, second, dropFirst, length);
    }

    /**
     * Computes lengths row by row. In {@code dropFirst}, where given, it sets the bit of each pair of different bytes
     * whose prefixes have a longer common subsequence without the last byte of the first than without that of the
     * second.
     */
    private static int fill(byte[] first, byte[] second, long @Nullable [] dropFirst) {
        int[] row = new int[second.length + 1];
        for (int i = 0; i < first.length; i++) {
            int diagonal = 0;
            for (int j = 0; j < second.length; j++) {
                int above = row[j + 1];
                if (first[i] == second[j]) {
                    row[j + 1] = diagonal + 1;
                } else if (above > row[j]) {
                    if (dropFirst != null) {
                        long pair = (long) i * second.length + j;
                        dropFirst[(int) (pair / Long.SIZE)] |= 1L << pair % Long.SIZE;
                    }
                } else {
                    row[j + 1] = row[j];
                }
                diagonal = above;
            }
        }
        return row[second.length];
    }

    private static CommonSubsequence walkBack(byte[] first, byte[] second, long[] dropFirst, int length) {
        byte[] bytes = new byte[length];
        List<Match> matches = new ArrayList<>();
        int left = length;
        int run = 0; // bytes of the stretch being extended, which starts right at (i, j)
        int i = first.length;
        int j = second.length;
        while (i > 0 && j > 0) {
            if (first[i - 1] == second[j - 1]) {
                i--;
                j--;
                run++;
                bytes[--left] = first[i];
                continue;
            }
            if (run > 0) {
                matches.add(new Match(i, j, run));
                run = 0;
            }
            long pair = (i - 1L) * second.length + j - 1;
            if ((dropFirst[(int) (pair / Long.SIZE)] >>> pair % Long.SIZE & 1) != 0) {
                i--;
            } else {
                j--;
            }
        }
        if (run > 0) {
            matches.add(new Match(i, j, run));
        }
        return new CommonSubsequence(bytes, Collections.unmodifiableList(matches));
    }

    public int length() {
        return bytes.length;
    }

    /** The subsequence; not to be changed. */
    public byte[] bytes() {
        return bytes;
    }

    /** The stretches it consists of, last first. */
    public List<Match> matches() {
        return matches;
    }
}
