package dev.rondo.server.resp;

import java.nio.charset.StandardCharsets;

/** Conversions between numbers, words and their ASCII bytes that neither allocate more than the result nor throw. */
public final class Ascii {
    /** The longest decimal form of a 64-bit integer: a sign and 19 digits. */
    public static final int MAX_LONG_DIGITS = 20;

    private static final byte[] MIN_LONG = bytes("-9223372036854775808");

    private Ascii() {}

    /** The Latin-1 bytes of {@code text}: one byte for each char. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** One char for each byte, so that any bytes survive the round trip. */
    public static String string(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** As {@link #string}, but ends before the first zero byte, as text does in C and so in Redis's error messages. */
    public static String cString(byte[] bytes) {
        int length = 0;
        while (length < bytes.length && bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }

    public static byte lower(byte b) {
        return b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b;
    }

    /** Whether {@code bytes} is {@code lowerCaseWord}, whatever its case. */
    public static boolean equalsIgnoreCase(byte[] bytes, String lowerCaseWord) {
        int length = lowerCaseWord.length();
        if (bytes.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (lower(bytes[i]) != lowerCaseWord.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The number of bytes of the decimal form of {@code value}. */
    public static int length(long value) {
        if (value == Long.MIN_VALUE) {
            return MAX_LONG_DIGITS;
        }
        int length = value < 0 ? 2 : 1;
        long rest = Math.abs(value);
        while (rest >= 10) {
            rest /= 10;
            length++;
        }
        return length;
    }

    /** Writes the decimal form of {@code value} at {@code offset} and returns the offset behind it. */
    public static int write(long value, byte[] target, int offset) {
        if (value == Long.MIN_VALUE) {
            System.arraycopy(MIN_LONG, 0, target, offset, MIN_LONG.length);
            return offset + MIN_LONG.length;
        }
        int end = offset + length(value);
        int at = end;
        long rest = Math.abs(value);
        do {
            long quotient = rest / 10;
            target[--at] = (byte) ('0' + (int) (rest - quotient * 10));
            rest = quotient;
        } while (rest != 0);
        if (value < 0) {
            target[--at] = '-';
        }
        return end;
    }

    /** The decimal form of {@code value}. */
    public static byte[] decimal(long value) {
        byte[] result = new byte[length(value)];
        write(value, result, 0);
        return result;
    }

    /**
     * Whether {@code bytes[from..to)} is a canonical 64-bit decimal integer: no blanks, no plus, no leading zeros, no
     * "-0" (the rule of Redis's string2ll).
     */
    public static boolean isLong(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length <= 0 || length > MAX_LONG_DIGITS) {
            return false;
        }
        int at = from;
        boolean negative = bytes[at] == '-';
        if (negative && ++at == to) {
            return false;
        }
        if (bytes[at] == '0') {
            return length == 1;
        }
        long value = 0; // accumulated as a negative number, whose range is the larger one
        for (; at < to; at++) {
            int digit = bytes[at] - '0';
            if (digit < 0 || digit > 9 || value < Long.MIN_VALUE / 10) {
                return false;
            }
            value = value * 10;
            if (value < Long.MIN_VALUE + digit) {
                return false;
            }
            value -= digit;
        }
        return negative || value != Long.MIN_VALUE;
    }

    /** See {@link #isLong(byte[], int, int)}. */
    public static boolean isLong(byte[] bytes) {
        return isLong(bytes, 0, bytes.length);
    }

    /** The value of bytes for which {@link #isLong(byte[], int, int)} holds. */
    public static long toLong(byte[] bytes, int from, int to) {
        boolean negative = bytes[from] == '-';
        long value = 0;
        for (int at = negative ? from + 1 : from; at < to; at++) {
            value = value * 10 - (bytes[at] - '0');
        }
        return negative ? value : -value;
    }

    /** See {@link #toLong(byte[], int, int)}. */
    public static long toLong(byte[] bytes) {
        return toLong(bytes, 0, bytes.length);
    }
}
