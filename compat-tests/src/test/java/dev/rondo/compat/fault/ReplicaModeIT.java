package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commit mode replica between real processes: what was acknowledged outlives any one node. */
class ReplicaModeIT {
    private static final int WRITERS = 3;
    private static final int KEYS_PER_WRITER = 300;
    private static final int DEPTH = 50;
    private static final int SLOTS = 16384;

    private final RondoCluster cluster = RondoCluster.start(3, "--commit-mode", "replica", "--commit-timeout", "700");
    private final Queue<String> losses = new ConcurrentLinkedQueue<>();
    private final LongAdder acknowledged = new LongAdder();
    private volatile boolean stop;

    @AfterEach
    void close() {
        stop = true;
        cluster.close();
    }

    // ---- crashes ----

    @Test
    void noAcknowledgedWriteIsLostWhenOneNodeAfterTheOtherIsKilledUnderPipelinedLoad() throws Exception {
        awaitAllCopies();
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(i));
        }
        writers.forEach(Thread::start);
        for (ServerProcess victim : cluster.nodes()) {
            awaitSomeWrites();
            cluster.kill(victim);
            awaitSomeWrites();
            cluster.restart(victim);
            cluster.awaitOk();
            awaitAllCopies();
        }
        stop = true;
        for (Writer writer : writers) {
            writer.join(30_000);
            assertTrue(!writer.isAlive(), writer + " hangs");
        }
        writers.forEach(Writer::checkAll);
        assertEquals(List.of(), List.copyOf(losses));
    }

    /** Sets its own keys to growing numbers, many at once, wherever they are served, and looks what they were. */
    private final class Writer extends Thread {
        private final int number;
        private final long[] attempted = new long[KEYS_PER_WRITER];
        private final long[] confirmed = new long[KEYS_PER_WRITER];
        private final Integer[] ports = new Integer[KEYS_PER_WRITER];
        private final Map<Integer, RespConnection> connections = new HashMap<>();

        Writer(int number) {
            super("writer-" + number);
            this.number = number;
        }

        private String key(int i) {
            return "key:" + number + ":" + i;
        }

        @Override
        public void run() {
            for (int from = 0; !stop; from = (from + DEPTH) % KEYS_PER_WRITER) {
                Map<Integer, List<Integer>> byPort = new HashMap<>();
                for (int i = from; i < from + DEPTH; i++) {
                    int port = ports[i] == null ? cluster.node(0).port() : ports[i];
                    byPort.computeIfAbsent(port, p -> new ArrayList<>()).add(i);
                }
                byPort.forEach(this::write);
            }
            connections.values().forEach(RespConnection::close);
        }

        private void write(int port, List<Integer> keys) {
            try {
                RespConnection connection = connections.computeIfAbsent(port, p -> RespConnection.to(p, 5000));
                for (int i : keys) {
                    connection.queue(List.of("SET", key(i), Long.toString(++attempted[i]), "GET"));
                }
                connection.flush();
                for (int i : keys) {
                    note(i, connection.read());
                }
            } catch (UncheckedIOException e) { // dead, or not there yet: perhaps another one knows more
                RespConnection broken = connections.remove(port);
                if (broken != null) {
                    broken.close();
                }
                int next = (int) (Math.random() * cluster.nodes().size());
                keys.forEach(i -> ports[i] = cluster.node(next).port());
            }
        }

        private void note(int i, Reply reply) {
            if (!reply.isError()) {
                check(i, reply);
                confirmed[i] = attempted[i];
                acknowledged.increment();
            } else if (reply.asText().startsWith("MOVED ")) {
                ports[i] =
                        Integer.valueOf(reply.asText().substring(reply.asText().lastIndexOf(':') + 1));
            }
        }

        /** Notes a value that is older than one that was acknowledged. */
        private void check(int i, Reply value) {
            long found = value.isNil() ? 0 : Long.parseLong(value.asText());
            if (found < confirmed[i]) {
                losses.add(key(i) + " is " + found + ", but " + confirmed[i] + " was acknowledged");
            }
        }

        void checkAll() {
            for (int i = 0; i < KEYS_PER_WRITER; i++) {
                check(i, cluster.primaryOf(key(i)).ask("GET", key(i)));
            }
        }
    }

    private void awaitSomeWrites() {
        long enough = acknowledged.sum() + 5L * WRITERS * KEYS_PER_WRITER;
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.sum() > enough);
    }

    /** Waits until every slot has its copy. */
    private void awaitAllCopies() {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            long copies = 0;
            for (ServerProcess node : cluster.nodes()) {
                copies += figure(node, "cluster_slots_replica");
                if (figure(node, "cluster_slots_incomplete") + figure(node, "cluster_slots_moving") > 0) {
                    return false;
                }
            }
            return copies == SLOTS;
        });
    }

    private static long figure(ServerProcess node, String name) {
        String info = node.ask("INFO", "everything").asText();
        int at = info.indexOf("\r\n" + name + ":") + 2 + name.length() + 1;
        return Long.parseLong(info.substring(at, info.indexOf("\r\n", at)));
    }

    // ---- hangs ----

    @Test
    void writesAreRefusedInTimeWhileTheReplicaHangsAndGoOnWithAnother() {
        awaitAllCopies();
        ServerProcess primary = cluster.primaryOf("a");
        ServerProcess replica = cluster.replicaOf("a");
        replica.pause();
        try (RespConnection client = primary.connect(10_000)) {
            List<Reply> replies = new ArrayList<>();
            Awaitility.await()
                    .until(
                            () -> { // a signal takes its time to stop all threads
                                replies.clear();
                                client.sendRaw("SET a 1\r\nGET a\r\nMULTI\r\nINCR a\r\nEXEC\r\n");
                                for (int i = 0; i < 5; i++) {
                                    replies.add(client.read());
                                }
                                return replies.get(0).isError();
                            });
            assertTrue(replies.get(0).asText().startsWith("NOREPLICAS The write was applied here"), replies.toString());
            assertEquals(Reply.bulk("1"), replies.get(1));
            assertEquals(Reply.status("OK"), replies.get(2));
            assertEquals(Reply.status("QUEUED"), replies.get(3));
            assertEquals(replies.get(0), replies.get(4));
            assertTrue(figure(primary, "commit_refused_requests") >= 2);
            awaitWrites(client); // the replica is given up, and the third node has a copy by now
            replica.resume();
            cluster.awaitOk();
            awaitAllCopies();
            assertEquals(Reply.status("OK"), client.command("SET", "a", "2"));
        }
    }

    @Test
    void theOperatorMayWantMoreReplicasOrNone() {
        awaitAllCopies();
        ServerProcess primary = cluster.primaryOf("a");
        ServerProcess replica = cluster.replicaOf("a");
        primary.ask("CONFIG", "SET", "min-replicas-to-write", "2");
        String words = "NOREPLICAS Not enough good replicas to write.";
        assertEquals(Reply.error(words), primary.ask("SET", "a", "1"));
        assertTrue(primary.ask("GET", "a").isNil());
        try (RespConnection client = primary.connect()) {
            client.sendRaw("MULTI\r\nSET a 1\r\nEXEC\r\n");
            client.read();
            client.read();
            assertEquals(Reply.error("EXECABORT Transaction discarded because of: " + words), client.read());
        }
        primary.ask("CONFIG", "SET", "min-replicas-to-write", "1");
        assertEquals(Reply.status("OK"), primary.ask("SET", "a", "1"));

        primary.ask("CONFIG", "SET", "commit-without-replicas", "continue");
        replica.pause();
        try (RespConnection client = primary.connect(10_000)) {
            Awaitility.await().until(() -> {
                assertEquals(Reply.status("OK"), client.command("SET", "a", "1"));
                return figure(primary, "commit_unconfirmed_requests") >= 1;
            });
        }
        replica.resume();
        cluster.awaitOk();
    }

    @Test
    void aPrimaryThatHungAndThenDiesHasAcknowledgedNothingThatItsSuccessorDoesNotHave() {
        awaitAllCopies();
        ServerProcess primary = cluster.primaryOf("{a}");
        ServerProcess successor = cluster.replicaOf("{a}");
        List<String> keys = new ArrayList<>();
        try (RespConnection client = primary.connect(20_000)) {
            primary.pause();
            for (int i = 0; i < 200; i++) {
                keys.add("{a}" + i);
                client.queue(List.of("SET", "{a}" + i, "late"));
            }
            client.flush();
            try (RespConnection other = successor.connect(10_000)) {
                awaitWrites(other, "{a}");
            }
            primary.resume();
            keys.removeIf(key -> !client.read().equals(Reply.status("OK")));
            cluster.kill(primary);
        }
        cluster.awaitOk();
        for (String key : keys) {
            assertEquals(Reply.bulk("late"), cluster.primaryOf(key).ask("GET", key), key);
        }
    }

    private static void awaitWrites(RespConnection client) {
        awaitWrites(client, "a");
    }

    private static void awaitWrites(RespConnection client, String key) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> client.command("SET", key, "0")
                .equals(Reply.status("OK")));
    }
}
