package dev.rondo.examples;

import java.util.Map;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.SetParams;

/**
 * An application written for one Redis server: a cache whose entries expire, a counter, and a transaction over keys
 * that a cluster would keep apart. It runs unchanged on a plain node:
 *
 * <pre>{@code ./rondo server --port 7001 --cluster-enabled no}</pre>
 */
public final class PlainJedisApp {
    private static final int CACHE_SECONDS = 60;
    /** Stands for a database that is slower than a cache. */
    private static final Map<String, String> DATABASE = Map.of("apple", "120", "pear", "95");

    private PlainJedisApp() {}

    /** Runs against the node at {@code args[0]}, 127.0.0.1:7001 if there is none. */
    public static void main(String[] args) {
        HostAndPort node = HostAndPort.from(args.length > 0 ? args[0] : "127.0.0.1:7001");
        try (RedisClient redis = RedisClient.create(node)) {
            redis.del("price:apple", "visits", "checking", "savings");
            cache(redis, "apple");
            cache(redis, "apple");
            count(redis);
            transfer(redis, 30);
        }
    }

    /** Cache-aside: look, and on a miss ask the database and keep the answer for a while. */
    private static void cache(RedisClient redis, String fruit) {
        String key = "price:" + fruit;
        String price = redis.get(key);
        if (price != null) {
            System.out.printf("price of %s: %s (from the cache, kept for %d s more)%n", fruit, price, redis.ttl(key));
            return;
        }
        price = DATABASE.get(fruit);
        redis.set(key, price, SetParams.setParams().ex(CACHE_SECONDS));
        System.out.printf("price of %s: %s (from the database)%n", fruit, price);
    }

    private static void count(RedisClient redis) {
        redis.incr("visits");
        redis.incr("visits");
        System.out.printf("visits: %d%n", redis.incr("visits"));
    }

    /** Both accounts change, or neither. */
    private static void transfer(RedisClient redis, long amount) {
        redis.set("checking", "100");
        redis.set("savings", "0");
        try (AbstractTransaction transaction = redis.multi()) {
            Response<Long> checking = transaction.decrBy("checking", amount);
            Response<Long> savings = transaction.incrBy("savings", amount);
            transaction.exec();
            System.out.printf("transfer: checking %d, savings %d%n", checking.get(), savings.get());
        }
    }
}
