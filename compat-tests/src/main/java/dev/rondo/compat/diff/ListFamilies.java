package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.anyOf;
import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.integer;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.oneWordOf;
import static dev.rondo.compat.diff.Args.option;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.optionsInAnyOrder;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.value;
import static dev.rondo.compat.diff.Args.word;

/** Lists. Commands that wait do so for a millisecond: who is served when is for scripted conversations. */
final class ListFamilies {
    private ListFamilies() {}

    static CommandFamily lists() {
        return CommandFamily.named("lists")
                .command(12, "LPUSH", key(), repeated(1, 6, element()))
                .command(12, "RPUSH", key(), repeated(1, 6, element()))
                .command(4, "LPUSHX", key(), repeated(1, 3, element()))
                .command(4, "RPUSHX", key(), repeated(1, 3, element()))
                .command(6, "LPOP", key(), optionally(40, integer()))
                .command(6, "RPOP", key(), optionally(40, integer()))
                .command(4, "LLEN", key())
                .command(10, "LRANGE", key(), index(), index())
                .command(6, "LINDEX", key(), index())
                .command(7, "LSET", key(), index(), element())
                .command(8, "LINSERT", key(), oneWordOf("BEFORE", "AFTER", "AFTER", "junk"), element(), element())
                .command(7, "LREM", key(), integer(), element())
                .command(4, "LTRIM", key(), index(), index())
                .command(9, "LPOS", key(), element(), positionOptions())
                .command(7, "LMOVE", key(), key(), side(), side())
                .command(4, "RPOPLPUSH", key(), key())
                .command(5, "LMPOP", severalKeys(), side(), popOptions())
                .unspoiled(3, ReplyRule.EXACT, "BLPOP", repeated(1, 3, key()), timeout())
                .unspoiled(3, ReplyRule.EXACT, "BRPOP", repeated(1, 3, key()), timeout())
                .unspoiled(3, ReplyRule.EXACT, "BLMOVE", key(), key(), side(), side(), timeout())
                .unspoiled(2, ReplyRule.EXACT, "BRPOPLPUSH", key(), key(), timeout())
                .unspoiled(3, ReplyRule.EXACT, "BLMPOP", timeout(), severalKeys(), side(), popOptions())
                .command(2, "SET", key(), value())
                .command(3, "DEL", key())
                .command(3, "RENAME", key(), key())
                .command(3, "COPY", key(), key(), optionally(50, word("REPLACE")))
                .command(3, "OBJECT ENCODING", key())
                .unspoiled(1, ReplyRule.EXACT, "COMMAND GETKEYS LMPOP", severalKeys(), side());
    }

    /** Few, so that searches find some, in every encoding that a listpack has; now and then a large one. */
    private static Arg element() {
        return anyOf(
                drawn(draw -> draw.oneOf("a", "b", "c", "", "0", "1", "-1", "127", "128", "4095", "-4096", "007")),
                drawn(draw -> draw.oneOf("a", "b", "32767", "-32769", "8388608", "2147483648", "word")),
                drawn(draw -> draw.percent(4) ? "L".repeat(draw.between(8000, 8400)) : "x".repeat(draw.below(70))),
                value());
    }

    private static Arg index() {
        return anyOf(drawn(draw -> Integer.toString(draw.between(-9, 9))), integer());
    }

    private static Arg side() {
        return drawn(draw -> draw.percent(97) ? Args.anyCase(draw.oneOf("LEFT", "RIGHT"), draw) : "UP");
    }

    private static Arg positionOptions() {
        return optionsInAnyOrder(
                option(
                        "RANK",
                        drawn(draw -> draw.oneOf("1", "2", "-1", "-2", "0", "100", "-9223372036854775808", "x"))),
                option("COUNT", drawn(draw -> draw.oneOf("0", "1", "2", "100", "-1", "x"))),
                option("MAXLEN", drawn(draw -> draw.oneOf("0", "1", "3", "100", "-1", "x"))),
                word("junk"));
    }

    private static Arg popOptions() {
        return optionally(40, option("COUNT", drawn(draw -> draw.oneOf("1", "2", "3", "100", "0", "-1", "x"))));
    }

    /** Mostly as many keys as the number in front of them says. */
    private static Arg severalKeys() {
        return (args, draw) -> {
            int count = draw.between(1, 3);
            args.add(draw.percent(94) ? Integer.toString(count) : draw.oneOf("0", "-1", "x", "9", ""));
            repeated(count, count, key()).addTo(args, draw);
        };
    }

    /** Too short to hold a run up, or refused. */
    static Arg timeout() {
        return drawn(draw -> draw.percent(90)
                ? draw.oneOf("0.001", "1e-3", "0.0001", ".001")
                : draw.oneOf("-1", "abc", "", "nan", "1 ", "-inf", "inf", "1e400", "9223372036854775807"));
    }
}
