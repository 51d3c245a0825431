package dev.rondo.compat.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One RESP2 or RESP3 reply exactly as it came over the wire: its type and its value. Text is binary-safe: one char per
 * byte (ISO 8859-1). A {@code null} text is RESP2's nil bulk string, {@code null} items RESP2's nil array; RESP3's null
 * has its own type, so that replies of different shape are never equal.
 *
 * @param items the elements of an aggregate in wire order; of a map: key, value, key, value, ...
 */
public record Reply(Type type, @Nullable String text, @Nullable List<Reply> items) {

    /** The RESP types, each with the byte that introduces it. */
    public enum Type {
        STATUS('+'),
        ERROR('-'),
        INTEGER(':'),
        BULK('$'),
        ARRAY('*'),
        NULL('_'),
        DOUBLE(','),
        BOOLEAN('#'),
        BLOB_ERROR('!'),
        VERBATIM('='),
        BIG_NUMBER('('),
        MAP('%'),
        SET('~'),
        PUSH('>'),
        ATTRIBUTE('|');

        final char marker;

        Type(char marker) {
            this.marker = marker;
        }

        static Type of(int marker) {
            for (Type type : values()) {
                if (type.marker == marker) {
                    return type;
                }
            }
            throw new IllegalStateException("not a RESP type byte: " + marker);
        }

        boolean isAggregate() {
            return switch (this) {
                case ARRAY, MAP, SET, PUSH, ATTRIBUTE -> true;
                default -> false;
            };
        }
    }

    public static Reply of(Type type, @Nullable String text) {
        return new Reply(type, text, null);
    }

    public static Reply of(Type type, List<Reply> items) {
        return new Reply(type, null, List.copyOf(items));
    }

    public static Reply status(String text) {
        return of(Type.STATUS, text);
    }

    public static Reply error(String text) {
        return of(Type.ERROR, text);
    }

    public static Reply bulk(String text) {
        return of(Type.BULK, text);
    }

    public static Reply integer(long value) {
        return of(Type.INTEGER, Long.toString(value));
    }

    public boolean isError() {
        return type == Type.ERROR || type == Type.BLOB_ERROR;
    }

    public boolean isNil() {
        return type == Type.NULL || (text == null && items == null);
    }

    /** The text of a status, error, bulk string, number...; fails on nil and on aggregates. */
    public String asText() {
        if (text == null) {
            throw new IllegalStateException("no text in " + this);
        }
        return text;
    }

    public long asLong() {
        return Long.parseLong(asText());
    }

    /** The elements of an aggregate; fails on nil and on anything else. */
    public List<Reply> asList() {
        if (items == null) {
            throw new IllegalStateException("no elements in " + this);
        }
        return items;
    }

    /** The texts of the elements of an aggregate, in order. */
    public List<String> asTexts() {
        List<String> texts = new ArrayList<>();
        for (Reply item : asList()) {
            texts.add(item.asText());
        }
        return texts;
    }

    /** Like redis-cli would show it, but with the type byte and with unprintable bytes escaped. */
    @Override
    public String toString() {
        if (items != null) {
            return type.marker + items.stream().map(Reply::toString).collect(Collectors.joining(", ", "[", "]"));
        }
        if (text == null) {
            return type.marker + "nil";
        }
        return type == Type.BULK || type == Type.VERBATIM
                ? type.marker + Escaped.quoted(text)
                : type.marker + Escaped.plain(text);
    }
}
