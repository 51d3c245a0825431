package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.anyOf;
import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.oneWordOf;
import static dev.rondo.compat.diff.Args.option;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.optionsInAnyOrder;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.word;

/**
 * SORT and SORT_RO. Collections have keys of their own, by type, since of sets and sorted sets redis-server answers
 * equal weights in the order of its hash table. No weight is out of the range of numbers: redis-server refuses it, and
 * may then refuse good ones too, because it looks at an error number that it has not reset.
 */
final class SortFamily {
    /** How the keys of sorted sets that are sorted begin. */
    static final String ZSETS = "{tag}zset:";

    private SortFamily() {}

    static CommandFamily sort() {
        CommandFamily family = CommandFamily.named("sort");
        collections(family);
        weights(family);
        return family.command(20, "SORT", list(), listOptions(), store())
                .command(8, "SORT_RO", list(), listOptions(), optionally(5, store()))
                .command(16, "SORT", zset(), numericOptions(), store())
                .command(8, "SORT_RO", zset(), numericOptions())
                .command(5, ReplyRule.UNORDERED, "SORT", zset(), alphaBy(), order())
                .unspoiled(14, ReplyRule.EXACT, "SORT", set(), sortedOptions(), store())
                .unspoiled(6, ReplyRule.EXACT, "SORT_RO", set(), sortedOptions())
                .command(5, ReplyRule.UNORDERED, "SORT", set(), option("BY", word("nosort")), order(), gets())
                .unspoiled(
                        4,
                        ReplyRule.EXACT,
                        "SORT",
                        set(),
                        option("BY", word("nosort")),
                        order(),
                        limit(),
                        option("STORE", target()))
                .command(5, ReplyRule.UNORDERED, "SORT", set(), alphaBy(), order())
                .command(3, ReplyRule.UNORDERED, "SORT", key(), word("ALPHA"), order())
                .command(6, "LRANGE", target(), word("0"), word("-1"))
                .command(2, "OBJECT ENCODING", anyOf(zset(), list(), target()))
                .unspoiled(1, ReplyRule.EXACT, "COMMAND GETKEYS SORT", key(), listOptions(), store())
                .unspoiled(1, ReplyRule.EXACT, "COMMAND GETKEYSANDFLAGS SORT", key(), numericOptions(), store())
                .unspoiled(1, ReplyRule.SAME_FIELDS, "HELLO", oneWordOf("2", "3"));
    }

    private static void collections(CommandFamily family) {
        family.unspoiled(14, ReplyRule.EXACT, "RPUSH", list(), repeated(1, 12, element()))
                .unspoiled(2, ReplyRule.EXACT, "RPUSH", list(), repeated(40, 150, element()))
                .command(6, "LPOP", list(), drawn(draw -> Integer.toString(draw.below(60))))
                .unspoiled(10, ReplyRule.EXACT, "SADD", set(), repeated(1, 8, element()))
                .command(4, "SREM", set(), repeated(1, 8, element()))
                .unspoiled(10, ReplyRule.EXACT, "ZADD", zset(), repeated(1, 8, score(), element()))
                .command(4, "ZREM", zset(), repeated(1, 8, element()))
                .command(3, "DEL", anyOf(list(), set(), zset(), target()));
    }

    private static void weights(CommandFamily family) {
        family.command(12, "SET", drawn(draw -> "w_" + drawElement(draw)), weight())
                .command(4, "HSET", drawn(draw -> "h_" + drawElement(draw) + "x"), oneWordOf("f", "f->g"), weight())
                .command(1, "RPUSH", drawn(draw -> "w_" + drawElement(draw)), weight())
                .command(2, "SET", drawn(draw -> drawElement(draw) + "->"), weight())
                .command(4, "DEL", repeated(1, 3, drawn(draw -> draw.oneOf("w_", "h_") + drawElement(draw))));
    }

    private static Arg list() {
        return oneKeyOf("list:1", "list:2");
    }

    private static Arg set() {
        return oneKeyOf("set:1", "set:2");
    }

    private static Arg zset() {
        return drawn(draw -> ZSETS + draw.oneOf("1", "2"));
    }

    private static Arg target() {
        return oneKeyOf("stored:1", "stored:2");
    }

    private static Arg oneKeyOf(String... names) {
        return drawn(draw -> "{tag}" + draw.oneOf(names));
    }

    /** Mostly numbers, so that most collections can be sorted without ALPHA. */
    private static Arg element() {
        return drawn(SortFamily::drawElement);
    }

    private static String drawElement(Draw draw) {
        return switch (draw.below(100)) {
            case 0 -> draw.oneOf("a", "b", "abc", "abc\0d", "abc\0e", "\u00ff", " 1");
            case 1 -> draw.oneOf("-0", "1.0", "0x10", "inf", "-inf", "", "3.5", "9007199254740993");
            default -> Integer.toString(draw.between(-8, 8));
        };
    }

    private static Arg weight() {
        return drawn(draw -> switch (draw.below(60)) {
            case 0 -> draw.oneOf("abc", "1x", " ", "nan", "12abc\0");
            case 1, 2, 3 -> draw.oneOf("", " 7", "0.5", "-inf", "0x1f", "1\0zz", "1e-300", "12345678901234567890");
            default -> Integer.toString(draw.between(-3, 3));
        });
    }

    private static Arg score() {
        return drawn(draw -> Integer.toString(draw.between(-3, 3)));
    }

    private static Arg listOptions() {
        return optionsInAnyOrder(by(), by(), get(), get(), limit(), limit(), order(), word("ALPHA"), word("ALPHA"));
    }

    private static Arg numericOptions() {
        return optionsInAnyOrder(by(), by(), get(), limit(), order(), get());
    }

    /** Of a set nothing but sorting gives an order that both servers have. */
    private static Arg sortedOptions() {
        return optionsInAnyOrder(option("BY", word("w_*")), get(), limit(), order(), get());
    }

    private static Arg alphaBy() {
        return (args, draw) -> Args.addAll(args, draw, word("ALPHA"), option("BY", oneWordOf("w_*", "h_*x->f")));
    }

    private static Arg by() {
        return option("BY", drawn(draw -> draw.oneOf("w_*", "w_*", "h_*x->f", "nosort", "", "#", "*", "w\0*", "*->")));
    }

    private static Arg gets() {
        return repeated(0, 2, get());
    }

    private static Arg get() {
        return option(
                "GET",
                drawn(draw -> draw.oneOf(
                        "#",
                        "#",
                        "w_*",
                        "w_*",
                        "h_*x->f",
                        "h_*x->f->g",
                        "h_*x->",
                        "w_*->f",
                        "none",
                        "",
                        "#\0x",
                        "*->")));
    }

    private static Arg order() {
        return optionally(60, oneWordOf("ASC", "DESC"));
    }

    private static Arg limit() {
        return option("LIMIT", bound(), bound());
    }

    private static Arg bound() {
        return drawn(draw -> draw.percent(90)
                ? Integer.toString(draw.between(-2, 12))
                : draw.oneOf("9223372036854775807", "-9223372036854775808", "abc", "100"));
    }

    private static Arg store() {
        return optionally(25, option("STORE", target()));
    }
}
