package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Which node of a cluster tells what happens to a key. */
class KeyspaceEventsIT {
    private static final int SILENCE_MS = 50;

    @Test
    void theNodeThatServesTheKeyTellsAndTheReplicaDoesNot() {
        try (RondoCluster cluster = RondoCluster.start(3, "--notify-keyspace-events", "KEA")) {
            List<RespConnection> listeners =
                    cluster.nodes().stream().map(ServerProcess::connect).toList();
            listeners.forEach(listener -> listener.command("PSUBSCRIBE", "__keyspace@0__:*"));
            ServerProcess primary = cluster.primaryOf("hello");

            primary.ask("SET", "hello", "world");
            Awaitility.await().until(() -> isOnReplica(cluster)); // by then the replica would have told
            Reply event = listeners.get(cluster.nodes().indexOf(primary)).read();

            assertEquals(
                    List.of("pmessage", "__keyspace@0__:*", "__keyspace@0__:hello", "set"),
                    event.asList().stream().map(Reply::asText).toList());
            listeners.forEach(listener -> assertFalse(listener.hasMore(SILENCE_MS)));
            listeners.forEach(RespConnection::close);
        }
    }

    private static boolean isOnReplica(RondoCluster cluster) {
        try (RespConnection replica = cluster.replicaOf("hello").connect()) {
            replica.command("READONLY");
            return replica.command("GET", "hello").equals(Reply.bulk("world"));
        }
    }
}
