package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.redisson.Redisson;
import org.redisson.api.RBatch;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RLock;
import org.redisson.api.RMap;
import org.redisson.api.RMapCache;
import org.redisson.api.RQueue;
import org.redisson.api.RScoredSortedSet;
import org.redisson.api.RSemaphore;
import org.redisson.api.RStream;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.api.StreamMessageId;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamReadGroupArgs;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** Redisson's objects, most of which are scripts on the server, on three nodes and on a plain server. */
class RedissonIT {
    private static RondoCluster cluster;
    private static ServerProcess plain;
    private static RedissonClient onCluster;
    private static RedissonClient onPlain;

    @BeforeAll
    static void startServers() {
        cluster = RondoCluster.start(3);
        plain = RondoNodes.plain();
        Config clustered = new Config().setCodec(StringCodec.INSTANCE);
        clustered
                .useClusterServers()
                .addNodeAddress(
                        cluster.nodes().stream().map(RedissonIT::addressOf).toArray(String[]::new))
                .setMasterConnectionMinimumIdleSize(2)
                .setSlaveConnectionMinimumIdleSize(2);
        onCluster = Redisson.create(clustered);
        Config single = new Config().setCodec(StringCodec.INSTANCE);
        single.useSingleServer().setAddress(addressOf(plain)).setConnectionMinimumIdleSize(2);
        onPlain = Redisson.create(single);
    }

    @AfterAll
    static void stopServers() {
        onCluster.shutdown(0, 5, TimeUnit.SECONDS);
        onPlain.shutdown(0, 5, TimeUnit.SECONDS);
        cluster.close();
        plain.close();
    }

    private static String addressOf(ServerProcess node) {
        return "redis://127.0.0.1:" + node.port();
    }

    static Stream<Named<RedissonClient>> clients() {
        return Stream.of(Named.of("cluster", onCluster), Named.of("plain server", onPlain));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void mapsAreReadAndChanged(RedissonClient client) {
        RMap<String, String> map = client.getMap("map");
        assertNull(map.put("a", "1"));
        assertEquals("1", map.put("a", "2"));
        assertNull(map.putIfAbsent("b", "3"));
        assertTrue(map.replace("b", "3", "4"));
        assertFalse(map.remove("b", "3"));
        map.putAll(Map.of("c", "5", "d", "6"));
        assertEquals(Map.of("a", "2", "b", "4", "c", "5", "d", "6"), map.readAllMap());
        assertEquals(4, map.entrySet().size());
        assertEquals(2, map.fastRemove("a", "b", "none"));
        assertTrue(map.containsValue("6"));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void entriesOfACacheExpire(RedissonClient client) {
        RMapCache<String, String> cache = client.getMapCache("cache");
        cache.put("kept", "1", 1, TimeUnit.HOURS);
        cache.put("gone", "2", 1, TimeUnit.MILLISECONDS);
        Awaitility.await().until(() -> cache.get("gone") == null);
        assertEquals("1", cache.get("kept"));
        assertTrue(cache.remainTimeToLive("kept") > 3_000_000);
        assertEquals("1", cache.remove("kept"));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aLockIsHeldByOneThreadAtATime(RedissonClient client) throws Exception {
        int threads = 4;
        int rounds = 10;
        RLock lock = client.getLock("lock");
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        List<Future<?>> workers = new ArrayList<>();
        client.getBucket("guarded").set("0");
        for (int i = 0; i < threads; i++) {
            workers.add(executor.submit(() -> {
                for (int round = 0; round < rounds; round++) {
                    lock.lock();
                    try {
                        int value = Integer.parseInt(
                                client.<String>getBucket("guarded").get());
                        client.getBucket("guarded").set(Integer.toString(value + 1));
                    } finally {
                        lock.unlock();
                    }
                }
            }));
        }
        for (Future<?> worker : workers) {
            worker.get(30, TimeUnit.SECONDS);
        }
        executor.shutdown();
        assertEquals("40", client.getBucket("guarded").get());
        assertFalse(lock.isLocked());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aLockIsEnteredAgainByItsHolderAndByNobodyElse(RedissonClient client) throws Exception {
        RLock lock = client.getLock("entered");
        assertTrue(lock.tryLock());
        assertTrue(lock.tryLock());
        ExecutorService other = Executors.newSingleThreadExecutor();
        assertFalse(other.submit(() -> lock.tryLock()).get(10, TimeUnit.SECONDS));
        lock.unlock();
        assertTrue(lock.isHeldByCurrentThread());
        lock.unlock();
        assertTrue(other.submit(() -> lock.tryLock()).get(10, TimeUnit.SECONDS));
        other.shutdown();
        assertTrue(lock.forceUnlock());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void permitsOfASemaphoreAreCounted(RedissonClient client) {
        RSemaphore semaphore = client.getSemaphore("semaphore");
        assertTrue(semaphore.trySetPermits(2));
        assertTrue(semaphore.tryAcquire());
        assertTrue(semaphore.tryAcquire());
        assertFalse(semaphore.tryAcquire());
        semaphore.release();
        assertEquals(1, semaphore.availablePermits());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void queuesKeepTheirOrder(RedissonClient client) {
        RQueue<String> queue = client.getQueue("queue");
        assertTrue(queue.addAll(List.of("a", "b", "c")));
        assertEquals("a", queue.peek());
        assertEquals("a", queue.poll());
        assertEquals(List.of("b", "c"), queue.readAll());
        assertTrue(queue.remove("c"));
        assertFalse(queue.contains("c"));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aBlockedTakerGetsWhatIsPut(RedissonClient client) throws Exception {
        RBlockingQueue<String> queue = client.getBlockingQueue("blocking");
        Future<String> taken = queue.pollAsync(20, TimeUnit.SECONDS).toCompletableFuture();
        queue.put("value");
        assertEquals("value", taken.get(20, TimeUnit.SECONDS));
        queue.add("next");
        assertEquals("next", queue.pollLastAndOfferFirstTo("{blocking}", 5, TimeUnit.SECONDS));
        assertEquals("next", client.getQueue("{blocking}").poll());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void messagesOfATopicAreHeard(RedissonClient client) throws Exception {
        LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
        RTopic topic = client.getTopic("topic");
        int listener = topic.addListener(String.class, (channel, message) -> heard.add(channel + ": " + message));
        int pattern = client.getPatternTopic("top*")
                .addListener(String.class, (from, channel, message) -> heard.add(from + " " + channel));
        topic.publish("hello");
        List<String> both = new ArrayList<>();
        both.add(heard.poll(10, TimeUnit.SECONDS));
        both.add(heard.poll(10, TimeUnit.SECONDS));
        assertTrue(both.containsAll(List.of("topic: hello", "top* topic")), both.toString());
        topic.removeListener(listener);
        client.getPatternTopic("top*").removeListener(pattern);
    }

    @ParameterizedTest
    @MethodSource("clients")
    void scoredSetsRankTheirMembers(RedissonClient client) {
        RScoredSortedSet<String> scores = client.getScoredSortedSet("scores");
        assertTrue(scores.add(1.5, "ada"));
        assertTrue(scores.add(0.5, "bob"));
        assertEquals(3.0, scores.addScore("bob", 2.5));
        assertEquals(1, scores.rank("bob"));
        assertEquals(1.5, scores.getScore("ada"));
        assertEquals(List.of("ada", "bob"), new ArrayList<>(scores.readAll()));
        assertEquals("ada", scores.pollFirst());
        assertEquals(1, scores.entryRange(0, -1).size());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void groupsReadStreams(RedissonClient client) {
        RStream<String, String> stream = client.getStream("stream");
        stream.createGroup(StreamCreateGroupArgs.name("group").makeStream());
        StreamMessageId id = stream.add(StreamAddArgs.entry("field", "value"));
        Map<StreamMessageId, Map<String, String>> read =
                stream.readGroup("group", "consumer", StreamReadGroupArgs.neverDelivered());
        assertEquals(Map.of(id, Map.of("field", "value")), read);
        assertEquals(1, stream.getPendingInfo("group").getTotal());
        assertEquals(1, stream.ack("group", id));
        assertTrue(stream.readGroup(
                        "group",
                        "consumer",
                        StreamReadGroupArgs.neverDelivered().timeout(Duration.ofMillis(1)))
                .isEmpty());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void aBatchReachesKeysOfAllSlots(RedissonClient client) {
        RBatch batch = client.createBatch();
        for (int i = 0; i < 300; i++) {
            batch.getAtomicLong("batch:" + i).addAndGetAsync(i);
        }
        List<?> replies = batch.execute().getResponses();
        for (int i = 0; i < 300; i++) {
            assertEquals((long) i, replies.get(i));
        }
        assertEquals(300, client.getKeys().deleteByPattern("batch:*"));
    }
}
