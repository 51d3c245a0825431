package dev.rondo.examples;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A client that knows the cluster: it asks any node who serves what, sends each command to the right one, and goes on
 * when a node dies. Ten keys are written and read; with a number of seconds as second argument the program goes on
 * writing and reading for so long. Kill a node meanwhile.
 */
public final class ClusterJedisApp {
    private static final List<String> CITIES = List.of(
            "Athens", "Berlin", "Cairo", "Delhi", "Edinburgh", "Florence", "Geneva", "Havana", "Istanbul", "Jakarta");
    private static final int PAUSE_MS = 10;

    private ClusterJedisApp() {}

    /** Runs against the cluster of the node at {@code args[0]}, and goes on for {@code args[1]} seconds. */
    public static void main(String[] args) throws InterruptedException {
        HostAndPort node = HostAndPort.from(args.length > 0 ? args[0] : "127.0.0.1:7001");
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 0;
        try (RedisClusterClient redis = RedisClusterClient.builder()
                .nodes(Set.of(node)) // one is enough: it names the others
                .maxAttempts(20) // while a dead node's replica takes over, a command is tried again ...
                .maxTotalRetriesDuration(Duration.ofSeconds(10)) // ... at the longest for so long
                .topologyRefreshPeriod(Duration.ofSeconds(1))
                .build()) {
            System.out.println("nodes: "
                    + String.join(", ", new TreeSet<>(redis.getClusterNodes().keySet())));
            for (String city : CITIES) {
                redis.set("city:" + city, Integer.toString(city.length()));
            }
            int found = 0;
            for (String city : CITIES) {
                found += Integer.toString(city.length()).equals(redis.get("city:" + city)) ? 1 : 0;
            }
            System.out.printf("%d keys written, %d read back%n", CITIES.size(), found);
            if (seconds > 0) {
                goOn(redis, seconds);
            }
        }
    }

    private static void goOn(RedisClusterClient redis, int seconds) throws InterruptedException {
        System.out.printf("going on for %d s%n", seconds);
        long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        int rounds = 0;
        int failed = 0;
        int lost = 0; // a crash can lose what was written in its last milliseconds
        long slowestNs = 0;
        for (long startNs = System.nanoTime(); startNs < endNs; startNs = System.nanoTime()) {
            String key = "city:" + CITIES.get(rounds % CITIES.size());
            String value = Integer.toString(rounds++);
            try {
                redis.set(key, value);
                lost += value.equals(redis.get(key)) ? 0 : 1;
            } catch (JedisException e) {
                failed++;
                System.out.printf("%s: %s%n", key, e.getMessage());
            }
            slowestNs = Math.max(slowestNs, System.nanoTime() - startNs);
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
        System.out.printf(
                "%d rounds: %d failed, %d lost, the slowest took %d ms%n",
                rounds, failed, lost, TimeUnit.NANOSECONDS.toMillis(slowestNs));
    }
}
