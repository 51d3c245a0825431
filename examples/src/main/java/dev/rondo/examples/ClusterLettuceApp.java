package dev.rondo.examples;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Lettuce with a topology that follows the cluster, and a pipeline: thousands of commands under way at once over one
 * connection to each node. With a number of seconds as second argument the program goes on for so long. Kill a node
 * meanwhile.
 */
public final class ClusterLettuceApp {
    private static final int COMMANDS = 10_000;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    /** A replica takes over in less; a refresh that asks a node while it dies ends no sooner than this. */
    private static final Duration COMMAND_TIMEOUT = Duration.ofSeconds(2);

    private static final int MOST_ATTEMPTS = 10;
    private static final int PAUSE_MS = 10;

    private ClusterLettuceApp() {}

    /** Runs against the cluster of the node at {@code args[0]}, and goes on for {@code args[1]} seconds. */
    public static void main(String[] args) throws InterruptedException {
        String node = args.length > 0 ? args[0] : "127.0.0.1:7001";
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 0;
        RedisURI address = RedisURI.create("redis://" + node);
        address.setTimeout(COMMAND_TIMEOUT);
        RedisClusterClient client = RedisClusterClient.create(address);
        client.setOptions(ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(Duration.ofMillis(500)) // besides after MOVED and lost connections
                        .build())
                .build());
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            pipeline(connection);
            if (seconds > 0) {
                goOn(connection.sync(), seconds);
            }
        } finally {
            client.suspendTopologyRefresh(); // or a refresh under way complains that it was cut short
            client.shutdown();
        }
    }

    /** Nothing is sent until the commands are flushed, so that they share packets. */
    private static void pipeline(StatefulRedisClusterConnection<String, String> connection) {
        RedisAdvancedClusterAsyncCommands<String, String> redis = connection.async();
        List<RedisFuture<?>> replies = new ArrayList<>();
        connection.setAutoFlushCommands(false);
        for (int i = 0; i < COMMANDS; i++) {
            replies.add(redis.set("reading:" + i, Integer.toString(i), SetArgs.Builder.ex(300)));
        }
        RedisFuture<String> last = redis.get("reading:" + (COMMANDS - 1));
        replies.add(last);
        connection.flushCommands();
        connection.setAutoFlushCommands(true);
        boolean all = LettuceFutures.awaitAll(PATIENCE, replies.toArray(RedisFuture[]::new));
        long nodes = connection.getPartitions().stream()
                .filter(node -> !node.getSlots().isEmpty())
                .count();
        System.out.printf(
                "%d replies from %d nodes, all there: %s; the last reading is %s%n",
                replies.size(), nodes, all, last.toCompletableFuture().join());
    }

    private static void goOn(RedisAdvancedClusterCommands<String, String> redis, int seconds)
            throws InterruptedException {
        System.out.printf("going on for %d s%n", seconds);
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        int rounds = 0;
        int repeated = 0;
        int failed = 0;
        long slowestNs = 0;
        for (long startNs = System.nanoTime(); startNs < endNs; startNs = System.nanoTime()) {
            int attempts = attempts(redis, "position:" + rounds % 100, Integer.toString(rounds));
            repeated += attempts > 1 ? 1 : 0;
            failed += attempts > MOST_ATTEMPTS ? 1 : 0;
            rounds++;
            slowestNs = Math.max(slowestNs, System.nanoTime() - startNs);
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
        System.out.printf(
                "%d rounds: %d failed, %d repeated, the slowest took %d ms%n",
                rounds, failed, repeated, TimeUnit.NANOSECONDS.toMillis(slowestNs));
    }

    /**
     * Sets a key and returns the number of attempts it took. A command that was under way when its node died fails, and
     * nobody knows whether it ran. SET does no harm when it runs twice; INCR would.
     */
    private static int attempts(RedisAdvancedClusterCommands<String, String> redis, String key, String value)
            throws InterruptedException {
        for (int attempt = 1; attempt <= MOST_ATTEMPTS; attempt++) {
            try {
                redis.set(key, value);
                return attempt;
            } catch (RedisException e) {
                System.out.println(e.getMessage());
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
        }
        return MOST_ATTEMPTS + 1;
    }
}
