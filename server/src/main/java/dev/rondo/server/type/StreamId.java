package dev.rondo.server.type;

import dev.rondo.server.resp.Ascii;
import org.jspecify.annotations.Nullable;

/**
 * The id of an entry of a stream: a time in milliseconds and a number among those of that time, both without a sign.
 * Immutable.
 */
public record StreamId(long ms, long sequence) implements Comparable<StreamId> {
    public static final StreamId MIN = new StreamId(0, 0);
    public static final StreamId MAX = new StreamId(-1, -1);
    /** The sequence of all that no other one of the same time is behind. */
    public static final long LAST_SEQUENCE = -1;

    private static final int MOST_CHARS = 127;

    /** The id right behind this one, null behind the last. */
    public @Nullable StreamId next() {
        if (sequence != LAST_SEQUENCE) {
            return new StreamId(ms, sequence + 1);
        }
        return ms == MAX.ms ? null : new StreamId(ms + 1, 0);
    }

    /** The id right in front of this one, null in front of the first. */
    public @Nullable StreamId previous() {
        if (sequence != 0) {
            return new StreamId(ms, sequence - 1);
        }
        return ms == 0 ? null : new StreamId(ms - 1, LAST_SEQUENCE);
    }

    @Override
    public int compareTo(StreamId other) {
        return compare(ms, sequence, other);
    }

    static int compare(long ms, long sequence, StreamId other) {
        int order = Long.compareUnsigned(ms, other.ms);
        return order != 0 ? order : Long.compareUnsigned(sequence, other.sequence);
    }

    public boolean isAfter(StreamId other) {
        return compareTo(other) > 0;
    }

    public boolean isBefore(StreamId other) {
        return compareTo(other) < 0;
    }

    /** As clients see it: {@code 1526919030474-55}. */
    @Override
    public String toString() {
        return Long.toUnsignedString(ms) + '-' + Long.toUnsignedString(sequence);
    }

    /** The bytes of {@link #toString}. */
    public byte[] toBytes() {
        return Ascii.bytes(toString());
    }

    /**
     * Reads an id as Redis does: one or two numbers with a minus between them, up to a zero byte.
     *
     * @param missingSequence what counts where there is but one number
     * @return null when {@code text} is no id
     */
    public static @Nullable StreamId parse(byte[] text, long missingSequence) {
        if (text.length > MOST_CHARS) {
            return null;
        }
        String chars = Ascii.cString(text);
        int minus = chars.indexOf('-');
        Long time = unsigned(minus < 0 ? chars : chars.substring(0, minus));
        Long number = minus < 0 ? (Long) missingSequence : unsigned(chars.substring(minus + 1));
        return time == null || number == null ? null : new StreamId(time, number);
    }

    /** What C's strtoull takes for a number of 64 bits; but a negative one in its canonical form is none. */
    private static @Nullable Long unsigned(String text) {
        byte[] bytes = Ascii.bytes(text);
        if (Ascii.isLong(bytes)) {
            long value = Ascii.toLong(bytes);
            return value < 0 ? null : (Long) value;
        }
        int at = 0;
        while (at < bytes.length && (bytes[at] == ' ' || bytes[at] >= '\t' && bytes[at] <= '\r')) {
            at++;
        }
        boolean negative = at < bytes.length && bytes[at] == '-';
        if (negative || at < bytes.length && bytes[at] == '+') {
            at++;
        }
        String digits = text.substring(at);
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        try {
            long value = Long.parseUnsignedLong(digits);
            return negative ? -value : value;
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
