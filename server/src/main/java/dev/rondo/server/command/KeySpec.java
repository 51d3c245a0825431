package dev.rondo.server.command;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the keys of a command stand among its arguments: {@code first} to {@code last} (negative: counted from the
 * end), every {@code step}th; or, where {@code countAt} is set, {@code countAt} names the argument that holds the
 * number of keys, and they follow {@code first - countAt} behind it; or, where {@code keyword} is set, the key stands
 * behind the first argument from {@code first} on that is this word; or, where {@code last} is negative too, the keys
 * are the first half of all that follows the word, or all of it where {@code first} is negative. Where no such rule
 * tells, a spec says only what the command does with keys that its {@link CommandSpec#keyFinder} finds, or that nobody
 * can know beforehand.
 *
 * @param flags what the command does with the keys, in the words of COMMAND INFO ("RW", "access", "update", ...)
 * @see <a href="https://redis.io/docs/latest/develop/reference/key-specs/">key specifications</a>
 */
public record KeySpec(int first, int last, int step, int countAt, @Nullable String keyword, List<String> flags) {
    static final int NO_COUNT = 0;
    private static final String ANYWHERE = "";

    /** A range of arguments. */
    static KeySpec range(int first, int last, int step, String... flags) {
        return new KeySpec(first, last, step, NO_COUNT, null, List.of(flags));
    }

    /** A number of keys at {@code countAt}, and the keys right behind it. */
    static KeySpec counted(int countAt, String... flags) {
        return new KeySpec(countAt + 1, 0, 1, countAt, null, List.of(flags));
    }

    /** A key behind a word that stands at {@code from} or later. */
    static KeySpec behind(String keyword, int from, String... flags) {
        return new KeySpec(from, 0, 1, NO_COUNT, keyword, List.of(flags));
    }

    /** All arguments behind a word that stands at {@code from} or earlier, counted from the end (negative). */
    static KeySpec rangeBehind(String keyword, int from, String... flags) {
        return new KeySpec(from, -1, 1, NO_COUNT, keyword, List.of(flags));
    }

    /** Keys behind a word that stands at {@code from} or later, with as much again behind them. */
    static KeySpec halfBehind(String keyword, int from, String... flags) {
        return new KeySpec(from, -1, 1, NO_COUNT, keyword, List.of(flags));
    }

    /** Keys of which no rule says where they stand. */
    static KeySpec unknown(String... flags) {
        return new KeySpec(0, 0, 0, NO_COUNT, ANYWHERE, List.of(flags));
    }

    boolean isUnknown() {
        return ANYWHERE.equals(keyword);
    }

    /** Whether there are keys that it does not lead to. */
    boolean isIncomplete() {
        return isUnknown() || flags.contains("incomplete");
    }

    /** Whether the positions alone say where the keys are. */
    boolean isRange() {
        return countAt == NO_COUNT && keyword == null;
    }

    /** By how much the number of arguments behind the word is to be divided; 0 where it is not. */
    int limit() {
        return keyword != null && last < 0 && first > 0 ? 2 : 0;
    }

    /** Whether the arguments are only treated as keys for routing, as the shard channels of pub/sub are. */
    boolean isNotKey() {
        return flags.contains("not_key");
    }

    /** The first argument that is a key; 0 when {@code arguments} has none. */
    int from(byte[][] arguments) {
        return first < arguments.length ? first : 0;
    }

    /** The last argument that may be a key, -1 when the arguments are not well formed. */
    int to(byte[][] arguments) {
        if (countAt == NO_COUNT) {
            return last >= 0 ? Math.min(last, arguments.length - 1) : arguments.length + last;
        }
        Long count = countAt < arguments.length ? Arguments.longOrNull(arguments[countAt]) : null;
        return count == null || count < 0 || count > arguments.length - first ? -1 : first + (int) (long) count - 1;
    }

    /** The keys in {@code arguments}, null when the number of keys given is not valid. */
    byte @Nullable [][] keys(byte[][] arguments) {
        if (isUnknown()) {
            return new byte[0][];
        }
        if (keyword != null) {
            return first < 0 ? keysBehind(keyword, arguments) : keyBehind(keyword, arguments);
        }
        int to = to(arguments);
        if (to < 0) {
            return null;
        }
        int count = Math.max(0, (to - first) / step + 1);
        byte[][] keys = new byte[count][];
        for (int i = 0; i < count; i++) {
            keys[i] = arguments[first + i * step];
        }
        return keys;
    }

    private byte[][] keyBehind(String word, byte[][] arguments) {
        for (int i = first; i + 1 < arguments.length; i++) {
            if (Arguments.is(arguments[i], word.toLowerCase(Locale.ROOT))) {
                int keys = limit() == 0 ? 1 : (arguments.length - i - 1) / limit();
                return Arrays.copyOfRange(arguments, i + 1, i + 1 + keys);
            }
        }
        return new byte[0][];
    }

    private byte[][] keysBehind(String word, byte[][] arguments) {
        for (int i = arguments.length + first; i > 0; i--) {
            if (Arguments.is(arguments[i], word.toLowerCase(Locale.ROOT))) {
                return Arrays.copyOfRange(arguments, i + 1, arguments.length);
            }
        }
        return new byte[0][];
    }
}
