package dev.rondo.server.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SpareTimeRateTest {
    private static final long MS = 1_000_000;

    private final AtomicLong configured = new AtomicLong();
    private long urgentForNs = -1;
    private final SpareTimeRate rate = new SpareTimeRate(configured::get, () -> urgentForNs);

    private void sleep(int times, long lateNs) {
        for (int i = 0; i < times; i++) {
            rate.slept(MS, MS + lateNs);
        }
    }

    @Test
    void whatTheOperatorWantsCounts() {
        configured.set(12_345);
        sleep(1000, 20 * MS);
        assertEquals(12_345, rate.getAsLong());
    }

    @Test
    void onAnIdleMachineItGrowsToAsMuchAsThereIs() {
        long before = rate.getAsLong();
        sleep(1000, MS / 20);
        assertTrue(rate.getAsLong() > 2 * before, "after a second it is " + rate.getAsLong());
        sleep(10_000, MS / 20);
        assertEquals((long) SpareTimeRate.MOST, rate.getAsLong());
    }

    @Test
    void whereThreadsWaitForTheProcessorItFallsButNotToNothing() {
        sleep(3000, MS / 20);
        long before = rate.getAsLong();
        sleep(50, 10 * MS);
        assertTrue(rate.getAsLong() < before / 5, "from " + before + " it fell to " + rate.getAsLong() + " only");
        sleep(1000, 10 * MS);
        assertEquals((long) SpareTimeRate.Purpose.BALANCE.leastBytesPerSecond, rate.getAsLong());
    }

    @Test
    void whatIsUrgentMayBeInTheWayABit() {
        long lateNs = (SpareTimeRate.Purpose.BALANCE.lateNs + SpareTimeRate.Purpose.SAFETY.lateNs) / 2;
        sleep(1000, lateNs);
        assertEquals((long) SpareTimeRate.Purpose.BALANCE.leastBytesPerSecond, rate.getAsLong());
        urgentForNs = 0;
        sleep(1000, lateNs);
        assertTrue(rate.getAsLong() > 2 * SpareTimeRate.Purpose.SAFETY.leastBytesPerSecond);
    }

    /** A slot with one copy, or a node that is to stop, can't wait for ever. */
    @Test
    void theLongerItIsUrgentTheMoreItMayCost() {
        double least = SpareTimeRate.Purpose.SAFETY.leastBytesPerSecond;
        for (int doubled = 0; doubled <= 3; doubled++) {
            urgentForNs = doubled * SpareTimeRate.DOUBLED_EACH_NS;
            sleep(1000, 10 * MS);
            assertEquals((long) (least * (1 << doubled)), rate.getAsLong());
        }
        urgentForNs = 100 * SpareTimeRate.DOUBLED_EACH_NS;
        sleep(1000, 10 * MS);
        assertEquals((long) SpareTimeRate.MOST, rate.getAsLong());
        urgentForNs = -1;
        sleep(1000, 10 * MS);
        assertEquals((long) SpareTimeRate.Purpose.BALANCE.leastBytesPerSecond, rate.getAsLong());
    }

    @Test
    void aSleepCutShortSaysNothing() {
        long before = rate.getAsLong();
        for (int i = 0; i < 10_000; i++) {
            rate.slept(MS, MS / 2);
        }
        assertEquals(before, rate.getAsLong());
    }
}
