package dev.rondo.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.JavaProgram;
import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.examples.ClusterJedisApp;
import dev.rondo.examples.ClusterLettuceApp;
import dev.rondo.examples.PlainJedisApp;
import dev.rondo.examples.RateLimiter;
import dev.rondo.examples.SimpleLock;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each example does, in a JVM of its own, what it says it does. */
class ExamplesIT {
    private static final int SECONDS = 8;

    private static RondoCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = RondoCluster.start(3);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @Test
    void plainAppCachesCountsAndTransfers() {
        try (ServerProcess plain = RondoNodes.plain()) {
            List<String> lines = JavaProgram.run(PlainJedisApp.class, address(plain));

            assertEquals(4, lines.size(), lines.toString());
            assertEquals("price of apple: 120 (from the database)", lines.get(0));
            assertTrue(
                    lines.get(1).matches("price of apple: 120 \\(from the cache, kept for (59|60) s more\\)"),
                    lines.get(1));
            assertEquals("visits: 3", lines.get(2));
            assertEquals("transfer: checking 70, savings 30", lines.get(3));
        }
    }

    @Test
    void clusterJedisAppFindsTheNodesAndItsKeys() {
        List<String> lines = JavaProgram.run(ClusterJedisApp.class, address(cluster.anyNode()));

        String nodes = cluster.nodes().stream()
                .filter(ServerProcess::isAlive)
                .map(ExamplesIT::address)
                .sorted()
                .collect(Collectors.joining(", "));
        assertEquals(List.of("nodes: " + nodes, "10 keys written, 10 read back"), lines);
    }

    @Test
    void clusterLettuceAppGetsEveryReplyOfItsPipeline() {
        List<String> lines = JavaProgram.run(ClusterLettuceApp.class, address(cluster.anyNode()));

        assertEquals(List.of("10001 replies from 3 nodes, all there: true; the last reading is 9999"), lines);
    }

    @Test
    void simpleLockKeepsWorkersApartAndLetsALateHolderGo() {
        List<String> lines = JavaProgram.run(SimpleLock.class, address(cluster.anyNode()));

        assertEquals(
                List.of(
                        "4 workers added 25 each: 100",
                        "the lock was refused at least once: true",
                        "while a lease runs the lock is free: false; then the next holder gets it",
                        "the late holder gives it back: false, the present one: true"),
                lines);
    }

    @Test
    void rateLimiterRefusesWhatIsTooMuchAndForgetsAfterTheWindow() {
        List<String> lines = JavaProgram.run(RateLimiter.class, address(cluster.anyNode()));

        assertEquals(List.of("ann: 5 of 8 allowed", "bob: allowed", "ann after the window: allowed"), lines);
    }

    @Test
    void clusterAppsGoOnWhenANodeIsKilled() {
        ServerProcess victim = cluster.primaryOf("city:Athens");
        String[] arguments = {address(cluster.replicaOf("city:Athens")), Integer.toString(SECONDS)};
        try (JavaProgram jedis = JavaProgram.start(ClusterJedisApp.class, arguments);
                JavaProgram lettuce = JavaProgram.start(ClusterLettuceApp.class, arguments)) {
            jedis.awaitLine("going on");
            lettuce.awaitLine("going on");
            cluster.kill(victim);

            assertWentOn(jedis.awaitEnd());
            assertWentOn(lettuce.awaitEnd());
        } finally {
            if (!victim.isAlive()) {
                cluster.restart(victim);
                cluster.awaitOk();
            }
        }
    }

    private static void assertWentOn(List<String> lines) {
        String last = lines.get(lines.size() - 1);
        assertTrue(last.matches("[1-9][0-9]+ rounds: 0 failed, .*"), String.join("\n", lines));
    }

    private static String address(ServerProcess node) {
        return "127.0.0.1:" + node.port();
    }
}
