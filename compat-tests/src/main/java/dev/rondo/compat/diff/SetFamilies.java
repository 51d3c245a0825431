package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.option;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.ttlSeconds;
import static dev.rondo.compat.diff.Args.value;
import static dev.rondo.compat.diff.Args.word;

/** Sets, with what else is done to keys that hold one. */
final class SetFamilies {
    private SetFamilies() {}

    static CommandFamily sets() {
        return CommandFamily.named("set")
                .command(16, "SADD", key(), repeated(1, 5, member()))
                .command(6, "SADD", key(), repeated(1, 30, smallInteger()))
                .command(2, "SADD", key(), repeated(20, 80, member()))
                .command(8, "SREM", key(), repeated(1, 5, member()))
                .command(3, "SREM", key(), repeated(10, 40, smallInteger()))
                .command(4, ReplyRule.UNORDERED, "SMEMBERS", key())
                .command(5, "SISMEMBER", key(), member())
                .command(4, "SMISMEMBER", key(), repeated(1, 5, member()))
                .command(4, "SCARD", key())
                .command(6, "SMOVE", key(), key(), member())
                .command(4, ReplyRule.UNORDERED, "SINTER", repeated(1, 3, key()))
                .command(4, ReplyRule.UNORDERED, "SUNION", repeated(1, 3, key()))
                .command(4, ReplyRule.UNORDERED, "SDIFF", repeated(1, 3, key()))
                .command(4, "SINTERSTORE", key(), repeated(1, 3, key()))
                .command(4, "SUNIONSTORE", key(), repeated(1, 3, key()))
                .command(4, "SDIFFSTORE", key(), repeated(1, 3, key()))
                .command(
                        5,
                        "SINTERCARD",
                        drawn(draw -> draw.oneOf("1", "2", "2", "0", "-1", "abc", "9")),
                        key(),
                        key(),
                        limit())
                // what is popped differs, unless it is everything
                .unspoiled(2, ReplyRule.UNORDERED, "SPOP", key(), word("100000"))
                .unspoiled(2, ReplyRule.EXACT, "SPOP", key(), drawn(draw -> draw.oneOf("0", "-1", "abc", "")))
                .unspoiled(1, ReplyRule.EXACT, "SPOP", key(), word("1"), word("2"))
                .unspoiled(2, ReplyRule.SAME_SHAPE, "SRANDMEMBER", key())
                .unspoiled(5, ReplyRule.SAME_SHAPE, "SRANDMEMBER", key(), Args.pickCount())
                .unspoiled(1, ReplyRule.UNORDERED, "SRANDMEMBER", key(), word("100000"))
                .unspoiled(1, ReplyRule.EXACT, "SRANDMEMBER", key(), word("1"), word("2"))
                .unspoiled(4, ReplyRule.UNORDERED, "SSCAN", key(), word("0"), HashFamilies.scanOptions())
                .unspoiled(1, ReplyRule.EXACT, "SSCAN", key(), Args.badCursor())
                .command(1, "TYPE", key())
                .command(2, "COPY", key(), key(), optionally(50, word("REPLACE")))
                .command(1, "RENAME", key(), key())
                .command(1, "EXPIRE", key(), ttlSeconds())
                .command(3, "DEL", key())
                .command(1, "SET", key(), value())
                .unspoiled(1, ReplyRule.SAME_FIELDS, "HELLO", drawn(draw -> draw.oneOf("2", "3")));
    }

    /** One of so few members that sets have some in common, and now and then any value. */
    static Arg member() {
        return drawn(draw -> switch (draw.below(10)) {
            case 0, 1, 2, 3 -> draw.oneOf("a", "b", "c", "d", "member:1", "", "\0\u00ff");
            case 4, 5, 6, 7 -> Integer.toString(draw.between(-5, 12));
            case 8 -> draw.oneOf("100000", "3000000000", "-9223372036854775808", "9223372036854775807", "007", "1.0");
            default -> Args.drawValue(draw);
        });
    }

    private static Arg smallInteger() {
        return drawn(draw -> Integer.toString(draw.between(-40, 40)));
    }

    private static Arg limit() {
        return optionally(60, option("LIMIT", drawn(draw -> draw.oneOf("0", "1", "2", "100", "-1", "abc"))));
    }
}
