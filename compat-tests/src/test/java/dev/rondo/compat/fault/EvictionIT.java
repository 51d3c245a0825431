package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerPair;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When memory is used up, the same kinds of keys go as with redis-server, and replicas hold what primaries hold. */
class EvictionIT {
    private static final int KEYS = 20_000;
    private static final int CLUSTER_KEYS = 60_000;
    private static final int HOT_KEYS = 100;
    private static final int BATCH = 100;
    private static final String VALUE = "x".repeat(100);
    private static final long ROOM_BYTES = 1_000_000;

    @RegisterExtension
    static final ServerPair SERVERS = new ServerPair();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "allkeys-lru",
                "allkeys-lfu",
                "allkeys-random",
                "volatile-lru",
                "volatile-lfu",
                "volatile-random",
                "volatile-ttl",
                "noeviction"
            })
    void theSameKindsOfKeysStayAsWithRedis(String policy) {
        for (RespConnection server : List.of(SERVERS.model(), SERVERS.candidate())) {
            boolean refused = fill(server, policy);
            long limit = Long.parseLong(info(server, "maxmemory"));
            long used = Long.parseLong(info(server, "used_memory"));
            assertTrue(used < limit + ROOM_BYTES / 4, () -> used + " bytes are used of " + limit);
            assertEquals(!policy.startsWith("allkeys"), refused, "whether writes were refused");
            List<String> left = keys(server);
            if (policy.startsWith("volatile")) {
                assertTrue(left.stream().noneMatch(EvictionIT::expires), "keys with an expiry are left");
            }
            if (policy.equals("allkeys-lfu")) {
                long hot = left.stream().filter(EvictionIT::isHot).count();
                assertTrue(hot > HOT_KEYS * 0.95, () -> hot + " keys that are often used are left");
            }
            assertTrue(left.size() > 2000 && left.size() < KEYS, () -> left.size() + " keys are left");
            server.command("CONFIG", "SET", "maxmemory", "0");
        }
    }

    /** Writes keys, every other one with an expiry, and reads the first ones often; whether writes were refused. */
    private static boolean fill(RespConnection server, String policy) {
        server.command("FLUSHALL");
        server.command("CONFIG", "SET", "maxmemory", "0", "maxmemory-policy", policy);
        long used = Long.parseLong(info(server, "used_memory"));
        server.command("CONFIG", "SET", "maxmemory", Long.toString(used + ROOM_BYTES));
        boolean refused = false;
        for (int from = 0; from < KEYS; from += BATCH) {
            for (int i = from; i < from + BATCH; i++) {
                server.queue(
                        expires("k" + i)
                                ? List.of("SET", "k" + i, VALUE, "EX", Integer.toString(1000 + i))
                                : List.of("SET", "k" + i, VALUE));
            }
            for (int i = 0; i < HOT_KEYS; i++) {
                server.queue(List.of("GET", "k" + i));
            }
            server.flush();
            for (int i = 0; i < BATCH + HOT_KEYS; i++) {
                Reply reply = server.read();
                if (reply.type() == Reply.Type.ERROR) {
                    assertEquals("OOM command not allowed when used memory > 'maxmemory'.", reply.text());
                    refused = true;
                }
            }
        }
        return refused;
    }

    private static boolean expires(String key) {
        return Integer.parseInt(key.substring(1)) % 2 == 1;
    }

    private static boolean isHot(String key) {
        return Integer.parseInt(key.substring(1)) < HOT_KEYS;
    }

    @Test
    void repliesWithoutRoomAreThoseOfRedis() {
        String write = "return redis.call('set', KEYS[1], 'v')";
        List<List<String>> conversation = List.of(
                List.of("CONFIG", "SET", "maxmemory", "1", "maxmemory-policy", "noeviction"),
                List.of("SET", "k", "v"),
                List.of("GET", "k"),
                List.of("DEL", "k"),
                List.of("LPUSH", "l", "1"),
                List.of("MULTI"),
                List.of("GET", "k"),
                List.of("EXEC"),
                List.of("EVAL", write, "1", "k"),
                List.of("EVAL", "#!lua\n" + write, "1", "k"),
                List.of("EVAL", "#!lua flags=no-writes\nreturn 1", "0"),
                List.of("EVAL", "#!lua flags=allow-oom\n" + write, "1", "k"),
                List.of("EVAL", "redis.call('del', KEYS[1]) " + write, "1", "k"),
                List.of("CONFIG", "SET", "maxmemory", "0"),
                List.of("GET", "k"));
        for (List<String> command : conversation) {
            String[] words = command.toArray(String[]::new);
            assertEquals(
                    SERVERS.model().command(words),
                    SERVERS.candidate().command(words),
                    () -> String.join(" ", command));
        }
    }

    @Test
    void replicasHoldWhatPrimariesHold() {
        try (RondoCluster cluster =
                RondoCluster.start(3, "--maxmemory", "1500000", "--maxmemory-policy", "allkeys-lru")) {
            for (ServerProcess node : cluster.nodes()) {
                ask(node, false, i -> List.of("SET", "k" + i, VALUE)); // whom the key does not belong to refuses
            }
            for (ServerProcess node : cluster.nodes()) {
                try (RespConnection connection = node.connect()) {
                    assertTrue(Long.parseLong(info(connection, "evicted_keys")) > 1000);
                }
            }
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
                int[] primaries = holders(cluster, false);
                int[] all = holders(cluster, true);
                return IntStream.range(0, CLUSTER_KEYS).allMatch(i -> all[i] == 2 * primaries[i]);
            });
            assertTrue(IntStream.of(holders(cluster, false)).sum() > 1000);
        }
    }

    /** How many nodes say that they hold each key: its primary alone, or the replica too. */
    private static int[] holders(RondoCluster cluster, boolean withReplicas) {
        int[] holders = new int[CLUSTER_KEYS];
        for (ServerProcess node : cluster.nodes()) {
            List<Reply> replies = ask(node, withReplicas, i -> List.of("EXISTS", "k" + i));
            for (int i = 0; i < CLUSTER_KEYS; i++) {
                holders[i] += replies.get(i).equals(Reply.of(Reply.Type.INTEGER, "1")) ? 1 : 0;
            }
        }
        return holders;
    }

    /** Sends a command for each key. */
    private static List<Reply> ask(ServerProcess node, boolean readOnly, IntFunction<List<String>> command) {
        List<Reply> replies = new ArrayList<>();
        try (RespConnection connection = node.connect()) {
            if (readOnly) {
                connection.command("READONLY");
            }
            for (int from = 0; from < CLUSTER_KEYS; from += BATCH) {
                IntStream.range(from, from + BATCH).mapToObj(command).forEach(connection::queue);
                connection.flush();
                for (int i = 0; i < BATCH; i++) {
                    replies.add(connection.read());
                }
            }
        }
        return replies;
    }

    private static List<String> keys(RespConnection server) {
        List<String> keys = new ArrayList<>();
        for (Reply key : Objects.requireNonNull(server.command("KEYS", "*").items())) {
            keys.add(Objects.requireNonNull(key.text()));
        }
        return keys;
    }

    private static String info(RespConnection server, String field) {
        String text =
                Objects.requireNonNull(server.command("INFO", "everything").text());
        for (String line : text.split("\r\n")) {
            if (line.startsWith(field + ":")) {
                return line.substring(field.length() + 1);
            }
        }
        throw new AssertionError("no " + field);
    }
}
