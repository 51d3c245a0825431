package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** After a split in which both sides served a slot, every client, wherever it was connected, comes to one primary. */
class SteeringAfterSplitIT {
    private static final Duration NOTICED = Duration.ofSeconds(60);
    private static final Duration STEERED = Duration.ofSeconds(60);
    private static final int SLOTS = 16384;
    /** Enough for slots of every pair of owners. */
    private static final int KEYS = 60;

    private final RondoCluster cluster = RondoCluster.start(3, "--enable-admin-command", "local");
    private final ServerProcess alone = cluster.node(0);
    private final List<ServerProcess> pair = List.of(cluster.node(1), cluster.node(2));
    private final List<KeyClient> clients = new ArrayList<>();
    private final KeyClient jedisFromBefore = connected(KeyClient.jedis(cluster.nodes()));
    private final List<String> aloneServed = keysOf(owners -> owners.get(0) == alone);
    private final List<String> aloneHasACopyOf = keysOf(owners -> owners.contains(alone));

    @BeforeEach
    void splitInTwo() {
        connected(KeyClient.lettuce(cluster.nodes()));
        for (ServerProcess other : pair) {
            assertEquals(Reply.status("OK"), alone.ask("RONDO", "BREAK-LINK", "127.0.0.1:" + other.port()));
        }
        awaitMembers(1, List.of(alone));
        awaitMembers(2, pair);
    }

    @AfterEach
    void close() {
        clients.forEach(KeyClient::close);
        cluster.close();
    }

    @Test
    void everyClientOfEitherSideIsSteeredToOnePrimaryOfEachSlot() {
        // Jedis does not start where slots are missing, as they are alone: so one from before goes on there
        bothSidesServe(aloneServed, jedisFromBefore, connected(KeyClient.jedis(pair)));
        KeyClient lettuceOfAlone = connected(KeyClient.lettuce(List.of(alone)));
        bothSidesServe(aloneHasACopyOf, lettuceOfAlone, connected(KeyClient.lettuce(pair)));

        assertFalse(alone.ask("RONDO", "HEAL-ALL").isError());
        cluster.awaitOk();

        Awaitility.await().atMost(STEERED).untilAsserted(this::allNodesNameTheSamePrimaries);
        for (String key : numberedKeys()) {
            oneNodeServesAndTheOthersSendThere(key);
        }
        for (KeyClient writer : clients) {
            everybodySeesWhatItWrites(writer);
        }
    }

    // ---- the story's words ----

    private KeyClient connected(KeyClient client) {
        clients.add(client);
        return client;
    }

    /** The same keys are written on both sides, and each side reads its own. */
    private static void bothSidesServe(List<String> keys, KeyClient ofAlone, KeyClient ofPair) {
        assertFalse(keys.isEmpty());
        for (String key : keys) {
            ofAlone.set(key, "alone");
            ofPair.set(key, "pair");
            assertEquals("alone", ofAlone.get(key));
            assertEquals("pair", ofPair.get(key));
        }
    }

    private void allNodesNameTheSamePrimaries() {
        Map<Integer, String> expected = PrimariesAsTold.bySlots(alone);
        assertEquals(SLOTS, expected.size());
        for (ServerProcess node : cluster.nodes()) {
            assertEquals(expected, PrimariesAsTold.bySlots(node), "CLUSTER SLOTS of " + node);
            assertEquals(expected, PrimariesAsTold.byShards(node), "CLUSTER SHARDS of " + node);
            assertEquals(expected, PrimariesAsTold.byNodes(node), "CLUSTER NODES of " + node);
        }
    }

    private void oneNodeServesAndTheOthersSendThere(String key) {
        ServerProcess primary = cluster.primaryOf(key);
        long slot = primary.ask("CLUSTER", "KEYSLOT", key).asLong();
        for (ServerProcess node : cluster.nodes()) {
            Reply reply = node.ask("GET", key);
            if (node == primary) {
                assertFalse(reply.isError(), () -> key + " on its primary: " + reply);
            } else {
                assertEquals(Reply.error("MOVED " + slot + " 127.0.0.1:" + primary.port()), reply, key + " on " + node);
            }
        }
    }

    private void everybodySeesWhatItWrites(KeyClient writer) {
        for (String key : numberedKeys()) {
            String value = key + " by " + writer;
            writer.set(key, value);
            for (KeyClient reader : clients) {
                assertEquals(value, reader.get(key), () -> "read by " + reader);
            }
        }
    }

    private List<String> keysOf(Predicate<List<ServerProcess>> owners) {
        return numberedKeys().stream()
                .filter(key -> owners.test(cluster.ownersOf(key)))
                .toList();
    }

    private static List<String> numberedKeys() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < KEYS; i++) {
            keys.add("key" + i);
        }
        return keys;
    }

    private static void awaitMembers(int count, List<ServerProcess> nodes) {
        Awaitility.await().atMost(NOTICED).untilAsserted(() -> {
            for (ServerProcess node : nodes) {
                String info = node.ask("CLUSTER", "INFO").asText();
                assertTrue(info.contains("cluster_known_nodes:" + count + "\r\n"), () -> node + ": " + info);
            }
        });
    }
}
