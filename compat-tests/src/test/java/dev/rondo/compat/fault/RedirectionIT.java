package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What nodes of a cluster answer for keys that are not theirs, in Redis's words. */
class RedirectionIT {
    private RondoCluster cluster;

    @BeforeEach
    void threeNodes() {
        cluster = RondoCluster.start(3);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    @Test
    void foreignAndMixedSlotsAreRefusedButDoNotDisturb() {
        String movedTo = "MOVED 866 127.0.0.1:" + cluster.primaryOf("hello").port();
        try (RespConnection stranger = cluster.strangerTo("hello").connect()) {
            assertEquals(Reply.error(movedTo), stranger.command("SET", "hello", "world"));
            assertEquals(Reply.error(movedTo), stranger.command("GET", "hello"));
            assertEquals(Reply.error(movedTo), stranger.command("DEL", "hello", "{hello}2"));
            assertEquals(
                    Reply.error("CROSSSLOT Keys in request don't hash to the same slot"),
                    stranger.command("MSET", "a", "1", "b", "2"));
            assertEquals(Reply.status("OK"), stranger.command("MULTI"));
            assertEquals(Reply.error(movedTo), stranger.command("SET", "hello", "world"));
            assertEquals(
                    Reply.error("EXECABORT Transaction discarded because of previous errors."),
                    stranger.command("EXEC"));
            assertEquals(Reply.error("ERR SELECT is not allowed in cluster mode"), stranger.command("SELECT", "1"));
        }
    }

    @Test
    void aReplicaServesReadsOnlyWhenAskedTo() {
        String movedTo = "MOVED 866 127.0.0.1:" + cluster.primaryOf("hello").port();
        cluster.primaryOf("hello").ask("SET", "hello", "world");
        try (RespConnection replica = cluster.replicaOf("hello").connect()) {
            assertEquals(Reply.error(movedTo), replica.command("GET", "hello"));

            assertEquals(Reply.status("OK"), replica.command("READONLY"));

            Awaitility.await().untilAsserted(() -> assertEquals(Reply.bulk("world"), replica.command("GET", "hello")));
            assertEquals(Reply.error(movedTo), replica.command("SET", "hello", "other"));
            assertEquals(Reply.status("OK"), replica.command("READWRITE"));
            assertEquals(Reply.error(movedTo), replica.command("GET", "hello"));
        }
    }

    @Test
    void aSlotWithoutAnyOwnerAliveIsDownAndNeverSilentlyEmpty() {
        List<ServerProcess> owners = cluster.ownersOf("hello");
        ServerProcess survivor = cluster.strangerTo("hello");
        cluster.primaryOf("hello").ask("SET", "hello", "world");
        owners.forEach(ServerProcess::pause);
        owners.forEach(cluster::kill);

        try (RespConnection connection = survivor.connect()) {
            Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
                assertDown(connection.command("GET", "hello"));
                assertDown(connection.command("SET", "hello", "again"));
            });
            assertEquals(Reply.status("PONG"), connection.command("PING"));
        }
    }

    private static void assertDown(Reply reply) {
        assertTrue(reply.isError() && reply.asText().startsWith("CLUSTERDOWN "), reply.toString());
    }
}
