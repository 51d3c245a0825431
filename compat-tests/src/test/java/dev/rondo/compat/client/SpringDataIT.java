package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.RecordId;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.core.Cursor;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.ScanOptions;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.ZSetOperations;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/** Spring Data Redis over either of its drivers, on three nodes and on a plain server. */
class SpringDataIT {
    private static final LettuceClientConfiguration PROMPT =
            LettuceClientConfiguration.builder().shutdownTimeout(Duration.ZERO).build();

    private static RondoCluster cluster;
    private static ServerProcess plain;

    /** Which driver is connected to what. */
    enum Driver {
        LETTUCE_ON_CLUSTER,
        JEDIS_ON_CLUSTER,
        LETTUCE_ON_PLAIN,
        JEDIS_ON_PLAIN;

        private static final Map<Driver, RedisConnectionFactory> FACTORIES = new EnumMap<>(Driver.class);

        StringRedisTemplate template() {
            return new StringRedisTemplate(FACTORIES.get(this));
        }
    }

    @BeforeAll
    static void startServers() {
        cluster = RondoCluster.start(3);
        plain = RondoNodes.plain();
        RedisClusterConfiguration nodes = new RedisClusterConfiguration(
                cluster.nodes().stream().map(node -> "127.0.0.1:" + node.port()).toList());
        RedisStandaloneConfiguration single = new RedisStandaloneConfiguration("127.0.0.1", plain.port());
        start(Driver.LETTUCE_ON_CLUSTER, new LettuceConnectionFactory(nodes, PROMPT));
        start(Driver.JEDIS_ON_CLUSTER, new JedisConnectionFactory(nodes));
        start(Driver.LETTUCE_ON_PLAIN, new LettuceConnectionFactory(single, PROMPT));
        start(Driver.JEDIS_ON_PLAIN, new JedisConnectionFactory(single));
    }

    private static void start(Driver driver, LettuceConnectionFactory factory) {
        factory.afterPropertiesSet();
        factory.start();
        Driver.FACTORIES.put(driver, factory);
    }

    private static void start(Driver driver, JedisConnectionFactory factory) {
        factory.afterPropertiesSet();
        factory.start();
        Driver.FACTORIES.put(driver, factory);
    }

    @AfterAll
    static void stopServers() throws Exception {
        for (RedisConnectionFactory factory : Driver.FACTORIES.values()) {
            ((DisposableBean) factory).destroy();
        }
        cluster.close();
        plain.close();
    }

    @ParameterizedTest
    @EnumSource
    void valuesAreSetCountedAndExpire(Driver driver) {
        StringRedisTemplate redis = driver.template();
        String name = driver + ":value";
        redis.opsForValue().set(name, "1", Duration.ofHours(1));
        assertEquals(3, redis.opsForValue().increment(name, 2));
        assertTrue(redis.getExpire(name, TimeUnit.SECONDS) > 3500);
        assertFalse(redis.opsForValue().setIfAbsent(name, "x"));
        redis.opsForValue().multiSet(Map.of(driver + ":a", "a", driver + ":b", "b"));
        assertEquals(List.of("a", "b", "3"), redis.opsForValue().multiGet(List.of(driver + ":a", driver + ":b", name)));
        assertTrue(redis.delete(name));
        assertNull(redis.opsForValue().get(name));
    }

    @ParameterizedTest
    @EnumSource
    void collectionsAreReadAsTheyWereWritten(Driver driver) {
        StringRedisTemplate redis = driver.template();
        String tag = "{" + driver + "}";
        redis.opsForHash().putAll(tag + "hash", Map.of("f", "1", "g", "2"));
        assertEquals(3, redis.opsForHash().increment(tag + "hash", "f", 2));
        assertEquals(Map.of("f", "3", "g", "2"), redis.opsForHash().entries(tag + "hash"));

        redis.opsForList().rightPushAll(tag + "list", "a", "b", "c");
        assertEquals(List.of("b", "c"), redis.opsForList().range(tag + "list", 1, -1));
        assertEquals("c", redis.opsForList().rightPopAndLeftPush(tag + "list", tag + "other"));
        assertEquals("c", redis.opsForList().leftPop(tag + "other", Duration.ofSeconds(1)));

        redis.opsForSet().add(tag + "set", "a", "b");
        redis.opsForSet().add(tag + "set2", "b", "c");
        assertEquals(Set.of("a", "b", "c"), redis.opsForSet().union(tag + "set", tag + "set2"));

        redis.opsForZSet().add(tag + "zset", "ada", 2);
        redis.opsForZSet().add(tag + "zset", "bob", 1);
        assertEquals(Set.of("bob", "ada"), redis.opsForZSet().range(tag + "zset", 0, -1));
        ZSetOperations.TypedTuple<String> least = redis.opsForZSet().popMin(tag + "zset");
        assertEquals("bob", least.getValue());
        assertEquals(1.0, least.getScore());
    }

    /** Over Jedis, Spring Data scans no cluster. */
    @ParameterizedTest
    @EnumSource(names = "JEDIS_ON_CLUSTER", mode = EnumSource.Mode.EXCLUDE)
    void everyKeyIsScanned(Driver driver) {
        StringRedisTemplate redis = driver.template();
        for (int i = 0; i < 100; i++) {
            redis.opsForValue().set("scanned:" + driver + ":" + i, "v");
        }
        ScanOptions options = ScanOptions.scanOptions()
                .match("scanned:" + driver + ":*")
                .count(10)
                .build();
        try (Cursor<String> cursor = redis.scan(options)) {
            assertEquals(100, cursor.stream().distinct().count());
        }
        assertEquals(100, redis.keys("scanned:" + driver + ":*").size());
    }

    @ParameterizedTest
    @EnumSource
    @SuppressWarnings("unchecked") // an array of a generic type
    void groupsReadStreams(Driver driver) {
        StringRedisTemplate redis = driver.template();
        String name = driver + ":stream";
        RecordId id = redis.opsForStream().add(name, Map.of("field", "value"));
        redis.opsForStream().createGroup(name, ReadOffset.from("0"), "group");
        List<MapRecord<String, Object, Object>> records = redis.opsForStream()
                .read(Consumer.from("group", "consumer"), StreamOffset.create(name, ReadOffset.lastConsumed()));
        assertEquals(1, records.size());
        assertEquals(id, records.get(0).getId());
        assertEquals(Map.of("field", "value"), records.get(0).getValue());
        assertEquals(1, redis.opsForStream().pending(name, "group").getTotalPendingMessages());
        assertEquals(1, redis.opsForStream().acknowledge(name, "group", id));
    }

    @ParameterizedTest
    @EnumSource
    void scriptsRunByTheirHash(Driver driver) {
        RedisScript<Long> script = RedisScript.of("return redis.call('INCRBY', KEYS[1], ARGV[1])", Long.class);
        String name = driver + ":scripted";
        assertEquals(7, driver.template().execute(script, List.of(name), "7"));
        assertEquals(9, driver.template().execute(script, List.of(name), "2"));
    }

    @ParameterizedTest
    @EnumSource
    void listenersHearWhatIsPublished(Driver driver) throws Exception {
        StringRedisTemplate redis = driver.template();
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        RedisMessageListenerContainer container = new RedisMessageListenerContainer();
        container.setConnectionFactory(redis.getConnectionFactory());
        container.addMessageListener((message, pattern) -> heard.add(message.toString()), ChannelTopic.of("news"));
        container.afterPropertiesSet();
        container.start();
        try {
            redis.convertAndSend("news", "hello");
            assertEquals("hello", heard.poll(10, TimeUnit.SECONDS));
        } finally {
            container.destroy();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LETTUCE_ON_PLAIN", "JEDIS_ON_PLAIN"})
    void transactionsAreOfOnePiece(Driver driver) {
        List<Object> results = driver.template().execute(new SessionCallback<List<Object>>() {
            @Override
            @SuppressWarnings("unchecked")
            public <K, V> List<Object> execute(RedisOperations<K, V> operations) throws DataAccessException {
                RedisOperations<String, String> redis = (RedisOperations<String, String>) operations;
                redis.watch(driver + ":watched");
                redis.multi();
                redis.opsForValue().set(driver + ":watched", "1");
                redis.opsForValue().increment(driver + ":watched");
                return redis.exec();
            }
        });
        assertEquals(List.of(true, 2L), results);
    }

    /** Over Jedis, Spring Data has no pipelines in a cluster. */
    @ParameterizedTest
    @EnumSource(names = "JEDIS_ON_CLUSTER", mode = EnumSource.Mode.EXCLUDE)
    void pipelinedCommandsAllComplete(Driver driver) {
        List<Object> results = driver.template().executePipelined(new SessionCallback<>() {
            @Override
            @SuppressWarnings("unchecked")
            public <K, V> Object execute(RedisOperations<K, V> operations) throws DataAccessException {
                RedisOperations<String, String> redis = (RedisOperations<String, String>) operations;
                Stream.iterate(0, i -> i + 1).limit(100).forEach(i -> redis.opsForValue()
                        .increment(driver + ":pipelined:" + i, i));
                return null;
            }
        });
        assertEquals(Stream.iterate(0L, i -> i + 1).limit(100).toList(), results);
    }
}
