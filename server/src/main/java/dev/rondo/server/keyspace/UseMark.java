package dev.rondo.server.keyspace;

import java.util.random.RandomGenerator;

/**
 * The word in which an entry notes its use. Where the policy goes by time it is the seconds of the last use (modulo
 * 2^32). Where it counts uses it is Redis's: in the low 8 bits a counter that grows with the logarithm of the uses,
 * above them 16 bits of minutes, the time of the last use, by which the counter decays. After a change of the policy
 * the word is read in the other way until the key is used again, as in Redis. Pure functions.
 */
public final class UseMark {
    /** The counter of a new key, so that it has a chance to be used before it goes. */
    static final int NEW_FREQUENCY = 5;

    public static final int MOST_FREQUENT = 255;
    private static final int COUNTER_BITS = 8;
    private static final int MINUTES_MASK = 0xffff;
    private static final long MS_PER_SECOND = 1000;
    private static final long MS_PER_MINUTE = 60_000;

    private UseMark() {}

    /** The mark of a key used now. */
    public static int ofTime(long nowMs) {
        return (int) (nowMs / MS_PER_SECOND);
    }

    /** The mark of a key used now, with such a counter. */
    public static int ofFrequency(int frequency, long nowMs) {
        return minutes(nowMs) << COUNTER_BITS | frequency;
    }

    /** The mark of a new key. */
    static int ofNew(long nowMs, EvictionRules rules) {
        return rules.policy().countsUses() ? ofFrequency(NEW_FREQUENCY, nowMs) : ofTime(nowMs);
    }

    /** What the mark becomes by one more use. */
    static int used(int mark, long nowMs, EvictionRules rules, RandomGenerator random) {
        if (!rules.policy().countsUses()) {
            return ofTime(nowMs);
        }
        int frequency = frequency(mark, nowMs, rules.lfuDecayMinutes());
        return ofFrequency(counted(frequency, rules.lfuLogFactor(), random.nextDouble()), nowMs);
    }

    /** The counter after one more use: the higher it is, the less likely it grows. */
    static int counted(int frequency, int logFactor, double chance) {
        if (frequency >= MOST_FREQUENT) {
            return MOST_FREQUENT;
        }
        double base = Math.max(0, frequency - NEW_FREQUENCY);
        return chance < 1 / (base * logFactor + 1) ? frequency + 1 : frequency;
    }

    /** The seconds since the last use, if the mark is a time. */
    public static long idleSeconds(int mark, long nowMs) {
        return Math.max(0, ofTime(nowMs) - mark);
    }

    /** The counter, less what it has decayed by now. */
    public static int frequency(int mark, long nowMs, int decayMinutes) {
        int counter = mark & MOST_FREQUENT;
        int passed = minutes(nowMs) - (mark >>> COUNTER_BITS) & MINUTES_MASK;
        return decayMinutes == 0 ? counter : Math.max(0, counter - passed / decayMinutes);
    }

    private static int minutes(long nowMs) {
        return (int) (nowMs / MS_PER_MINUTE) & MINUTES_MASK;
    }
}
