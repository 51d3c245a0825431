package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A node that is told to stop hands over first, never waits for nobody, and ends with exit code 0. */
class LeaveIT {
    /** Far less than leave-timeout, also on a slow machine. */
    private static final Duration AT_ONCE = Duration.ofSeconds(15);

    @Test
    void aNodeWithoutPeersLeavesAtOnce() {
        try (ServerProcess plain = RondoNodes.plain();
                ServerProcess alone = RondoNodes.clusterOfOne()) {
            plain.terminate();
            alone.terminate();
            assertEquals(0, plain.awaitExit(AT_ONCE));
            assertEquals(0, alone.awaitExit(AT_ONCE));
        }
    }

    @Test
    void nodesThatAreAllToldToStopDoNotWaitForOneAnother() {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            cluster.nodes().forEach(ServerProcess::terminate);
            for (ServerProcess node : cluster.nodes()) {
                assertEquals(0, node.awaitExit(AT_ONCE));
            }
        }
    }

    @Test
    void theLastTwoNodesLeaveOneAfterTheOtherAndNothingIsLostBeforeTheEnd() {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            for (int i = 0; i < 100; i++) {
                cluster.primaryOf("key" + i).ask("SET", "key" + i, "value" + i);
            }
            assertEquals(0, cluster.node(0).stop());
            assertEquals(0, cluster.node(1).stop());
            ServerProcess last = cluster.node(2);
            for (int i = 0; i < 100; i++) {
                assertEquals("value" + i, last.ask("GET", "key" + i).asText());
            }
            last.terminate();
            assertEquals(0, last.awaitExit(AT_ONCE));
        }
    }

    @Test
    void aNodeThatCannotHandOverLeavesWhenItsTimeIsOverAndShutdownNowEndsTheWait() {
        try (RondoCluster cluster = RondoCluster.start(3, "--leave-timeout", "600")) {
            ServerProcess leaver = cluster.node(0);
            RespConnection impatient = leaver.connect();
            cluster.node(1).pause(); // what it has to take stays here until the others have noticed
            leaver.terminate();
            Awaitility.await()
                    .atMost(AT_ONCE)
                    .until(() -> impatient.command("INFO", "cluster").asText().contains("cluster_leaving:1"));
            leaver.terminate(); // a second signal changes nothing
            assertEquals(Reply.status("PONG"), impatient.command("PING"));
            impatient.queue(List.of("SHUTDOWN", "NOW"));
            impatient.flush();
            assertEquals(0, leaver.awaitExit(AT_ONCE));
            impatient.close();
        }
    }

    @Test
    void leaveTimeoutZeroLeavesAtOnce() {
        try (RondoCluster cluster = RondoCluster.start(3, "--leave-timeout", "0")) {
            ServerProcess leaver = cluster.node(0);
            assertEquals(0, leaver.stop());
            assertFalse(leaver.output().contains("Leaving the cluster"), leaver.tail());
            cluster.awaitOk();
        }
    }

    @Test
    void aNodeThatIsStoppedWhileItStartsEndsAndLeavesNoTrace() {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            for (int delayMs = 100; delayMs <= 1300; delayMs += 300) {
                ServerProcess starting = cluster.addNode();
                LockSupport.parkNanos(delayMs * 1_000_000L); // one moment of the start after the other
                starting.terminate();
                starting.awaitExit(Duration.ofSeconds(60)); // 143 until the JVM has come to the node itself
                cluster.awaitOk();
            }
        }
    }

    @Test
    void shutdownHandsOverFirst() {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            ServerProcess leaver = cluster.node(1);
            RespConnection connection = leaver.connect();
            connection.queue(List.of("SHUTDOWN"));
            connection.flush();
            assertEquals(0, leaver.awaitExit(Duration.ofSeconds(60)));
            assertTrue(leaver.output().contains("Everything is handed over"), leaver.tail());
            connection.close();
            cluster.awaitOk();
        }
    }

    /** Clients take a closed connection for a failure, and wait before they try again. */
    @Test
    void aNodeThatHasHandedOverRedirectsClientsUntilTheyHaveLearntTheWay() {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            ServerProcess leaver = cluster.primaryOf("key");
            RespConnection client = leaver.connect();
            client.command("SET", "key", "value");
            leaver.terminate();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> {
                        assertTrue(client.command("GET", "key").asText().matches("value|MOVED .*"));
                        return leaver.output().contains("Everything is handed over");
                    });
            for (int i = 0; i < 10; i++) { // a quarter of what it goes on for at most
                assertTrue(client.command("GET", "key").asText().startsWith("MOVED "));
                LockSupport.parkNanos(75_000_000L);
            }
            assertEquals(0, leaver.awaitExit(AT_ONCE)); // without any more requests
            client.close();
        }
    }

    @Test
    void clusterLeaveNamesWhomItDoesNotKnow() {
        try (ServerProcess alone = RondoNodes.clusterOfOne();
                ServerProcess plain = RondoNodes.plain()) {
            assertEquals(
                    "ERR Unknown node 127.0.0.1:1",
                    alone.ask("CLUSTER", "LEAVE", "127.0.0.1:1").asText());
            assertEquals(
                    "ERR This instance has cluster support disabled",
                    plain.ask("CLUSTER", "LEAVE").asText());
            String self = "127.0.0.1:" + alone.port();
            assertEquals(Reply.status("OK"), alone.ask("CLUSTER", "LEAVE", self));
            assertEquals(0, alone.awaitExit(AT_ONCE));
        }
    }
}
