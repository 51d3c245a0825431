package dev.rondo.examples;

import java.util.function.Function;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisMovedDataException;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * WATCH, MULTI and EXEC in a cluster: they need one connection, to the node that serves the key. Thread-safe.
 *
 * <p>If that node dies in the middle, nobody knows whether EXEC took effect; the exception is then the caller's to
 * handle, since only the caller knows whether trying again does harm.
 */
final class KeyTransactions {
    private static final int MOST_MOVES = 5;

    private final RedisClusterClient redis;

    KeyTransactions(RedisClusterClient redis) {
        this.redis = redis;
    }

    /**
     * Runs {@code work} on a connection to the key's node; anew when it turns out, before anything ran, to be another.
     */
    <T> T with(String key, Function<Jedis, T> work) {
        for (int moves = 0; ; moves++) {
            try (Jedis connection = new Jedis(redis.getConnectionFromSlot(JedisClusterCRC16.getSlot(key)))) {
                return work.apply(connection);
            } catch (JedisDataException e) {
                if (moves == MOST_MOVES || !isElsewhere(e)) {
                    throw e;
                }
                redis.refreshClusterTopology();
            }
        }
    }

    /** MOVED comes as such, or, when the commands were being queued, as the refusal of EXEC: then none of them ran. */
    private static boolean isElsewhere(JedisDataException e) {
        return e instanceof JedisMovedDataException || e.getMessage().startsWith("EXECABORT");
    }
}
