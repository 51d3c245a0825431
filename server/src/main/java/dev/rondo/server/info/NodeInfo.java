package dev.rondo.server.info;

import dev.rondo.server.command.Client;
import dev.rondo.server.command.MemoryFigures;
import dev.rondo.server.command.Node;
import dev.rondo.server.command.ScriptLanes;
import dev.rondo.server.config.Config;
import dev.rondo.server.config.ConfigFile;
import dev.rondo.server.config.Percentiles;
import dev.rondo.server.keyspace.EvictionRules;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.MemoryUse;
import dev.rondo.server.keyspace.TrackingTable;
import dev.rondo.server.net.Listener;
import dev.rondo.server.net.NetworkStats;
import dev.rondo.server.pubsub.Broker;
import dev.rondo.server.pubsub.Kind;
import dev.rondo.server.security.AccessLog;
import dev.rondo.server.security.Denial;
import dev.rondo.server.stats.CommandStats;
import dev.rondo.server.stats.Info;
import dev.rondo.server.stats.InfoSection;
import dev.rondo.server.stats.InfoText;
import dev.rondo.server.stats.Rate;
import dev.rondo.server.stats.Version;
import dev.rondo.server.stats.Watchdog;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * The sections of INFO that tell of the node as a whole, with the fields and in the order of Redis 7.2 as far as they
 * mean something here. Thread-safe, apart from {@link #sample}.
 */
public final class NodeInfo {
    private static final double BYTES_PER_KILOBYTE = 1024;

    private final Supplier<Node> node;
    private final Config config;
    private final NetworkStats network;
    private final String runId = randomHex();
    private final Broker broker;
    private final Watchdog watchdog;
    private final IntSupplier port;
    private final long startedAtNs = System.nanoTime();
    private final Rate commands;
    private final Rate bytesIn;
    private final Rate bytesOut;

    /**
     * Prepares the sections.
     *
     * @param node the node, present once INFO can be asked
     * @param port the port clients connect to
     */
    public NodeInfo(
            Supplier<Node> node,
            Config config,
            NetworkStats network,
            Broker broker,
            Watchdog watchdog,
            IntSupplier port) {
        this.node = node;
        this.config = config;
        this.network = network;
        this.broker = broker;
        this.watchdog = watchdog;
        this.port = port;
        this.commands = new Rate(() -> commandStats().sum(shard -> shard.processed), startedAtNs);
        this.bytesIn = new Rate(network.bytesReceived::sum, startedAtNs);
        this.bytesOut = new Rate(network.bytesSent::sum, startedAtNs);
    }

    /** 40 hexadecimal digits, new with every start. */
    private static String randomHex() {
        byte[] bytes = new byte[20];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Adds all sections. */
    public void addTo(Info info) {
        info.add(InfoSection.of("Server", this::server))
                .add(InfoSection.of("Clients", this::clients))
                .add(InfoSection.of("Memory", this::memory))
                .add(InfoSection.of("Persistence", NodeInfo::persistence))
                .add(InfoSection.of("Stats", this::stats))
                .add(InfoSection.of("Replication", this::replication))
                .add(InfoSection.of("CPU", NodeInfo::cpu))
                .add(InfoSection.of("Modules", text -> {}))
                .addOnRequest(InfoSection.of("Commandstats", this::commandStats))
                .add(InfoSection.of("Errorstats", this::errorStats))
                .addOnRequest(InfoSection.of("Latencystats", this::latencyStats))
                .add(InfoSection.of("Cluster", text -> text.field("cluster_enabled", isCluster())))
                .add(InfoSection.of("Keyspace", this::keyspace));
    }

    /** To be called every tenth of a second, by one thread. */
    public void sample(long nowNs) {
        commands.sample(nowNs);
        bytesIn.sample(nowNs);
        bytesOut.sample(nowNs);
    }

    private CommandStats commandStats() {
        return node.get().commandStats();
    }

    private boolean isCluster() {
        return node.get().ownership().isCluster();
    }

    private void server(InfoText text) {
        long uptimeSeconds = (System.nanoTime() - startedAtNs) / 1_000_000_000L;
        ConfigFile file = config.file();
        text.field("redis_version", Version.REDIS)
                .field("rondo_version", Version.rondo())
                .field("redis_mode", isCluster() ? "cluster" : "standalone")
                .field(
                        "os",
                        System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                                + System.getProperty("os.arch"))
                .field("arch_bits", 64)
                .field("monotonic_clock", "System.nanoTime")
                .field("multiplexing_api", Listener.multiplexer())
                .field("java_version", System.getProperty("java.version"))
                .field("java_vm", System.getProperty("java.vm.name"))
                .field("process_id", ProcessHandle.current().pid())
                .field("process_supervised", "no")
                .field("run_id", runId)
                .field("tcp_port", port.getAsInt())
                .field("server_time_usec", node.get().clock().nowMicros())
                .field("uptime_in_seconds", uptimeSeconds)
                .field("uptime_in_days", uptimeSeconds / 86_400)
                .field("hz", config.get(Config.HZ))
                .field("configured_hz", config.get(Config.HZ))
                .field("lru_clock", node.get().clock().nowMs() / 1000 & 0xffffff)
                .field("executable", ProcessHandle.current().info().command().orElse(""))
                .field("config_file", file == null ? "" : file.path().toString())
                .field("io_threads_active", 0)
                .field(
                        "working_directory",
                        Path.of(config.get(Config.DIR))
                                .toAbsolutePath()
                                .normalize()
                                .toString());
    }

    private void clients(InfoText text) {
        long input = 0;
        long output = 0;
        int connected = 0;
        int pubSub = 0;
        int watching = 0;
        for (Client client : node.get().clients().all()) {
            connected++;
            input = Math.max(input, client.connection().pendingInputBytes());
            output = Math.max(output, client.connection().pendingOutputBytes());
            pubSub += client.isSubscribed() ? 1 : 0;
            watching += client.isWatching() ? 1 : 0;
        }
        text.field("connected_clients", connected)
                .field("maxclients", config.get(Config.MAX_CLIENTS))
                .field("client_recent_max_input_buffer", input)
                .field("client_recent_max_output_buffer", output)
                .field(
                        "blocked_clients",
                        node.get().clients().all().stream()
                                .filter(Client::isBlocked)
                                .count())
                .field("tracking_clients", node.get().databases().tracking().trackers())
                .field("pubsub_clients", pubSub)
                .field("watching_clients", watching)
                .field("clients_in_timeout_table", 0)
                .field("paused_requests", node.get().pauseGate().waiting());
    }

    private static long heapBytes() {
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private void memory(InfoText text) {
        MemoryFigures figures = MemoryFigures.of(node.get());
        MemoryUse memory = node.get().databases().memory();
        EvictionRules rules = memory.rules();
        long used = figures.used();
        long peak = Math.max(memory.peakBytes(), used);
        long resident = ProcessFacts.residentBytes();
        long heap = heapBytes();
        ScriptLanes scripts = node.get().scripts();
        text.bytes("used_memory", used)
                .bytes("used_memory_rss", resident)
                .bytes("used_memory_peak", peak)
                .field("used_memory_peak_perc", percent(used, peak))
                .field("used_memory_overhead", figures.overhead())
                .field("used_memory_startup", 0)
                .field("used_memory_dataset", figures.dataset())
                .field("used_memory_dataset_perc", percent(figures.dataset(), used))
                .bytes("total_system_memory", ProcessFacts.systemMemoryBytes())
                .bytes("jvm_heap_used", heap)
                .bytes("jvm_heap_max", Runtime.getRuntime().maxMemory())
                .bytes("jvm_heap_committed", Runtime.getRuntime().totalMemory())
                .bytes("maxmemory", rules.maxBytes())
                .field("maxmemory_policy", rules.policy().redisName())
                .bytes("used_memory_lua", scripts.memoryBytes())
                .field("used_memory_vm_eval", scripts.memoryBytes())
                .field("used_memory_vm_functions", scripts.functions().memoryBytes())
                .bytes(
                        "used_memory_vm_total",
                        scripts.memoryBytes() + scripts.functions().memoryBytes())
                .field("used_memory_scripts_eval", scripts.cache().bytes())
                .field("used_memory_functions", scripts.functions().codeBytes())
                .bytes(
                        "used_memory_scripts",
                        scripts.cache().bytes() + scripts.functions().codeBytes())
                .field("number_of_cached_scripts", scripts.cache().size())
                .field("evicted_scripts", scripts.cache().evicted())
                .field("number_of_functions", scripts.functions().functionCount())
                .field("number_of_libraries", scripts.functions().all().size())
                .field("mem_fragmentation_ratio", (double) resident / heap, 2)
                .field("mem_fragmentation_bytes", resident - heap)
                .field("mem_not_counted_for_evict", memory.uncountedBytes())
                .field("mem_clients_normal", figures.clients())
                .field("mem_allocator", "jvm");
    }

    private static String percent(long part, long whole) {
        return String.format(Locale.ROOT, "%.2f%%", whole == 0 ? 0 : 100.0 * part / whole);
    }

    private static void persistence(InfoText text) {
        text.field("loading", 0)
                .field("async_loading", 0)
                .field("rdb_bgsave_in_progress", 0)
                .field("aof_enabled", 0)
                .field("aof_rewrite_in_progress", 0);
    }

    private void stats(InfoText text) {
        CommandStats stats = commandStats();
        TrackingTable tracking = node.get().databases().tracking();
        MemoryUse memory = node.get().databases().memory();
        text.field("total_connections_received", network.connectionsReceived.sum())
                .field("total_commands_processed", stats.sum(shard -> shard.processed))
                .field("instantaneous_ops_per_sec", Math.round(commands.perSecond()))
                .field("total_net_input_bytes", network.bytesReceived.sum())
                .field("total_net_output_bytes", network.bytesSent.sum())
                .field("instantaneous_input_kbps", bytesIn.perSecond() / BYTES_PER_KILOBYTE, 2)
                .field("instantaneous_output_kbps", bytesOut.perSecond() / BYTES_PER_KILOBYTE, 2)
                .field("rejected_connections", network.connectionsRejected.sum())
                .field("expired_keys", stats.sum(shard -> shard.expired))
                .field("evicted_keys", stats.sum(shard -> shard.evicted))
                .field("evicted_clients", 0)
                .field("total_eviction_exceeded_time", memory.exceededInAllMs())
                .field("current_eviction_exceeded_time", memory.exceededForMs())
                .field("keyspace_hits", stats.sum(shard -> shard.hits))
                .field("keyspace_misses", stats.sum(shard -> shard.misses))
                .field("pubsub_channels", broker.count(Kind.CHANNEL))
                .field("pubsub_patterns", broker.count(Kind.PATTERN))
                .field("pubsubshard_channels", broker.count(Kind.SHARD_CHANNEL))
                .field("tracking_total_keys", tracking.keys())
                .field("tracking_total_items", tracking.items())
                .field("tracking_total_prefixes", tracking.prefixes())
                .field("total_error_replies", stats.sum(shard -> shard.errorReplies))
                .field("protocol_errors", network.protocolErrors.sum())
                .field("client_query_buffer_limit_disconnections", network.queryLimitDisconnections.sum())
                .field("client_output_buffer_limit_disconnections", network.outputLimitDisconnections.sum())
                .field("stalled_threads", watchdog.stalled())
                .field("total_thread_stalls", watchdog.stalls());
        AccessLog refusals = node.get().access().log();
        text.field("acl_access_denied_auth", refusals.count(Denial.Reason.AUTH))
                .field("acl_access_denied_cmd", refusals.count(Denial.Reason.COMMAND))
                .field("acl_access_denied_key", refusals.count(Denial.Reason.KEY))
                .field("acl_access_denied_channel", refusals.count(Denial.Reason.CHANNEL));
    }

    private void replication(InfoText text) {
        text.field("role", "master")
                .field("connected_slaves", 0)
                .field("master_failover_state", "no-failover")
                .field("master_replid", runId)
                .field("master_repl_offset", 0)
                .field("second_repl_offset", -1)
                .field("repl_backlog_active", 0);
    }

    private static void cpu(InfoText text) {
        ProcessFacts.CpuSeconds cpu = ProcessFacts.cpu();
        text.field("used_cpu_sys", cpu.system(), 6)
                .field("used_cpu_user", cpu.user(), 6)
                .field("used_cpu_sys_children", cpu.childSystem(), 6)
                .field("used_cpu_user_children", cpu.childUser(), 6);
    }

    private void commandStats(InfoText text) {
        node.get()
                .commands()
                .forEachUsed(
                        commandStats(),
                        (name, calls, usec, rejected, failed) -> text.field(
                                "cmdstat_" + name,
                                "calls=" + calls + ",usec=" + usec + ",usec_per_call="
                                        + String.format(Locale.ROOT, "%.2f", calls == 0 ? 0 : (double) usec / calls)
                                        + ",rejected_calls=" + rejected + ",failed_calls=" + failed));
    }

    private void latencyStats(InfoText text) {
        List<Double> percentiles = config.get(Config.LATENCY_PERCENTILES);
        node.get().commands().forEachTimed(commandStats(), (name, histogram) -> {
            StringBuilder line = new StringBuilder();
            for (double percentile : percentiles) {
                line.append(line.isEmpty() ? "" : ",")
                        .append('p')
                        .append(Percentiles.text(percentile))
                        .append(String.format(Locale.ROOT, "=%.3f", histogram.percentileNs(percentile) / 1000.0));
            }
            text.field("latency_percentiles_usec_" + name, line.toString());
        });
    }

    private void errorStats(InfoText text) {
        node.get().errorStats().counts().forEach((code, count) -> text.field("errorstat_" + code, "count=" + count));
    }

    private void keyspace(InfoText text) {
        for (Keyspace keyspace : node.get().databases().existing()) {
            long keys = keyspace.primaryKeys();
            if (keys > 0) {
                KeyspaceFigures figures =
                        KeyspaceFigures.of(keyspace, node.get().clock().nowMs());
                text.field(
                        "db" + keyspace.database(),
                        "keys=" + keys + ",expires=" + figures.expires() + ",avg_ttl=" + figures.meanTtlMs());
            }
        }
    }
}
