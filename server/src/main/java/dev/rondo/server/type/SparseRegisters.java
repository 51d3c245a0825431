package dev.rondo.server.type;

import dev.rondo.server.type.StringValue.RawString;

/**
 * The registers of a HyperLogLog as runs of equal values, behind the header, in the form of Redis:
 *
 * <pre>
 * 00nnnnnn           n + 1 registers of 0
 * 01nnnnnn nnnnnnnn  n + 1 registers of 0
 * 1vvvvvnn           n + 1 registers of v + 1
 * </pre>
 *
 * <p>The bytes may come from anybody, so they need not describe the right number of registers. Which runs a change
 * leads to, out of several that mean the same, is as in Redis, so that equal histories give equal strings. Pure
 * functions on the string.
 */
final class SparseRegisters {
    private static final int MOST_VALUE = 32;
    private static final int LONGEST_RUN_OF_VALUES = 4;
    private static final int LONGEST_SHORT_RUN_OF_ZEROS = 64;
    private static final int LONGEST_REPLACEMENT = 5;
    /** So many runs, from the one in front of a change on, are looked at for such as can be merged. */
    private static final int RUNS_TO_MERGE = 5;

    private static final int VALUES = 0x80;
    private static final int LONG_ZEROS = 0x40;

    /** What became of a register that was to be raised. */
    enum Outcome {
        HIGH_ENOUGH,
        RAISED,
        /** There are not as many registers. */
        CORRUPT,
        /** The runs cannot express the value, or not within the bytes allowed. */
        TOO_LARGE
    }

    private SparseRegisters() {}

    // ---- runs ----

    private static boolean isValues(byte[] bytes, int at) {
        return (bytes[at] & VALUES) != 0;
    }

    private static boolean isLongZeros(byte[] bytes, int at) {
        return (bytes[at] & (VALUES | LONG_ZEROS)) == LONG_ZEROS;
    }

    /** The bytes that describe the run at an offset. */
    private static int width(byte[] bytes, int at) {
        return isLongZeros(bytes, at) ? 2 : 1;
    }

    /** The value of a run of values. */
    private static int value(byte[] bytes, int at) {
        return (bytes[at] >> 2 & 0x1f) + 1;
    }

    /** How many registers the run at an offset stands for; what lies behind the end counts as a zero byte. */
    private static int registers(byte[] bytes, int end, int at) {
        if (isValues(bytes, at)) {
            return (bytes[at] & 3) + 1;
        }
        int high = bytes[at] & 0x3f;
        return isLongZeros(bytes, at) ? (high << 8 | (at + 1 < end ? bytes[at + 1] & 0xff : 0)) + 1 : high + 1;
    }

    private static byte values(int value, int count) {
        return (byte) (VALUES | value - 1 << 2 | count - 1);
    }

    /** Writes a run of zeros, none for none, and returns the offset behind it. */
    private static int zeros(byte[] target, int at, int count) {
        if (count == 0) {
            return at;
        }
        if (count <= LONGEST_SHORT_RUN_OF_ZEROS) {
            target[at] = (byte) (count - 1);
            return at + 1;
        }
        target[at] = (byte) (LONG_ZEROS | count - 1 >> 8);
        target[at + 1] = (byte) (count - 1);
        return at + 2;
    }

    /** The runs of registers that are all 0. */
    static byte[] none() {
        byte[] runs = new byte[2];
        zeros(runs, 0, HyperLogLog.REGISTERS);
        return runs;
    }

    // ---- reading ----

    /** Adds to {@code counts} how many registers hold the value of each index; false if they are too few or many. */
    static boolean count(RawString string, int[] counts) {
        byte[] bytes = string.array();
        int end = string.length();
        int total = 0;
        for (int at = HyperLogLog.HEADER_BYTES; at < end && total <= HyperLogLog.REGISTERS; at += width(bytes, at)) {
            int registers = registers(bytes, end, at);
            counts[isValues(bytes, at) ? value(bytes, at) : 0] += registers;
            total += registers;
        }
        return total == HyperLogLog.REGISTERS;
    }

    /** Raises {@code registers}, a byte each, to these; false if they are too few or many. */
    static boolean mergeInto(byte[] registers, RawString string) {
        byte[] bytes = string.array();
        int end = string.length();
        int next = 0;
        for (int at = HyperLogLog.HEADER_BYTES; at < end; at += width(bytes, at)) {
            int behind = next + registers(bytes, end, at);
            if (behind > registers.length) {
                return false;
            }
            if (isValues(bytes, at)) {
                int value = value(bytes, at);
                for (int i = next; i < behind; i++) {
                    registers[i] = (byte) Math.max(registers[i], value);
                }
            }
            next = behind;
        }
        return next == registers.length;
    }

    /** The runs as text: "z:" and "Z:" with how many zeros, "v:" with the value and how many. */
    static String text(RawString string) {
        byte[] bytes = string.array();
        int end = string.length();
        StringBuilder text = new StringBuilder();
        for (int at = HyperLogLog.HEADER_BYTES; at < end; at += width(bytes, at)) {
            text.append(text.isEmpty() ? "" : " ");
            if (isValues(bytes, at)) {
                text.append("v:").append(value(bytes, at)).append(',');
            } else {
                text.append(isLongZeros(bytes, at) ? "Z:" : "z:");
            }
            text.append(registers(bytes, end, at));
        }
        return text.toString();
    }

    // ---- changing ----

    /**
     * Raises a register to a value, if it is lower. A run of which the second byte is missing cannot be changed (where
     * redis-server writes beyond the string).
     *
     * @param mostBytes the string does not grow beyond this
     */
    static Outcome raise(RawString string, int index, int value, long mostBytes) {
        if (value > MOST_VALUE) {
            return Outcome.TOO_LARGE;
        }
        byte[] bytes = string.array();
        int end = string.length();
        int at = HyperLogLog.HEADER_BYTES;
        int previous = at;
        int first = 0; // the register that the run at this offset begins with
        while (at < end && first + registers(bytes, end, at) <= index) {
            first += registers(bytes, end, at);
            previous = at;
            at += width(bytes, at);
        }
        if (at >= end || at + width(bytes, at) > end) {
            return Outcome.CORRUPT;
        }
        if (isValues(bytes, at) && value(bytes, at) >= value) {
            return Outcome.HIGH_ENOUGH;
        }
        int width = width(bytes, at);
        int registers = registers(bytes, end, at);
        byte[] runs = new byte[LONGEST_REPLACEMENT];
        int size = split(runs, bytes[at], index - first, value, first + registers - 1 - index);
        if (size > width && end + size - width > mostBytes) {
            return Outcome.TOO_LARGE;
        }
        string.splice(at, width, runs, size);
        merge(string, previous);
        return Outcome.RAISED;
    }

    /**
     * Writes what takes the place of a run: what is in front of a register, the register's new value, what is behind.
     */
    private static int split(byte[] target, byte run, int before, int value, int behind) {
        if ((run & VALUES) == 0) {
            int at = zeros(target, 0, before);
            target[at] = values(value, 1);
            return zeros(target, at + 1, behind);
        }
        int old = (run >> 2 & 0x1f) + 1;
        int at = 0;
        if (before > 0) {
            target[at++] = values(old, before);
        }
        target[at++] = values(value, 1);
        if (behind > 0) {
            target[at++] = values(old, behind);
        }
        return at;
    }

    /** Merges neighbours of equal values among the few runs from an offset on, as far as one run can hold them. */
    private static void merge(RawString string, int from) {
        byte[] nothing = {};
        int at = from;
        for (int i = 0; i < RUNS_TO_MERGE && at < string.length(); i++) {
            byte[] bytes = string.array();
            if (isValues(bytes, at) && at + 1 < string.length() && isValues(bytes, at + 1)) {
                int both = (bytes[at] & 3) + (bytes[at + 1] & 3) + 2;
                if (value(bytes, at) == value(bytes, at + 1) && both <= LONGEST_RUN_OF_VALUES) {
                    bytes[at + 1] = values(value(bytes, at), both);
                    string.splice(at, 1, nothing, 0);
                    continue;
                }
            }
            at += width(bytes, at);
        }
    }
}
