package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MIGRATE between redis-server and Rondo, in every direction, and its replies. */
class MigrateIT {
    private static ServerProcess redis;
    private static ServerProcess rondo;
    private static ServerProcess otherRedis;
    private static ServerProcess clusterOfOne;

    @BeforeAll
    static void startServers() {
        redis = RedisServers.plain();
        otherRedis = RedisServers.plain();
        otherRedis.ask("CONFIG", "SET", "requirepass", "secret");
        rondo = RondoNodes.plain();
        clusterOfOne = RondoNodes.clusterOfOne();
    }

    @AfterAll
    static void stopServers() {
        List.of(redis, otherRedis, rondo, clusterOfOne).forEach(ServerProcess::close);
    }

    @BeforeEach
    void empty() {
        List.of(redis, rondo, clusterOfOne).forEach(server -> server.ask("FLUSHALL"));
        try (RespConnection connection = otherRedis.connect()) {
            connection.command("AUTH", "secret");
            connection.command("FLUSHALL");
        }
    }

    private static Reply migrate(ServerProcess from, ServerProcess to, String key, String... rest) {
        List<String> words = new ArrayList<>(List.of("MIGRATE", "127.0.0.1", Integer.toString(to.port()), key));
        words.addAll(List.of(rest));
        return from.ask(words.toArray(String[]::new));
    }

    @Test
    void valuesOfEveryKindMoveFromAnyServerToAnyOther() {
        everythingMoves(rondo, redis);
        everythingMoves(redis, rondo);
        everythingMoves(rondo, clusterOfOne);
        everythingMoves(clusterOfOne, redis);
    }

    /** In a cluster all keys of one MIGRATE have one slot. */
    private static void everythingMoves(ServerProcess from, ServerProcess to) {
        Map<String, List<String>> contents = new HashMap<>();
        List<String> rest = new ArrayList<>(List.of("0", "5000", "REPLACE", "KEYS"));
        try (RespConnection source = from.connect();
                RespConnection target = to.connect()) {
            for (SampleValues value : SampleValues.values()) {
                String key = "{tag}" + value;
                value.write(source, key);
                source.command("PEXPIRE", key, "1000000");
                contents.put(key, SampleValues.read(source, key));
                rest.add(key);
            }
            rest.add("{tag}none");
            assertEquals(Reply.status("OK"), migrate(from, to, "", rest.toArray(String[]::new)));
            assertEquals(Reply.integer(0), source.command("DBSIZE"));
            contents.forEach((key, content) -> {
                assertEquals(content, SampleValues.read(target, key));
                assertTrue(target.command("PTTL", key).asLong() > 900_000);
            });
            target.command("FLUSHALL");
        }
    }

    @Test
    void bothServersAnswerAlike() {
        int nobody = RondoNodes.freePort();
        List<String[]> requests = List.of(
                new String[] {"0", "1000"},
                new String[] {"0", "1000", "COPY"},
                new String[] {"0", "1000", "AUTH", "wrong"},
                new String[] {"0", "1000", "AUTH2", "nobody", "secret"},
                new String[] {"0", "1000", "COPY", "AUTH", "secret"},
                new String[] {"0", "1000", "COPY", "AUTH", "secret"},
                new String[] {"0", "1000", "COPY", "REPLACE", "AUTH2", "default", "secret"},
                new String[] {"99", "1000", "COPY", "AUTH", "secret"},
                new String[] {"0", "-1", "AUTH", "secret", "REPLACE"},
                new String[] {"0", "1000", "AUTH", "secret"},
                new String[] {"0", "1000", "JUNK"},
                new String[] {"0", "1000", "AUTH"},
                new String[] {"0", "1000", "AUTH2", "x"},
                new String[] {"x", "1000"},
                new String[] {"0", "x"},
                new String[] {"x", "x"},
                new String[] {"0", "1000", "KEYS", "a"});
        for (ServerProcess server : List.of(redis, rondo)) {
            server.ask("SET", "key", "value");
        }
        for (String[] request : requests) {
            Reply expected = migrate(redis, otherRedis, "key", request);
            forgetKeyOfTarget(expected);
            assertEquals(expected, migrate(rondo, otherRedis, "key", request), String.join(" ", request));
            assertEquals(redis.ask("EXISTS", "key"), rondo.ask("EXISTS", "key"));
        }
        for (String[] words : List.of(
                new String[] {"MIGRATE", "127.0.0.1", Integer.toString(nobody), "none", "0", "1000"},
                new String[] {"MIGRATE", "127.0.0.1", Integer.toString(nobody), "some", "0", "1000"},
                new String[] {"MIGRATE", "127.0.0.1", "x", "some", "0", "1000"},
                new String[] {"MIGRATE", "127.0.0.1", Integer.toString(nobody), "", "0", "1000", "KEYS"},
                new String[] {"MIGRATE", "127.0.0.1", Integer.toString(nobody), "", "0", "1000", "KEYS", "some", "none"
                },
                new String[] {"MIGRATE", "127.0.0.1"},
                new String[] {"COMMAND", "GETKEYS", "MIGRATE", "h", "1", "", "0", "1", "AUTH", "keys", "KEYS", "a", "b"
                },
                new String[] {"COMMAND", "GETKEYSANDFLAGS", "MIGRATE", "h", "1", "a", "0", "1", "COPY"},
                new String[] {"COMMAND", "GETKEYSANDFLAGS", "MIGRATE", "h", "1", "", "0", "1", "KEYS", "a", "b"})) {
            redis.ask("SET", "some", "1");
            rondo.ask("SET", "some", "1");
            assertEquals(redis.ask(words), rondo.ask(words), String.join(" ", words));
        }
    }

    /** What the model has sent there is not in the candidate's way, unless it was in the model's. */
    private static void forgetKeyOfTarget(Reply model) {
        if (!model.isError()) {
            try (RespConnection connection = otherRedis.connect()) {
                connection.command("AUTH", "secret");
                connection.command("DEL", "key");
            }
        }
    }
}
