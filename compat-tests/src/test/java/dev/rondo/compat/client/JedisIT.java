package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.ClusterPipeline;
import redis.clients.jedis.CommandObjects;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.JedisShardedPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Jedis as applications use it: its cluster clients on three nodes, its plain clients on a plain server. */
class JedisIT {
    private static RondoCluster cluster;
    private static ServerProcess plain;

    @BeforeAll
    static void startServers() {
        cluster = RondoCluster.start(3);
        plain = RondoNodes.plain();
    }

    @AfterAll
    static void stopServers() {
        cluster.close();
        plain.close();
    }

    @Test
    void clusterClientFindsEveryKey() {
        try (RedisClusterClient client = RedisClusterClient.create(seeds())) {
            for (int i = 0; i < 1000; i++) {
                assertEquals("OK", client.set("key:" + i, "value " + i));
            }
            for (int i = 0; i < 1000; i++) {
                assertEquals("value " + i, client.get("key:" + i));
            }
            assertEquals(1, client.del("key:7"));
            assertNull(client.get("key:7"));
            assertEquals(3, client.getClusterNodes().size());
        }
    }

    @Test
    @SuppressWarnings("deprecation") // what applications written for older Jedis use
    void olderClusterClientWorksToo() {
        try (JedisCluster client = new JedisCluster(seeds())) {
            client.set("older", "client", SetParams.setParams().ex(100));
            assertEquals("client", client.get("older"));
            assertTrue(client.ttl("older") > 90);
        }
    }

    @Test
    void clusterPipelineSpansNodes() {
        try (RedisClusterClient client = RedisClusterClient.create(seeds())) {
            List<Response<Long>> counters = new ArrayList<>();
            try (ClusterPipeline pipeline = client.pipelined()) {
                for (int i = 0; i < 2000; i++) {
                    counters.add(pipeline.incrBy("counter:" + i, i));
                }
                pipeline.sync();
            }
            for (int i = 0; i < 2000; i++) {
                assertEquals(i, counters.get(i).get());
            }
        }
    }

    @Test
    void replicasServeReadsWhenAskedTo() {
        var readingReplicas = DefaultJedisClientConfig.builder()
                .readOnlyForRedisClusterReplicas()
                .build();
        try (RedisClusterClient client = RedisClusterClient.builder()
                .nodes(seeds())
                .clientConfig(readingReplicas)
                .build()) {
            for (int i = 0; i < 100; i++) {
                client.set("replicated:" + i, "value " + i);
            }
            CommandObjects commands = new CommandObjects(RedisProtocol.RESP2);
            Awaitility.await().untilAsserted(() -> {
                for (int i = 0; i < 100; i++) {
                    assertEquals("value " + i, client.executeCommandToReplica(commands.get("replicated:" + i)));
                }
            });
        }
    }

    @Test
    void clusterClientReachesKeysOfOneTagTogether() {
        try (RedisClusterClient client = RedisClusterClient.create(seeds())) {
            client.mset("{user}name", "ada", "{user}age", "36");
            assertEquals(List.of("ada", "36"), client.mget("{user}name", "{user}age"));
            assertEquals(2, client.exists("{user}name", "{user}age"));
        }
    }

    @Test
    void transactionOnAHashTagIsAllOrNothing() {
        try (RedisClusterClient client = RedisClusterClient.create(seeds());
                Connection connection = client.getConnectionFromSlot(JedisClusterCRC16.getSlot("{account}a"));
                Connection rival = client.getConnectionFromSlot(JedisClusterCRC16.getSlot("{account}a"));
                Transaction transfer = new Transaction(connection, false);
                Transaction interference = new Transaction(rival)) {
            client.mset("{account}a", "100", "{account}b", "0");
            transfer.watch("{account}a");
            interference.incr("{account}a");
            assertEquals(List.of(101L), interference.exec());
            transfer.multi();
            transfer.decrBy("{account}a", 10);
            transfer.incrBy("{account}b", 10);
            assertNull(transfer.exec());
            assertEquals(List.of("101", "0"), client.mget("{account}a", "{account}b"));

            transfer.watch("{account}a");
            transfer.multi();
            transfer.decrBy("{account}a", 10);
            transfer.incrBy("{account}b", 10);
            assertEquals(List.of(91L, 10L), transfer.exec());
        }
    }

    @Test
    void publishReachesSubscribersOfEveryNode() throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        List<Jedis> subscribers = new ArrayList<>();
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Listener> listeners = new ArrayList<>();
        try {
            for (ServerProcess node : cluster.nodes()) {
                Jedis subscriber = new Jedis("127.0.0.1", node.port());
                subscribers.add(subscriber);
                Listener listener = new Listener(heard);
                listeners.add(listener);
                var unused = threads.submit(() -> subscriber.subscribe(listener, "news"));
                assertEquals("subscribed news", heard.poll(10, TimeUnit.SECONDS));
            }
            try (Jedis publisher = new Jedis("127.0.0.1", cluster.node(2).port())) {
                publisher.publish("news", "hello");
            }
            for (int i = 0; i < 3; i++) {
                assertEquals("news: hello", heard.poll(10, TimeUnit.SECONDS));
            }
            listeners.forEach(Listener::unsubscribe);
        } finally {
            subscribers.forEach(Jedis::close);
            threads.shutdownNow();
        }
    }

    @Test
    void shardedPublishReachesTheOwnerOfTheChannel() throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (RedisClusterClient client = RedisClusterClient.create(seeds())) {
            JedisShardedPubSub listener = new JedisShardedPubSub() {
                @Override
                public void onSSubscribe(String channel, int subscribedChannels) {
                    heard.add("subscribed " + channel);
                }

                @Override
                public void onSMessage(String channel, String message) {
                    heard.add(channel + ": " + message);
                }
            };
            Future<?> done = threads.submit(() -> client.ssubscribe(listener, "orders"));
            assertEquals("subscribed orders", heard.poll(10, TimeUnit.SECONDS));
            assertEquals(1, client.spublish("orders", "one"));
            assertEquals("orders: one", heard.poll(10, TimeUnit.SECONDS));
            listener.sunsubscribe();
            done.get(10, TimeUnit.SECONDS);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void concurrentIncrementsAreAllCounted() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (RedisClusterClient client = RedisClusterClient.create(seeds())) {
            client.set("shared counter", "0");
            List<Future<?>> workers = new ArrayList<>();
            for (int worker = 0; worker < 8; worker++) {
                workers.add(threads.submit(() -> {
                    for (int i = 0; i < 500; i++) {
                        client.incr("shared counter");
                    }
                }));
            }
            for (Future<?> worker : workers) {
                worker.get(60, TimeUnit.SECONDS);
            }
            assertEquals("4000", client.get("shared counter"));
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void plainClientTakesKeysOfAnySlotTogether() {
        try (RedisClient client = RedisClient.create("127.0.0.1", plain.port())) {
            client.mset("one", "1", "two", "2", "three", "3");
            assertEquals(List.of("1", "2", "3"), client.mget("one", "two", "three"));
            assertEquals("OK", client.rename("one", "uno"));
            assertEquals(2, client.del("uno", "two"));
        }
    }

    @Test
    void plainTransactionFailsWhenAWatchedKeyChanges() {
        try (Jedis jedis = jedis();
                Jedis rival = jedis()) {
            jedis.set("stock", "1");
            jedis.watch("stock");
            rival.decr("stock");
            try (Transaction order = jedis.multi()) {
                order.decr("stock");
                order.set("order from another slot", "placed");
                assertNull(order.exec());
            }
            assertEquals("0", jedis.get("stock"));
            assertNull(jedis.get("order from another slot"));
        }
    }

    @Test
    void plainPipelineKeepsTheOrderOfReplies() {
        try (Jedis jedis = jedis()) {
            Pipeline pipeline = jedis.pipelined();
            List<Response<String>> replies = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                pipeline.set("p:" + i, Integer.toString(i));
                replies.add(pipeline.get("p:" + i));
            }
            pipeline.sync();
            for (int i = 0; i < 5000; i++) {
                assertEquals(Integer.toString(i), replies.get(i).get());
            }
        }
    }

    @Test
    void anyBytesComeBackAsTheyWere() {
        byte[] key = {0, 13, 10, (byte) 255, '{', '}'};
        byte[] value = new byte[1 << 20];
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) i;
        }
        try (Jedis jedis = jedis()) {
            jedis.set(key, value);
            assertArrayEquals(value, jedis.get(key));
            jedis.set("na\u00efve \u4f60\u597d", "\ud83d\ude00");
            assertEquals("\ud83d\ude00", jedis.get("na\u00efve \u4f60\u597d"));
            assertArrayEquals(
                    "\ud83d\ude00".getBytes(StandardCharsets.UTF_8),
                    jedis.get("na\u00efve \u4f60\u597d".getBytes(StandardCharsets.UTF_8)));
        }
    }

    @Test
    void resp3WorksOnBothClients() {
        var resp3 = DefaultJedisClientConfig.builder()
                .protocol(RedisProtocol.RESP3)
                .clientName("jedis-resp3")
                .build();
        try (Jedis jedis = new Jedis(new HostAndPort("127.0.0.1", plain.port()), resp3)) {
            jedis.set("protocol", "3");
            assertEquals("3", jedis.get("protocol"));
            assertNull(jedis.get("absent"));
            assertEquals("jedis-resp3", jedis.clientGetname());
        }
        try (RedisClusterClient client =
                RedisClusterClient.builder().nodes(seeds()).clientConfig(resp3).build()) {
            client.set("protocol", "3");
            assertEquals("3", client.get("protocol"));
        }
    }

    @Test
    void errorsArriveInRedisWords() {
        try (Jedis jedis = jedis()) {
            jedis.set("text", "abc");
            JedisDataException error = assertThrows(JedisDataException.class, () -> jedis.incr("text"));
            assertEquals("ERR value is not an integer or out of range", error.getMessage());
        }
    }

    private static Jedis jedis() {
        return new Jedis("127.0.0.1", plain.port());
    }

    private static Set<HostAndPort> seeds() {
        return cluster.nodes().stream()
                .map(node -> new HostAndPort("127.0.0.1", node.port()))
                .collect(Collectors.toSet());
    }

    private static final class Listener extends JedisPubSub {
        private final LinkedBlockingQueue<String> heard;

        Listener(LinkedBlockingQueue<String> heard) {
            this.heard = heard;
        }

        @Override
        public void onSubscribe(String channel, int subscribedChannels) {
            heard.add("subscribed " + channel);
        }

        @Override
        public void onMessage(String channel, String message) {
            heard.add(channel + ": " + message);
        }
    }
}
