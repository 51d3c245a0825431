package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.StringValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The pattern of SORT's BY or GET: which value goes with an element. The element takes the place of the first {@code
 * *}, which gives the name of a string, or, with {@code ->field} behind it, of a hash with that field; the pattern
 * {@code #} is the element itself. As in Redis the pattern is searched up to a zero byte only. Immutable.
 */
final class SortPattern {
    private static final int NONE = -1;

    private final byte[] pattern;
    private final boolean element;
    private final int star;
    private final int nameEnd;

    SortPattern(byte[] pattern) {
        this.pattern = pattern;
        int end = indexOf(pattern, (byte) 0, 0, pattern.length);
        end = end == NONE ? pattern.length : end;
        element = end == 1 && pattern[0] == '#';
        star = indexOf(pattern, (byte) '*', 0, end);
        int arrow = star == NONE ? NONE : arrow(pattern, star + 1, end);
        nameEnd = arrow == NONE || arrow + 2 == end ? pattern.length : arrow;
    }

    private static int indexOf(byte[] bytes, byte wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return NONE;
    }

    private static int arrow(byte[] bytes, int from, int to) {
        for (int i = from; i + 1 < to; i++) {
            if (bytes[i] == '-' && bytes[i + 1] == '>') {
                return i;
            }
        }
        return NONE;
    }

    /** Whether it names another key for every element. */
    boolean namesKeys() {
        return star != NONE;
    }

    /** The value that goes with an element; null when there is none. */
    byte @Nullable [] find(Call call, byte[] of) {
        if (element) {
            return of;
        }
        if (star == NONE) {
            return null;
        }
        Entry entry = call.read(key(of));
        if (entry == null) {
            return null;
        }
        if (nameEnd < pattern.length) {
            return entry.value() instanceof HashValue hash ? field(call, hash) : null;
        }
        return StringValue.isString(entry.value()) ? StringValue.bytes(entry.value()) : null;
    }

    private byte[] key(byte[] of) {
        byte[] key = new byte[nameEnd - 1 + of.length];
        System.arraycopy(pattern, 0, key, 0, star);
        System.arraycopy(of, 0, key, star, of.length);
        System.arraycopy(pattern, star + 1, key, star + of.length, nameEnd - star - 1);
        return key;
    }

    private byte @Nullable [] field(Call call, HashValue hash) {
        byte[] field = Arrays.copyOfRange(pattern, nameEnd + 2, pattern.length);
        return hash.isExpired(field, call.fieldTimeMs()) ? null : hash.get(field);
    }
}
