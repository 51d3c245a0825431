package dev.rondo.server.cluster;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.command.ServingLease;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PulseTest {
    /** So long that a slow machine does not end the lease by itself; a beat comes each second. */
    private static final long LENGTH_NS = TimeUnit.SECONDS.toNanos(10);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ServingLease lease = new ServingLease();
    private final AtomicInteger asked = new AtomicInteger();
    private volatile boolean fails;
    private final long beganNs = System.nanoTime();
    private final Pulse pulse = new Pulse(lease, LENGTH_NS, this::ask);

    private void ask() {
        asked.incrementAndGet();
        if (fails) {
            throw new IllegalStateException("nobody to ask");
        }
    }

    private boolean isOver(long afterNs) {
        return lease.isOver(
                System.nanoTime() + afterNs, System.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(afterNs));
    }

    @AfterEach
    void end() {
        pulse.close();
    }

    @Test
    void theLeaseIsRenewedAgainAndAgainAndNeverForLonger() {
        await().atMost(PATIENCE).until(() -> isOver(LENGTH_NS + 1));
        long anotherBeatNs = beganNs + LENGTH_NS + LENGTH_NS / 20;
        await().atMost(PATIENCE).until(() -> !lease.isOver(anotherBeatNs, System.currentTimeMillis()));
        assertTrue(isOver(LENGTH_NS + TimeUnit.SECONDS.toNanos(1)));
        assertEquals(0, asked.get());
    }

    @Test
    void whileInDoubtTheOthersAreAskedAtEveryBeatUntilTheyHaveAnswered() {
        pulse.doubt();
        assertTrue(isOver(0));
        await().atMost(PATIENCE).until(() -> asked.get() >= 2);
        assertTrue(isOver(0), "a beat alone does not restore the lease");
        pulse.restore(System.nanoTime());
        assertFalse(isOver(0));
    }

    @Test
    void anAnswerOlderThanTheLeaseRestoresNothing() {
        pulse.doubt();
        pulse.restore(System.nanoTime() - LENGTH_NS - 1);
        assertTrue(isOver(0));
    }

    @Test
    void aQuestionThatFailsDoesNotEndThePulse() {
        fails = true;
        pulse.doubt();
        await().atMost(PATIENCE).until(() -> asked.get() >= 2);
    }
}
