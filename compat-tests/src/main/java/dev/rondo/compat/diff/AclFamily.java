package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.anyOf;
import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.oneWordOf;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.value;
import static dev.rondo.compat.diff.Args.word;

import dev.rondo.compat.wire.Reply;
import java.util.List;

/**
 * Users and what they may do, for the differential tester: random rules, their description, and requests as these
 * users. Clients log in as two of the users, who are never removed, since that would end the connection; to everybody
 * else as "default", whose rules stay. Rules that make redis-server end (a first argument with blanks, a lone "%") are
 * left out, and so are transactions, in which redis-server 7.2 does not answer a login that fails.
 */
final class AclFamily {
    private static final List<String> LOGIN_NAMES = List.of("alice", "bob");
    private static final List<String> OTHER_NAMES = List.of("carol", "dave", "", "\u00ff", "Alice");
    private static final List<String> COMMANDS = List.of(
            "get",
            "set",
            "append",
            "mget",
            "mset",
            "getset",
            "getdel",
            "getex",
            "strlen",
            "setrange",
            "getrange",
            "incr",
            "del",
            "unlink",
            "exists",
            "touch",
            "copy",
            "rename",
            "expire",
            "ttl",
            "type",
            "object",
            "object|encoding",
            "object|freq",
            "lpush",
            "lrange",
            "lmove",
            "hset",
            "hget",
            "sadd",
            "smembers",
            "sunionstore",
            "zadd",
            "zunionstore",
            "zrange",
            "zrangestore",
            "georadius",
            "publish",
            "spublish",
            "subscribe",
            "psubscribe",
            "ssubscribe",
            "unsubscribe",
            "config",
            "config|get",
            "config|set",
            "client",
            "client|id",
            "client|kill",
            "acl",
            "acl|whoami",
            "acl|setuser",
            "select",
            "ping",
            "echo",
            "multi",
            "exec",
            "watch",
            "auth",
            "keys",
            "scan",
            "flushall",
            "debug",
            "memory|usage",
            "command|getkeys",
            "nosuch",
            "config|nosuch",
            "GET",
            "Config|Get");
    private static final List<String> CATEGORIES = List.of(
            "keyspace",
            "read",
            "write",
            "set",
            "sortedset",
            "list",
            "hash",
            "string",
            "bitmap",
            "hyperloglog",
            "geo",
            "stream",
            "pubsub",
            "admin",
            "fast",
            "slow",
            "blocking",
            "dangerous",
            "connection",
            "transaction",
            "scripting",
            "all",
            "READ",
            "nosuch",
            "");
    private static final List<String> GLOBS = List.of(
            "*",
            "a",
            "k*",
            "key:*",
            "{tag}*",
            "{tag}[a-c]",
            "?",
            "[^a]",
            "news.*",
            "news.a",
            "",
            "with blank",
            "\u00ff");
    private static final List<String> CHANNELS = List.of("a", "news.a", "news.b", "other", "", "news.*", "*");

    private AclFamily() {}

    static CommandFamily acl() {
        CommandFamily family = CommandFamily.named("acl");
        users(family);
        requests(family);
        return family;
    }

    private static void users(CommandFamily family) {
        family.unspoiled(26, ReplyRule.EXACT, "ACL SETUSER", anyName(), repeated(0, 7, rule()))
                .unspoiled(8, ReplyRule.EXACT, "ACL SETUSER", loginName(), word("on"), word(">pw"), broadRules())
                .command(10, "ACL GETUSER", anyName())
                .command(6, "ACL LIST")
                .command(2, "ACL USERS")
                .unspoiled(2, ReplyRule.EXACT, "ACL DELUSER", repeated(1, 2, drawn(draw -> draw.pick(OTHER_NAMES))))
                .command(1, "ACL DELUSER", word("default"))
                .command(24, "ACL DRYRUN", anyName(), dryRequest())
                .command(3, "ACL WHOAMI")
                .command(
                        4,
                        AclFamily::sameLog,
                        "ACL LOG",
                        optionally(60, oneWordOf("5", "1", "0", "-1", "junk", "RESET")))
                .command(1, "ACL CAT")
                .command(1, "ACL CAT", word("nosuch"))
                .command(
                        1,
                        ReplyRule.SAME_KIND,
                        "ACL GENPASS",
                        optionally(60, oneWordOf("1", "5", "4096", "0", "4097", "x")))
                .command(1, "ACL", oneWordOf("NOSUCH", "SAVE", "LOAD"));
    }

    /** Requests of whoever is logged in; logging in as "default", who needs no password, gives the right to do all. */
    private static void requests(CommandFamily family) {
        family.unspoiled(12, ReplyRule.EXACT, "AUTH", loginName(), oneWordOf("pw", "pw", "pw", "pw2", "wrong"))
                .unspoiled(26, ReplyRule.EXACT, "AUTH default", value())
                .unspoiled(2, ReplyRule.EXACT, "AUTH", oneWordOf("pw", "wrong"))
                .unspoiled(
                        2, ReplyRule.SAME_FIELDS, "HELLO", oneWordOf("2", "3"), word("AUTH"), loginName(), word("pw"))
                .unspoiled(3, ReplyRule.SAME_FIELDS, "HELLO", oneWordOf("2", "3"))
                .command(4, "GET", key())
                .command(4, "SET", key(), value(), optionally(30, word("GET")))
                .command(3, "APPEND", key(), word("x"))
                .command(2, "MGET", repeated(1, 4, key()))
                .command(2, "MSET", repeated(1, 3, key(), value()))
                .command(2, "DEL", repeated(1, 2, key()))
                .command(2, "EXISTS", repeated(1, 3, key()))
                .command(2, "COPY", key(), key(), optionally(40, word("REPLACE")))
                .command(1, "RENAME", key(), key())
                .command(1, "SUNIONSTORE", key(), repeated(1, 2, key()))
                .command(1, "ZUNIONSTORE", key(), oneWordOf("1", "2", "0", "x"), repeated(1, 3, key()))
                .command(1, "OBJECT ENCODING", key())
                .command(2, "PUBLISH", channel(), value())
                .command(1, "SPUBLISH", key(), value())
                .command(1, "SELECT", oneWordOf("0", "0", "1"))
                .command(1, "PING");
    }

    private static Arg loginName() {
        return drawn(draw -> draw.pick(LOGIN_NAMES));
    }

    private static Arg anyName() {
        return drawn(draw -> draw.percent(80) ? draw.pick(LOGIN_NAMES) : draw.pick(OTHER_NAMES));
    }

    private static Arg channel() {
        return drawn(draw -> draw.pick(CHANNELS));
    }

    /** So much that many requests pass, and not all. */
    private static Arg broadRules() {
        return anyOf(
                (args, draw) -> args.addAll(List.of("resetkeys", "~k*", "%R~a", "%W~b", "+@all")),
                (args, draw) -> args.addAll(List.of("allkeys", "+@all", "-@dangerous", "+acl")),
                (args, draw) -> args.addAll(List.of("reset", "on", ">pw", "+@all", "(~a +@read)", "(~b +@write)")),
                (args, draw) -> args.addAll(List.of("allkeys", "resetchannels", "&news.*", "+@all")),
                (args, draw) -> args.addAll(List.of("resetkeys", "%R~{tag}*", "%W~{tag}?", "%RW~k*", "+@all")));
    }

    private static Arg rule() {
        return (args, draw) -> {
            if (draw.percent(12) && !isOpen(args)) {
                selector(args, draw);
            } else {
                args.add(rule(draw, true));
            }
        };
    }

    /** Whether a selector has begun and not ended: before Redis 7.2 the next one would be begun instead. */
    private static boolean isOpen(List<String> args) {
        boolean open = false;
        for (String arg : args) {
            open = (open || arg.startsWith("(")) && !arg.endsWith(")");
        }
        return open;
    }

    /** In one argument, or in several as a user would type it. */
    private static void selector(List<String> args, Draw draw) {
        StringBuilder inside = new StringBuilder("(");
        int rules = draw.below(4);
        boolean inOne = draw.percent(50);
        for (int i = 0; i < rules; i++) {
            inside.append(i == 0 ? "" : " ").append(rule(draw, false).replace(" ", ""));
        }
        String text = inside.append(draw.percent(97) ? ")" : "").toString();
        args.addAll(inOne ? List.of(text) : List.of(text.split(" ", -1)));
    }

    private static String rule(Draw draw, boolean ofUser) {
        return switch (draw.below(ofUser ? 20 : 12)) {
            case 0, 1, 2 -> draw.oneOf("+", "+", "-") + draw.pick(COMMANDS);
            case 3, 4, 5 -> draw.oneOf("+@", "+@", "-@") + draw.pick(CATEGORIES);
            case 6 ->
                "+" + draw.oneOf("select", "debug", "get", "config|get", "nosuch", "SELECT") + "|"
                        + draw.oneOf("0", "1", "object", "OBJECT", "");
            case 7, 8 -> draw.oneOf("~", "~", "%R~", "%W~", "%RW~", "%wr~", "%RR~", "%X~") + glob(draw);
            case 9 -> "&" + draw.pick(GLOBS);
            case 10 -> draw.oneOf("allkeys", "resetkeys", "allchannels", "resetchannels", "ALLKEYS");
            case 11 -> draw.oneOf("allcommands", "nocommands", "junk");
            case 12, 13 -> draw.oneOf("on", "on", "ON", "off");
            case 14 -> draw.oneOf("nopass", "resetpass", "clearselectors");
            case 15, 16 -> draw.oneOf(">pw", ">pw", ">pw2", "<pw", "<pw2", ">", ">b\0\u00ff in");
            case 17 -> draw.oneOf("#", "!") + draw.oneOf("0a".repeat(32), "0A".repeat(32), "0a".repeat(31), "");
            case 18 -> draw.oneOf("skip-sanitize-payload", "sanitize-payload", "", "reset");
            default -> draw.oneOf("resetkeys", "nocommands", "reset", "junk");
        };
    }

    private static String glob(Draw draw) {
        return draw.percent(70) ? draw.pick(GLOBS) : draw.key();
    }

    private static Arg dryRequest() {
        return anyOf(
                (args, draw) -> add(args, "get", draw.key()),
                (args, draw) -> add(args, "SET", draw.key(), "v"),
                (args, draw) -> add(args, "set", draw.key(), "v", draw.oneOf("get", "GET", "nx")),
                (args, draw) -> add(args, "append", draw.key(), "v"),
                (args, draw) -> add(args, "mget", draw.key(), draw.key(), draw.key()),
                (args, draw) -> add(args, "mset", draw.key(), "v", draw.key(), "v"),
                (args, draw) -> add(args, "exists", draw.key()),
                (args, draw) -> add(args, "copy", draw.key(), draw.key()),
                (args, draw) -> add(args, "object", draw.oneOf("encoding", "freq", "nosuch"), draw.key()),
                (args, draw) -> add(args, "lmove", draw.key(), draw.key(), "left", "left"),
                (args, draw) -> add(args, "sunionstore", draw.key(), draw.key()),
                (args, draw) -> add(args, "zunionstore", draw.key(), draw.oneOf("1", "2", "0", "x"), draw.key()),
                (args, draw) -> add(args, "zrangestore", draw.key(), draw.key(), "0", "1"),
                (args, draw) -> add(args, "georadius", draw.key(), "0", "0", "1", "m", "store", draw.key()),
                (args, draw) -> add(args, "publish", draw.pick(CHANNELS), "m"),
                (args, draw) -> add(args, "subscribe", draw.pick(CHANNELS), draw.pick(CHANNELS)),
                (args, draw) -> add(args, "ssubscribe", draw.pick(CHANNELS)),
                (args, draw) -> add(args, "psubscribe", draw.pick(GLOBS), draw.pick(GLOBS)),
                (args, draw) -> add(args, "unsubscribe", draw.pick(CHANNELS)),
                (args, draw) -> add(args, "config", draw.oneOf("get", "set", "nosuch"), "maxclients", "1"),
                (args, draw) -> add(args, "client", draw.oneOf("id", "getname")),
                (args, draw) -> add(args, "select", draw.oneOf("0", "1", "2")),
                (args, draw) -> add(args, "debug", draw.oneOf("object", "sleep"), "0"),
                (args, draw) -> add(args, "acl", "whoami"),
                (args, draw) -> add(args, "auth", "x"),
                (args, draw) ->
                        add(args, draw.oneOf("config", "nosuch", "ping", "multi", "exec", "flushall", "reset")));
    }

    private static void add(List<String> args, String... words) {
        args.addAll(List.of(words));
    }

    /** Entries of ACL LOG without what a server numbers, times and writes of a client in its own way. */
    private static boolean sameLog(Reply model, Reply candidate) {
        if (model.items() == null || candidate.items() == null) {
            return model.equals(candidate);
        }
        List<Reply> left = model.asList();
        List<Reply> right = candidate.asList();
        boolean same = left.size() == right.size();
        for (int i = 0; same && i < left.size(); i++) {
            same = left.get(i).type() == right.get(i).type()
                    && left.get(i)
                            .asList()
                            .subList(0, 11)
                            .equals(right.get(i).asList().subList(0, 11));
        }
        return same;
    }
}
