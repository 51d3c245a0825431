package dev.rondo.examples;

import java.util.concurrent.TimeUnit;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.args.ExpiryOption;

/**
 * Allows each user so many requests in a window of time, which starts with the first of them. One counter for each user
 * counts for all application servers; INCR and EXPIRE NX run in one transaction, so no counter stays without an expiry.
 * Thread-safe.
 */
public final class RateLimiter {
    private final KeyTransactions transactions;
    private final int most;
    private final long windowSeconds;

    /** Allows {@code most} requests in {@code windowSeconds}. */
    public RateLimiter(RedisClusterClient redis, int most, long windowSeconds) {
        this.transactions = new KeyTransactions(redis);
        this.most = most;
        this.windowSeconds = windowSeconds;
    }

    /** Counts a request and says whether it is allowed. */
    public boolean allows(String user) {
        String key = "requests:" + user;
        return transactions.with(key, connection -> {
            try (Transaction transaction = connection.multi()) {
                var count = transaction.incr(key);
                transaction.expire(key, windowSeconds, ExpiryOption.NX);
                transaction.exec();
                return count.get() <= most;
            }
        });
    }

    /** Ann asks eight times and Bob once; then the window is over and Ann asks again. */
    public static void main(String[] args) throws InterruptedException {
        HostAndPort node = HostAndPort.from(args.length > 0 ? args[0] : "127.0.0.1:7001");
        try (RedisClusterClient redis = RedisClusterClient.create(node)) {
            redis.del("requests:ann", "requests:bob");
            RateLimiter limiter = new RateLimiter(redis, 5, 5);
            int allowed = 0;
            for (int i = 0; i < 8; i++) {
                allowed += limiter.allows("ann") ? 1 : 0;
            }
            System.out.printf("ann: %d of 8 allowed%n", allowed);
            System.out.printf("bob: %s%n", limiter.allows("bob") ? "allowed" : "refused");
            while (redis.exists("requests:ann")) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            System.out.printf("ann after the window: %s%n", limiter.allows("ann") ? "allowed" : "refused");
        }
    }
}
