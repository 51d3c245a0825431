package dev.rondo.server;

import ch.qos.logback.classic.Level;
import com.sun.management.UnixOperatingSystemMXBean;
import dev.rondo.server.command.Client;
import dev.rondo.server.command.Clients;
import dev.rondo.server.command.Observers;
import dev.rondo.server.command.OutputPolicy;
import dev.rondo.server.config.Config;
import dev.rondo.server.config.ConfigException;
import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.EvictionPolicy;
import dev.rondo.server.keyspace.EvictionRules;
import dev.rondo.server.net.Listener;
import dev.rondo.server.pubsub.KeyspaceEvents;
import dev.rondo.server.type.Limits;
import java.lang.management.ManagementFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes directives take effect, at start and whenever CONFIG SET changes them. Thread-safe. */
final class LiveConfig {
    private static final Logger log = LoggerFactory.getLogger(LiveConfig.class);
    private static final String LOGGER = "dev.rondo";
    /** For the program's own files, the cluster bus and listening sockets. */
    private static final int RESERVED_FILES = 256;
    /** More keys are not looked at for one that is evicted. */
    private static final int MOST_SAMPLES = 64;

    private final Config config;
    private final Listener listener;
    private final Clients clients;
    private final Databases databases;
    private final KeyspaceEvents events;
    private final Observers observers;
    private final OutputPolicy outputPolicy;

    LiveConfig(
            Config config,
            Listener listener,
            Clients clients,
            Databases databases,
            KeyspaceEvents events,
            Observers observers) {
        this.config = config;
        this.listener = listener;
        this.clients = clients;
        this.databases = databases;
        this.events = events;
        this.observers = observers;
        this.outputPolicy = new OutputPolicy(config);
    }

    void start() {
        limitToFileDescriptors();
        clients.whenOpened(outputPolicy::apply);
        config.whenChanged(this::apply);
        apply();
    }

    /** As Redis: a node does not promise more connections than the operating system lets it have. */
    private void limitToFileDescriptors() {
        int wanted = config.get(Config.MAX_CLIENTS);
        int most = affordableClients(wanted, maxFileDescriptors());
        if (most < wanted) {
            log.warn("maxclients is lowered from {} to {}: the limit of open files allows no more", wanted, most);
            try {
                config.set(Config.MAX_CLIENTS.name(), Integer.toString(most));
            } catch (ConfigException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    static int affordableClients(int wanted, long fileDescriptors) {
        return (int) Math.max(1, Math.min(wanted, fileDescriptors - RESERVED_FILES));
    }

    private static long maxFileDescriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    private void apply() {
        listener.maxClients(config.get(Config.MAX_CLIENTS));
        clients.all().forEach(outputPolicy::apply);
        databases.limits(limits());
        databases.memory().rules(evictionRules());
        databases.tracking().maxKeys(config.get(Config.TRACKING_TABLE_MAX_KEYS));
        observers.configure(
                config.get(Config.SLOWLOG_SLOWER_THAN),
                config.get(Config.SLOWLOG_MAX_LEN),
                config.get(Config.LATENCY_THRESHOLD_MS));
        observers.timeCommands(config.get(Config.LATENCY_TRACKING));
        events.choose(config.get(Config.NOTIFY_KEYSPACE_EVENTS));
        if (LoggerFactory.getLogger(LOGGER) instanceof ch.qos.logback.classic.Logger logger) {
            logger.setLevel(level(config.get(Config.LOG_LEVEL)));
        }
    }

    private EvictionRules evictionRules() {
        long maxBytes = config.get(Config.MAX_MEMORY);
        if (maxBytes > Runtime.getRuntime().maxMemory()
                && maxBytes != databases.memory().rules().maxBytes()) {
            log.warn(
                    "maxmemory is larger than the heap of the JVM, which should be at least one and a half times as large");
        }
        return new EvictionRules(
                maxBytes,
                EvictionPolicy.of(config.get(Config.MAX_MEMORY_POLICY)),
                Math.min(MOST_SAMPLES, config.get(Config.MAX_MEMORY_SAMPLES)),
                config.get(Config.EVICTION_TENACITY),
                config.get(Config.LFU_LOG_FACTOR),
                config.get(Config.LFU_DECAY_TIME),
                config.get(Config.REPLICA_IGNORE_MAX_MEMORY));
    }

    private Limits limits() {
        return new Limits(
                config.get(Config.HASH_MAX_LISTPACK_ENTRIES),
                config.get(Config.HASH_MAX_LISTPACK_VALUE),
                config.get(Config.SET_MAX_INTSET_ENTRIES),
                config.get(Config.SET_MAX_LISTPACK_ENTRIES),
                config.get(Config.SET_MAX_LISTPACK_VALUE),
                config.get(Config.ZSET_MAX_LISTPACK_ENTRIES),
                config.get(Config.ZSET_MAX_LISTPACK_VALUE),
                config.get(Config.LIST_MAX_LISTPACK_SIZE),
                config.get(Config.STREAM_NODE_MAX_BYTES),
                config.get(Config.STREAM_NODE_MAX_ENTRIES),
                config.get(Config.HLL_SPARSE_MAX_BYTES));
    }

    private static Level level(String redisName) {
        return switch (redisName) {
            case "debug" -> Level.TRACE;
            case "verbose" -> Level.DEBUG;
            case "warning" -> Level.WARN;
            case "nothing" -> Level.OFF;
            default -> Level.INFO;
        };
    }

    /** To be called about every second: closes clients that are idle or leave their output unread for too long. */
    void checkClients(long nowMs) {
        long timeoutMs = config.get(Config.TIMEOUT) * 1000L;
        for (Client client : clients.all()) {
            boolean idle = timeoutMs > 0 && nowMs - client.lastRequestMs() > timeoutMs;
            if (idle && !client.isSubscribed() && !client.isBlocked()) {
                client.connection().close();
            } else if (client.connection().pendingOutputBytes() > 0) {
                client.execute(client.connection()::enforceOutputLimit);
            }
        }
    }
}
