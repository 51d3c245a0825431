package dev.rondo.server.resp;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Splits an inline command into its words: blanks separate, double quotes allow the escapes
 * {@code \n \r \t \b \a \xHH}, single quotes allow {@code \'}. Pure functions.
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands">inline commands</a>
 */
public final class InlineParser {
    private InlineParser() {}

    /** The words of {@code line[from..to)}, or null when its quotes are unbalanced. */
    public static byte @Nullable [][] split(byte[] line, int from, int to) {
        List<byte[]> words = new ArrayList<>();
        int at = from;
        while (true) {
            while (at < to && isBlank(line[at])) {
                at++;
            }
            if (at == to) {
                return words.toArray(new byte[0][]);
            }
            ByteArrayOutputStream word = new ByteArrayOutputStream();
            at = word(line, at, to, word);
            if (at < 0) {
                return null;
            }
            words.add(word.toByteArray());
        }
    }

    private static int word(byte[] line, int from, int to, ByteArrayOutputStream word) {
        int at = from;
        while (at < to) {
            byte b = line[at];
            if (endsWord(b)) {
                return b == 0 ? to : at;
            }
            if (b == '"' || b == '\'') {
                at = b == '"' ? doubleQuoted(line, at + 1, to, word) : singleQuoted(line, at + 1, to, word);
                // A closing quote must be followed by a blank or by nothing.
                return at < 0 || (at < to && !isBlank(line[at])) ? -1 : at;
            }
            word.write(b);
            at++;
        }
        return at;
    }

    private static int doubleQuoted(byte[] line, int from, int to, ByteArrayOutputStream word) {
        int at = from;
        while (at < to && line[at] != '"') {
            if (line[at] == '\\' && at + 3 < to && line[at + 1] == 'x' && isHex(line[at + 2]) && isHex(line[at + 3])) {
                word.write(Character.digit(line[at + 2], 16) << 4 | Character.digit(line[at + 3], 16));
                at += 4;
            } else if (line[at] == '\\' && at + 1 < to) {
                word.write(unescaped(line[at + 1]));
                at += 2;
            } else {
                word.write(line[at++]);
            }
        }
        return at < to ? at + 1 : -1;
    }

    private static int singleQuoted(byte[] line, int from, int to, ByteArrayOutputStream word) {
        int at = from;
        while (at < to && line[at] != '\'') {
            if (line[at] == '\\' && at + 1 < to && line[at + 1] == '\'') {
                at++;
            }
            word.write(line[at++]);
        }
        return at < to ? at + 1 : -1;
    }

    private static int unescaped(byte b) {
        return switch (b) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> b;
        };
    }

    private static boolean isHex(byte b) {
        return Character.digit(b, 16) >= 0;
    }

    /** Narrower than {@link #isBlank}, as in Redis: vertical tab and form feed separate words, but do not end one. */
    private static boolean endsWord(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\n' || b == 0;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= 9 && b <= 13);
    }
}
