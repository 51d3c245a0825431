package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.rondo.server.resp.Ascii;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Glob patterns: examples whose answers are redis-server's, and a plain recursive matcher as the oracle. */
class GlobTest {
    @ParameterizedTest
    @CsvSource({
        "*, a, true",
        "*, '', false",
        "'', '', true",
        "'', a, false",
        "h?llo, hello, true",
        "h?llo, hllo, false",
        "h*llo, heeeello, true",
        "h*llo, hell, false",
        "h[ae]llo, hallo, true",
        "h[ae]llo, hillo, false",
        "h[^e]llo, hallo, true",
        "h[^e]llo, hello, false",
        "h[a-b]llo, hbllo, true",
        "h[b-a]llo, hallo, true",
        "h[a-b]llo, hcllo, false",
        "[, a, false",
        "[^, a, true",
        "[a, a, true",
        "[a-, -, true",
        "[], a, false",
        "\\*, *, true",
        "\\*, a, false",
        "\\, \\, true",
        "[\\]], ], true",
        "a**b, axxb, true",
        "a*b*c, abcbc, true",
        "*a, ba, true",
        "*ab, aab, true"
    })
    void examples(String pattern, String text, boolean matches) {
        assertEquals(matches, Glob.matches(Ascii.bytes(pattern), Ascii.bytes(text)));
    }

    @Test
    void caseIsIgnoredOnRequest() {
        assertEquals(false, Glob.matches(Ascii.bytes("MAX*"), Ascii.bytes("maxclients")));
        assertEquals(true, Glob.matchesIgnoringCase(Ascii.bytes("MAX[A-C]*"), Ascii.bytes("maxclients")));
    }

    @Property(tries = 20_000)
    void agreesWithAPlainRecursiveMatcher(
            @ForAll @StringLength(max = 8) @Chars({'a', 'b', '*', '*', '?', '[', ']', '^', '-', '\\'}) String pattern,
            @ForAll @StringLength(min = 1, max = 6) @Chars({'a', 'b', '-', ']', '^'}) String text) {
        assertEquals(
                matches(pattern, 0, text, 0),
                Glob.matches(Ascii.bytes(pattern), Ascii.bytes(text)),
                () -> "'" + pattern + "' on '" + text + "'");
    }

    private static boolean matches(String pattern, int p, String text, int t) {
        if (p == pattern.length()) {
            return t == text.length();
        }
        if (pattern.charAt(p) == '*') {
            return matches(pattern, p + 1, text, t) || t < text.length() && matches(pattern, p, text, t + 1);
        }
        if (t == text.length()) {
            return false;
        }
        char c = text.charAt(t);
        switch (pattern.charAt(p)) {
            case '?' -> {
                return matches(pattern, p + 1, text, t + 1);
            }
            case '\\' -> {
                int literal = Math.min(p + 1, pattern.length() - 1);
                return pattern.charAt(literal) == c && matches(pattern, literal + 1, text, t + 1);
            }
            case '[' -> {
                int at = p + 1;
                boolean negated = at < pattern.length() && pattern.charAt(at) == '^';
                at += negated ? 1 : 0;
                boolean found = false;
                while (at < pattern.length() && pattern.charAt(at) != ']') {
                    if (pattern.charAt(at) == '\\' && at + 1 < pattern.length()) {
                        found |= pattern.charAt(at + 1) == c;
                        at += 2;
                    } else if (at + 2 < pattern.length() && pattern.charAt(at + 1) == '-') {
                        int low = Math.min(pattern.charAt(at), pattern.charAt(at + 2));
                        int high = Math.max(pattern.charAt(at), pattern.charAt(at + 2));
                        found |= c >= low && c <= high;
                        at += 3;
                    } else {
                        found |= pattern.charAt(at) == c;
                        at++;
                    }
                }
                return found != negated && matches(pattern, Math.min(at + 1, pattern.length()), text, t + 1);
            }
            default -> {
                return pattern.charAt(p) == c && matches(pattern, p + 1, text, t + 1);
            }
        }
    }

    @Test
    void hostilePatternsAreNotSlow() {
        byte[] pattern = Ascii.bytes("a*".repeat(1000) + "b");
        byte[] text = Ascii.bytes("a".repeat(20_000));
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> assertEquals(false, Glob.matches(pattern, text)));
    }
}
