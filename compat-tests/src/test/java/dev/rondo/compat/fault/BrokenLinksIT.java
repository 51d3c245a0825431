package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.ClusterConversation;
import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Partial connectivity on a live cluster, made with RONDO BREAK-LINK: whatever is cut, every node answers, every key is
 * served, and after healing the cluster is one again and all owners of a key agree.
 */
class BrokenLinksIT {
    private static final Duration NOTICED = Duration.ofSeconds(60);
    private static final Duration AGREED = Duration.ofSeconds(60);
    private static final int KEYS = 100;

    private final RondoCluster cluster = RondoCluster.start(3, "--enable-admin-command", "local");

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void anIsolatedNodeAndTheOthersBothGoOnAndAgreeAfterHealing() {
        writeAll("before");
        ServerProcess alone = cluster.node(0);
        cut(alone, cluster.node(1));
        cut(alone, cluster.node(2));
        awaitMembers(1, alone);
        awaitMembers(2, cluster.node(1), cluster.node(2));

        assertEquals(Reply.status("OK"), askAnywhere(List.of(cluster.node(1), cluster.node(2)), "key1", "majority"));
        String held = heldBy(alone);
        Awaitility.await().atMost(NOTICED).until(() -> alone.ask("SET", held, "alone")
                .equals(Reply.status("OK")));

        heal();
        everyOwnerHolds("majority", "key1");
        assertEquals("alone", cluster.primaryOf(held).ask("GET", held).asText(), "written last");
    }

    @Test
    void aBridgeWhoseMiddleCoordinatesStaysOneCluster() {
        ServerProcess middle = coordinator();
        List<ServerProcess> ends =
                cluster.nodes().stream().filter(node -> node != middle).toList();
        writeAll("before");
        cut(ends.get(0), ends.get(1));
        writeAll("during");
        assertTrue(links(ends.get(0)).contains("both"), links(ends.get(0)));
        heal();
        everyOwnerAgrees("during");
    }

    @Test
    void aBridgeWhoseEndCoordinatesServesEveryKeyAndHeals() {
        ServerProcess end = coordinator();
        ServerProcess other =
                cluster.nodes().stream().filter(node -> node != end).findFirst().orElseThrow();
        writeAll("before");
        cut(end, other);
        Awaitility.await().atMost(NOTICED).until(() -> members(end) == 2 || members(other) == 2);
        writeAll("during");
        heal();
        everyOwnerAgrees("during");
    }

    @Test
    void theOthersGoOnWithoutANodeThatHearsNobody() {
        writeAll("before");
        ServerProcess deaf = cluster.node(0);
        List<ServerProcess> others = List.of(cluster.node(1), cluster.node(2));
        others.forEach(other -> cut(deaf, other, "IN"));
        awaitMembers(2, cluster.node(1), cluster.node(2));
        assertEquals(Reply.status("OK"), askAnywhere(others, "key1", "during"));
        heal();
        everyOwnerAgrees(null);
        everyOwnerHolds("during", "key1");
    }

    @Test
    void aNodeThatNobodyHearsLearnsThatItWasReplacedAndServesNothingUntilItIsHeardAgain() throws InterruptedException {
        writeAll("before");
        ServerProcess unheard = coordinator();
        List<ServerProcess> others =
                cluster.nodes().stream().filter(node -> node != unheard).toList();
        String tag = tagServedBy(unheard);
        StubbornWriter writer = new StubbornWriter(unheard, tag);
        writer.start();
        writer.awaitMore(1000);
        others.forEach(other -> cut(unheard, other, "OUT"));

        writer.awaitRefusal();
        writer.finish();
        assertEquals(Reply.status("OK"), askAnywhere(others, tag, "during"));
        // far longer than it takes to believe oneself alone
        Awaitility.await()
                .atMost(NOTICED)
                .during(Duration.ofSeconds(8))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> isSentTo(others, unheard.ask("SET", tag, "not to be had")));
        for (int i = 0; i < KEYS; i++) {
            Reply reply = unheard.ask("GET", "key" + i);
            assertTrue(isSentTo(others, reply), "key" + i + ": " + reply);
        }

        heal();
        everyOwnerAgrees("before");
        everyOwnerHolds("during", tag);
        for (ServerProcess owner : cluster.ownersOf(tag)) {
            assertEquals(List.of(), writer.missingOn(owner), () -> "missing on " + owner);
        }
    }

    @Test
    void whatCannotBeDoneIsSaid() {
        ServerProcess node = cluster.node(0);
        assertEquals(
                "ERR Unknown node 127.0.0.1:1",
                node.ask("RONDO", "BREAK-LINK", "127.0.0.1:1").asText());
        assertEquals(
                "ERR a node has no link to itself",
                node.ask("RONDO", "BREAK-LINK", address(node)).asText());
        assertEquals(
                "ERR This node has not broken its link to " + address(cluster.node(1)),
                node.ask("RONDO", "HEAL-LINK", address(cluster.node(1))).asText());
        assertEquals(
                "ERR syntax error",
                node.ask("RONDO", "BREAK-LINK", address(cluster.node(1)), "ONEWAY", "UP")
                        .asText());
        try (ServerProcess guarded = RondoNodes.clusterOfOne()) {
            assertTrue(guarded.ask("RONDO", "NODES").asText().startsWith("ERR RONDO command not allowed"));
        }
    }

    // ---- the story's words ----

    private static String address(ServerProcess node) {
        return "127.0.0.1:" + node.port();
    }

    private static void cut(ServerProcess one, ServerProcess other) {
        assertEquals(Reply.status("OK"), one.ask("RONDO", "BREAK-LINK", address(other)));
    }

    /** Cuts the link in one direction, as the first node sees it. */
    private static void cut(ServerProcess one, ServerProcess other, String direction) {
        assertEquals(Reply.status("OK"), one.ask("RONDO", "BREAK-LINK", address(other), "ONEWAY", direction));
    }

    private static boolean isSentTo(List<ServerProcess> nodes, Reply reply) {
        return reply.isError()
                && nodes.stream().anyMatch(node -> reply.asText().matches("MOVED \\d+ " + address(node)));
    }

    private String tagServedBy(ServerProcess node) {
        return Stream.iterate(0, i -> i + 1)
                .map(i -> "{tag" + i + "}")
                .filter(tag -> cluster.primaryOf(tag) == node)
                .findFirst()
                .orElseThrow();
    }

    private void heal() {
        for (ServerProcess node : cluster.nodes()) {
            assertFalse(node.ask("RONDO", "HEAL-ALL").isError());
        }
        cluster.awaitOk();
    }

    private static String links(ServerProcess node) {
        return node.ask("RONDO", "LINKS").toString();
    }

    private ServerProcess coordinator() {
        List<Reply> nodes = cluster.node(0).ask("RONDO", "NODES").asList();
        for (Reply each : nodes) {
            List<Reply> fields = each.asList();
            if (fields.get(13).asLong() == 1) {
                String address = fields.get(3).asText();
                return cluster.nodes().stream()
                        .filter(node -> address(node).equals(address))
                        .findFirst()
                        .orElseThrow();
            }
        }
        throw new AssertionError("nobody coordinates: " + nodes);
    }

    private static int members(ServerProcess node) {
        String info = node.ask("CLUSTER", "INFO").asText();
        return Integer.parseInt(info.replaceAll("(?s).*cluster_known_nodes:(\\d+).*", "$1"));
    }

    private static void awaitMembers(int count, ServerProcess... nodes) {
        Awaitility.await().atMost(NOTICED).untilAsserted(() -> {
            for (ServerProcess node : nodes) {
                assertEquals(count, members(node), node.toString());
            }
        });
    }

    /** Writes every key; each must be accepted within the time in which a cut is noticed. */
    private void writeAll(String value) {
        try (ClusterConversation conversation = new ClusterConversation(cluster)) {
            for (int i = 0; i < KEYS; i++) {
                String key = "key" + i;
                Awaitility.await()
                        .atMost(NOTICED)
                        .pollDelay(Duration.ZERO)
                        .ignoreException(UncheckedIOException.class)
                        .ignoreException(IllegalStateException.class)
                        .until(() -> conversation.ask(key, "SET", key, value).equals(Reply.status("OK")));
            }
        }
    }

    /** Asks one node after the other until one serves the key. */
    private static Reply askAnywhere(List<ServerProcess> nodes, String key, String value) {
        return Awaitility.await()
                .atMost(NOTICED)
                .until(
                        () -> nodes.stream()
                                .map(node -> node.ask("SET", key, value))
                                .filter(reply -> !reply.isError())
                                .findFirst()
                                .orElse(Reply.error("nobody")),
                        reply -> !reply.isError());
    }

    /** A key that this node owns a copy of, so that it can serve it alone. */
    private String heldBy(ServerProcess node) {
        return Awaitility.await().atMost(NOTICED).until(() -> served(node), key -> !key.isEmpty());
    }

    private static String served(ServerProcess node) {
        for (int i = 2; i < KEYS; i++) {
            String key = "key" + i;
            Reply reply = node.ask("GET", key);
            if (!reply.isError()) {
                return key;
            }
        }
        return ""; // its table is seen a moment before it is applied
    }

    private void everyOwnerHolds(String value, String key) {
        Awaitility.await().atMost(AGREED).untilAsserted(() -> {
            for (ServerProcess owner : cluster.ownersOf(key)) {
                assertEquals(value, valueOn(owner, key), key + " on " + owner);
            }
        });
    }

    /** All owners of each key have the same value, this one if given. */
    private void everyOwnerAgrees(String value) {
        for (int i = 0; i < KEYS; i++) {
            String key = "key" + i;
            Awaitility.await().atMost(AGREED).pollDelay(Duration.ZERO).untilAsserted(() -> {
                List<ServerProcess> owners = cluster.ownersOf(key);
                String expected = value == null ? valueOn(owners.get(0), key) : value;
                for (ServerProcess owner : owners) {
                    assertEquals(expected, valueOn(owner, key), key + " on " + owner);
                }
            });
        }
    }

    private static String valueOn(ServerProcess owner, String key) {
        try (RespConnection connection = owner.connect()) {
            connection.command("READONLY");
            return connection.command("GET", key).asText();
        }
    }
}
