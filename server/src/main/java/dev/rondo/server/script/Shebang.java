package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.InlineParser;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first line of a script or library, "#!" and words that tell of it.
 *
 * @param words the first one names the engine behind "#!"; empty when they can't be told apart
 * @param end where the line ends: at its line feed
 */
record Shebang(List<String> words, int end) {
    static boolean startsWith(byte[] code) {
        return code.length >= 2 && code[0] == '#' && code[1] == '!';
    }

    /** Null when the line has no end. */
    static @Nullable Shebang of(byte[] code) {
        for (int end = 2; end < code.length && code[end] != 0; end++) {
            if (code[end] == '\n') {
                return new Shebang(split(code, end), end);
            }
        }
        return null;
    }

    private static List<String> split(byte[] code, int end) {
        List<String> words = new ArrayList<>();
        byte[][] parts = InlineParser.split(code, 0, end);
        if (parts != null) {
            for (byte[] part : parts) {
                words.add(Ascii.cString(part));
            }
        }
        return words;
    }
}
