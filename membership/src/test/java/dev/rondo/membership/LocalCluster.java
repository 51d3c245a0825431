package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Real nodes on real buses in one process. The servers behind them hold no data: copies and handovers take no time. */
final class LocalCluster implements AutoCloseable {

    private static final AtomicLong INCARNATIONS = new AtomicLong(1);

    private static final int LOWEST_PORT = 20_000;
    private static final int HIGHEST_PORT = 32_000;

    private final Map<NodeId, FakeServer> running = new ConcurrentHashMap<>();
    private final Set<Integer> usedPorts = new HashSet<>();
    final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    /** A node that keeps the rules of tables; its state is guarded by the whole cluster's lock. */
    final class FakeServer implements ClusterListener {
        final SimulatedCluster.Node node;
        final Queue<String> messages = new ConcurrentLinkedQueue<>();
        final Queue<String> refusals = new ConcurrentLinkedQueue<>();
        final AtomicInteger doubtsEnded = new AtomicInteger();
        final Queue<NodeId> farewells = new ConcurrentLinkedQueue<>();
        /** So many of the next calls fail, before they have done anything. */
        final AtomicInteger failuresToCome = new AtomicInteger();
        /** Whether every message that begins with a question mark is answered, on the thread that brings it. */
        volatile boolean answering;

        volatile List<Member> seen = List.of();
        volatile @Nullable Cluster cluster;

        FakeServer(Member member) {
            node = new SimulatedCluster.Node(member);
        }

        NodeId id() {
            return node.member.id();
        }

        SlotTable table() {
            return cluster().table();
        }

        Cluster cluster() {
            Cluster started = cluster;
            if (started == null) {
                throw new IllegalStateException("not started");
            }
            return started;
        }

        @Override
        public Holdings holdings() {
            synchronized (LocalCluster.this) {
                return node.report().holdings();
            }
        }

        private void mayFail() {
            if (failuresToCome.getAndDecrement() > 0) {
                throw new IllegalStateException("as the test wants");
            }
        }

        @Override
        public void tableChanged(SlotTable previous, SlotTable next) {
            mayFail();
            synchronized (LocalCluster.this) {
                try {
                    node.apply(next);
                    settle();
                } catch (AssertionError e) {
                    failures.add(e);
                }
            }
        }

        @Override
        public void viewChanged(List<Member> reachable) {
            mayFail();
            seen = reachable;
        }

        @Override
        public void received(NodeId from, long fromIncarnation, byte[] buffer, int offset, int length) {
            messages.add(from.hex().substring(0, 4) + "/" + fromIncarnation + ":"
                    + new String(buffer, offset, length, StandardCharsets.UTF_8));
            if (answering && length > 0 && buffer[offset] == '?') {
                cluster().sendUnordered(from, new byte[] {'!'}, 0, 1);
            }
        }

        @Override
        public void refused(String sentence) {
            refusals.add(sentence);
        }

        @Override
        public void standingInDoubt() {}

        @Override
        public void standingClear(long trueAtNs) {
            doubtsEnded.incrementAndGet();
        }

        @Override
        public void askedToLeave(NodeId through) {
            farewells.add(through);
        }
    }

    /** Copies and hands over all that the tables of both sides allow. */
    private synchronized void settle() {
        for (FakeServer from : running.values()) {
            Set<FakeServer> touched = new HashSet<>();
            SimulatedCluster.Node node = from.node;
            for (int slot = node.primary.nextSetBit(0); slot >= 0; slot = node.primary.nextSetBit(slot + 1)) {
                settle(from, slot, touched);
            }
            for (FakeServer server : touched) {
                Cluster cluster = server.cluster;
                if (cluster != null) {
                    cluster.holdingsChanged();
                }
            }
        }
    }

    private void settle(FakeServer from, int slot, Set<FakeServer> touched) {
        SimulatedCluster.Node node = from.node;
        for (Member owner : node.table.owners(slot)) {
            FakeServer to = running.get(owner.id());
            if (to != null && to != from && to.node.table.isOwner(owner.id(), slot) && !to.node.primary.get(slot)) {
                if (!to.node.inSync.get(slot)) {
                    to.node.inSync.set(slot);
                    touched.add(to);
                }
                if (node.table.target(slot).get(0).equals(owner)) {
                    node.handOver(slot, to.node);
                    touched.add(from);
                    touched.add(to);
                }
            }
        }
    }

    /**
     * A bus port p on loopback such that p and p + 100 are free, both below the ports that the kernel gives to outgoing
     * connections.
     */
    synchronized int freeBusPort() throws IOException {
        for (int tries = 0; tries < 200; tries++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            if (!usedPorts.contains(port) && !usedPorts.contains(port + 100) && canBind(port) && canBind(port + 100)) {
                usedPorts.addAll(List.of(port, port + 100));
                return port;
            }
        }
        throw new IOException("no free pair of ports");
    }

    private static boolean canBind(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    static BusConfig config(int busPort, List<String> seeds) {
        return BusConfig.of("127.0.0.1", busPort, seeds);
    }

    static Member member(int i, int busPort) {
        Member sample = Samples.member(i);
        return new Member(sample.id(), INCARNATIONS.getAndIncrement(), "127.0.0.1", busPort - 10_000, busPort, "", 1);
    }

    FakeServer start(Member member, BusConfig config) throws IOException {
        return start(member, config, SlotTable.NONE);
    }

    FakeServer start(Member member, BusConfig config, SlotTable known) throws IOException {
        FakeServer server = new FakeServer(member);
        running.put(member.id(), server);
        try {
            server.cluster = Cluster.start(config, member, known, server);
        } catch (IOException e) {
            running.remove(member.id(), server);
            throw e;
        }
        return server;
    }

    /** Starts nodes one after the other; each knows the first as its seed. */
    List<FakeServer> startNodes(int count) throws IOException {
        return startNodes(count, BusConfig.of("127.0.0.1", 1, List.of()).heartbeatTimeoutMs());
    }

    /** As the other; a silent node is taken for dead after {@code heartbeatMs}. */
    List<FakeServer> startNodes(int count, int heartbeatMs) throws IOException {
        List<FakeServer> servers = new ArrayList<>();
        int firstPort = freeBusPort();
        for (int i = 0; i < count; i++) {
            int port = i == 0 ? firstPort : freeBusPort();
            List<String> seeds = i == 0 ? List.of() : List.of("127.0.0.1:" + firstPort);
            BusConfig config = config(port, seeds);
            servers.add(start(
                    member(i, port),
                    config.withTimeouts(config.joinTimeoutMs(), heartbeatMs, config.reportTimeoutMs())));
        }
        return servers;
    }

    void kill(FakeServer server) {
        running.remove(server.id(), server);
        server.cluster().crash();
    }

    void leave(FakeServer server) {
        running.remove(server.id(), server);
        server.cluster().leave();
    }

    /** Whether all these nodes have applied the same table, in which nothing moves and all slots have their owners. */
    synchronized boolean isSettled(List<FakeServer> servers, int replicas) {
        SlotTable table = servers.get(0).table();
        List<Member> members = servers.stream()
                .map(s -> s.node.member)
                .sorted((a, b) -> a.id().compareTo(b.id()))
                .toList();
        int owners = Math.min(replicas, servers.size() - 1) + 1;
        if (!table.members().equals(members)
                || servers.stream().anyMatch(s -> s.node.table.epoch() != table.epoch())
                || servers.stream().anyMatch(s -> !s.cluster().reachable().equals(members))) {
            return false;
        }
        return table.ranges().stream()
                .allMatch(range -> range.owners().size() == owners && !table.isMoving(range.first()));
    }

    synchronized void checkOnePrimaryPerSlot(List<FakeServer> servers) {
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            int at = slot;
            long primaries =
                    servers.stream().filter(s -> s.node.primary.get(at)).count();
            assertEquals(1, primaries, "nodes that serve slot " + slot);
        }
    }

    @Override
    public void close() {
        running.values().forEach(server -> {
            Cluster cluster = server.cluster;
            if (cluster != null) {
                cluster.close();
            }
        });
        assertEquals(List.of(), List.copyOf(failures));
    }
}
