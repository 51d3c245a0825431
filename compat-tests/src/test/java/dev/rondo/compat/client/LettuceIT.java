package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.pubsub.RedisClusterPubSubAdapter;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Lettuce, which speaks RESP3 by itself: its cluster client with topology refresh, pipelines and pub/sub. */
class LettuceIT {
    private static RondoCluster cluster;
    private static ServerProcess plain;
    private static RedisClusterClient client;

    @BeforeAll
    static void startServers() {
        cluster = RondoCluster.start(3);
        plain = RondoNodes.plain();
        client = RedisClusterClient.create(
                cluster.nodes().stream().map(LettuceIT::uriOf).toList());
        client.setOptions(ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(Duration.ofSeconds(1))
                        .build())
                .build());
    }

    @AfterAll
    static void stopServers() {
        client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        cluster.close();
        plain.close();
    }

    @Test
    void topologyShowsEveryNodeWithItsShareOfSlots() {
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            List<Integer> shares = connection.getPartitions().stream()
                    .map(node -> node.getSlots().size())
                    .filter(slots -> slots > 0)
                    .toList();

            assertEquals(3, shares.size());
            assertTrue(shares.stream().allMatch(slots -> slots == 5461 || slots == 5462), shares.toString());
            assertTrue(connection.getPartitions().stream().allMatch(RedisClusterNode::isConnected));
        }
    }

    @Test
    void keysOfAllNodesAreWrittenAndReadTogether() {
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            Map<String, String> values = new TreeMap<>();
            for (int i = 0; i < 300; i++) {
                values.put("multi:" + i, "value " + i);
            }

            assertEquals("OK", connection.sync().mset(values));

            String[] keys = values.keySet().toArray(String[]::new);
            connection.sync().mget(keys).forEach(pair -> assertEquals(values.get(pair.getKey()), pair.getValue()));
            assertEquals(300, connection.sync().exists(keys));
            assertEquals(300, connection.sync().keys("multi:*").size());
            assertEquals(300, connection.sync().del(keys));
        }
    }

    @Test
    void pipelinedCommandsAllComplete() {
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            connection.setAutoFlushCommands(false);
            RedisAdvancedClusterAsyncCommands<String, String> async = connection.async();
            List<RedisFuture<Long>> counters = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                counters.add(async.incrby("pipelined:" + i, i));
            }
            connection.flushCommands();

            assertTrue(LettuceFutures.awaitAll(Duration.ofSeconds(30), counters.toArray(RedisFuture[]::new)));
            for (int i = 0; i < 5000; i++) {
                assertEquals(i, counters.get(i).toCompletableFuture().join());
            }
        }
    }

    @Test
    void readingFromReplicasWherePossibleFindsEveryKey() {
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            connection.setReadFrom(ReadFrom.REPLICA_PREFERRED);
            for (int i = 0; i < 100; i++) {
                connection.sync().set("replicated:" + i, "value " + i);
            }
            Awaitility.await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> {
                for (int i = 0; i < 100; i++) {
                    assertEquals("value " + i, connection.sync().get("replicated:" + i));
                }
            });
        }
    }

    @Test
    void publishedMessagesReachSubscribersOnOtherNodes() throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (StatefulRedisClusterPubSubConnection<String, String> subscriber = client.connectPubSub();
                StatefulRedisClusterConnection<String, String> publisher = client.connect()) {
            subscriber.addListener(new RedisClusterPubSubAdapter<String, String>() {
                @Override
                public void message(RedisClusterNode node, String channel, String message) {
                    heard.add(channel + ": " + message);
                }

                @Override
                public void message(RedisClusterNode node, String pattern, String channel, String message) {
                    heard.add(pattern + " " + channel + ": " + message);
                }
            });
            subscriber.sync().subscribe("news");
            subscriber.sync().psubscribe("weather.*");
            for (ServerProcess node : cluster.nodes()) {
                publisher.getConnection("127.0.0.1", node.port()).sync().publish("news", "from " + node.port());
                assertEquals("news: from " + node.port(), heard.poll(10, TimeUnit.SECONDS));
            }
            publisher.sync().publish("weather.today", "rain");
            assertEquals("weather.* weather.today: rain", heard.poll(10, TimeUnit.SECONDS));
        }
    }

    @Test
    void plainServerTakesTransactionsAndExpiry() {
        RedisClient plainClient = RedisClient.create(uriOf(plain));
        try (StatefulRedisConnection<String, String> connection = plainClient.connect()) {
            RedisCommands<String, String> redis = connection.sync();
            redis.multi();
            redis.set("a", "1");
            redis.incr("a");
            redis.set("b", "2", SetArgs.Builder.ex(1000));
            TransactionResult result = redis.exec();

            assertEquals(List.of("OK", 2L, "OK"), result.stream().toList());
            assertTrue(redis.ttl("b") > 990);
            assertNull(redis.get("absent"));
        } finally {
            plainClient.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }

    private static RedisURI uriOf(ServerProcess node) {
        return RedisURI.create("127.0.0.1", node.port());
    }
}
