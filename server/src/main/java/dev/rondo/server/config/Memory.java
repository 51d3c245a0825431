package dev.rondo.server.config;

import java.util.Locale;

/** Amounts of memory as redis.conf writes them. */
final class Memory {
    private Memory() {}

    /** The bytes of "100", "1k" (1000), "1kb" (1024), "1m", "1mb", "1g", "1gb". */
    static long parse(String text) {
        String lower = text.trim().toLowerCase(Locale.ROOT);
        int digits = 0;
        while (digits < lower.length()
                && (Character.isDigit(lower.charAt(digits)) || digits == 0 && lower.charAt(0) == '-')) {
            digits++;
        }
        long number = Long.parseLong(lower.substring(0, digits));
        long unit =
                switch (lower.substring(digits)) {
                    case "", "b" -> 1L;
                    case "k" -> 1_000L;
                    case "kb" -> 1L << 10;
                    case "m" -> 1_000_000L;
                    case "mb" -> 1L << 20;
                    case "g" -> 1_000_000_000L;
                    case "gb" -> 1L << 30;
                    default -> throw new NumberFormatException(text);
                };
        return Math.multiplyExact(number, unit);
    }
}
