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

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Streams and consumer groups. No id is made of the time, which two servers read at different moments; idle times are
 * zero or beyond any run. Small nodes, so that trimming by whole ones meets many.
 */
final class StreamFamily {
    private static final String LAST_ID = "18446744073709551615-18446744073709551615";
    /** Longer than any run. */
    private static final String LONG_MS = "1000000000";

    private StreamFamily() {}

    static CommandFamily streams() {
        CommandFamily family = CommandFamily.named("stream");
        changes(family);
        reads(family);
        groups(family);
        return family.unspoiled(
                        1,
                        ReplyRule.EXACT,
                        "CONFIG SET stream-node-max-entries",
                        drawn(draw -> draw.oneOf("3", "5", "10", "100", "0")))
                .unspoiled(
                        1,
                        ReplyRule.EXACT,
                        "CONFIG SET stream-node-max-bytes",
                        drawn(draw -> draw.oneOf("60", "200", "4096", "4096", "0")))
                .command(3, "DEL", key())
                .command(1, "SET", key(), value())
                .command(1, "TYPE", key())
                .command(1, "OBJECT ENCODING", key())
                .command(2, "COPY", key(), key(), optionally(60, word("REPLACE")))
                .command(1, "RENAME", key(), key())
                .command(2, ReplyRule.SAME_DUMP, "DUMP", key())
                .unspoiled(2, ReplyRule.SAME_FIELDS, "HELLO", oneWordOf("2", "3"))
                .unspoiled(1, ReplyRule.EXACT, "COMMAND GETKEYS XREAD COUNT 2 STREAMS", key(), key(), id(), id())
                .unspoiled(1, ReplyRule.EXACT, "COMMAND GETKEYS XREADGROUP GROUP g c STREAMS", key(), id());
    }

    private static void changes(CommandFamily family) {
        family.command(40, "XADD", key(), newId(), fields())
                .command(16, "XADD", key(), addOptions(), newId(), fields())
                .command(8, "XTRIM", key(), trimming(), optionally(30, option("LIMIT", limit())))
                .command(1, "XTRIM", key(), optionally(30, option("LIMIT", limit())), optionally(70, trimming()))
                .command(10, "XDEL", key(), repeated(1, 4, idBelowSetIds()))
                .command(2, "XSETID", key(), drawn(draw -> draw.oneOf("25-0", "26", "30-1", "abc")), setIdOptions());
    }

    private static void reads(CommandFamily family) {
        family.command(4, "XLEN", key())
                .command(8, "XRANGE", key(), from(), to(), count())
                .command(8, "XREVRANGE", key(), to(), from(), count())
                .command(8, "XREAD", optionsInAnyOrder(option("COUNT", smallCount())), streams(1, 3, readId()))
                .unspoiled(2, ReplyRule.EXACT, "XREAD BLOCK", blockMs(), streams(1, 2, readId()))
                .command(1, "XREAD", oneWordOf("NOACK", "GROUP", "COUNT", "junk"), streams(1, 2, readId()));
    }

    private static void groups(CommandFamily family) {
        family.command(8, "XGROUP CREATE", key(), group(), readId(), groupOptions())
                .command(3, "XGROUP SETID", key(), group(), readId(), optionally(40, option("ENTRIESREAD", integer())))
                .command(2, "XGROUP DESTROY", key(), group())
                .command(4, "XGROUP CREATECONSUMER", key(), group(), consumer())
                .command(2, "XGROUP DELCONSUMER", key(), group(), consumer())
                .command(24, "XREADGROUP GROUP", group(), consumer(), readOptions(), streams(1, 2, groupId()))
                .unspoiled(
                        3,
                        ReplyRule.EXACT,
                        "XREADGROUP GROUP",
                        group(),
                        consumer(),
                        word("BLOCK"),
                        blockMs(),
                        streams(1, 2, groupId()))
                .command(10, "XACK", key(), group(), repeated(1, 4, id()))
                .command(4, StreamReplies::same, "XPENDING", key(), group())
                .command(
                        8,
                        StreamReplies::same,
                        "XPENDING",
                        key(),
                        group(),
                        optionally(30, option("IDLE", idleMs())),
                        from(),
                        to(),
                        smallCount(),
                        optionally(40, consumer()))
                .command(12, "XCLAIM", key(), group(), consumer(), idleMs(), repeated(1, 4, id()), claimOptions())
                .command(
                        8,
                        "XAUTOCLAIM",
                        key(),
                        group(),
                        consumer(),
                        idleMs(),
                        from(),
                        optionsInAnyOrder(option("COUNT", autoCount()), word("JUSTID")))
                .command(5, StreamReplies::same, "XINFO STREAM", key())
                .command(
                        6,
                        StreamReplies::same,
                        "XINFO STREAM",
                        key(),
                        word("FULL"),
                        optionally(50, option("COUNT", smallCount())))
                .command(6, StreamReplies::same, "XINFO GROUPS", key())
                .command(4, StreamReplies::same, "XINFO CONSUMERS", key(), group());
    }

    // ---- ids ----

    /** Mostly behind the last one, since the sequence goes on by itself. */
    private static Arg newId() {
        return anyOf(
                drawn(draw -> draw.oneOf("5-*", "5-*", "5-*", "9-*", "20-*", "20-*", "22-*")),
                drawn(draw -> draw.oneOf("5-*", "20-*", "22-*", "25-*", "30-*", "5", "9-9", "0-1", "0-*")),
                drawn(draw -> draw.percent(90)
                        ? draw.oneOf("5-*", "20-*") + ""
                        : draw.oneOf("0", "-", "+", "abc", "5-", "-5", "5-*x", "1-1-1", "", "20-18446744073709551615")),
                drawn(draw -> draw.percent(97) ? "20-*" : draw.oneOf(LAST_ID, "18446744073709551615-*", "007-*")));
    }

    private static String anId(Draw draw) {
        return draw.oneOf("5", "5", "9", "20", "20", "20", "22") + "-" + draw.below(draw.oneOf(4, 12, 40));
    }

    private static Arg id() {
        return drawn(draw -> draw.percent(95)
                ? anId(draw)
                : draw.oneOf("5", "20", "0-0", LAST_ID, "-", "+", "abc", "", "9-9", "25-0", "0-1"));
    }

    /** As {@link #id}, but for what would keep XSETID from setting what it sets: since Redis 7.2, and not before. */
    private static Arg idBelowSetIds() {
        return drawn(draw -> draw.percent(95)
                ? anId(draw)
                : draw.oneOf("5", "20", "0-0", "-", "+", "abc", "", "9-9", "25-0", "0-1"));
    }

    private static Arg from() {
        return drawn(draw -> draw.percent(60)
                ? draw.oneOf("-", "-", "0", "5", "20")
                : draw.oneOf("(", "") + draw.oneOf(anId(draw), anId(draw), "20", "+", "-", LAST_ID, "abc", ""));
    }

    private static Arg to() {
        return drawn(draw -> draw.percent(60)
                ? draw.oneOf("+", "+", "22", "5", LAST_ID)
                : draw.oneOf("(", "") + draw.oneOf(anId(draw), anId(draw), "20", "+", "-", "0-0", "abc", ""));
    }

    private static Arg readId() {
        return drawn(draw -> draw.percent(85)
                ? draw.oneOf("0", "$", "5-1", anId(draw), "20")
                : draw.oneOf(">", "-", "+", "abc", "", LAST_ID, "0-0"));
    }

    private static Arg groupId() {
        return drawn(
                draw -> draw.percent(75) ? ">" : draw.oneOf("0", "0", "5-1", anId(draw), "$", "+", "abc", LAST_ID));
    }

    /** As many ids as keys, or one too few. */
    private static Arg streams(int atLeast, int atMost, Arg id) {
        return (args, draw) -> {
            args.add(Args.anyCase("STREAMS", draw));
            int streams = draw.between(atLeast, atMost);
            repeated(streams, streams, key()).addTo(args, draw);
            int ids = draw.percent(98) ? streams : streams - 1;
            repeated(ids, ids, id).addTo(args, draw);
        };
    }

    // ---- entries and options ----

    /** The fields of the first entry of a node, more often than not. */
    private static Arg fields() {
        return (args, draw) -> {
            List<String> names = new ArrayList<>(List.of("f", "g", "7"));
            if (draw.percent(20)) {
                Collections.reverse(names);
            }
            for (String name : names.subList(0, draw.oneOf(1, 1, 1, 2, 3))) {
                args.add(name);
                args.add(draw.percent(60) ? Integer.toString(draw.below(1000)) : Args.drawValue(draw));
            }
        };
    }

    private static Arg addOptions() {
        return optionsInAnyOrder(word("NOMKSTREAM"), trimming(), trimming(), option("LIMIT", limit()));
    }

    private static Arg trimming() {
        return anyOf(
                option(
                        "MAXLEN",
                        optionally(70, operator()),
                        drawn(draw -> draw.percent(94)
                                ? Integer.toString(draw.below(14))
                                : draw.oneOf("-1", "abc", "9223372036854775807", "~", ""))),
                option("MINID", optionally(70, operator()), id()));
    }

    private static Arg operator() {
        return drawn(draw -> draw.oneOf("~", "~", "="));
    }

    private static Arg limit() {
        return drawn(draw -> draw.oneOf("0", "1", "3", "5", "10", "100", "-1", "abc"));
    }

    private static Arg setIdOptions() {
        return optionsInAnyOrder(
                option("ENTRIESADDED", drawn(draw -> draw.oneOf("0", "7", "1000", "-1", "abc"))),
                option("MAXDELETEDID", drawn(draw -> draw.oneOf("0-0", "24-0", "99-0", "abc"))));
    }

    private static Arg count() {
        return optionally(
                40,
                option(
                        "COUNT",
                        drawn(draw -> draw.percent(90)
                                ? Integer.toString(draw.between(-1, 6))
                                : draw.oneOf("9223372036854775807", "abc", ""))));
    }

    private static Arg smallCount() {
        return drawn(draw -> draw.percent(95) ? Integer.toString(draw.between(-1, 6)) : draw.oneOf("100", "abc", ""));
    }

    private static Arg autoCount() {
        return drawn(draw -> draw.oneOf("1", "2", "3", "10", "0", "-1", "abc", "9223372036854775807"));
    }

    /** Too short to hold a run up, or refused. */
    private static Arg blockMs() {
        return drawn(draw -> draw.percent(90) ? "1" : draw.oneOf("-1", "abc", "", "1.5"));
    }

    private static Arg idleMs() {
        return drawn(draw -> draw.percent(70) ? "0" : draw.oneOf(LONG_MS, LONG_MS, "-1", "abc", ""));
    }

    private static Arg group() {
        return drawn(draw -> draw.oneOf("g", "g", "g", "g", "h", "h", "\0\r\n", "none"));
    }

    private static Arg consumer() {
        return drawn(draw -> draw.oneOf("alice", "alice", "bob", "al", "\u00ff\0\r\n", ""));
    }

    private static Arg groupOptions() {
        return optionsInAnyOrder(
                word("MKSTREAM"),
                word("MKSTREAM"),
                option("ENTRIESREAD", drawn(draw -> draw.oneOf("0", "3", "100", "-1", "-2", "abc"))),
                word("junk"));
    }

    private static Arg readOptions() {
        return optionsInAnyOrder(option("COUNT", smallCount()), option("COUNT", smallCount()), word("NOACK"));
    }

    private static Arg claimOptions() {
        return optionsInAnyOrder(
                word("FORCE"),
                word("FORCE"),
                word("JUSTID"),
                option("IDLE", drawn(draw -> draw.oneOf("0", "1", "2000000000", "-9223372036854775808", "abc"))),
                option("TIME", drawn(draw -> draw.oneOf("1", "0", "-1", "9223372036854775807", "abc"))),
                option("RETRYCOUNT", drawn(draw -> draw.oneOf("0", "5", "-1", "abc"))),
                option("LASTID", id()));
    }
}
