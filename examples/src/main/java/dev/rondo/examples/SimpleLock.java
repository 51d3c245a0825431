package dev.rondo.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.params.SetParams;

/**
 * A lock with a lease: SET NX PX takes it, and a token makes sure that only its holder gives it back (WATCH, compare,
 * MULTI, DEL). Thread-safe.
 *
 * <p><b>What it is good for.</b> Keeping two workers from doing the same work most of the time. It is no proof against
 * doing it twice: a holder that is slower than its lease loses the lock without noticing, and with asynchronous
 * replication a crash can lose the last milliseconds of writes, a lock just taken among them, so that the new primary
 * gives it out again. Where two holders would do damage, have what the lock guards refuse the older of them.
 */
public final class SimpleLock {
    private static final long RETRY_NS = 1_000_000;

    private final RedisClusterClient redis;
    private final KeyTransactions transactions;
    private final String key;

    /** The lock of this name, for all who use the same cluster. */
    public SimpleLock(RedisClusterClient redis, String name) {
        this.redis = redis;
        this.transactions = new KeyTransactions(redis);
        this.key = "lock:" + name;
    }

    /** Takes the lock for {@code leaseMs} and returns the token that gives it back; null when somebody else has it. */
    public @Nullable String tryAcquire(long leaseMs) {
        String token = UUID.randomUUID().toString();
        String reply = redis.set(key, token, SetParams.setParams().nx().px(leaseMs));
        return "OK".equals(reply) ? token : null;
    }

    /** Gives the lock back; false when the lease was over and it is not this holder's any more. */
    public boolean release(String token) {
        return transactions.with(key, connection -> {
            connection.watch(key);
            if (!token.equals(connection.get(key))) {
                connection.unwatch();
                return false;
            }
            try (Transaction transaction = connection.multi()) {
                transaction.del(key);
                return transaction.exec() != null; // null when the key has changed since WATCH
            }
        });
    }

    /** Four workers add to a number by reading and writing it, which goes wrong without a lock. */
    public static void main(String[] args) throws InterruptedException {
        HostAndPort node = HostAndPort.from(args.length > 0 ? args[0] : "127.0.0.1:7001");
        try (RedisClusterClient redis = RedisClusterClient.create(node)) {
            SimpleLock lock = new SimpleLock(redis, "stock");
            redis.del("lock:stock");
            redis.set("stock", "0");
            AtomicInteger refused = new AtomicInteger();
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                Thread worker = new Thread(() -> work(redis, lock, refused), "worker " + i);
                worker.start();
                workers.add(worker);
            }
            for (Thread worker : workers) {
                worker.join();
            }
            System.out.printf("4 workers added 25 each: %s%n", redis.get("stock"));
            System.out.printf("the lock was refused at least once: %s%n", refused.get() > 0);
            forget(lock);
        }
    }

    private static void work(RedisClusterClient redis, SimpleLock lock, AtomicInteger refused) {
        for (int done = 0; done < 25; ) {
            String token = lock.tryAcquire(10_000);
            if (token == null) {
                refused.incrementAndGet();
                LockSupport.parkNanos(RETRY_NS);
                continue;
            }
            redis.set("stock", Long.toString(Long.parseLong(redis.get("stock")) + 1));
            lock.release(token);
            done++;
        }
    }

    /** A holder that never gives the lock back loses it when its lease is over. */
    private static void forget(SimpleLock lock) throws InterruptedException {
        String forgotten = lock.tryAcquire(1_000);
        boolean taken = lock.tryAcquire(1_000) != null;
        String next = null;
        while (next == null) {
            TimeUnit.MILLISECONDS.sleep(50);
            next = lock.tryAcquire(10_000);
        }
        System.out.printf("while a lease runs the lock is free: %s; then the next holder gets it%n", taken);
        System.out.printf(
                "the late holder gives it back: %s, the present one: %s%n",
                forgotten != null && lock.release(forgotten), lock.release(next));
    }
}
