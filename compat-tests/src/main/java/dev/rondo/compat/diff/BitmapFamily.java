package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.anyOf;
import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.integer;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.oneWordOf;
import static dev.rondo.compat.diff.Args.option;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.ttlSeconds;
import static dev.rondo.compat.diff.Args.value;
import static dev.rondo.compat.diff.Args.word;

/** Strings as bits for the differential tester: short ones, and some of many words. */
final class BitmapFamily {
    private BitmapFamily() {}

    static CommandFamily bitmaps() {
        CommandFamily family = CommandFamily.named("bitmap");
        bits(family);
        fields(family);
        return family.command(3, "SET", key(), value())
                .command(2, "SET", key(), drawn(BitmapFamily::stretch))
                .command(2, "SETRANGE", key(), drawn(draw -> Integer.toString(draw.below(300))), value())
                .command(2, "APPEND", key(), value())
                .command(2, "INCR", key())
                .command(3, "GET", key())
                .command(2, "STRLEN", key())
                .command(3, "OBJECT ENCODING", key())
                .command(1, "EXPIRE", key(), ttlSeconds())
                .command(1, "COPY", key(), key(), optionally(70, word("REPLACE")))
                .command(4, "DEL", repeated(1, 2, key()))
                .command(1, "RPUSH", key(), value())
                .unspoiled(2, ReplyRule.SAME_FIELDS, "HELLO", oneWordOf("2", "3"));
    }

    private static void bits(CommandFamily family) {
        family.command(14, "SETBIT", key(), writtenBit(), drawn(BitmapFamily::bit))
                .command(8, "GETBIT", key(), anyBit())
                .command(4, "BITCOUNT", key())
                .command(10, "BITCOUNT", key(), rangeEnd(), rangeEnd(), unit())
                .command(5, "BITPOS", key(), drawn(BitmapFamily::bit))
                .command(6, "BITPOS", key(), drawn(BitmapFamily::bit), rangeEnd())
                .command(10, "BITPOS", key(), drawn(BitmapFamily::bit), rangeEnd(), rangeEnd(), unit())
                .command(12, "BITOP", oneWordOf("AND", "OR", "XOR", "XOR", "junk"), key(), repeated(1, 4, key()))
                .command(4, "BITOP", word("NOT"), key(), key(), optionally(5, key()));
    }

    private static void fields(CommandFamily family) {
        family.command(20, "BITFIELD", key(), repeated(0, 5, operation()))
                .command(8, "BITFIELD", key(), repeated(1, 3, option("GET", type(), fieldOffset())))
                .command(8, "BITFIELD_RO", key(), repeated(0, 3, option("GET", type(), fieldOffset())))
                .command(1, "BITFIELD_RO", key(), repeated(1, 3, operation()));
    }

    // ---- arguments ----

    /** Equal bytes with perhaps another one among them, so that searches go on for long. */
    private static String stretch(Draw draw) {
        String bytes = draw.oneOf("\0", "\u00ff").repeat(draw.below(80));
        return bytes + (draw.percent(60) ? draw.bytes(1) + bytes : "");
    }

    private static String bit(Draw draw) {
        return draw.percent(95) ? draw.oneOf("0", "1") : draw.oneOf("2", "-1", "abc", "", "9223372036854775808");
    }

    /** Where a bit may be written: never so far that the servers must allocate a lot. */
    private static Arg writtenBit() {
        return drawn(draw -> draw.percent(93)
                ? Integer.toString(draw.below(draw.percent(85) ? 300 : 20_000))
                : draw.oneOf("4294967296", "-1", "abc", "#1", "9223372036854775808", ""));
    }

    private static Arg anyBit() {
        Arg written = writtenBit();
        return (args, draw) -> {
            if (draw.percent(5)) {
                args.add(draw.oneOf("4294967295", "4294967288", "100000000"));
            } else {
                written.addTo(args, draw);
            }
        };
    }

    private static Arg rangeEnd() {
        Arg any = integer();
        return (args, draw) -> {
            if (draw.percent(15)) {
                any.addTo(args, draw);
            } else {
                args.add(Integer.toString(draw.between(-700, 700) / draw.oneOf(1, 10, 100)));
            }
        };
    }

    private static Arg unit() {
        return optionally(70, oneWordOf("BYTE", "BIT", "BIT", "BIT", "BIT", "junk"));
    }

    private static Arg type() {
        return drawn(draw -> draw.percent(95)
                ? draw.oneOf("u", "i") + draw.between(1, 63)
                : draw.oneOf("i64", "u64", "i65", "u0", "i-1", "x8", "", "u", "U8", "u08", "i8\0x"));
    }

    private static Arg fieldOffset() {
        return drawn(draw -> {
            if (draw.percent(5)) {
                return draw.oneOf(
                        "#", "##1", "-1", "#-1", "abc", "", "4294967296", "#4294967296", "#922337203685477580");
            }
            return draw.percent(30) ? "#" + draw.below(20) : Integer.toString(draw.below(400));
        });
    }

    private static Arg number() {
        Arg boundary = integer();
        return (args, draw) -> {
            if (draw.percent(30)) {
                boundary.addTo(args, draw);
            } else {
                args.add(Long.toString(draw.nextLong() >> draw.below(64)));
            }
        };
    }

    private static Arg operation() {
        return anyOf(
                option("GET", type(), fieldOffset()),
                option("SET", type(), fieldOffset(), number()),
                option("SET", type(), fieldOffset(), number()),
                option("INCRBY", type(), fieldOffset(), number()),
                option("INCRBY", type(), fieldOffset(), number()),
                option("OVERFLOW", oneWordOf("WRAP", "SAT", "SAT", "FAIL", "FAIL", "WRAP", "SAT", "FAIL", "junk")));
    }
}
