package dev.rondo.server.keyspace;

/**
 * How much memory the data of a node may take, and what goes when it takes more: the directives of redis.conf.
 *
 * @param maxBytes 0 for any number
 * @param samples how many keys are looked at for each that goes
 * @param tenacity from 0 to 100, how long one request may be held up by evictions
 * @param lfuLogFactor how much more uses it takes to count one, for keys that are used often
 * @param lfuDecayMinutes after how many minutes without a use one less is counted; 0 for never
 * @param leavesCopiesOut whether copies of slots that other nodes serve do not count
 */
public record EvictionRules(
        long maxBytes,
        EvictionPolicy policy,
        int samples,
        int tenacity,
        int lfuLogFactor,
        int lfuDecayMinutes,
        boolean leavesCopiesOut) {
    /** Redis's defaults: nothing goes. */
    public static final EvictionRules NONE = new EvictionRules(0, EvictionPolicy.NOEVICTION, 5, 10, 10, 1, true);
}
