package dev.rondo.server.stats;

import java.util.Locale;

/** Collects the lines of INFO. Confined to one thread. */
public final class InfoText {
    private static final String[] UNITS = {"B", "K", "M", "G", "T", "P"};

    private final StringBuilder text = new StringBuilder(4096);

    void section(String title) {
        if (!text.isEmpty()) {
            text.append("\r\n");
        }
        text.append("# ").append(title).append("\r\n");
    }

    public InfoText field(String name, String value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    public InfoText field(String name, long value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    /** A flag: 1 or 0. */
    public InfoText field(String name, boolean value) {
        return field(name, value ? 1 : 0);
    }

    /** A number with {@code decimals} digits behind the point. */
    public InfoText field(String name, double value, int decimals) {
        return field(name, String.format(Locale.ROOT, "%." + decimals + "f", value));
    }

    /** An amount of memory: the bytes, and a second field {@code name_human} with a unit. */
    public InfoText bytes(String name, long value) {
        return field(name, value).field(name + "_human", human(value));
    }

    /** "512B", "1.50K", "2.00G": powers of 1024. */
    public static String human(long bytes) {
        if (bytes < 1024) {
            return bytes + "B";
        }
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, "%.2f%s", value, UNITS[unit]);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
