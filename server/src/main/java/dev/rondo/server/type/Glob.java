package dev.rondo.server.type;

/**
 * Redis's glob patterns: {@code *} any bytes, {@code ?} one byte, {@code [a-z]} and {@code [^a-z]} one byte of a class,
 * {@code \} takes the next byte as it is. Matching takes at most the product of both lengths. Pure functions.
 *
 * <p>As in Redis, no pattern but the empty one matches an empty text, and a class that is not closed ends with the
 * pattern.
 */
public final class Glob {
    private final byte[] pattern;
    private final byte[] text;
    private final boolean ignoringCase;
    private int at; // in the pattern

    private Glob(byte[] pattern, byte[] text, boolean ignoringCase) {
        this.pattern = pattern;
        this.text = text;
        this.ignoringCase = ignoringCase;
    }

    public static boolean matches(byte[] pattern, byte[] text) {
        return new Glob(pattern, text, false).matches();
    }

    /** As {@link #matches(byte[], byte[])}, without regard to the case of ASCII letters. */
    public static boolean matchesIgnoringCase(byte[] pattern, byte[] text) {
        return new Glob(pattern, text, true).matches();
    }

    /** On a mismatch the latest star takes one byte more: no earlier star could do better. */
    private boolean matches() {
        if (text.length == 0) {
            return pattern.length == 0;
        }
        int behindStar = -1;
        int starTakesTo = 0;
        int position = 0;
        while (position < text.length) {
            if (at < pattern.length && pattern[at] == '*') {
                behindStar = ++at;
                starTakesTo = position;
            } else if (at < pattern.length && takes(text[position])) {
                position++;
            } else if (behindStar >= 0) {
                at = behindStar;
                position = ++starTakesTo;
            } else {
                return false;
            }
        }
        while (at < pattern.length && pattern[at] == '*') {
            at++;
        }
        return at == pattern.length;
    }

    /** Whether the pattern's next element takes {@code b}; if so {@link #at} stands behind the element. */
    private boolean takes(byte b) {
        switch (pattern[at]) {
            case '?' -> {
                at++;
                return true;
            }
            case '[' -> {
                return classTakes(b);
            }
            case '\\' -> {
                int literal = at + 1 < pattern.length ? at + 1 : at;
                at = literal + 1;
                return same(pattern[literal], b);
            }
            default -> {
                return same(pattern[at++], b);
            }
        }
    }

    private boolean classTakes(byte b) {
        int next = at + 1;
        boolean negated = next < pattern.length && pattern[next] == '^';
        if (negated) {
            next++;
        }
        boolean found = false;
        for (; next < pattern.length && pattern[next] != ']'; next++) {
            if (pattern[next] == '\\' && next + 1 < pattern.length) {
                found |= pattern[++next] == b;
            } else if (next + 2 < pattern.length && pattern[next + 1] == '-') {
                found |= isBetween(pattern[next], pattern[next + 2], b);
                next += 2;
            } else {
                found |= same(pattern[next], b);
            }
        }
        at = Math.min(next + 1, pattern.length);
        return found != negated;
    }

    private boolean isBetween(byte one, byte other, byte b) {
        byte least = folded((byte) Math.min(one, other));
        byte most = folded((byte) Math.max(one, other));
        byte wanted = folded(b);
        return wanted >= least && wanted <= most;
    }

    private boolean same(byte one, byte other) {
        return folded(one) == folded(other);
    }

    private byte folded(byte b) {
        return ignoringCase && b >= 'A' && b <= 'Z' ? (byte) (b | 0x20) : b;
    }
}
