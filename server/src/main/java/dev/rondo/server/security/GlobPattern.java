package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.Glob;

/** A glob of a rule, as text (one char for each byte) and ready to be matched. Immutable. */
final class GlobPattern {
    private final String text;
    private final byte[] glob;

    GlobPattern(String text) {
        this.text = text;
        this.glob = Ascii.bytes(text);
    }

    boolean matches(byte[] name) {
        return Glob.matches(glob, name);
    }

    boolean matchesAnything() {
        return text.equals("*");
    }

    /** Whether this very text is the name. */
    boolean is(byte[] name) {
        return java.util.Arrays.equals(glob, name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof GlobPattern pattern && pattern.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
