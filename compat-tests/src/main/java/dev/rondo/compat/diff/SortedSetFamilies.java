package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.integer;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.number;
import static dev.rondo.compat.diff.Args.oneWordOf;
import static dev.rondo.compat.diff.Args.option;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.optionsInAnyOrder;
import static dev.rondo.compat.diff.Args.pattern;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.value;
import static dev.rondo.compat.diff.Args.word;

/**
 * Sorted sets for the differential tester. What ranges of bytes are in a large set whose members differ in score is
 * not specified; so some keys get one score only, and the commands with such ranges use those.
 */
final class SortedSetFamilies {
    private static final int LONGEST_IN_COMPACT_FORM = 64;

    private SortedSetFamilies() {}

    static CommandFamily sortedSets() {
        CommandFamily family = CommandFamily.named("zset");
        changes(family);
        reads(family);
        ranges(family);
        algebra(family);
        return family.command(3, "DEL", repeated(1, 2, key()))
                .command(1, "SET", key(), value())
                .command(4, "SADD", key(), repeated(1, 6, member()))
                .command(3, "OBJECT ENCODING", key())
                .command(1, "TYPE", key())
                .unspoiled(3, ReplyRule.SAME_FIELDS, "HELLO", oneWordOf("2", "3"));
    }

    private static void changes(CommandFamily family) {
        family.command(14, "ZADD", mixedKey(), repeated(1, 5, score(), member()))
                .command(10, "ZADD", mixedKey(), addOptions(), repeated(1, 3, score(), member()))
                .command(1, "ZADD", mixedKey(), repeated(60, 200, score(), member()))
                .command(12, "ZADD", lexKey(), repeated(1, 8, word("0"), member()))
                .command(1, "ZADD", lexKey(), repeated(60, 200, word("0"), member()))
                .command(8, "ZINCRBY", mixedKey(), score(), member())
                .command(6, "ZREM", key(), repeated(1, 4, member()))
                .command(4, "ZPOPMIN", key(), optionally(60, integer()))
                .command(4, "ZPOPMAX", key(), optionally(60, integer()))
                .command(
                        5, "ZMPOP", counted(key()), oneWordOf("MIN", "MAX"), optionally(50, option("COUNT", integer())))
                .unspoiled(2, ReplyRule.EXACT, "BZPOPMIN", repeated(1, 3, key()), ListFamilies.timeout())
                .unspoiled(2, ReplyRule.EXACT, "BZPOPMAX", repeated(1, 3, key()), ListFamilies.timeout())
                .unspoiled(
                        2, ReplyRule.EXACT, "BZMPOP", ListFamilies.timeout(), counted(key()), oneWordOf("MIN", "MAX"))
                .command(3, "ZREMRANGEBYRANK", key(), integer(), integer())
                .command(3, "ZREMRANGEBYSCORE", key(), scoreEnd(), scoreEnd())
                .command(4, "ZREMRANGEBYLEX", lexKey(), lexEnd(), lexEnd());
    }

    private static void reads(CommandFamily family) {
        family.command(3, "ZCARD", key())
                .command(5, "ZSCORE", key(), member())
                .command(4, "ZMSCORE", key(), repeated(1, 4, member()))
                .unspoiled(4, ReplyRule.EXACT, "ZRANK", key(), member()) // Redis 7.2 takes a fourth argument
                .unspoiled(4, ReplyRule.EXACT, "ZREVRANK", key(), member())
                .command(5, "ZCOUNT", key(), scoreEnd(), scoreEnd())
                .command(5, "ZLEXCOUNT", lexKey(), lexEnd(), lexEnd())
                // not spoiled: redis-server would make as many replies as a large negative count says
                .unspoiled(2, ReplyRule.SAME_KIND, "ZRANDMEMBER", key())
                .unspoiled(1, ReplyRule.EXACT, "ZRANDMEMBER")
                .unspoiled(1, ReplyRule.EXACT, "ZRANDMEMBER", key(), word("1"), word("2"))
                .unspoiled(1, ReplyRule.EXACT, "ZRANDMEMBER", key(), word("1"), word("WITHSCORES"), word("WITHSCORES"))
                .unspoiled(
                        4,
                        ReplyRule.SAME_SHAPE,
                        "ZRANDMEMBER",
                        key(),
                        drawn(draw -> draw.percent(80)
                                ? Integer.toString(draw.between(-20, 200))
                                : draw.oneOf("abc", "", "9223372036854775807", "-9223372036854775808")),
                        optionally(40, word("WITHSCORES")))
                // with a smaller count, a step of a large set ends where the table of the server happens to
                .unspoiled(
                        5,
                        ReplyRule.UNORDERED,
                        "ZSCAN",
                        key(),
                        oneWordOf("0", "0", "0", "0", "abc"),
                        word("COUNT"),
                        word("10000"),
                        optionally(30, option("MATCH", pattern())))
                .command(2, "ZSCAN", oneWordOf("nokey"), word("0"), optionsInAnyOrder(option("COUNT", integer())))
                .unspoiled(1, ReplyRule.EXACT, "ZSCAN", optionally(50, key()))
                .command(4, ReplyRule.SAME_DUMP, "DUMP", key());
    }

    private static void ranges(CommandFamily family) {
        family.command(8, "ZRANGE", key(), integer(), integer(), rangeOptions())
                .command(6, "ZRANGE", key(), scoreEnd(), scoreEnd(), word("BYSCORE"), rangeOptions())
                .command(6, "ZRANGE", lexKey(), lexEnd(), lexEnd(), word("BYLEX"), rangeOptions())
                .command(3, "ZREVRANGE", key(), integer(), integer(), optionally(50, word("WITHSCORES")))
                .command(5, "ZRANGEBYSCORE", key(), scoreEnd(), scoreEnd(), rangeOptions())
                .command(5, "ZREVRANGEBYSCORE", key(), scoreEnd(), scoreEnd(), rangeOptions())
                .command(4, "ZRANGEBYLEX", lexKey(), lexEnd(), lexEnd(), optionally(40, limit()))
                .command(4, "ZREVRANGEBYLEX", lexKey(), lexEnd(), lexEnd(), optionally(40, limit()))
                .command(3, "ZRANGESTORE", mixedKey(), key(), integer(), integer(), optionally(30, word("REV")))
                .command(
                        3,
                        "ZRANGESTORE",
                        mixedKey(),
                        key(),
                        scoreEnd(),
                        scoreEnd(),
                        word("BYSCORE"),
                        optionally(30, word("REV")),
                        optionally(40, limit()))
                .command(
                        3,
                        "ZRANGESTORE",
                        lexKey(),
                        lexKey(),
                        lexEnd(),
                        lexEnd(),
                        word("BYLEX"),
                        optionally(40, limit()));
    }

    private static void algebra(CommandFamily family) {
        family.command(4, "ZUNION", counted(key()), aggregateOptions())
                .command(4, "ZINTER", counted(key()), aggregateOptions())
                .command(3, "ZDIFF", counted(key()), optionally(50, word("WITHSCORES")))
                .command(4, "ZINTERCARD", counted(key()), optionally(50, option("LIMIT", integer())))
                .command(4, "ZUNIONSTORE", mixedKey(), counted(key()), aggregateOptions())
                .command(4, "ZINTERSTORE", mixedKey(), counted(key()), aggregateOptions())
                .command(3, "ZDIFFSTORE", mixedKey(), counted(key()));
    }

    // ---- arguments ----

    /** A key whose members may have any scores. */
    private static Arg mixedKey() {
        return keyWithOneScore(false);
    }

    /** A key whose members all have the score 0. */
    private static Arg lexKey() {
        return keyWithOneScore(true);
    }

    private static Arg keyWithOneScore(boolean wanted) {
        return drawn(draw -> {
            while (true) {
                String key = draw.key();
                if ((key.endsWith("a") || key.endsWith("1") || key.endsWith("0")) == wanted) {
                    return key;
                }
            }
        });
    }

    /** A number of keys, now and then a wrong one, and the keys. */
    private static Arg counted(Arg key) {
        return (args, draw) -> {
            int keys = draw.between(1, 4);
            args.add(draw.percent(96) ? Integer.toString(keys) : draw.oneOf("0", "-1", "abc", "9223372036854775807"));
            for (int i = 0; i < keys; i++) {
                key.addTo(args, draw);
            }
        };
    }

    static Arg member() {
        return drawn(draw -> switch (draw.below(40)) {
            case 0 -> "x".repeat(LONGEST_IN_COMPACT_FORM + draw.below(2));
            case 1 -> "";
            case 2, 3 -> draw.bytes(draw.between(1, 3));
            case 4, 5, 6 -> "m" + draw.below(300);
            case 7, 8, 9 -> Integer.toString(draw.between(-3, 3));
            default -> Character.toString((char) ('a' + draw.below(20)));
        });
    }

    private static Arg score() {
        Arg any = number();
        return (args, draw) -> {
            switch (draw.below(10)) {
                case 0 -> any.addTo(args, draw);
                case 1 -> args.add(Double.toString(draw.between(-20, 20) / 4.0));
                case 2 -> args.add(Double.toString(draw.between(-20, 20) / 10.0));
                default -> args.add(Integer.toString(draw.between(-5, 30)));
            }
        };
    }

    private static Arg scoreEnd() {
        Arg score = score();
        return (args, draw) -> {
            if (draw.percent(25)) {
                args.add(draw.oneOf("-inf", "+inf", "(-inf", "(inf", "(", "((1", "(abc", "-", "+"));
                return;
            }
            score.addTo(args, draw);
            if (draw.percent(30)) {
                args.set(args.size() - 1, "(" + args.get(args.size() - 1));
            }
        };
    }

    private static Arg lexEnd() {
        Arg member = member();
        return (args, draw) -> {
            if (draw.percent(30)) {
                args.add(draw.oneOf("-", "+", "-", "+", "[", "(", "a", "", "-x"));
                return;
            }
            member.addTo(args, draw);
            args.set(args.size() - 1, draw.oneOf("[", "(") + args.get(args.size() - 1));
        };
    }

    private static Arg addOptions() {
        return optionsInAnyOrder(
                word("NX"), word("XX"), word("GT"), word("LT"), word("CH"), word("CH"), optionally(60, word("INCR")));
    }

    private static Arg limit() {
        return option("LIMIT", integer(), integer());
    }

    private static Arg rangeOptions() {
        return optionsInAnyOrder(
                word("WITHSCORES"), word("REV"), optionally(30, limit()), optionally(5, oneWordOf("BYSCORE", "BYLEX")));
    }

    private static Arg aggregateOptions() {
        return optionsInAnyOrder(
                option("AGGREGATE", oneWordOf("SUM", "MIN", "MAX", "junk")),
                option("WEIGHTS", repeated(1, 4, score())),
                optionally(50, word("WITHSCORES")));
    }
}
