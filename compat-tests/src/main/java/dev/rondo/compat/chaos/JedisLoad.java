package dev.rondo.compat.chaos;

import dev.rondo.compat.wire.Reply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

/**
 * Applications with Jedis as it comes: it follows redirections and tries again by itself, so what is counted as an
 * error here an application would see. Each key belongs to one thread, which knows what it must hold. The threads keep
 * to a rate; a request that comes late does not make the next ones come closer together.
 */
final class JedisLoad implements AutoCloseable {
    private static final int TIMEOUT_MS = 2000;
    private static final long JOIN_TIMEOUT_MS = 60_000;
    private static final int MOST_ERRORS_TOLD = 5;

    private final ChaosCluster cluster;
    private final RedisClusterClient client;
    private final List<User> users = new ArrayList<>();
    private final List<Phase> phases = new ArrayList<>();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Timeline timeline = new Timeline();
    private volatile Phase phase = new Phase("start");
    private volatile boolean stopped;

    /**
     * Prepares the threads.
     *
     * @param opsPerSecond of all together; half of them write
     * @param keyPrefix what every key begins with, perhaps a hash tag
     */
    JedisLoad(
            ChaosCluster cluster, int threads, int opsPerSecond, String keyPrefix, int keysPerThread, int valueBytes) {
        this.cluster = cluster;
        Set<HostAndPort> seeds = new HashSet<>();
        for (int place : cluster.members()) {
            seeds.add(new HostAndPort(
                    cluster.network().host(place), cluster.network().port(place)));
        }
        this.client = RedisClusterClient.builder()
                .nodes(seeds)
                .clientConfig(DefaultJedisClientConfig.builder()
                        .timeoutMillis(TIMEOUT_MS)
                        .build())
                .build();
        for (int i = 0; i < threads; i++) {
            users.add(new User(i, keyPrefix, keysPerThread, valueBytes, 1_000_000_000L * threads / opsPerSecond));
        }
    }

    /** One application thread with its keys. */
    private final class User extends Thread {
        private final List<String> keys = new ArrayList<>();
        private final @Nullable String[] acknowledged;
        private final boolean[] uncertain;
        private final SplittableRandom random;
        private final long intervalNs;
        private final int valueBytes;
        private int number;

        User(int index, String keyPrefix, int count, int valueBytes, long intervalNs) {
            super("user-" + index);
            this.random = new SplittableRandom(index);
            this.intervalNs = intervalNs;
            this.valueBytes = valueBytes;
            this.acknowledged = new String[count];
            this.uncertain = new boolean[count];
            for (int i = 0; i < count; i++) {
                keys.add(keyPrefix + index + ":" + i);
            }
        }

        @Override
        public void run() {
            long nextNs = System.nanoTime();
            while (!stopped) {
                step();
                nextNs = Math.max(nextNs + intervalNs, System.nanoTime() - intervalNs);
                for (long left = nextNs - System.nanoTime(); left > 0; left = nextNs - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }
        }

        private void step() {
            Phase now = phase;
            int index = random.nextInt(keys.size());
            long fromNs = System.nanoTime();
            try {
                if (random.nextBoolean()) {
                    write(index);
                } else {
                    String value = client.get(keys.get(index));
                    if (!uncertain[index] && !java.util.Objects.equals(value, acknowledged[index])) {
                        error(now, keys.get(index) + " is " + value + " instead of " + acknowledged[index]);
                    }
                }
            } catch (RuntimeException e) {
                error(now, keys.get(index) + ": " + e + ", after " + List.of(e.getSuppressed()));
            }
            long tookNs = System.nanoTime() - fromNs;
            now.latencies.record(tookNs);
            timeline.record(tookNs);
        }

        private void write(int index) {
            String text = Integer.toString(++number);
            String value = text + "-".repeat(Math.max(0, valueBytes - text.length()));
            uncertain[index] = true;
            client.set(keys.get(index), value);
            acknowledged[index] = value;
            uncertain[index] = false;
        }

        private void error(Phase now, String words) {
            now.errors.increment();
            errors.add(Instant.now() + " " + words);
        }
    }

    void start() {
        users.forEach(Thread::start);
    }

    /** From now on what happens belongs to this phase. */
    Phase begin(String name) {
        Phase next = new Phase(name);
        phases.add(next);
        phase = next;
        return next;
    }

    /** What was until now does not count. */
    void forgetPhases() {
        phases.clear();
    }

    /** What happened since the beginning, whatever the phase. */
    Timeline timeline() {
        return timeline;
    }

    /** All phases until now, in their order. */
    List<Phase> phases() {
        return List.copyOf(phases);
    }

    /** Lets all threads end what they do. */
    void stop() {
        stopped = true;
        for (User user : users) {
            try {
                user.join(JOIN_TIMEOUT_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    /** Client-visible errors, reads of anything else than was acknowledged included. */
    int errorCount() {
        return errors.size();
    }

    /** The first of the errors. */
    List<String> errors() {
        return errors.stream().limit(MOST_ERRORS_TOLD).toList();
    }

    /**
     * Once stopped: how many keys do not hold on all owners what was acknowledged, with an example; empty when none.
     */
    String flaw() {
        Map<String, String> expected = new LinkedHashMap<>();
        for (User user : users) {
            for (int i = 0; i < user.keys.size(); i++) {
                String value = user.acknowledged[i];
                if (value != null && !user.uncertain[i]) {
                    expected.put(user.keys.get(i), value);
                }
            }
        }
        Map<String, List<Reply>> held = new Copies(cluster, Copies.PATIENCE).read(expected.keySet());
        List<String> wrong = expected.keySet().stream()
                .filter(key -> !areAll(held.get(key), expected.get(key)))
                .toList();
        return wrong.isEmpty()
                ? ""
                : wrong.size() + " keys lost an acknowledged write: " + wrong.get(0) + " is " + held.get(wrong.get(0))
                        + " instead of " + expected.get(wrong.get(0));
    }

    private static boolean areAll(@Nullable Collection<Reply> copies, @Nullable String value) {
        return copies != null && value != null && copies.stream().allMatch(copy -> copy.equals(Reply.bulk(value)));
    }

    @Override
    public void close() {
        stop();
        client.close();
    }
}
