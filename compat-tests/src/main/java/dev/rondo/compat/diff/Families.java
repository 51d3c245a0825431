package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.anyOf;
import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.integer;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.number;
import static dev.rondo.compat.diff.Args.offset;
import static dev.rondo.compat.diff.Args.oneWordOf;
import static dev.rondo.compat.diff.Args.option;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.optionsInAnyOrder;
import static dev.rondo.compat.diff.Args.pattern;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.ttlMillis;
import static dev.rondo.compat.diff.Args.ttlSeconds;
import static dev.rondo.compat.diff.Args.unixMillis;
import static dev.rondo.compat.diff.Args.unixSeconds;
import static dev.rondo.compat.diff.Args.value;
import static dev.rondo.compat.diff.Args.word;

import java.util.List;

/**
 * The command families that the differential tester knows. What cannot be compared command by command (pub/sub,
 * CLIENT REPLY, MONITOR, SHUTDOWN, blocking commands) is left to the tests with real clients.
 */
public final class Families {
    private Families() {}

    /** All families, for a new run to choose from by name. */
    public static List<CommandFamily> all() {
        return List.of(
                strings(),
                keys(),
                transactions(),
                connection(),
                ListFamilies.lists(),
                HashFamilies.hashes(),
                SetFamilies.sets(),
                SortedSetFamilies.sortedSets(),
                GeoFamily.geo(),
                BitmapFamily.bitmaps(),
                HyperLogLogFamily.hyperLogLogs(),
                SortFamily.sort(),
                ScriptFamily.script(),
                StreamFamily.streams(),
                AclFamily.acl());
    }

    public static List<CommandFamily> named(List<String> names) {
        List<CommandFamily> chosen =
                all().stream().filter(family -> names.contains(family.name())).toList();
        if (chosen.size() != names.size()) {
            throw new IllegalArgumentException(
                    "families are " + all().stream().map(CommandFamily::name).toList() + ", not " + names);
        }
        return chosen;
    }

    static CommandFamily strings() {
        return CommandFamily.named("strings")
                .command(12, "SET", key(), value())
                .command(14, "SET", key(), value(), setOptions())
                .command(12, "GET", key())
                .command(4, "GETSET", key(), value())
                .command(3, "GETDEL", key())
                .command(6, "GETEX", key(), optionsInAnyOrder(expiryOption(), word("PERSIST"), expiryOption()))
                .command(4, "SETNX", key(), value())
                .command(3, "SETEX", key(), ttlSeconds(), value())
                .command(3, "PSETEX", key(), ttlMillis(), value())
                .command(6, "APPEND", key(), value())
                .command(4, "STRLEN", key())
                .command(6, "SETRANGE", key(), offset(), value())
                .command(6, "GETRANGE", key(), offset(), offset())
                .command(2, "SUBSTR", key(), offset(), offset())
                .command(5, "INCR", key())
                .command(4, "DECR", key())
                .command(5, "INCRBY", key(), integer())
                .command(4, "DECRBY", key(), integer())
                .command(7, "INCRBYFLOAT", key(), number())
                .command(5, "MGET", repeated(1, 5, key()))
                .command(4, "MSET", repeated(1, 4, key(), value()))
                .command(3, "MSETNX", repeated(1, 3, key(), value()))
                .command(7, "LCS", key(), key(), lcsOptions());
    }

    static CommandFamily keys() {
        return CommandFamily.named("keys")
                .command(8, "DEL", repeated(1, 3, key()))
                .command(4, "UNLINK", repeated(1, 3, key()))
                .command(6, "EXISTS", repeated(1, 4, key()))
                .command(3, "TOUCH", repeated(1, 4, key()))
                .command(4, "TYPE", key())
                .command(7, "EXPIRE", key(), ttlSeconds(), expireConditions())
                .command(5, "PEXPIRE", key(), ttlMillis(), expireConditions())
                .command(5, "EXPIREAT", key(), unixSeconds(), expireConditions())
                .command(5, "PEXPIREAT", key(), unixMillis(), expireConditions())
                .command(5, "PERSIST", key())
                .command(6, ReplyRule.within(2), "TTL", key())
                .command(6, ReplyRule.within(2000), "PTTL", key())
                .command(4, ReplyRule.within(2), "EXPIRETIME", key())
                .command(4, ReplyRule.within(2000), "PEXPIRETIME", key())
                .command(6, "RENAME", key(), key())
                .command(4, "RENAMENX", key(), key())
                .command(8, "COPY", key(), key(), copyOptions())
                .command(3, "MOVE", key(), drawn(draw -> draw.oneOf("0", "1", "1", "abc", "-1", "99999")))
                .command(3, ReplyRule.UNORDERED, "KEYS", pattern())
                .unspoiled(5, ReplyRule.UNORDERED, "SCAN", word("0"), scanOptions())
                .unspoiled(
                        1,
                        ReplyRule.EXACT,
                        "SCAN",
                        drawn(draw -> draw.oneOf("abc", "1x", " 1", "99999999999999999999")))
                .unspoiled(1, ReplyRule.EXACT, "SCAN")
                .command(2, ReplyRule.SAME_KIND, "RANDOMKEY")
                // counts keys that are past their time until they are met, so it depends on the moment
                .command(4, ReplyRule.SAME_KIND, "DBSIZE")
                .command(6, "OBJECT ENCODING", key())
                .command(2, "OBJECT REFCOUNT", key())
                // small integers share one object, whose idle time is older than the key
                .command(2, ReplyRule.SAME_KIND, "OBJECT IDLETIME", key())
                .command(1, "OBJECT FREQ", key())
                .command(1, "OBJECT HELP")
                .command(1, "OBJECT", value(), key())
                .command(6, ReplyRule.SAME_DUMP, "DUMP", key())
                .command(10, "RESTORE", key(), restoreTtl(), drawn(Payloads::draw), restoreOptions())
                .command(4, "HSET", key(), repeated(1, 4, value(), value()))
                .command(4, "SADD", key(), repeated(1, 4, value()))
                .command(1, "FLUSHALL", optionally(40, oneWordOf("SYNC", "ASYNC", "junk")))
                .command(1, "FLUSHDB", optionally(40, oneWordOf("SYNC", "ASYNC", "junk")));
    }

    static CommandFamily transactions() {
        return CommandFamily.named("transactions")
                .command(24, "MULTI")
                .command(34, "EXEC")
                .command(4, "DISCARD")
                .command(14, "WATCH", repeated(1, 3, key()))
                .command(4, "UNWATCH")
                .command(1, "NOSUCHCOMMAND", repeated(0, 3, value()))
                .command(8, "SET", key(), value())
                .command(8, "INCR", key());
    }

    static CommandFamily connection() {
        return CommandFamily.named("connection")
                .command(6, "PING", optionally(50, value()))
                .command(5, "ECHO", value())
                .command(4, "SELECT", drawn(draw -> draw.oneOf("0", "0", "0", "1", "-1", "16", "99999", "abc", "")))
                .unspoiled(4, ReplyRule.SAME_FIELDS, "HELLO", optionally(80, drawn(draw -> draw.oneOf("2", "3"))))
                .unspoiled(2, ReplyRule.EXACT, "HELLO", drawn(draw -> draw.oneOf("1", "4", "abc", "", "3x")))
                .unspoiled(1, ReplyRule.SAME_FIELDS, "HELLO 3", word("junk"))
                .unspoiled(2, ReplyRule.EXACT, "HELLO 3 AUTH", drawn(draw -> draw.oneOf("nobody", "")), value())
                .unspoiled(2, ReplyRule.SAME_FIELDS, "HELLO 3 SETNAME", drawn(Families::clientName))
                .unspoiled(1, ReplyRule.EXACT, "RESET")
                .command(3, "CLIENT GETNAME")
                .command(4, "CLIENT SETNAME", drawn(Families::clientName))
                .command(2, ReplyRule.SAME_KIND, "CLIENT ID")
                .command(2, "CLIENT NO-EVICT", oneWordOf("ON", "OFF", "maybe"))
                .command(1, "CLIENT", oneWordOf("NOSUCH", "UNPAUSE"))
                .command(1, "CLIENT KILL", value())
                .command(1, "CLIENT UNBLOCK", integer(), optionally(50, oneWordOf("TIMEOUT", "ERROR", "junk")))
                .command(1, "CLIENT REPLY", oneWordOf("ON", "junk"))
                .command(2, "AUTH", drawn(draw -> draw.oneOf("secret", "default", "nobody")), optionally(60, value()))
                .command(1, "NOSUCHCOMMAND", repeated(0, 4, value()))
                .command(1, "READONLY")
                .command(1, "READWRITE")
                .command(1, "ASKING")
                .command(2, ReplyRule.SAME_KIND, "TIME")
                .command(1, "CLUSTER KEYSLOT", key())
                .unspoiled(1, ReplyRule.EXACT, "COMMAND GETKEYS SET", key(), value())
                .unspoiled(1, ReplyRule.EXACT, "COMMAND GETKEYS MSET", repeated(1, 3, key(), value()))
                .unspoiled(1, ReplyRule.EXACT, "COMMAND GETKEYS", repeated(2, 3, value()));
    }

    private static Arg setOptions() {
        return optionsInAnyOrder(
                oneWordOf("NX", "XX"),
                word("GET"),
                expiryOption(),
                expiryOption(),
                word("KEEPTTL"),
                oneWordOf("NX", "XX"));
    }

    private static Arg expiryOption() {
        return anyOf(
                option("EX", ttlSeconds()),
                option("PX", ttlMillis()),
                option("EXAT", unixSeconds()),
                option("PXAT", unixMillis()));
    }

    private static Arg lcsOptions() {
        return optionsInAnyOrder(
                word("LEN"), word("IDX"), word("IDX"), word("WITHMATCHLEN"), option("MINMATCHLEN", integer()));
    }

    private static Arg expireConditions() {
        return optionally(50, optionsInAnyOrder(word("NX"), word("XX"), word("GT"), word("LT"), word("junk")));
    }

    private static Arg copyOptions() {
        return optionsInAnyOrder(
                word("REPLACE"),
                word("REPLACE"),
                option("DB", drawn(draw -> draw.oneOf("0", "1", "1", "abc", "-1", "99999"))));
    }

    /** The count is beyond the number of keys, so that one call lists all of them. */
    private static Arg scanOptions() {
        return (args, draw) -> {
            args.add("COUNT");
            args.add("1000000");
            optionsInAnyOrder(
                            option("MATCH", pattern()),
                            option("TYPE", oneWordOf("string", "list", "hash", "set", "stream", "junk")),
                            option("COUNT", drawn(d -> d.oneOf("1000000", "0", "-1", "abc"))))
                    .addTo(args, draw);
        };
    }

    private static Arg restoreTtl() {
        return drawn(draw -> draw.percent(50)
                ? "0"
                : draw.oneOf(Args.farAwaySeconds(draw) + "000", "-1", "abc", "", "4102444800000"));
    }

    private static Arg restoreOptions() {
        return optionsInAnyOrder(
                word("REPLACE"),
                word("ABSTTL"),
                word("REPLACE"),
                option("IDLETIME", drawn(draw -> draw.oneOf("0", "1000", "-1", "abc"))),
                option("FREQ", drawn(draw -> draw.oneOf("0", "255", "256", "-1", "abc"))),
                word("junk"));
    }

    private static String clientName(Draw draw) {
        return draw.oneOf("alice", "bob", "", "with space", "new\nline", "tab\t", "\u00ff", "a-b_c!~");
    }
}
