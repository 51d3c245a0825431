package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Clients that wait for keys whose slots move: they are sent after them, and every element reaches one of them once.
 */
class BlockedClientsIT {
    private static final int KEYS = 40;
    private static final int PER_KEY = 50;

    private final AtomicInteger redirected = new AtomicInteger();

    @Test
    void clientsBlockedOnAMovingSlotAreRedirectedAndLoseNothing() throws Exception {
        ExecutorService pool = Executors.newCachedThreadPool();
        try (RondoCluster cluster = RondoCluster.start(3)) {
            ServerProcess leaver = cluster.node(0);
            int leaverPort = leaver.port();
            List<String> keys = keysOn(cluster, leaver);
            List<Future<List<String>>> consumers = new ArrayList<>();
            for (String key : keys) {
                consumers.add(pool.submit(() -> consume(key, leaverPort)));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> leaver.ask("INFO", "clients").asText().contains("blocked_clients:" + KEYS + "\r\n"));
            leaver.terminate(); // hands everything over first
            int target = cluster.node(1).port();
            produceAll(pool, keys, 0, PER_KEY / 2, target); // while the slots move
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> redirected.get() >= KEYS);
            produceAll(pool, keys, PER_KEY / 2, PER_KEY, target);

            List<String> expected = new ArrayList<>();
            for (int i = 0; i < PER_KEY; i++) {
                expected.add(Integer.toString(i));
            }
            for (Future<List<String>> consumer : consumers) {
                assertEquals(expected, consumer.get());
            }
            assertEquals(0, leaver.awaitExit(Duration.ofSeconds(30)));
        } finally {
            pool.shutdownNow();
        }
    }

    private static List<String> keysOn(RondoCluster cluster, ServerProcess node) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; keys.size() < KEYS; i++) {
            if (cluster.primaryOf("list" + i) == node) {
                keys.add("list" + i);
            }
        }
        return keys;
    }

    /** Takes one element after the other, wherever the key is served. */
    private List<String> consume(String key, int firstPort) {
        List<String> taken = new ArrayList<>();
        RespConnection connection = RespConnection.to(firstPort, 60_000);
        try {
            while (taken.size() < PER_KEY) {
                Reply reply = connection.command("BLPOP", key, "0");
                if (reply.isError()) {
                    redirected.incrementAndGet();
                    connection.close();
                    connection = RespConnection.to(portIn(reply), 60_000);
                } else {
                    taken.add(reply.asTexts().get(1));
                }
            }
            return taken;
        } finally {
            connection.close();
        }
    }

    private static void produceAll(ExecutorService pool, List<String> keys, int from, int to, int port)
            throws Exception {
        List<Future<?>> producers = new ArrayList<>();
        for (String key : keys) {
            producers.add(pool.submit(() -> produce(key, from, to, port)));
        }
        for (Future<?> producer : producers) {
            producer.get();
        }
    }

    private static void produce(String key, int from, int to, int firstPort) {
        RespConnection connection = RespConnection.to(firstPort, 60_000);
        try {
            for (int i = from; i < to; ) {
                Reply reply = connection.command("RPUSH", key, Integer.toString(i));
                if (reply.isError()) {
                    connection.close();
                    connection = RespConnection.to(portIn(reply), 60_000);
                } else {
                    i++;
                }
            }
        } finally {
            connection.close();
        }
    }

    private static int portIn(Reply reply) {
        assertTrue(reply.asText().startsWith("MOVED "), reply.asText());
        return Integer.parseInt(reply.asText().replaceFirst(".*:", ""));
    }
}
