package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.StreamId;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads ids of entries out of command arguments, with Redis's errors. Pure functions. */
final class StreamIds {
    private static final String INVALID = "ERR Invalid stream ID specified as stream command argument";

    private StreamIds() {}

    private static StreamId checked(@Nullable StreamId id, String error) {
        if (id == null) {
            throw new CommandException(error);
        }
        return id;
    }

    /** An id; where the sequence is missing it is 0. */
    static StreamId toId(byte[] text) {
        return checked(idOrNull(text), INVALID);
    }

    /** As {@link #toId}, null when it is none. */
    static @Nullable StreamId idOrNull(byte[] text) {
        return StreamId.parse(text, 0);
    }

    static StreamId[] toIds(byte[][] arguments, int from) {
        StreamId[] ids = new StreamId[arguments.length - from];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = toId(arguments[from + i]);
        }
        return ids;
    }

    /** An id, or "-" and "+" for the least and the greatest there can be. */
    static StreamId toIdOrEnd(byte[] text, long missingSequence) {
        return switch (Ascii.cString(text)) {
            case "-" -> StreamId.MIN;
            case "+" -> StreamId.MAX;
            default -> checked(StreamId.parse(text, missingSequence), INVALID);
        };
    }

    /** Where a range begins; behind the id that follows a parenthesis. */
    static StreamId toStart(byte[] text) {
        if (!isExclusive(text)) {
            return toIdOrEnd(text, 0);
        }
        return checked(toId(behindParenthesis(text)).next(), "ERR invalid start ID for the interval");
    }

    /** Where a range ends; in front of the id that follows a parenthesis. */
    static StreamId toEnd(byte[] text) {
        if (!isExclusive(text)) {
            return toIdOrEnd(text, StreamId.LAST_SEQUENCE);
        }
        StreamId end = checked(StreamId.parse(behindParenthesis(text), StreamId.LAST_SEQUENCE), INVALID);
        return checked(end.previous(), "ERR invalid end ID for the interval");
    }

    private static boolean isExclusive(byte[] text) {
        return text.length > 1 && text[0] == '(';
    }

    private static byte[] behindParenthesis(byte[] text) {
        return Arrays.copyOfRange(text, 1, text.length);
    }
}
