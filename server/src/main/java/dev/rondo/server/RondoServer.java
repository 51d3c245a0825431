package dev.rondo.server;

import dev.rondo.membership.BusConfig;
import dev.rondo.membership.LostSlots;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.server.cluster.ClusterCommands;
import dev.rondo.server.cluster.ClusterInfo;
import dev.rondo.server.cluster.ClusterService;
import dev.rondo.server.cluster.Departure;
import dev.rondo.server.cluster.ReplicationCommands;
import dev.rondo.server.cluster.RondoCommands;
import dev.rondo.server.command.AccessControl;
import dev.rondo.server.command.Clients;
import dev.rondo.server.command.Clock;
import dev.rondo.server.command.CommandSpec;
import dev.rondo.server.command.CommandTable;
import dev.rondo.server.command.Commands;
import dev.rondo.server.command.Dispatcher;
import dev.rondo.server.command.Evictor;
import dev.rondo.server.command.ExpiredKeys;
import dev.rondo.server.command.MemoryFigures;
import dev.rondo.server.command.Node;
import dev.rondo.server.command.NodeParts;
import dev.rondo.server.command.Observers;
import dev.rondo.server.command.Ownership;
import dev.rondo.server.command.PauseGate;
import dev.rondo.server.command.Replayer;
import dev.rondo.server.command.ScriptLanes;
import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.commit.CommitRules;
import dev.rondo.server.config.Config;
import dev.rondo.server.config.OutputLimits;
import dev.rondo.server.info.NodeInfo;
import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Expirer;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.net.Listener;
import dev.rondo.server.net.ListenerSettings;
import dev.rondo.server.net.NetworkStats;
import dev.rondo.server.pubsub.Broker;
import dev.rondo.server.pubsub.KeyspaceEvents;
import dev.rondo.server.pubsub.Relay;
import dev.rondo.server.replication.Replication;
import dev.rondo.server.replication.SpareTimeRate;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.script.LibraryNews;
import dev.rondo.server.security.Users;
import dev.rondo.server.stats.CommandStats;
import dev.rondo.server.stats.ErrorStats;
import dev.rondo.server.stats.Info;
import dev.rondo.server.stats.Watchdog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running node. Several can run in one JVM; nothing is static.
 *
 * <pre>{@code
 * try (RondoServer server = RondoServer.start(new Config().set("port", "7001"))) { ... }
 * }</pre>
 */
public final class RondoServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RondoServer.class);
    private static final int MAX_COMMANDS = 1024;
    private static final int BUS_PORT_OFFSET = 10_000;
    private static final int MAX_PORT = 65_535;
    private static final long JOIN_TIMEOUT_MS = 30_000;
    private static final long DRAIN_TIMEOUT_MS = 5_000;
    private static final long MS_PER_S = 1000;
    private static final int TICK_MS = 100;
    private static final int IDLE_CHECK_MS = 1000;
    /** How long keys are evicted in the background at a time. */
    private static final long EVICTION_NS = TimeUnit.MILLISECONDS.toNanos(25);

    private final Config config;
    private final DataDirectory directory;
    private final Seams seams;
    private final Clock clock;
    private final CommandStats stats = new CommandStats(MAX_COMMANDS);
    private final AtomicReference<Node> node = new AtomicReference<>();
    private final Housekeeping housekeeping = new Housekeeping();
    private final Watchdog watchdog = new Watchdog();
    private final PauseGate pauseGate = new PauseGate();
    private final AtomicBoolean activeExpiry = new AtomicBoolean(true);
    private final Broker broker = new Broker(new ClusterRelay());
    private final KeyspaceEvents events = new KeyspaceEvents(broker);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();
    private final @Nullable ClusterService cluster;
    private final @Nullable Departure departure;
    private final ScriptLanes scripts;
    private final Listener listener;
    private final NodeInfo nodeInfo;
    private final LiveConfig liveConfig;
    private volatile int exitCode;

    private RondoServer(Config config, DataDirectory directory, Seams seams) throws StartException {
        this.config = config;
        this.directory = directory;
        this.seams = seams;
        this.clock = seams.clock();
        Observers observers = new Observers(clock);
        boolean clustered = config.get(Config.CLUSTER_ENABLED);
        ConfiguredCommits.check(config);
        Databases databases =
                new Databases(config.get(Config.DATABASES), clustered ? Slot.Role.ABSENT : Slot.Role.PRIMARY);
        databases.tracking().messenger(task -> housekeeping.after(0, task));
        this.cluster = clustered ? clusterService(databases) : null;
        this.departure = cluster == null ? null : new Departure(cluster, databases.get(0));
        Users users = new Users();
        Clients clients = new Clients(clock, users);
        this.scripts = new ScriptLanes(node::get, () -> config.get(Config.BUSY_REPLY_THRESHOLD_MS));
        NetworkStats network = new NetworkStats();
        Info info = new Info();
        NodeParts parts = new NodeParts(
                node::get,
                config,
                info,
                network,
                broker,
                housekeeping,
                activeExpiry,
                scripts,
                this::stop,
                this::stopNow);
        List<CommandSpec> commands = new ArrayList<>(Commands.ofData(config.get(Config.MAX_BULK_BYTES)));
        commands.addAll(Commands.ofNode(parts));
        commands.addAll(new ClusterCommands(cluster, this::stop).commands());
        commands.addAll(new RondoCommands(cluster, config).commands());
        commands.addAll(new ReplicationCommands(cluster, clients, housekeeping).commands());
        CommitMode commitMode = seams.commits().apply(commitMode());
        CommandTable table = new CommandTable(commands);
        AccessControl access = new AccessControl(users, table, config);
        node.set(new Node(
                table,
                databases,
                cluster == null ? Ownership.ALL_SLOTS : cluster,
                commitMode,
                access,
                clients,
                events,
                observers,
                pauseGate,
                stats,
                new ErrorStats(),
                clock,
                scripts));
        new ConfiguredUsers(config, access).load();
        this.listener = new Listener(listenerSettings(), () -> new Dispatcher(node.get()), network);
        this.nodeInfo = new NodeInfo(node::get, config, network, broker, watchdog, listener::port);
        nodeInfo.addTo(info);
        if (cluster != null && departure != null) {
            cluster.whenAskedToLeave(this::stop);
            scripts.functions().announceTo(news -> cluster.replication().publish(library(news)));
            cluster.replication()
                    .limitCopies(new SpareTimeRate(() -> config.get(Config.COPY_RATE), cluster::urgentForNs));
            new ClusterInfo(cluster, databases.get(0), departure, config.get(Config.COMMIT_MODE), commitMode.figures())
                    .addTo(info);
        }
        this.liveConfig = new LiveConfig(config, listener, clients, databases, events, observers);
        config.whenChanged(() -> MemoryFigures.measure(node.get())); // a new limit is held against what there is now
        listener.protectWhile(() -> config.get(Config.PROTECTED_MODE)
                && users.defaultAccount().user().needsNoPassword());
    }

    /**
     * Starts a node and returns when it serves clients.
     *
     * @throws StartException with a sentence that says what is in the way
     */
    public static RondoServer start(Config config) throws StartException {
        return start(config, Seams.NONE);
    }

    static RondoServer start(Config config, Seams seams) throws StartException {
        RondoServer server = prepare(config, seams);
        server.open();
        return server;
    }

    /** Makes a node that can be closed at any time, and serves once it is opened. */
    static RondoServer prepare(Config config, Seams seams) throws StartException {
        checkPortIsFree(config);
        DataDirectory directory = DataDirectory.open(Path.of(config.get(Config.DIR)));
        try {
            return new RondoServer(config, directory, seams);
        } catch (StartException e) {
            release(directory);
            throw e;
        }
    }

    private static void release(DataDirectory directory) {
        try {
            directory.close();
        } catch (IOException e) {
            log.warn("Releasing the data folder failed", e);
        }
    }

    /** Joins the cluster and serves; closes the node when that fails. */
    void open() throws StartException {
        try {
            joinAndListen();
        } catch (StartException e) {
            exitCode = closing.get() ? exitCode : 1;
            close();
            throw e;
        }
    }

    /**
     * Listens once the cluster gives this node its place, before others send it clients, and not earlier, so that
     * nobody connects to a node that can't serve.
     */
    private void joinAndListen() throws StartException {
        liveConfig.start();
        try {
            CompletableFuture<Void> bound = new CompletableFuture<>();
            if (cluster != null) {
                cluster.whenTakenIn(() -> bind(bound));
                cluster.join(busConfig(), JOIN_TIMEOUT_MS, seams.tables());
            } else {
                bind(bound);
            }
            bound.join();
            if (closing.get()) {
                throw new StartException("stopped while it started");
            }
            listener.serve();
        } catch (CompletionException e) {
            throw new StartException(e.getCause().getMessage(), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new StartException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("interrupted while joining the cluster", e);
        }
        Evictor evictor = new Evictor(node.get());
        housekeeping.every(TICK_MS, () -> {
            pauseGate.tick(clock.nowMs());
            MemoryFigures.measure(node.get());
            evictor.makeRoom(EVICTION_NS);
            scripts.tick();
            node.get().databases().tracking().shrink(node.get().databases());
            nodeInfo.sample(System.nanoTime());
        });
        scheduleExpiry(new Expirer(node.get().databases(), clock::nowMs, new ExpiredKeys(node.get())));
        housekeeping.every(IDLE_CHECK_MS, () -> liveConfig.checkClients(clock.nowMs()));
        watchThreads();
        log.info(
                "Ready to serve on port {} ({}, {})",
                listener.port(),
                cluster == null
                        ? "plain"
                        : "cluster node " + cluster.self().id().hex(),
                Listener.multiplexer());
    }

    private void watchThreads() {
        List<Executor> loops = listener.executors();
        for (int i = 0; i < loops.size(); i++) {
            watchdog.watch("event loop " + i, loops.get(i));
        }
        watchdog.watch("housekeeping", task -> housekeeping.after(0, task));
        if (cluster != null) {
            cluster.watch(watchdog);
        }
        watchdog.start();
    }

    private void bind(CompletableFuture<Void> bound) {
        try {
            listener.bind();
            bound.complete(null);
        } catch (IOException | RuntimeException e) {
            bound.completeExceptionally(e);
        }
    }

    /** Active expiry: hz times a second, for a quarter of the time at most, and not while writes are paused. */
    private void scheduleExpiry(Expirer expirer) {
        long periodMs = 1000 / config.get(Config.HZ);
        housekeeping.after(periodMs, () -> {
            try {
                if (pauseGate.isOpen() && activeExpiry.get()) {
                    expirer.run(TimeUnit.MILLISECONDS.toNanos(periodMs) / 4);
                }
            } finally {
                scheduleExpiry(expirer);
            }
        });
    }

    private static void checkPortIsFree(Config config) throws StartException {
        for (String address : config.get(Config.BIND)) {
            try (ServerSocket probe = new ServerSocket()) {
                probe.setReuseAddress(true);
                probe.bind(new InetSocketAddress(address, config.get(Config.PORT)));
            } catch (IOException | IllegalArgumentException e) {
                throw new StartException(
                        "cannot listen on " + address + ":" + config.get(Config.PORT) + ": " + e.getMessage(), e);
            }
        }
    }

    /** What the configuration says of commits. */
    private CommitMode commitMode() {
        CommitRules rules = new ConfiguredCommits(config);
        if (cluster == null) {
            return CommitMode.async((effects, nowMs) -> {}, slot -> 0, rules);
        }
        return config.get(Config.COMMIT_MODE).equals("replica")
                ? cluster.replication().replicaMode(rules)
                : cluster.replication().asyncMode(rules);
    }

    private ClusterService clusterService(Databases databases) throws StartException {
        Replayer replayer = new Replayer(databases, () -> node.get().commands(), stats);
        return new ClusterService(
                self(),
                databases.get(0),
                seams.graveyard().get(),
                () -> config.get(Config.OUTPUT_LIMITS)
                        .of(OutputLimits.ClientClass.REPLICA)
                        .hardBytes(),
                command -> node.get().commands().keysOf(command),
                seams.effects().apply(replayer::apply),
                new Replication.MessageSink() {
                    @Override
                    public void published(byte[] channel, byte[] message) {
                        broker.deliver(channel, message);
                    }

                    @Override
                    public void publishedToShard(int slot, byte[] channel, byte[] message) {
                        broker.deliverShard(channel, message);
                    }

                    @Override
                    public void libraryChanged(Replication.Library library) {
                        scripts.libraryChanged(
                                new LibraryNews(Ascii.string(library.name()), library.version(), library.code(), true));
                    }

                    @Override
                    public List<Replication.Library> libraries() {
                        return scripts.functions().news().stream()
                                .map(RondoServer::library)
                                .toList();
                    }
                },
                this::stopRefused,
                slot -> broker.dropShardSubscribers(slot.index()));
    }

    private static Replication.Library library(LibraryNews news) {
        return new Replication.Library(Ascii.bytes(news.name()), news.version(), news.code());
    }

    /** Takes messages that clients of this node publish to the other nodes. */
    private final class ClusterRelay implements Relay {
        @Override
        public void publish(byte[] channel, byte[] message) {
            if (cluster != null) {
                cluster.replication().publish(channel, message);
            }
        }

        @Override
        public void publishShard(int slot, byte[] channel, byte[] message) {
            if (cluster != null) {
                cluster.publishToShard(slot, channel, message);
            }
        }
    }

    private Member self() throws StartException {
        try {
            int port = config.get(Config.PORT);
            int announcedPort = config.get(Config.ANNOUNCE_PORT);
            int announcedBusPort = config.get(Config.ANNOUNCE_BUS_PORT);
            return new Member(
                    NodeId.loadOrCreate(directory.path()),
                    System.currentTimeMillis() << 16
                            | ThreadLocalRandom.current().nextInt(1 << 16),
                    announcedHost(),
                    announcedPort == 0 ? port : announcedPort,
                    announcedBusPort == 0 ? busPort() : announcedBusPort,
                    config.get(Config.ZONE),
                    config.get(Config.WEIGHT));
        } catch (IOException e) {
            throw new StartException("the node's id can't be kept: " + e.getMessage(), e);
        }
    }

    private String announcedHost() {
        String announced = config.get(Config.ANNOUNCE_IP);
        return announced.isEmpty() ? config.get(Config.BIND).get(0) : announced;
    }

    /** The first address that is bound; when that is every address, the announced one. */
    private String busHost() throws StartException {
        String first = config.get(Config.BIND).get(0);
        if (!first.equals("0.0.0.0") && !first.equals("::")) {
            return first;
        }
        String announced = config.get(Config.ANNOUNCE_IP);
        if (announced.isEmpty()) {
            throw new StartException("--bind " + first + ": the other nodes need to know one address of this node;"
                    + " name it with --cluster-announce-ip");
        }
        return announced;
    }

    private int busPort() throws StartException {
        int configured = config.get(Config.CLUSTER_PORT);
        int port = configured == 0 ? config.get(Config.PORT) + BUS_PORT_OFFSET : configured;
        if (port + BusConfig.FAILURE_PORT_OFFSET > MAX_PORT) {
            throw new StartException("the cluster bus needs the ports " + port + " and "
                    + (port + BusConfig.FAILURE_PORT_OFFSET) + ", but " + MAX_PORT
                    + " is the highest there is; choose a lower --port or a --cluster-port");
        }
        return port;
    }

    private BusConfig busConfig() throws StartException {
        String secret = config.get(Config.CLUSTER_SECRET);
        return BusConfig.of(busHost(), busPort(), config.get(Config.JOIN))
                .withClusterName(config.get(Config.CLUSTER_NAME))
                .withSecret(secret.isEmpty() ? null : secret)
                .withReplicas(config.get(Config.REPLICAS))
                .withMaxMovingSlots(config.get(Config.REBALANCE_SLOTS))
                .withLostSlots(config.get(Config.LOST_SLOTS).equals("reset") ? LostSlots.RESET : LostSlots.WAIT);
    }

    private ListenerSettings listenerSettings() {
        int loops = config.get(Config.IO_THREADS);
        return new ListenerSettings(
                config.get(Config.BIND),
                config.get(Config.PORT),
                config.get(Config.TCP_BACKLOG),
                config.get(Config.MAX_CLIENTS),
                loops > 0 ? loops : Math.max(1, Runtime.getRuntime().availableProcessors() - 1),
                (int) (long) config.get(Config.MAX_BULK_BYTES),
                config.get(Config.MAX_QUERY_BYTES),
                config.get(Config.TCP_KEEPALIVE));
    }

    /** The port that clients connect to. */
    public int port() {
        return listener.port();
    }

    private void stopRefused(String sentence) {
        exitCode = 1;
        stop();
    }

    /** Stops on a thread of its own, for callers that the stop waits for. */
    private void stop() {
        new Thread(this::close, "stop").start();
    }

    /** As {@link #stop}, but what the node serves stays where it is, also when it is being handed over already. */
    private void stopNow() {
        if (departure != null) {
            departure.hurry();
        }
        stop();
    }

    /** Waits until the node has stopped and returns the exit code of its process. */
    public int awaitStop() throws InterruptedException {
        stopped.await();
        return exitCode;
    }

    /**
     * Hands over what this node serves, for at most leave-timeout and serving clients meanwhile; then stops serving,
     * leaves the cluster and releases the data folder. Does nothing when the node is closed or about to be.
     */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        if (cluster != null && departure != null) {
            cluster.stopJoining();
            scripts.hurry();
            if (exitCode == 0) {
                departure.handOver(config.get(Config.LEAVE_TIMEOUT) * MS_PER_S);
            }
        }
        listener.close(); // no client gets an answer from here on
        scripts.close();
        if (cluster != null) {
            cluster.drain(DRAIN_TIMEOUT_MS);
            cluster.close();
        }
        housekeeping.close();
        watchdog.close();
        release(directory);
        log.info("Stopped");
        stopped.countDown();
    }
}
