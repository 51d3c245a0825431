package dev.rondo.compat.wire;

/** Shows binary text (one char per byte) readably, in the notation redis-cli reads and writes. */
public final class Escaped {
    private static final int LONGEST_SHOWN = 400;

    private Escaped() {}

    public static String quoted(String binary) {
        return '"' + plain(binary) + '"';
    }

    public static String plain(String binary) {
        StringBuilder out = new StringBuilder();
        int shown = Math.min(binary.length(), LONGEST_SHOWN);
        for (int i = 0; i < shown; i++) {
            append(out, binary.charAt(i));
        }
        if (shown < binary.length()) {
            out.append("...(").append(binary.length()).append(" bytes)");
        }
        return out.toString();
    }

    private static void append(StringBuilder out, char c) {
        switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '"', '\\' -> out.append('\\').append(c);
            default -> {
                if (c >= ' ' && c < 127) {
                    out.append(c);
                } else {
                    out.append(String.format("\\x%02x", (int) c));
                }
            }
        }
    }
}
