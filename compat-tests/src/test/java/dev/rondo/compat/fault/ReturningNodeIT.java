package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** A node that comes back with what it had fetches what has changed meanwhile, and little else. */
class ReturningNodeIT {
    private static final Duration NOTICED = Duration.ofSeconds(60);
    private static final int SLOTS = 16384;
    /** Each tag is a slot of its own. */
    private static final int TAGS = 50;

    private static final int KEYS_PER_TAG = 400;
    private static final int VALUE_BYTES = 100;
    /** What is written while the node is away: of each tag so many keys. */
    private static final int CHANGED_PER_TAG = 6;

    private final Random random = new Random(1);

    @Test
    void aNodeThatHungFetchesOnlyWhatDiffers() {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            Map<String, String> data = new HashMap<>();
            for (int tag = 0; tag < TAGS; tag++) {
                write(cluster.nodes(), tag, KEYS_PER_TAG, data);
            }
            List<ServerProcess> others = cluster.nodes().subList(0, 2);
            ServerProcess away = cluster.node(2);
            long before = sum(List.of(away), "sync_sent_bytes");
            long equalBefore = sum(List.of(away), "sync_equal_bytes");
            away.pause();
            try {
                eventually().until(() -> others.stream().allMatch(node -> holdsAll(node)));
                for (int tag = 0; tag < TAGS; tag++) {
                    write(others, tag, CHANGED_PER_TAG, data);
                    delete(others, tag, KEYS_PER_TAG - 1, data);
                }
                before += sum(others, "sync_sent_bytes");
                equalBefore += sum(others, "sync_equal_bytes");
            } finally {
                away.resume();
            }
            cluster.awaitOk();
            everyOwnerHolds(cluster, data);

            // Of each tag that the returned node owns, the buckets of what was changed: an eighth of all, more or less.
            long size = (long) TAGS * KEYS_PER_TAG * VALUE_BYTES;
            long sent = sum(cluster.nodes(), "sync_sent_bytes") - before;
            long equal = sum(cluster.nodes(), "sync_equal_bytes") - equalBefore;
            assertTrue(sent < size / 4, () -> sent + " bytes sent, of " + size);
            assertTrue(sent > 0, "nothing was sent");
            assertTrue(equal > size / 4, () -> equal + " bytes found equal, of " + size);
        }
    }

    // ---- the story's words ----

    /** Looks at once: most often there is nothing to wait for. */
    private static ConditionFactory eventually() {
        return Awaitility.await().pollDelay(Duration.ZERO).atMost(NOTICED);
    }

    private static String key(int tag, int i) {
        return "{" + tag + "}:" + i;
    }

    /** Writes new values to the first keys of a tag. */
    private void write(List<ServerProcess> nodes, int tag, int keys, Map<String, String> data) {
        List<List<String>> commands = new ArrayList<>();
        byte[] value = new byte[VALUE_BYTES / 2];
        for (int i = 0; i < keys; i++) {
            random.nextBytes(value);
            String text = HexFormat.of().formatHex(value);
            data.put(key(tag, i), text);
            commands.add(List.of("SET", key(tag, i), text));
        }
        send(nodes, commands);
    }

    private static void delete(List<ServerProcess> nodes, int tag, int i, Map<String, String> data) {
        data.remove(key(tag, i));
        send(nodes, List.of(List.of("DEL", key(tag, i))));
    }

    /** Sends commands about one tag to whichever of the nodes serves it. */
    private static void send(List<ServerProcess> nodes, List<List<String>> commands) {
        eventually().until(() -> nodes.stream().anyMatch(node -> isTaken(node, commands)));
    }

    private static boolean isTaken(ServerProcess node, List<List<String>> commands) {
        boolean taken = true;
        try (RespConnection connection = node.connect()) {
            commands.forEach(connection::queue);
            connection.flush();
            for (int i = 0; i < commands.size(); i++) {
                taken &= !connection.read().isError();
            }
        }
        return taken;
    }

    /** Whether the node has every slot, as it must when only two are left. */
    private static boolean holdsAll(ServerProcess node) {
        return figure(node, "cluster_slots_primary") + figure(node, "cluster_slots_replica") == SLOTS;
    }

    private static long sum(List<ServerProcess> nodes, String field) {
        return nodes.stream().mapToLong(node -> figure(node, field)).sum();
    }

    private static long figure(ServerProcess node, String field) {
        String info = node.ask("INFO", "replication", "cluster").asText();
        return Long.parseLong(info.replaceAll("(?s).*" + field + ":(\\d+).*", "$1"));
    }

    private static void everyOwnerHolds(RondoCluster cluster, Map<String, String> data) {
        for (int tag = 0; tag < TAGS; tag++) {
            int each = tag;
            eventually().untilAsserted(() -> {
                List<ServerProcess> owners = cluster.ownersOf(key(each, 0));
                assertEquals(2, owners.size());
                for (ServerProcess owner : owners) {
                    assertHolds(owner, each, data);
                }
            });
        }
    }

    private static void assertHolds(ServerProcess owner, int tag, Map<String, String> data) {
        try (RespConnection connection = owner.connect()) {
            connection.command("READONLY");
            for (int i = 0; i < KEYS_PER_TAG; i++) {
                connection.queue(List.of("GET", key(tag, i)));
            }
            connection.flush();
            for (int i = 0; i < KEYS_PER_TAG; i++) {
                Reply reply = connection.read();
                String expected = data.get(key(tag, i));
                assertEquals(expected, reply.isNil() ? null : reply.asText(), key(tag, i) + " on " + owner);
            }
        }
    }
}
