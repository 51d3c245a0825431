package dev.rondo.compat.process;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Several Rondo nodes that form one cluster, told as a story: {@code cluster.kill(cluster.primaryOf("key"))}. What it
 * says about owners it asks from the nodes that are alive. For one thread at a time.
 */
public final class RondoCluster implements AutoCloseable {
    private static final Duration FORMATION_TIMEOUT = Duration.ofSeconds(90);
    private static final int SLOTS = 16384;
    private static final Pattern HELD = Pattern.compile("cluster_slots_(?:primary|replica):(\\d+)");

    private final List<ServerProcess> nodes = new ArrayList<>();
    private final String[] directives;

    private RondoCluster(String... directives) {
        this.directives = directives;
    }

    /** How a node of a cluster is started: its port and the bus ports of the others. */
    private interface Launch {
        ServerProcess launch(int port, List<Integer> otherBusPorts);
    }

    /** Starts nodes all at once, each with the others as seeds, and waits until the cluster is whole. */
    public static RondoCluster start(int size, String... directives) {
        return start(size, (port, others) -> RondoNodes.launch(port, others, directives), directives);
    }

    /** As {@link #start}, with the launcher's own JVM flags: for benchmarks. */
    public static RondoCluster startAsUsersDo(int size) {
        return start(size, RondoNodes::launchAsUsersDo);
    }

    private static RondoCluster start(int size, Launch launch, String... directives) {
        RondoCluster cluster = new RondoCluster(directives);
        List<Integer> ports = List.copyOf(FreePorts.take(size));
        for (int port : ports) {
            List<Integer> others = ports.stream()
                    .filter(other -> other != port)
                    .map(other -> other + FreePorts.BUS_OFFSET)
                    .toList();
            cluster.nodes.add(launch.launch(port, others));
        }
        try {
            return cluster.awaitOk();
        } catch (IllegalStateException e) {
            cluster.close();
            throw e;
        }
    }

    /**
     * Waits until every running node sees all running nodes and all slots, spread evenly and with their replicas, and
     * every copy is complete.
     */
    public RondoCluster awaitOk() {
        try {
            Awaitility.await()
                    .atMost(FORMATION_TIMEOUT)
                    .pollInterval(Duration.ofMillis(50))
                    .until(this::isOk);
            return this;
        } catch (ConditionTimeoutException e) {
            String tails = nodes.stream().map(ServerProcess::tail).collect(Collectors.joining());
            throw new IllegalStateException("the cluster does not become whole: " + describe() + tails, e);
        }
    }

    /** Starts one more node, with all nodes there are as its seeds; does not wait for its share of slots. */
    public ServerProcess addNode() {
        List<Integer> seeds = nodes.stream().map(ServerProcess::busPort).toList();
        ServerProcess node = RondoNodes.launch(FreePorts.takeOne(), seeds, directives);
        nodes.add(node);
        return node;
    }

    /** All nodes, in the order of their start, killed ones included. */
    public List<ServerProcess> nodes() {
        return List.copyOf(nodes);
    }

    public ServerProcess node(int index) {
        return nodes.get(index);
    }

    /** Any node that runs. */
    public ServerProcess anyNode() {
        return alive().get(0);
    }

    public ServerProcess primaryOf(String key) {
        return ownersOf(key).get(0);
    }

    /** The first replica of the key's slot. */
    public ServerProcess replicaOf(String key) {
        return ownersOf(key).get(1);
    }

    /** A running node that owns no copy of the key's slot. */
    public ServerProcess strangerTo(String key) {
        List<ServerProcess> owners = ownersOf(key);
        return alive().stream()
                .filter(node -> !owners.contains(node))
                .findFirst()
                .orElseThrow();
    }

    /** The owners of the key's slot as the first running node knows them, the primary first. */
    public List<ServerProcess> ownersOf(String key) {
        try (RespConnection connection = anyNode().connect()) {
            long slot = connection.command("CLUSTER", "KEYSLOT", key).asLong();
            for (Reply range : connection.command("CLUSTER", "SLOTS").asList()) {
                List<Reply> fields = range.asList();
                if (fields.get(0).asLong() <= slot && slot <= fields.get(1).asLong()) {
                    return fields.stream().skip(2).map(this::nodeOf).toList();
                }
            }
        }
        throw new IllegalStateException("nobody owns the slot of " + key);
    }

    public void kill(ServerProcess node) {
        node.kill();
    }

    /** Starts a killed or stopped node again, with its folder and port, and waits until it answers. */
    public void restart(ServerProcess node) {
        node.restart();
    }

    @Override
    public void close() {
        nodes.forEach(ServerProcess::close);
    }

    private List<ServerProcess> alive() {
        return nodes.stream().filter(ServerProcess::isAlive).toList();
    }

    private ServerProcess nodeOf(Reply owner) {
        long port = owner.asList().get(1).asLong();
        return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
    }

    private boolean isOk() {
        int size = alive().size();
        return size > 0
                && alive().stream().allMatch(node -> isOk(node, size))
                && alive().stream().mapToInt(RondoCluster::copiesHeld).sum() == SLOTS * Math.min(size, 2);
    }

    private static boolean isOk(ServerProcess node, int size) {
        try (RespConnection connection = RespConnection.to(node.port(), 2000)) {
            String info = connection.command("CLUSTER", "INFO").asText();
            return info.contains("cluster_state:ok\r\n")
                    && info.contains("cluster_slots_assigned:" + SLOTS + "\r\n")
                    && info.contains("cluster_known_nodes:" + size + "\r\n")
                    && isSpread(connection.command("CLUSTER", "SLOTS").asList(), size);
        } catch (UncheckedIOException | IllegalStateException notYet) {
            return false;
        }
    }

    /** The slots that the node serves, and those of which it has a complete copy. */
    private static int copiesHeld(ServerProcess node) {
        try (RespConnection connection = RespConnection.to(node.port(), 2000)) {
            String info = connection.command("INFO", "cluster").asText();
            return HELD.matcher(info)
                    .results()
                    .mapToInt(field -> Integer.parseInt(field.group(1)))
                    .sum();
        } catch (UncheckedIOException | IllegalStateException notYet) {
            return 0;
        }
    }

    /** Every slot has a primary and one replica, and every node is the primary of its share, give or take one slot. */
    private static boolean isSpread(List<Reply> ranges, int size) {
        Map<Long, Long> slotsOf = new HashMap<>();
        for (Reply range : ranges) {
            List<Reply> fields = range.asList();
            if (fields.size() != 2 + Math.min(size, 2)) {
                return false;
            }
            long slots = fields.get(1).asLong() - fields.get(0).asLong() + 1;
            slotsOf.merge(fields.get(2).asList().get(1).asLong(), slots, Long::sum);
        }
        long share = SLOTS / size;
        return slotsOf.size() == size
                && slotsOf.values().stream().allMatch(slots -> slots == share || slots == share + 1)
                && slotsOf.values().stream().mapToLong(Long::longValue).sum() == SLOTS;
    }

    private String describe() {
        return alive().stream().map(this::describe).collect(Collectors.joining("; "));
    }

    private String describe(ServerProcess node) {
        try {
            return node + ": " + node.ask("CLUSTER", "INFO").asText().replace("\r\n", " ");
        } catch (UncheckedIOException | IllegalStateException e) {
            return node + ": " + e.getMessage();
        }
    }
}
