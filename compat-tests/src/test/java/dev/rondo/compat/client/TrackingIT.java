package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Client-side caching where slots have replicas, and move. */
class TrackingIT {
    private static final Reply HELLO_CHANGED = Reply.of(
            Reply.Type.PUSH,
            List.of(Reply.bulk("invalidate"), Reply.of(Reply.Type.ARRAY, List.of(Reply.bulk("hello")))));

    @Test
    void readersOfReplicasHearOfWritesAndReadersOfSlotsThatLeaveHearOfThat() {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            ServerProcess primary = cluster.primaryOf("hello");
            primary.ask("SET", "hello", "world");
            try (RespConnection onPrimary = tracking(primary);
                    RespConnection onReplica = tracking(cluster.replicaOf("hello"))) {
                Awaitility.await().until(() -> onReplica.command("GET", "hello").equals(Reply.bulk("world")));

                primary.ask("SET", "hello", "again");

                assertEquals(HELLO_CHANGED, onReplica.read());
                assertEquals(Reply.bulk("again"), onPrimary.command("GET", "hello"));
                primary.ask("CLUSTER", "LEAVE");
                assertEquals(HELLO_CHANGED, onPrimary.read());
            }
        }
    }

    private static RespConnection tracking(ServerProcess node) {
        RespConnection connection = node.connect();
        connection.command("HELLO", "3");
        connection.command("READONLY");
        connection.command("CLIENT", "TRACKING", "ON");
        return connection;
    }
}
