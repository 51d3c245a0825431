package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.LongDouble;
import org.jspecify.annotations.Nullable;

/** Reads numbers out of command arguments, with Redis's errors. Pure functions. */
public final class Arguments {
    private Arguments() {}

    /** The integer, or null when {@code bytes} is not one (Redis's string2ll). */
    public static @Nullable Long longOrNull(byte[] bytes) {
        return Ascii.isLong(bytes) ? Ascii.toLong(bytes) : null;
    }

    /** The integer.
     *
     * @throws CommandException "ERR value is not an integer or out of range"
     */
    public static long toLong(byte[] bytes) {
        if (!Ascii.isLong(bytes)) {
            throw CommandException.notAnInteger();
        }
        return Ascii.toLong(bytes);
    }

    /** The integer, which must be in the range.
     *
     * @throws CommandException with {@code error} when it is outside, or is no integer at all
     */
    public static long toLong(byte[] bytes, long least, long most, String error) {
        if (!Ascii.isLong(bytes)) {
            throw new CommandException(error);
        }
        long value = Ascii.toLong(bytes);
        if (value < least || value > most) {
            throw new CommandException(error);
        }
        return value;
    }

    /** The integer, which must fit into 32 bits.
     *
     * @throws CommandException in the words that Redis has for either
     */
    public static int toInt(byte[] bytes) {
        long value = toLong(bytes);
        if (value != (int) value) {
            throw new CommandException(
                    "ERR value is out of range, value must between " + Integer.MIN_VALUE + " and " + Integer.MAX_VALUE);
        }
        return (int) value;
    }

    /**
     * The seconds that a blocking command waits at most, fractions included, in milliseconds, rounded up; 0 = for ever.
     */
    public static long timeoutMs(byte[] seconds, long nowMs) {
        LongDouble number = LongDouble.parse(seconds);
        if (number == null && !LongDouble.isInfinity(seconds)) {
            throw new CommandException("ERR timeout is not a float or out of range");
        }
        long ms = number != null ? number.thousandfoldCeiling() : seconds[0] == '-' ? Long.MIN_VALUE : Long.MAX_VALUE;
        if (ms < 0) {
            throw new CommandException("ERR timeout is negative");
        }
        if (ms > Long.MAX_VALUE - nowMs) {
            throw new CommandException("ERR timeout is out of range");
        }
        return ms;
    }

    /** Whether {@code bytes} is {@code lowerCaseWord} in any case. */
    public static boolean is(byte[] bytes, String lowerCaseWord) {
        return Ascii.equalsIgnoreCase(bytes, lowerCaseWord);
    }
}
