package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A node that stood still learns whether it was replaced before it serves anybody. */
class FreezeIT {
    private static final Duration NOTICED = Duration.ofSeconds(60);
    private static final Duration AGREED = Duration.ofSeconds(60);
    private static final int BUFFERED = 500;
    private static final int ATTEMPTS = 5;

    @Test
    void anOldPrimaryThatWakesUpAcknowledgesNothingBeforeItKnowsItsHeir() {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            ServerProcess old = cluster.primaryOf("{k}");
            ServerProcess heir = cluster.replicaOf("{k}");
            List<RespConnection> clients = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                clients.add(old.connect(60_000));
                assertEquals(
                        "OK",
                        clients.get(i).command("SET", "{k}:" + i, "before").asText());
            }
            old.pause();
            try {
                awaitOk(heir, "{k}:heir", "written while the old primary stood still");
                for (RespConnection client : clients) {
                    for (int i = 0; i < BUFFERED; i++) {
                        client.queue(List.of("SET", "{k}:" + i, "late"));
                        client.queue(List.of("GET", "{k}:heir"));
                    }
                    client.flush();
                }
            } finally {
                old.resume();
            }
            for (RespConnection client : clients) {
                for (int i = 0; i < 2 * BUFFERED; i++) {
                    assertMoved(client.read());
                }
                client.close();
            }
            cluster.awaitOk();
            assertEquals("before", everywhere(cluster, "{k}:7"));
        }
    }

    @Test
    void whatClientsOfAStoppedPrimaryWereToldIsThereAfterwards() throws InterruptedException {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            ServerProcess old = cluster.primaryOf("{k}");
            ServerProcess heir = cluster.replicaOf("{k}");
            StubbornWriter writer = new StubbornWriter(old, "{k}");
            writer.start();
            writer.awaitMore(1000);
            old.pause();
            try {
                awaitOk(heir, "{k}:heir", "here");
            } finally {
                old.resume();
            }
            writer.awaitRefusal();
            writer.finish();
            cluster.awaitOk();
            everyOwnerHolds(cluster, writer);
            assertEquals("here", everywhere(cluster, "{k}:heir"));
        }
    }

    @Test
    void aShortStandstillOnlyDelaysTheAnswers() {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            boolean delayed = false;
            for (int attempt = 0; attempt < ATTEMPTS && !delayed; attempt++) {
                delayed = isOnlyDelayed(cluster);
                cluster.awaitOk();
            }
            assertTrue(delayed, "replaced each time");
        }
    }

    /** False where the node was replaced, and says so: on a slow machine its standstill may be longer than meant. */
    private static boolean isOnlyDelayed(RondoCluster cluster) {
        ServerProcess node = cluster.primaryOf("{k}");
        try (RespConnection client = node.connect(60_000)) {
            long beganNs = System.nanoTime();
            node.pause();
            client.queue(List.of("SET", "{k}", "1"));
            client.flush();
            // longer than the lease, shorter than failure detection
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> System.nanoTime() - beganNs
                            > Duration.ofMillis(1200).toNanos());
            node.resume();
            String reply = client.read().asText();
            if (reply.startsWith("MOVED ")) {
                assertTrue(node.output().contains("this node was replaced"), node::tail);
                return false;
            }
            assertEquals("OK", reply);
            assertEquals("1", client.command("GET", "{k}").asText());
            return true;
        }
    }

    @Test
    void aClusterOfOneAsksNobody() {
        try (ServerProcess node = RondoNodes.clusterOfOne();
                RespConnection client = node.connect()) {
            long beganNs = System.nanoTime();
            node.pause();
            client.queue(List.of("SET", "k", "1"));
            client.flush();
            Awaitility.await()
                    .until(() -> System.nanoTime() - beganNs
                            > Duration.ofMillis(1500).toNanos());
            node.resume();
            assertEquals("OK", client.read().asText());
        }
    }

    // ---- the story's words ----

    private static void assertMoved(Reply reply) {
        assertTrue(reply.asText().startsWith("MOVED "), reply::asText);
    }

    private static void awaitOk(ServerProcess node, String key, String value) {
        Awaitility.await()
                .atMost(NOTICED)
                .until(() -> node.ask("SET", key, value).asText().equals("OK"));
    }

    private static String everywhere(RondoCluster cluster, String key) {
        Awaitility.await().atMost(AGREED).until(() -> {
            List<ServerProcess> owners = cluster.ownersOf(key);
            return owners.size() == 2 && valueOn(owners.get(0), key).equals(valueOn(owners.get(1), key));
        });
        return valueOn(cluster.primaryOf(key), key);
    }

    /** All owners have what was acknowledged. */
    private static void everyOwnerHolds(RondoCluster cluster, StubbornWriter writer) {
        Awaitility.await().atMost(AGREED).untilAsserted(() -> {
            List<ServerProcess> owners = cluster.ownersOf("{k}");
            assertEquals(2, owners.size());
            for (ServerProcess owner : owners) {
                assertEquals(List.of(), writer.missingOn(owner), () -> "missing on " + owner);
            }
        });
    }

    private static String valueOn(ServerProcess owner, String key) {
        try (RespConnection connection = owner.connect()) {
            connection.command("READONLY");
            return connection.command("GET", key).asText();
        }
    }
}
