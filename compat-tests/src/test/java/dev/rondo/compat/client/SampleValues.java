package dev.rondo.compat.client;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Values of every type in every form that a server holds them in: how to make each, and how to read it. A new data type
 * adds its own here.
 */
enum SampleValues {
    SMALL_INTEGER("SET", "7"),
    NEGATIVE_INTEGER("SET", "-129"),
    LARGE_INTEGER("SET", "9223372036854775807"),
    SHORT_STRING("SET", "hello"),
    EMPTY_STRING("SET", ""),
    BINARY_STRING("SET", "\0\u00ff\r\n\u0080"),
    LONG_STRING("SET", "0123456789".repeat(3000)),
    NOISE("SET", noise(5000)),
    GROWN_STRING(Stream.of(List.of("APPEND", "{k}", "ab"), List.of("SETRANGE", "{k}", "70000", "end"))),
    SMALL_LIST("RPUSH", "a", "", "12", "-1", "70000", "9223372036854775807", "\0"),
    LONG_LIST("RPUSH", many(3000, i -> "element " + i)),
    LIST_OF_LARGE_ELEMENTS("RPUSH", "a", noise(9000), "x".repeat(20_000), "b"),
    SET_OF_SHORTS("SADD", "1", "-5", "32767"),
    SET_OF_INTEGERS("SADD", "1", "70000", "-2147483648"),
    SET_OF_LONGS("SADD", "1", "9223372036854775807", "-9223372036854775808"),
    SMALL_SET("SADD", "a", "", "12", "\u00ff"),
    LARGE_SET("SADD", many(1000, i -> "member " + i)),
    MANY_INTEGERS("SADD", many(2000, Integer::toString)),
    SMALL_HASH("HSET", "f", "1", "", "", "g", "text", "\0", "\u00ff"),
    LARGE_HASH("HSET", many(1200, i -> (i % 2 == 0 ? "field " : "value ") + i)),
    HASH_WITH_A_LONG_VALUE("HSET", "f", "v".repeat(500), "g", noise(100)),
    SMALL_SORTED_SET("ZADD", "1", "a", "1.5", "b", "-inf", "c", "inf", "d", "1e300", "e", "3.0000000000000004", "f"),
    LARGE_SORTED_SET("ZADD", many(1000, i -> i % 2 == 0 ? Double.toString(i / 7.0 - 30) : "member " + i)),
    SORTED_SET_WITH_A_LONG_MEMBER("ZADD", "-0", "m".repeat(100), "0.1", "b"),
    PLACES("GEOADD", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "Catania"),
    SMALL_STREAM("XADD", "1-1", "f", "v", "", "12", "\0", "\u00ff"),
    EMPTY_STREAM(Stream.of(List.of("XGROUP", "CREATE", "{k}", "group", "$", "MKSTREAM"))),
    LARGE_STREAM(Stream.of(
                    entries(1, 500, "temperature", "humidity"),
                    entries(501, 510, "other"),
                    Stream.of(
                            List.of("XADD", "{k}", "18446744073709551615-7", "f", noise(5000)),
                            List.of("XDEL", "{k}", "3-0", "250-0", "505-0"),
                            List.of("XTRIM", "{k}", "MAXLEN", "450")))
            .flatMap(Function.identity())),
    STREAM_WITH_GROUPS(Stream.of(
                    entries(1, 200, "f"),
                    Stream.of(
                            List.of("XGROUP", "CREATE", "{k}", "group", "0"),
                            List.of("XGROUP", "CREATE", "{k}", "\0\u00ff", "77-0", "ENTRIESREAD", "77"),
                            List.of("XREADGROUP", "GROUP", "group", "alice", "COUNT", "20", "STREAMS", "{k}", ">"),
                            List.of("XREADGROUP", "GROUP", "group", "\0bob", "COUNT", "9", "STREAMS", "{k}", ">"),
                            List.of("XREADGROUP", "GROUP", "\0\u00ff", "carol", "STREAMS", "{k}", ">"),
                            List.of("XACK", "{k}", "group", "4-0", "5-0", "25-0"),
                            List.of("XDEL", "{k}", "7-0", "199-0"),
                            List.of("XSETID", "{k}", "1000-5", "ENTRIESADDED", "300", "MAXDELETEDID", "900-0")))
            .flatMap(Function.identity()));

    private static final String KEY = "{k}";
    private static final String MOST_PENDING = "1000";

    @SuppressWarnings("ImmutableEnumChecker") // a list of lists that cannot be changed
    private final List<List<String>> commands;

    SampleValues(String command, String... arguments) {
        this(Stream.of(
                Stream.concat(Stream.of(command, "{k}"), Stream.of(arguments)).toList()));
    }

    SampleValues(Stream<List<String>> commands) {
        this.commands = commands.toList();
    }

    private static String[] many(int count, IntFunction<String> element) {
        return IntStream.range(0, count).mapToObj(element).toArray(String[]::new);
    }

    /** XADDs of entries with ids from first to last and all the same fields. */
    private static Stream<List<String>> entries(int first, int last, String... fields) {
        return IntStream.rangeClosed(first, last).mapToObj(id -> {
            List<String> command = new ArrayList<>(List.of("XADD", "{k}", id + "-0"));
            for (String field : fields) {
                command.add(field);
                command.add(Integer.toString(id * 7 - 100));
            }
            return command;
        });
    }

    /** Bytes that no compression makes smaller. */
    private static String noise(int length) {
        StringBuilder text = new StringBuilder();
        new Random(length).ints(length, 0, 256).forEach(c -> text.append((char) c));
        return text.toString();
    }

    /** Makes the value the key's. */
    void write(RespConnection connection, String key) {
        for (List<String> command : commands) {
            Reply reply = connection.command(
                    command.stream().map(word -> word.equals(KEY) ? key : word).toArray(String[]::new));
            if (reply.isError()) {
                throw new IllegalStateException(this + ": " + reply);
            }
        }
    }

    /** All that the key holds, in an order that does not depend on the server. */
    static List<String> read(RespConnection connection, String key) {
        String type = connection.command("TYPE", key).asText();
        List<String> content = new ArrayList<>(List.of(type));
        switch (type) {
            case "none" -> {}
            case "string" -> content.add(connection.command("GET", key).asText());
            case "list" ->
                content.addAll(connection.command("LRANGE", key, "0", "-1").asTexts());
            case "set" ->
                content.addAll(connection.command("SMEMBERS", key).asTexts().stream()
                        .sorted()
                        .toList());
            case "hash" ->
                content.addAll(pairs(connection.command("HGETALL", key).asTexts()));
            case "zset" ->
                content.addAll(scored(connection
                        .command("ZRANGE", key, "0", "-1", "WITHSCORES")
                        .asTexts()));
            case "stream" -> content.addAll(stream(connection, key));
            default -> throw new IllegalStateException("no way yet to read values of type " + type);
        }
        return content;
    }

    /** Entries, counters and groups, but for the times, and for what Redis 7.2 added about consumers. */
    private static List<String> stream(RespConnection connection, String key) {
        List<String> content = new ArrayList<>();
        content.add(connection.command("XRANGE", key, "-", "+").toString());
        List<Reply> facts = connection.command("XINFO", "STREAM", key).asList();
        for (int i = 0; i < facts.size(); i += 2) {
            if (!facts.get(i).asText().startsWith("radix-tree")) {
                content.add(facts.get(i).asText() + " = " + facts.get(i + 1));
            }
        }
        for (Reply group : connection.command("XINFO", "GROUPS", key).asList()) {
            content.add(group.toString());
            String name = group.asList().get(1).asText();
            for (Reply consumer :
                    connection.command("XINFO", "CONSUMERS", key, name).asList()) {
                content.add(
                        consumer.asList().get(1) + " has " + consumer.asList().get(3));
            }
            for (Reply pending : connection
                    .command("XPENDING", key, name, "-", "+", MOST_PENDING)
                    .asList()) {
                List<Reply> parts = pending.asList();
                content.add(parts.get(0) + " of " + parts.get(1) + ", delivered " + parts.get(3));
            }
        }
        return content;
    }

    /** Members, each followed by its score as a number: Redis 7.0 prints more digits than later versions do. */
    private static List<String> scored(List<String> membersAndScores) {
        List<String> scored = new ArrayList<>(membersAndScores);
        for (int i = 1; i < scored.size(); i += 2) {
            String score = scored.get(i).replace("inf", "Infinity").replace("nan", "NaN");
            scored.set(i, Double.toString(Double.parseDouble(score)));
        }
        return scored;
    }

    /** Whether the value has scores, whose text is part of its fingerprint and of another form in Redis 7.0. */
    boolean hasScores() {
        return List.of("ZADD", "GEOADD").contains(commands.get(0).get(0));
    }

    private static List<String> pairs(List<String> fieldsAndValues) {
        return IntStream.range(0, fieldsAndValues.size() / 2)
                .mapToObj(i -> fieldsAndValues.get(2 * i) + " = " + fieldsAndValues.get(2 * i + 1))
                .sorted()
                .toList();
    }
}
