package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.anyOf;
import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.integer;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.number;
import static dev.rondo.compat.diff.Args.option;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.optionsInAnyOrder;
import static dev.rondo.compat.diff.Args.pattern;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.ttlSeconds;
import static dev.rondo.compat.diff.Args.value;
import static dev.rondo.compat.diff.Args.word;

/** Hashes, with what else is done to keys that hold one. */
final class HashFamilies {
    private HashFamilies() {}

    static CommandFamily hashes() {
        return CommandFamily.named("hash")
                .command(16, "HSET", key(), repeated(1, 4, field(), value()))
                .command(2, "HSET", key(), repeated(20, 60, anyField(), value()))
                .command(3, "HMSET", key(), repeated(1, 3, field(), value()))
                .command(4, "HSETNX", key(), field(), value())
                .command(8, "HGET", key(), field())
                .command(5, "HMGET", key(), repeated(1, 5, field()))
                .command(5, ReplyRule.UNORDERED_PAIRS, "HGETALL", key())
                .command(3, ReplyRule.UNORDERED, "HKEYS", key())
                .command(3, ReplyRule.UNORDERED, "HVALS", key())
                .command(3, "HLEN", key())
                .command(3, "HSTRLEN", key(), field())
                .command(3, "HEXISTS", key(), field())
                .command(8, "HDEL", key(), repeated(1, 4, field()))
                .command(2, "HDEL", key(), repeated(10, 40, anyField()))
                .command(6, "HINCRBY", key(), field(), integer())
                .command(6, "HINCRBYFLOAT", key(), field(), number())
                .unspoiled(2, ReplyRule.SAME_SHAPE, "HRANDFIELD", key())
                .unspoiled(5, ReplyRule.SAME_SHAPE, "HRANDFIELD", key(), Args.pickCount(), withValues())
                .unspoiled(1, ReplyRule.UNORDERED_PAIRS, "HRANDFIELD", key(), word("100000"), word("WITHVALUES"))
                .unspoiled(4, ReplyRule.UNORDERED, "HSCAN", key(), word("0"), scanOptions())
                .unspoiled(1, ReplyRule.EXACT, "HSCAN", key(), Args.badCursor())
                .command(3, "OBJECT ENCODING", key())
                .command(1, "TYPE", key())
                .command(2, "COPY", key(), key(), optionally(50, word("REPLACE")))
                .command(1, "RENAME", key(), key())
                .command(1, "EXPIRE", key(), ttlSeconds())
                .command(3, "DEL", key())
                .command(1, "SET", key(), value())
                .unspoiled(1, ReplyRule.SAME_FIELDS, "HELLO", drawn(draw -> draw.oneOf("2", "3")));
    }

    /** One of so few fields that commands meet on them. */
    static Arg field() {
        return drawn(draw -> draw.percent(80)
                ? draw.oneOf("f", "g", "field:1", "1", "2", "", "\0\u00ff", "a field with spaces")
                : "f" + draw.below(100));
    }

    private static Arg anyField() {
        return drawn(draw -> "f" + draw.below(100));
    }

    private static Arg withValues() {
        return optionally(50, anyOf(word("WITHVALUES"), word("WITHVALUES"), word("junk")));
    }

    /** The count is beyond the size of the collection, so that one call lists all of it. */
    static Arg scanOptions() {
        return (args, draw) -> {
            args.add("COUNT");
            args.add("1000000");
            optionsInAnyOrder(
                            option("MATCH", pattern()),
                            option("MATCH", word("f*")),
                            option("TYPE", word("hash")),
                            option("COUNT", drawn(d -> d.oneOf("1000000", "0", "-1", "abc"))))
                    .addTo(args, draw);
        };
    }
}
