package dev.rondo.server.type;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A range of byte strings, by its two ends. */
public record LexRange(End min, End max) {
    /** One end of a range: a string that belongs to it or not, or before or behind all strings. */
    public record End(Kind kind, byte @Nullable [] bytes) {
        /** Where an end is. */
        public enum Kind {
            LEAST,
            INCLUDED,
            EXCLUDED,
            GREATEST
        }

        public static final End LEAST = new End(Kind.LEAST, null);
        public static final End GREATEST = new End(Kind.GREATEST, null);

        /** How the end compares with a string; never 0 for one without bytes. */
        private int compareTo(byte[] array, int from, int to) {
            if (bytes == null) {
                return kind == Kind.LEAST ? -1 : 1;
            }
            return Arrays.compareUnsigned(bytes, 0, bytes.length, array, from, to);
        }

        private boolean isExclusive() {
            return kind != Kind.INCLUDED;
        }
    }

    /** Whether nothing can be in the range. */
    public boolean isEmpty() {
        int order;
        if (min.bytes == null || max.bytes == null) {
            order = min.kind == max.kind ? 0 : min.kind == End.Kind.LEAST || max.kind == End.Kind.GREATEST ? -1 : 1;
        } else {
            order = Arrays.compareUnsigned(min.bytes, max.bytes);
        }
        return order > 0 || order == 0 && (min.isExclusive() || max.isExclusive());
    }

    public boolean contains(byte[] string) {
        return isNotUnder(string) && isNotOver(string);
    }

    /** Whether the string is not below the lower end. */
    public boolean isNotUnder(byte[] string) {
        return isNotUnder(string, 0, string.length);
    }

    boolean isNotUnder(byte[] array, int from, int to) {
        int order = min.compareTo(array, from, to);
        return order < 0 || order == 0 && !min.isExclusive();
    }

    /** Whether the string is not above the upper end. */
    public boolean isNotOver(byte[] string) {
        return isNotOver(string, 0, string.length);
    }

    boolean isNotOver(byte[] array, int from, int to) {
        int order = max.compareTo(array, from, to);
        return order > 0 || order == 0 && !max.isExclusive();
    }
}
