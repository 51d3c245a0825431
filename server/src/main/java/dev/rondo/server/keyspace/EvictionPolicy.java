package dev.rondo.server.keyspace;

import java.util.Locale;

/** Which keys have to go when memory is short: maxmemory-policy. In the order in which Redis names the choices. */
public enum EvictionPolicy {
    VOLATILE_LRU(true, Order.IDLE),
    VOLATILE_LFU(true, Order.SELDOM_USED),
    VOLATILE_RANDOM(true, Order.RANDOM),
    VOLATILE_TTL(true, Order.SOON_EXPIRED),
    ALLKEYS_LRU(false, Order.IDLE),
    ALLKEYS_LFU(false, Order.SELDOM_USED),
    ALLKEYS_RANDOM(false, Order.RANDOM),
    NOEVICTION(false, Order.NONE);

    /** Which of the keys that may go is the first. */
    enum Order {
        IDLE,
        SELDOM_USED,
        SOON_EXPIRED,
        RANDOM,
        NONE
    }

    /** What the highest score of a key that expires is counted down from. */
    private static final long MOST_SCORE = Long.MAX_VALUE;

    private final boolean volatileOnly;
    private final Order order;

    EvictionPolicy(boolean volatileOnly, Order order) {
        this.volatileOnly = volatileOnly;
        this.order = order;
    }

    /** The policy of that name, which must be one of {@link #redisName}. */
    public static EvictionPolicy of(String redisName) {
        return valueOf(redisName.replace('-', '_').toUpperCase(Locale.ROOT));
    }

    public String redisName() {
        return name().replace('_', '-').toLowerCase(Locale.ROOT);
    }

    /** Whether only keys with an expiry may go. */
    public boolean isVolatileOnly() {
        return volatileOnly;
    }

    /** Whether any key goes at all. */
    public boolean evicts() {
        return order != Order.NONE;
    }

    /** Whether keys go as they come, in no order. */
    public boolean isRandom() {
        return order == Order.RANDOM;
    }

    /** Whether entries note how often they are used, and otherwise when. */
    public boolean countsUses() {
        return order == Order.SELDOM_USED;
    }

    /** The higher, the sooner the key has to go. */
    long score(Entry entry, long nowMs, EvictionRules rules) {
        return switch (order) {
            case IDLE -> UseMark.idleSeconds(entry.useMark(), nowMs);
            case SELDOM_USED ->
                UseMark.MOST_FREQUENT - UseMark.frequency(entry.useMark(), nowMs, rules.lfuDecayMinutes());
            case SOON_EXPIRED -> MOST_SCORE - entry.expireAtMs();
            case RANDOM, NONE -> 0;
        };
    }
}
