package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class UseMarkTest {
    private static final long MINUTE_MS = 60_000;
    private static final EvictionRules LFU = new EvictionRules(0, EvictionPolicy.ALLKEYS_LFU, 5, 10, 10, 1, true);

    @Property
    void aTimeIsReadBackAsIdleSeconds(
            @ForAll @IntRange(min = 0) int startSeconds, @ForAll @IntRange(max = 99) int idle) {
        long startMs = startSeconds * 1000L;
        assertEquals(idle, UseMark.idleSeconds(UseMark.ofTime(startMs), startMs + idle * 1000L));
    }

    @Property
    void aCounterDecaysByOneInEachPeriodAndNotBelowZero(
            @ForAll @IntRange(max = 255) int frequency,
            @ForAll @IntRange(max = 0xffff) int startMinute,
            @ForAll @IntRange(max = 1000) int minutes,
            @ForAll @IntRange(min = 1, max = 20) int decayMinutes) {
        int mark = UseMark.ofFrequency(frequency, startMinute * MINUTE_MS);
        int later = UseMark.frequency(mark, (startMinute + minutes) * MINUTE_MS, decayMinutes);
        assertEquals(Math.max(0, frequency - minutes / decayMinutes), later);
    }

    @Test
    void withoutADecayTimeNothingIsForgotten() {
        assertEquals(77, UseMark.frequency(UseMark.ofFrequency(77, 0), 500 * MINUTE_MS, 0));
    }

    @Test
    void aNewKeyHasAChance() {
        assertEquals(5, UseMark.frequency(UseMark.ofNew(0, LFU), 0, 1));
    }

    @Test
    void theMoreUsesWereCountedTheLessLikelyIsTheNext() {
        assertEquals(6, UseMark.counted(5, 10, 0.999));
        assertEquals(6, UseMark.counted(6 - 1, 10, 0));
        assertEquals(7, UseMark.counted(6, 10, 0.0909));
        assertEquals(6, UseMark.counted(6, 10, 0.0910));
        assertEquals(101, UseMark.counted(100, 0, 0.999));
        assertEquals(255, UseMark.counted(255, 0, 0));
    }

    /**
     * The table in Redis's configuration file: with factor 10, 10 for 100 uses, 18 for a thousand, 142 for 100
     * thousand.
     */
    @Test
    void usesAreCountedAsRedisCountsThem() {
        assertNear(10, 100, 3);
        assertNear(18, 1_000, 4);
        assertNear(142, 100_000, 12);
    }

    private static void assertNear(int expected, int uses, int most) {
        SplittableRandom random = new SplittableRandom(7);
        int sum = 0;
        for (int run = 0; run < 20; run++) {
            int mark = UseMark.ofNew(0, LFU);
            for (int i = 0; i < uses; i++) {
                mark = UseMark.used(mark, 0, LFU, random);
            }
            sum += UseMark.frequency(mark, 0, 1);
        }
        assertTrue(Math.abs(sum / 20 - expected) <= most, uses + " uses are counted as " + sum / 20);
    }
}
