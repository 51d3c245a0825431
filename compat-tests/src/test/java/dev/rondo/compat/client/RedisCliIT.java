package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RedisCli;
import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The stock redis-cli on three nodes, on a cluster of one and on a plain server. */
class RedisCliIT {
    private static final int LOADED_KEYS = 20_000;

    private static RondoCluster cluster;
    private static ServerProcess plain;
    private static ServerProcess clusterOfOne;

    @BeforeAll
    static void startServers() {
        cluster = RondoCluster.start(3);
        plain = RondoNodes.plain();
        clusterOfOne = RondoNodes.clusterOfOne();
    }

    @AfterAll
    static void stopServers() {
        cluster.close();
        plain.close();
        clusterOfOne.close();
    }

    @Test
    void withDashCAnyNodeServesAnyKey() {
        assertEquals(
                "OK",
                RedisCli.run(cluster.node(0).port(), "-c", "set", "hello", "world")
                        .output());
        for (ServerProcess node : cluster.nodes()) {
            assertEquals(
                    "world", RedisCli.run(node.port(), "-c", "get", "hello").output());
        }
    }

    @Test
    void withoutDashCAStrangerNamesTheOwner() {
        ServerProcess stranger = cluster.strangerTo("hello");

        String answer = RedisCli.run(stranger.port(), "get", "hello").output();

        assertEquals("MOVED 866 127.0.0.1:" + cluster.primaryOf("hello").port(), answer.strip());
    }

    @Test
    void clusterCheckIsContentWithEveryNode() {
        for (ServerProcess node : cluster.nodes()) {
            RedisCli.Result check = RedisCli.cluster("check", node.port());

            assertEquals(0, check.exitCode(), check.output());
            assertTrue(check.output().contains("[OK] All nodes agree about slots configuration."), check.output());
            assertTrue(check.output().contains("[OK] All 16384 slots covered."), check.output());
            assertTrue(slotsPerNode(check.output()).matches("546[12] 546[12] 546[12]"), check.output());
        }
    }

    @Test
    void clusterInfoCountsThreeMasters() {
        RedisCli.Result info = RedisCli.cluster("info", cluster.node(1).port());

        assertEquals(0, info.exitCode(), info.output());
        assertTrue(info.output().matches("(?s).*\\[OK\\] \\d+ keys in 3 masters\\..*"), info.output());
    }

    @Test
    void pipeLoadsInBulk() {
        for (ServerProcess server : List.of(plain, clusterOfOne)) {
            RedisCli.Result loaded = RedisCli.runWithInput(server.port(), setCommands("pipe"), "--pipe");

            assertEquals(0, loaded.exitCode(), loaded.output());
            assertTrue(loaded.output().endsWith("errors: 0, replies: " + LOADED_KEYS), loaded.output());
            assertEquals(
                    "value 4711",
                    RedisCli.run(server.port(), "get", "pipe:4711").output());
        }
    }

    @Test
    void scanListsEveryKeyOnce() {
        for (ServerProcess server : List.of(plain, clusterOfOne)) {
            RedisCli.runWithInput(server.port(), setCommands("scan"), "--pipe");

            List<String> keys = RedisCli.run(server.port(), "--scan", "--pattern", "scan:*")
                    .output()
                    .lines()
                    .toList();

            assertEquals(LOADED_KEYS, new TreeSet<>(keys).size());
            assertEquals(LOADED_KEYS, keys.size());
        }
    }

    @Test
    void resp3IsSpokenWhenAskedFor() {
        String hello = RedisCli.run(plain.port(), "-3", "hello").output();

        assertTrue(hello.contains("proto 3"), hello);
    }

    @Test
    void transactionsRunLineByLine() {
        String answers = RedisCli.runWithInput(plain.port(), "multi\nset tx 1\nincr tx\nexec\nget tx\n")
                .output();

        assertEquals(
                List.of("OK", "QUEUED", "QUEUED", "OK", "2", "2"),
                answers.lines().toList());
    }

    @Test
    void errorsAreThoseOfRedis() {
        assertEquals(
                "ERR wrong number of arguments for 'get' command",
                RedisCli.run(plain.port(), "get").output().strip());
        assertEquals(
                "ERR unknown command 'nosuch', with args beginning with: 'a' 'b'",
                RedisCli.run(plain.port(), "nosuch", "a", "b").output().strip());
    }

    private static String setCommands(String prefix) {
        return IntStream.range(0, LOADED_KEYS)
                .mapToObj(i -> "*3\r\n$3\r\nSET\r\n" + bulk(prefix + ":" + i) + bulk("value " + i))
                .collect(Collectors.joining());
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    /** From the lines "127.0.0.1:7001 (id...) -> 3 keys | 5461 slots | 1 slaves." */
    private static String slotsPerNode(String check) {
        Matcher line = Pattern.compile("-> \\d+ keys \\| (\\d+) slots").matcher(check);
        return line.results().map(match -> match.group(1)).collect(Collectors.joining(" "));
    }
}
