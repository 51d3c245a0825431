package dev.rondo.compat.chaos;

import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All nodes on 127.0.0.1, each with ports of its own. Links are cut by the nodes themselves (RONDO BREAK-LINK): the
 * sender drops its packets where they would leave it.
 */
final class Loopback implements Network {
    private static final int TIMEOUT_MS = 5000;

    private final List<Integer> ports;
    private final Set<Integer> cutting = new HashSet<>();

    Loopback(int nodes) {
        this.ports = RondoNodes.freePorts(nodes);
    }

    @Override
    public String host(int node) {
        return "127.0.0.1";
    }

    @Override
    public int port(int node) {
        return ports.get(node);
    }

    @Override
    public List<String> launcher(int node) {
        return List.of();
    }

    @Override
    public List<String> directives() {
        return List.of("--enable-admin-command", "local");
    }

    @Override
    public String cutting() {
        return "by the nodes themselves";
    }

    @Override
    public void cut(int from, int to) {
        cutting.add(from);
        try (RespConnection connection = RespConnection.to(port(from), TIMEOUT_MS)) {
            Reply reply = connection.command("RONDO", "BREAK-LINK", host(to) + ":" + port(to), "ONEWAY", "OUT");
            if (!reply.equals(Reply.status("OK"))) {
                throw new IllegalStateException("node " + from + " does not cut its link to node " + to + ": " + reply);
            }
        }
    }

    @Override
    public void heal() {
        for (int node : cutting) {
            try (RespConnection connection = RespConnection.to(port(node), TIMEOUT_MS)) {
                connection.command("RONDO", "HEAL-ALL");
            } catch (UncheckedIOException killed) {
                // The next process on this port has cut nothing.
            }
        }
        cutting.clear();
    }
}
