package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.Glob;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of SCAN, HSCAN, SSCAN and ZSCAN. Immutable.
 *
 * @param count about so many elements are wanted at once
 * @param pattern what they must match; null for all
 * @param type the name of the type that a key must have; null for any
 */
record ScanOptions(long count, byte @Nullable [] pattern, @Nullable String type) {
    private static final long DEFAULT_COUNT = 10;
    private static final long BUCKETS_PER_COUNT = 10;

    /** Those of SCAN, behind its cursor. */
    static ScanOptions ofScan(byte[][] arguments) {
        return parse(arguments, 2, true);
    }

    /** Those of a scan of one collection, behind its key and cursor. */
    static ScanOptions ofCollection(byte[][] arguments) {
        return parse(arguments, 3, false);
    }

    private static ScanOptions parse(byte[][] arguments, int from, boolean ofKeys) {
        long count = DEFAULT_COUNT;
        byte[] pattern = null;
        String type = null;
        for (int i = from; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length) {
                throw CommandException.syntax();
            }
            byte[] option = arguments[i];
            byte[] value = arguments[i + 1];
            if (Arguments.is(option, "count")) {
                count = Arguments.toLong(value);
                if (count < 1) {
                    throw CommandException.syntax();
                }
            } else if (Arguments.is(option, "match")) {
                pattern = value.length == 1 && value[0] == '*' ? null : value;
            } else if (ofKeys && Arguments.is(option, "type")) {
                type = Ascii.string(value);
            } else {
                throw CommandException.syntax();
            }
        }
        return new ScanOptions(count, pattern, type);
    }

    /** A cursor: an unsigned number as C's strtoul takes it, up to a zero byte, but without leading blanks. */
    static long cursor(byte[] text) {
        String digits = Ascii.cString(text);
        if (digits.isEmpty()) {
            return 0;
        }
        boolean negative = digits.startsWith("-");
        if (negative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new CommandException("ERR invalid cursor");
        }
        try {
            long value = Long.parseUnsignedLong(digits);
            return negative ? -value : value;
        } catch (NumberFormatException e) {
            throw new CommandException("ERR invalid cursor");
        }
    }

    boolean matches(byte[] name) {
        return pattern == null || Glob.matches(pattern, name);
    }

    /** How many buckets of a table are looked at for it, at most. */
    long buckets() {
        return count > Long.MAX_VALUE / BUCKETS_PER_COUNT ? Long.MAX_VALUE : count * BUCKETS_PER_COUNT;
    }

    /** Visits some elements of a collection from a cursor on, and returns the next cursor, 0 at the end. */
    @FunctionalInterface
    interface Step {
        long from(long cursor);
    }

    /**
     * Answers a scan of one collection.
     *
     * @param found what each step adds elements to
     * @param perElement how many replies an element consists of: a field and its value are two
     */
    void answer(ReplyWriter reply, long cursor, Step step, List<byte[]> found, int perElement) {
        long next = cursor;
        long left = buckets();
        do {
            next = step.from(next);
        } while (next != 0 && --left > 0 && found.size() / perElement < count);
        reply.array(2);
        reply.bulkLong(next);
        reply.array(found.size());
        found.forEach(reply::bulk);
    }

    /** Answers a scan of a key that is not there. */
    static void answerNothing(ReplyWriter reply) {
        reply.array(2);
        reply.bulkLong(0);
        reply.array(0);
    }
}
