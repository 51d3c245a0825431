package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.oneWordOf;

import java.util.List;

/**
 * Small scripts from a grammar: commands on two keys, values of every type and what turns one into another, so that
 * both results and errors are met. No address is ever shown, and no fraction becomes an argument of a command, which
 * redis-server 7.0 and 7.2 write differently. Functions are of libraries that do not change.
 */
final class ScriptFamily {
    private static final int MOST_DEPTH = 3;
    private static final String SHA1_OF_ONE = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"; // return 1
    private static final String LIBRARY = "#!lua name=lib\n"
            + "redis.register_function('echo', function(keys, args) return {keys, args} end)\n"
            + "redis.register_function('put', function(keys, args) return redis.call('SET', keys[1], args[1]) end)\n"
            + "redis.register_function{function_name='look', flags={'no-writes'},"
            + " callback=function(keys, args) return redis.pcall(args[1], keys[1]) end}\n"
            + "redis.register_function('fail', function(keys, args) error(args[1]) end)";

    private ScriptFamily() {}

    static CommandFamily script() {
        return CommandFamily.named("script")
                .command(60, "EVAL", drawn(ScriptFamily::body), operands())
                .command(6, "EVAL_RO", drawn(ScriptFamily::body), operands())
                .command(3, "EVAL", drawn(draw -> shebang(draw) + body(draw)), operands())
                .command(3, "EVAL", drawn(draw -> "local x = " + draw.pick(BROKEN)), operands())
                .command(2, "EVALSHA", one(SHA1_OF_ONE, "E0E1F9FABFC9D4800C877A703B823AC0578FF8DB"), operands())
                .command(1, "EVALSHA_RO", one(SHA1_OF_ONE, "f" + SHA1_OF_ONE.substring(1), "x"), operands())
                .command(2, "SCRIPT LOAD", one("return 1", "return", "return +", "#!lua\nreturn 2"))
                .command(2, "SCRIPT EXISTS", one(SHA1_OF_ONE, "x"), one(SHA1_OF_ONE, ""))
                .command(1, "SCRIPT FLUSH")
                .unspoiled(3, ReplyRule.EXACT, "FUNCTION LOAD", Args.word("REPLACE"), Args.word(LIBRARY))
                .command(1, "FUNCTION LOAD", one(LIBRARY, "#!lua name=x\nfoo", "#!lua name=y\nreturn 1", "x"))
                .command(1, "FUNCTION DELETE", one("lib", "none"))
                .command(6, "FCALL", one("echo", "put", "look", "FAIL", "none"), operands())
                .command(3, "FCALL_RO", one("echo", "put", "look", "fail"), operands())
                .command(4, "SET", key(), drawn(ScriptFamily::word))
                .command(3, "RPUSH", key(), drawn(ScriptFamily::word), drawn(ScriptFamily::word))
                .command(3, "HSET", key(), drawn(ScriptFamily::word), drawn(ScriptFamily::word))
                .command(4, "DEL", key())
                .unspoiled(1, ReplyRule.SAME_FIELDS, "HELLO", oneWordOf("2", "3"));
    }

    private static final List<String> BROKEN =
            List.of("", "(1", "1 2", "'abc", "{1,", "function() end", "nil.x", "1 = 2", "return", "goto", "...", "#");

    /** One of the words, as it is. */
    private static Arg one(String... words) {
        return drawn(draw -> draw.oneOf(words));
    }

    private static Arg operands() {
        return (args, draw) -> {
            args.add(draw.percent(95) ? "2" : draw.oneOf("0", "1", "3", "9", "-1", "x"));
            args.add(draw.key());
            args.add(draw.key());
            args.add(word(draw));
            args.add(draw.percent(50) ? word(draw) : draw.oneOf("GET", "TYPE", "LRANGE", "LLEN", "HGETALL"));
        };
    }

    private static String shebang(Draw draw) {
        return draw.oneOf("#!lua\n", "#!lua flags=no-writes\n", "#!lua flags=allow-oom,no-writes\n", "#!lua flags=x\n");
    }

    private static String word(Draw draw) {
        return draw.oneOf("1", "2", "-7", "10", "abc", "", "a b", "\u00ff\u0000\u0001", "[1,{\"a\":null}]", "x\r\ny");
    }

    private static String body(Draw draw) {
        StringBuilder body = new StringBuilder();
        if (draw.percent(15)) {
            body.append("redis.setresp(3) ");
        }
        int statements = draw.below(4);
        for (int i = 0; i < statements; i++) {
            body.append("local ")
                    .append((char) ('a' + i))
                    .append(" = ")
                    .append(value(draw, 1))
                    .append(draw.oneOf(" ", "\n"));
        }
        for (int i = statements; i < 3; i++) {
            body.append("local ")
                    .append((char) ('a' + i))
                    .append(" = ")
                    .append(i)
                    .append(' ');
        }
        body.append(draw.oneOf(
                "",
                "",
                "if a == b then return 'same' end ",
                "for i = 1, 3 do c = {c} end ",
                "c = {} for i = 1, 4 do c[i] = redis.call('INCR', KEYS[1]) end "));
        return body.append("return ").append(value(draw, 0)).toString();
    }

    private static String value(Draw draw, int depth) {
        if (depth >= MOST_DEPTH || draw.percent(35)) {
            return simple(draw);
        }
        String one = value(draw, depth + 1);
        return switch (draw.below(22)) {
            case 0, 1, 2, 3 -> command(draw, "call");
            case 4, 5 -> command(draw, "pcall");
            case 6 -> "{" + one + ", " + value(draw, depth + 1) + "}";
            case 7 -> "{" + draw.oneOf("ok", "err", "double", "big_number", "map", "set", "x") + "=" + one + "}";
            case 8 -> "type(" + one + ")";
            case 9 -> one + " .. " + value(draw, depth + 1);
            case 10 -> one + draw.oneOf(" + ", " - ") + value(draw, depth + 1);
            case 11 -> one + draw.oneOf(" == ", " ~= ", " < ") + value(draw, depth + 1);
            case 12 -> "#" + simple(draw);
            case 13 -> "cjson.encode(" + one + ")";
            case 14 -> "cjson.decode(" + draw.oneOf(one, "'[1,2,{\"a\":[]}]'", "'{\"ok\":\"fine\"}'", "'nope'") + ")";
            case 15 -> "cmsgpack.unpack(cmsgpack.pack(" + one + "))";
            case 16 -> "select(2, pcall(function() return " + one + " end))";
            case 17 -> "redis." + draw.oneOf("error_reply", "status_reply", "sha1hex") + "(" + one + ")";
            case 18 -> "struct.pack(" + draw.oneOf("'>I2'", "'i4'", "'s'", "'bz'") + ", " + one + ")";
            case 19 -> "bit." + draw.oneOf("bnot", "tohex", "tobit", "bswap") + "(" + one + ")";
            case 20 -> "(" + one + ")[1]";
            default -> "tonumber(" + one + ")";
        };
    }

    private static String simple(Draw draw) {
        return draw.oneOf(
                "a",
                "b",
                "c",
                "KEYS[1]",
                "KEYS[2]",
                "ARGV[1]",
                "ARGV[2]",
                "KEYS",
                "ARGV",
                "1",
                "42",
                "-3",
                "'text'",
                "''",
                "nil",
                "true",
                "false",
                "{}",
                "{1, 2, nil, 4}",
                "cjson.null",
                "nothing",
                "redis.LOG_NOTICE",
                "string.upper('x')",
                "KEYS[9]");
    }

    private static String command(Draw draw, String how) {
        String name = draw.oneOf(
                "GET", "GET", "STRLEN", "TYPE", "INCR", "DEL", "EXISTS", "LLEN", "HGETALL", "LPOP", "TTL", "NOSUCH",
                "MULTI", "PING");
        String arguments = name.equals("PING") ? "" : ", " + draw.oneOf("KEYS[1]", "KEYS[1]", "KEYS[2]", "KEYS[9]");
        if (draw.percent(40)) {
            name = draw.oneOf("SET", "SET", "APPEND", "RPUSH", "GETSET", "HGET", "LINDEX");
            arguments =
                    ", KEYS[" + draw.oneOf("1", "2") + "], " + draw.oneOf("ARGV[1]", "ARGV[2]", "7", "'v'", "a", "{}");
        } else if (draw.percent(10)) {
            name = "HSET";
            arguments = ", KEYS[1], 'f', ARGV[1]";
        } else if (draw.percent(10)) {
            name = "LRANGE";
            arguments = ", KEYS[2], 0, -1";
        }
        return "redis." + how + "('" + name + "'" + arguments + ")";
    }
}
