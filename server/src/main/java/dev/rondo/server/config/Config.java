package dev.rondo.server.config;

import dev.rondo.server.resp.Ascii;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one node. Names and defaults are those of redis.conf where the concept is the same. Thread-safe.
 */
public final class Config {
    public static final Directive<Integer> PORT = Directive.integer("port", 6379, 1, 65535);
    public static final Directive<List<String>> BIND = Directive.words("bind", List.of("127.0.0.1"));
    public static final Directive<String> DIR = Directive.text("dir", ".");
    public static final Directive<Integer> DATABASES = Directive.integer("databases", 16, 1, 1024);
    public static final Directive<Integer> TCP_BACKLOG = Directive.integer("tcp-backlog", 511, 0, 65535);
    public static final Directive<Integer> TCP_KEEPALIVE = Directive.integer("tcp-keepalive", 300, 0, 1_000_000);
    public static final Directive<Integer> TIMEOUT =
            Directive.integer("timeout", 0, 0, Integer.MAX_VALUE).mutable();
    public static final Directive<Integer> MAX_CLIENTS =
            Directive.integer("maxclients", 10_000, 1, Integer.MAX_VALUE).mutable();
    /** 0 chooses one event loop for each core but one, which the bus, the JVM and the system share. */
    public static final Directive<Integer> IO_THREADS = Directive.integer("io-threads", 0, 0, 128);

    public static final Directive<Integer> HZ =
            Directive.integer("hz", 10, 1, 500).mutable();
    public static final Directive<String> REQUIRE_PASS =
            Directive.text("requirepass", "").mutable();
    /** The file of users, in the folder of the data if it has no absolute path; empty for none. */
    public static final Directive<String> ACL_FILE = Directive.text("aclfile", "");
    /** Whether new users may use all channels, or none. */
    public static final Directive<String> ACL_PUBSUB_DEFAULT = Directive.choice(
                    "acl-pubsub-default", "resetchannels", "allchannels", "resetchannels")
            .mutable();

    public static final Directive<Long> ACL_LOG_MAX_LEN = Directive.count("acllog-max-len", 128);
    /** Whether clients of other machines are turned away as long as "default" needs no password. */
    public static final Directive<Boolean> PROTECTED_MODE =
            Directive.yesNo("protected-mode", true).mutable();

    public static final Directive<Long> MAX_BULK_BYTES =
            Directive.bytes("proto-max-bulk-len", 512L << 20, 1L << 20, Integer.MAX_VALUE - 64);
    public static final Directive<Long> MAX_QUERY_BYTES =
            Directive.bytes("client-query-buffer-limit", 1L << 30, 1L << 20, Long.MAX_VALUE);
    public static final Directive<OutputLimits> OUTPUT_LIMITS = Directive.of(
                    "client-output-buffer-limit", OutputLimits.defaults(), new Directive.Form<OutputLimits>() {
                        @Override
                        public OutputLimits parse(String text) throws ConfigException {
                            return OutputLimits.defaults().with(text);
                        }

                        @Override
                        public String format(OutputLimits value) {
                            return value.toString();
                        }
                    })
            .mutable();
    public static final Directive<String> NOTIFY_KEYSPACE_EVENTS =
            Directive.of("notify-keyspace-events", "", new EventLetters()).mutable();
    /** The keys that all clients with CLIENT TRACKING together may have cached; 0 = any number. */
    public static final Directive<Long> TRACKING_TABLE_MAX_KEYS = Directive.count("tracking-table-max-keys", 1_000_000);

    /** Microseconds from which on a command is slow; negative: none is. */
    public static final Directive<Long> SLOWLOG_SLOWER_THAN = Directive.count("slowlog-log-slower-than", 10_000, -1);

    public static final Directive<Long> SLOWLOG_MAX_LEN = Directive.count("slowlog-max-len", 128);
    public static final Directive<Long> LATENCY_THRESHOLD_MS = Directive.count("latency-monitor-threshold", 0);
    public static final Directive<Boolean> LATENCY_TRACKING =
            Directive.yesNo("latency-tracking", true).mutable();
    public static final Directive<List<Double>> LATENCY_PERCENTILES = Directive.of(
                    "latency-tracking-info-percentiles", List.of(50.0, 99.0, 99.9), new Percentiles())
            .mutable();
    public static final Directive<String> LOG_LEVEL = Directive.choice(
                    "loglevel", "notice", "debug", "verbose", "notice", "warning", "nothing")
            .mutable();
    /** The log goes to standard output; any other file is refused. */
    public static final Directive<String> LOG_FILE = Directive.choice("logfile", "", "");

    /**
     * Milliseconds after which clients no longer wait for a script, but are told that the server is busy; 0 = never.
     */
    public static final Directive<Long> BUSY_REPLY_THRESHOLD_MS =
            Directive.count("busy-reply-threshold", 5000).alias("lua-time-limit");

    public static final Directive<String> DEBUG_COMMAND =
            Directive.choice("enable-debug-command", "no", "no", "yes", "local");
    /** Kept for tools that set it: nothing that it protects can be changed at run time. */
    public static final Directive<String> PROTECTED_CONFIGS =
            Directive.choice("enable-protected-configs", "no", "no", "yes", "local");
    /** Whether RONDO, the operator's commands, may be used: by nobody, by everybody, from this machine. */
    public static final Directive<String> ADMIN_COMMAND =
            Directive.choice("enable-admin-command", "no", "no", "yes", "local");
    /** There is no persistence yet, and these say so to tools that ask. */
    public static final Directive<String> SAVE = Directive.choice("save", "", "");

    public static final Directive<String> APPEND_ONLY = Directive.choice("appendonly", "no", "no");

    public static final Directive<Boolean> CLUSTER_ENABLED = Directive.yesNo("cluster-enabled", true);
    public static final Directive<List<String>> JOIN = Directive.words("join", List.of());
    public static final Directive<String> CLUSTER_NAME = Directive.text("cluster-name", "rondo");
    /** 0 chooses port + 10000. */
    public static final Directive<Integer> CLUSTER_PORT = Directive.integer("cluster-port", 0, 0, 65535);

    public static final Directive<String> ANNOUNCE_IP = Directive.text("cluster-announce-ip", "");
    public static final Directive<Integer> ANNOUNCE_PORT = Directive.integer("cluster-announce-port", 0, 0, 65535);
    public static final Directive<Integer> ANNOUNCE_BUS_PORT =
            Directive.integer("cluster-announce-bus-port", 0, 0, 65535);
    /** What a node must know to join; the bus is encrypted with a key made of it. Empty for neither. */
    public static final Directive<String> CLUSTER_SECRET = Directive.text("cluster-secret", "");

    public static final Directive<Integer> REPLICAS = Directive.integer("replicas", 1, 0, 5);
    public static final Directive<String> COMMIT_MODE = Directive.choice("commit-mode", "async", "async", "replica");
    /** How long a reply waits for replicas at most, in commit mode {@code replica}. */
    public static final Directive<Integer> COMMIT_TIMEOUT_MS =
            Directive.integer("commit-timeout", 5000, 1, 3_600_000).mutable();
    /** What becomes of a write in commit mode {@code replica} when its slot has no replica, or none that answers. */
    public static final Directive<String> COMMIT_WITHOUT_REPLICAS = Directive.choice(
                    "commit-without-replicas", "refuse", "refuse", "continue")
            .mutable();

    public static final Directive<Integer> MIN_REPLICAS_TO_WRITE =
            Directive.integer("min-replicas-to-write", 0, 0, Integer.MAX_VALUE).mutable();
    public static final Directive<String> LOST_SLOTS = Directive.choice("lost-slots", "wait", "wait", "reset");
    public static final Directive<String> ZONE = Directive.text("zone", "");
    public static final Directive<Integer> WEIGHT = Directive.integer("weight", 100, 1, 10_000);
    /** Seconds that a node which is told to stop has for handing over what it serves; 0 = none. */
    public static final Directive<Integer> LEAVE_TIMEOUT =
            Directive.integer("leave-timeout", 30, 0, 86_400).mutable();

    /** How many slots may change owners for the sake of balance at the same time. */
    public static final Directive<Integer> REBALANCE_SLOTS = Directive.integer("rebalance-slots", 1024, 1, 16_384);
    /** Bytes per second of the copies that this node makes for others; 0 = as fast as there is processor time. */
    public static final Directive<Long> COPY_RATE =
            Directive.bytes("copy-rate", 0, 0, Long.MAX_VALUE).mutable();

    // ---- how much memory the data may take, and what goes then ----

    /** 0 = any amount. */
    public static final Directive<Long> MAX_MEMORY =
            Directive.bytes("maxmemory", 0, 0, Long.MAX_VALUE).mutable();

    public static final Directive<String> MAX_MEMORY_POLICY = Directive.choice(
                    "maxmemory-policy",
                    "noeviction",
                    "volatile-lru",
                    "volatile-lfu",
                    "volatile-random",
                    "volatile-ttl",
                    "allkeys-lru",
                    "allkeys-lfu",
                    "allkeys-random",
                    "noeviction")
            .mutable();
    public static final Directive<Integer> MAX_MEMORY_SAMPLES =
            Directive.integer("maxmemory-samples", 5, 1, Integer.MAX_VALUE).mutable();
    public static final Directive<Integer> EVICTION_TENACITY =
            Directive.integer("maxmemory-eviction-tenacity", 10, 0, 100).mutable();
    public static final Directive<Integer> LFU_LOG_FACTOR =
            Directive.integer("lfu-log-factor", 10, 0, Integer.MAX_VALUE).mutable();
    /** Minutes. */
    public static final Directive<Integer> LFU_DECAY_TIME =
            Directive.integer("lfu-decay-time", 1, 0, Integer.MAX_VALUE).mutable();
    /** Whether copies of slots that other nodes serve do not count. */
    public static final Directive<Boolean> REPLICA_IGNORE_MAX_MEMORY =
            Directive.yesNo("replica-ignore-maxmemory", true).mutable().alias("slave-ignore-maxmemory");

    // ---- up to which size collections take their compact forms ----

    public static final Directive<Long> HASH_MAX_LISTPACK_ENTRIES =
            Directive.count("hash-max-listpack-entries", 512).alias("hash-max-ziplist-entries");
    public static final Directive<Long> HASH_MAX_LISTPACK_VALUE =
            limitBytes("hash-max-listpack-value", 64).alias("hash-max-ziplist-value");
    public static final Directive<Long> SET_MAX_INTSET_ENTRIES = Directive.count("set-max-intset-entries", 512);
    public static final Directive<Long> SET_MAX_LISTPACK_ENTRIES = Directive.count("set-max-listpack-entries", 128);
    public static final Directive<Long> SET_MAX_LISTPACK_VALUE = limitBytes("set-max-listpack-value", 64);
    public static final Directive<Long> ZSET_MAX_LISTPACK_ENTRIES =
            Directive.count("zset-max-listpack-entries", 128).alias("zset-max-ziplist-entries");
    public static final Directive<Long> ZSET_MAX_LISTPACK_VALUE =
            limitBytes("zset-max-listpack-value", 64).alias("zset-max-ziplist-value");
    public static final Directive<Integer> LIST_MAX_LISTPACK_SIZE = Directive.integer(
                    "list-max-listpack-size", -2, Integer.MIN_VALUE, Integer.MAX_VALUE)
            .mutable()
            .alias("list-max-ziplist-size");
    /** Nodes of lists are never compressed; the directive is kept for tools that set it. */
    public static final Directive<Integer> LIST_COMPRESS_DEPTH =
            Directive.integer("list-compress-depth", 0, 0, Integer.MAX_VALUE).mutable();

    public static final Directive<Long> STREAM_NODE_MAX_BYTES = limitBytes("stream-node-max-bytes", 4096);
    public static final Directive<Long> STREAM_NODE_MAX_ENTRIES = Directive.count("stream-node-max-entries", 100);

    public static final Directive<Long> HLL_SPARSE_MAX_BYTES = limitBytes("hll-sparse-max-bytes", 3000);

    private static Directive<Long> limitBytes(String name, long defaultValue) {
        return Directive.bytes(name, defaultValue, 0, Long.MAX_VALUE).mutable();
    }

    private static final List<Directive<?>> ALL = List.of(
            PORT,
            BIND,
            DIR,
            DATABASES,
            TCP_BACKLOG,
            TCP_KEEPALIVE,
            TIMEOUT,
            MAX_CLIENTS,
            IO_THREADS,
            HZ,
            REQUIRE_PASS,
            ACL_FILE,
            ACL_PUBSUB_DEFAULT,
            ACL_LOG_MAX_LEN,
            PROTECTED_MODE,
            MAX_BULK_BYTES,
            MAX_QUERY_BYTES,
            OUTPUT_LIMITS,
            NOTIFY_KEYSPACE_EVENTS,
            TRACKING_TABLE_MAX_KEYS,
            SLOWLOG_SLOWER_THAN,
            SLOWLOG_MAX_LEN,
            LATENCY_THRESHOLD_MS,
            LATENCY_TRACKING,
            LATENCY_PERCENTILES,
            LOG_LEVEL,
            LOG_FILE,
            BUSY_REPLY_THRESHOLD_MS,
            DEBUG_COMMAND,
            PROTECTED_CONFIGS,
            ADMIN_COMMAND,
            SAVE,
            APPEND_ONLY,
            CLUSTER_ENABLED,
            JOIN,
            CLUSTER_NAME,
            CLUSTER_PORT,
            ANNOUNCE_IP,
            ANNOUNCE_PORT,
            ANNOUNCE_BUS_PORT,
            CLUSTER_SECRET,
            REPLICAS,
            COMMIT_MODE,
            COMMIT_TIMEOUT_MS,
            COMMIT_WITHOUT_REPLICAS,
            MIN_REPLICAS_TO_WRITE,
            LOST_SLOTS,
            ZONE,
            WEIGHT,
            LEAVE_TIMEOUT,
            REBALANCE_SLOTS,
            COPY_RATE,
            MAX_MEMORY,
            MAX_MEMORY_POLICY,
            MAX_MEMORY_SAMPLES,
            EVICTION_TENACITY,
            LFU_LOG_FACTOR,
            LFU_DECAY_TIME,
            REPLICA_IGNORE_MAX_MEMORY,
            HASH_MAX_LISTPACK_ENTRIES,
            HASH_MAX_LISTPACK_VALUE,
            SET_MAX_INTSET_ENTRIES,
            SET_MAX_LISTPACK_ENTRIES,
            SET_MAX_LISTPACK_VALUE,
            ZSET_MAX_LISTPACK_ENTRIES,
            ZSET_MAX_LISTPACK_VALUE,
            LIST_MAX_LISTPACK_SIZE,
            LIST_COMPRESS_DEPTH,
            STREAM_NODE_MAX_BYTES,
            STREAM_NODE_MAX_ENTRIES,
            HLL_SPARSE_MAX_BYTES);

    private final Map<String, Directive<?>> byName = new LinkedHashMap<>();
    private final Map<Directive<?>, Object> values = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final Map<String, List<byte[]>> users = new LinkedHashMap<>();
    private volatile Supplier<List<String>> userLines = List::of;
    private volatile @Nullable ConfigFile file;

    /** A configuration with every default. */
    public Config() {
        for (Directive<?> directive : ALL) {
            directive.names().forEach(name -> byName.put(name, directive));
            values.put(directive, directive.defaultValue());
        }
    }

    /** Every directive, in the order of the documentation. */
    public static List<Directive<?>> directives() {
        return ALL;
    }

    /** The present value. */
    @SuppressWarnings("unchecked") // only set() fills the map, with what the directive itself has parsed
    public <T> T get(Directive<T> directive) {
        return (T) values.get(directive);
    }

    public @Nullable Directive<?> find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** The present value as CONFIG GET shows it. */
    public String text(Directive<?> directive) {
        return format(directive);
    }

    private <T> String format(Directive<T> directive) {
        return directive.format(get(directive));
    }

    /** Sets a directive at start. */
    public Config set(String name, String value) throws ConfigException {
        Directive<?> directive = find(name);
        if (directive == null) {
            throw new ConfigException("unknown directive '" + name + "'");
        }
        values.put(directive, parse(directive, value));
        return this;
    }

    /** Sets directives at run time: all of them, or none when one is wrong.
     *
     * @throws ConfigException whose message fits behind "ERR CONFIG SET failed (possibly related to argument 'x') - "
     */
    public void setAll(Map<Directive<?>, String> texts) throws ConfigException {
        Map<Directive<?>, Object> parsed = new LinkedHashMap<>();
        for (Map.Entry<Directive<?>, String> each : texts.entrySet()) {
            try {
                parsed.put(each.getKey(), parse(each.getKey(), each.getValue()));
            } catch (ConfigException e) {
                throw new ConfigException(
                        "(possibly related to argument '" + each.getKey().name() + "') - " + e.getMessage());
            }
        }
        values.putAll(parsed);
        listeners.forEach(Runnable::run);
    }

    private Object parse(Directive<?> directive, String value) throws ConfigException {
        if (directive == OUTPUT_LIMITS) {
            return get(OUTPUT_LIMITS).with(value);
        }
        return directive.parse(value);
    }

    /** Has {@code action} run after each change at run time, on the thread that made it. */
    public void whenChanged(Runnable action) {
        listeners.add(action);
    }

    // ---- users ----

    /**
     * Defines a user, at start.
     *
     * @param words the name and the rules, as behind "user" in a configuration file
     * @throws ConfigException when that user is defined already
     */
    public Config addUser(List<byte[]> words) throws ConfigException {
        String name = Ascii.string(words.get(0));
        if (users.put(name, List.copyOf(words.subList(1, words.size()))) != null) {
            throw new ConfigException("Duplicate user found. A user can only be defined once in config files");
        }
        return this;
    }

    /** The users defined at start: the rules of each, by name. */
    public Map<String, List<byte[]>> users() {
        return users;
    }

    /** Has {@code lines} say what {@link #rewrite} writes of the present users: "user alice on ...". */
    public void describeUsers(Supplier<List<String>> lines) {
        userLines = lines;
    }

    List<String> userLines() {
        return userLines.get();
    }

    boolean isChanged(Directive<?> directive) {
        return !directive.defaultValue().equals(values.get(directive));
    }

    // ---- file ----

    /** The file that the configuration was read from, null when there is none. */
    public @Nullable ConfigFile file() {
        return file;
    }

    /**
     * Sets what a file says, at start.
     *
     * @throws IOException when it cannot be read
     * @throws ConfigException with the number of the line that is wrong
     */
    public Config read(ConfigFile source) throws IOException, ConfigException {
        source.readInto(this);
        file = source;
        return this;
    }

    /**
     * Writes the present values to the file that they were read from, if there is one.
     *
     * @throws IOException when that fails; the file is then as it was
     */
    public void rewrite() throws IOException {
        ConfigFile target = file;
        if (target != null) {
            target.rewrite(this);
        }
    }
}
