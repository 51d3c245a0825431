package dev.rondo.compat.process;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A cluster client without any patience of its own, so that what a test measures is the cluster and not the client's
 * back-off: it goes where it went last for the key, follows MOVED at once, forgets a node that fails and reports it.
 * For one thread.
 */
public final class ClusterConversation implements AutoCloseable {
    private static final int MOST_REDIRECTIONS = 3;
    private static final int TIMEOUT_MS = 2000;

    private final RondoCluster cluster;
    private final Map<Integer, RespConnection> connections = new HashMap<>();
    private final Map<String, Integer> portOfKey = new HashMap<>();

    public ClusterConversation(RondoCluster cluster) {
        this.cluster = cluster;
    }

    /** Sends a command about one key to its owner; the reply may be an error of the owner. */
    public Reply ask(String key, String... command) {
        int port = portOfKey.getOrDefault(key, cluster.anyNode().port());
        for (int i = 0; i < MOST_REDIRECTIONS; i++) {
            Reply reply = askNode(port, command);
            if (!reply.isError() || !reply.asText().startsWith("MOVED ")) {
                portOfKey.put(key, port);
                return reply;
            }
            port = Integer.parseInt(reply.asText().substring(reply.asText().lastIndexOf(':') + 1));
        }
        throw new IllegalStateException("the nodes send one another the key " + key);
    }

    @Override
    public void close() {
        connections.values().forEach(RespConnection::close);
    }

    private Reply askNode(int port, String... command) {
        try {
            return connections
                    .computeIfAbsent(port, p -> RespConnection.to(p, TIMEOUT_MS))
                    .command(command);
        } catch (UncheckedIOException e) {
            RespConnection broken = connections.remove(port);
            if (broken != null) {
                broken.close();
            }
            portOfKey.values().removeIf(known -> known == port);
            throw e;
        }
    }
}
