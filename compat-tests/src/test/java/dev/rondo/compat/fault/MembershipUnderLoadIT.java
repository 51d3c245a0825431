package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

/** Slots move while clients write: nothing acknowledged is lost or done twice, and no client sees an error. */
class MembershipUnderLoadIT {
    private static final int WRITERS = 4;
    private static final int KEYS_PER_WRITER = 1000;

    private final RondoCluster cluster = RondoCluster.start(3);
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final LongAdder writes = new LongAdder();
    private volatile boolean stop;

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void aNodeThatJoinsTakesItsShareAndNothingIsLost() throws Exception {
        List<Thread> writers = startWriters(this::count);
        awaitSomeWrites();

        ServerProcess newcomer = cluster.addNode();
        newcomer.awaitPong();
        cluster.awaitOk();

        awaitSomeWrites();
        stopWriters(writers);
        assertEquals(List.of(), List.copyOf(errors));
        everyOwnerHoldsWhatWasAcknowledged();
        assertEquals(4096, slotsServedBy(newcomer));
    }

    @Test
    void aNodeThatIsKilledAndReturnsIsRefilledAndWritersGoOn() throws Exception {
        List<Thread> writers = startWriters(this::count);
        awaitSomeWrites();

        ServerProcess victim = cluster.node(1);
        cluster.kill(victim);
        cluster.awaitOk();
        cluster.restart(victim);
        cluster.awaitOk();
        acknowledged.clear(); // the killed node's last unsent milliseconds may be lost
        errors.clear(); // and what was on its way to it failed

        awaitSomeWrites();
        stopWriters(writers);
        assertEquals(List.of(), List.copyOf(errors));
        everyOwnerHoldsWhatWasAcknowledged();
    }

    @Test
    void aNodeThatIsStoppedLosesNothing() throws Exception {
        List<Thread> writers = startWriters(this::count);
        awaitSomeWrites();

        assertEquals(0, cluster.node(2).stop());
        cluster.awaitOk();

        awaitSomeWrites();
        stopWriters(writers);
        assertEquals(List.of(), List.copyOf(errors));
        everyOwnerHoldsWhatWasAcknowledged();
    }

    @Test
    void aRollingRestartOfAllNodesLosesNothingAndNoClientSeesAnError() throws Exception {
        List<Thread> writers = startWriters(this::count);
        awaitSomeWrites();

        for (ServerProcess node : cluster.nodes()) {
            assertEquals(0, node.stop());
            cluster.awaitOk();
            awaitSomeWrites();
            cluster.restart(node);
            cluster.awaitOk();
            awaitSomeWrites();
        }

        stopWriters(writers);
        assertEquals(List.of(), List.copyOf(errors));
        everyOwnerHoldsWhatWasAcknowledged();
    }

    @Test
    void aNodeThatIsSentAwayThroughAnotherHandsOverFirst() throws Exception {
        List<Thread> writers = startWriters(this::count);
        awaitSomeWrites();

        ServerProcess leaver = cluster.node(1);
        String id = leaver.ask("CLUSTER", "MYID").asText();
        assertEquals(Reply.status("OK"), cluster.node(0).ask("CLUSTER", "LEAVE", id));
        assertEquals(0, leaver.awaitExit(Duration.ofSeconds(60)));
        assertTrue(leaver.output().contains("Everything is handed over"), leaver.tail());
        cluster.awaitOk();

        awaitSomeWrites();
        stopWriters(writers);
        assertEquals(List.of(), List.copyOf(errors));
        everyOwnerHoldsWhatWasAcknowledged();
    }

    /** One write; returns what the key must hold once it is acknowledged. */
    private interface Write {
        long to(RedisClusterClient client, String key, long round);
    }

    /** Tells at once when an acknowledged step was lost or done twice. */
    private long count(RedisClusterClient client, String key, long round) {
        long value = client.incr(key);
        Long before = acknowledged.get(key);
        if (before != null && before + 1 != value) {
            errors.add(new AssertionError(key + " was " + before + " and became " + value));
        }
        return value;
    }

    private List<Thread> startWriters(Write write) {
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            int writer = i;
            Thread thread = new Thread(() -> write(writer, write), "writer-" + i);
            thread.start();
            writers.add(thread);
        }
        return writers;
    }

    private void write(int writer, Write write) {
        Set<HostAndPort> seeds = cluster.nodes().stream()
                .map(node -> new HostAndPort("127.0.0.1", node.port()))
                .collect(Collectors.toSet());
        try (RedisClusterClient client = RedisClusterClient.builder()
                .nodes(seeds)
                .clientConfig(
                        DefaultJedisClientConfig.builder().timeoutMillis(5000).build())
                .build()) {
            for (long round = 0; !stop; round++) {
                String key = "counter:" + writer + ":" + round % KEYS_PER_WRITER;
                try {
                    acknowledged.put(key, write.to(client, key, round));
                    writes.increment();
                } catch (RuntimeException e) {
                    errors.add(new AssertionError(
                            Instant.now() + " " + key + ": " + e + ", after " + List.of(e.getSuppressed()), e));
                    acknowledged.remove(key);
                }
            }
        }
    }

    private void awaitSomeWrites() {
        long enough = writes.sum() + 3L * WRITERS * KEYS_PER_WRITER;
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> writes.sum() > enough);
    }

    private void stopWriters(List<Thread> writers) throws InterruptedException {
        stop = true;
        for (Thread writer : writers) {
            writer.join(30_000);
            assertTrue(!writer.isAlive(), writer + " hangs");
        }
    }

    private void everyOwnerHoldsWhatWasAcknowledged() {
        Map<Integer, List<ServerProcess>> owners = ownersBySlot();
        Map<ServerProcess, RespConnection> connections = new ConcurrentHashMap<>();
        for (ServerProcess node :
                cluster.nodes().stream().filter(ServerProcess::isAlive).toList()) {
            RespConnection connection = node.connect();
            connection.command("READONLY");
            connections.put(node, connection);
        }
        try {
            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                for (Map.Entry<String, Long> each : acknowledged.entrySet()) {
                    for (ServerProcess owner : owners.get(slotOf(connections, each.getKey()))) {
                        Reply value = connections.get(owner).command("GET", each.getKey());
                        assertEquals(each.getValue().toString(), value.asText(), each.getKey() + " on " + owner);
                    }
                }
            });
        } finally {
            connections.values().forEach(RespConnection::close);
        }
    }

    private final Map<String, Integer> slots = new ConcurrentHashMap<>();

    private int slotOf(Map<ServerProcess, RespConnection> connections, String key) {
        RespConnection any = connections.values().iterator().next();
        return slots.computeIfAbsent(
                key, k -> (int) any.command("CLUSTER", "KEYSLOT", k).asLong());
    }

    private Map<Integer, List<ServerProcess>> ownersBySlot() {
        Map<Integer, List<ServerProcess>> result = new ConcurrentHashMap<>();
        for (Reply range : cluster.anyNode().ask("CLUSTER", "SLOTS").asList()) {
            List<Reply> fields = range.asList();
            List<ServerProcess> owners =
                    fields.stream().skip(2).map(this::nodeOf).toList();
            for (int slot = (int) fields.get(0).asLong(); slot <= fields.get(1).asLong(); slot++) {
                result.put(slot, owners);
            }
        }
        return result;
    }

    private ServerProcess nodeOf(Reply owner) {
        long port = owner.asList().get(1).asLong();
        return cluster.nodes().stream()
                .filter(node -> node.port() == port)
                .findFirst()
                .orElseThrow();
    }

    private long slotsServedBy(ServerProcess node) {
        return ownersBySlot().values().stream()
                .filter(owners -> owners.get(0) == node)
                .count();
    }
}
