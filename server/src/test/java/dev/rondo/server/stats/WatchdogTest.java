package dev.rondo.server.stats;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private static final long SECOND_NS = Watchdog.PERIOD_NS;

    private final List<String> alarms = new ArrayList<>();
    private final Watchdog watchdog = new Watchdog(alarms::add);
    private final ExecutorService watched = Executors.newSingleThreadExecutor(task -> new Thread(task, "the watched"));
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicInteger passed = new AtomicInteger();
    private long nowNs = SECOND_NS;

    WatchdogTest() {
        watchdog.watch("work", watched);
    }

    @AfterEach
    void stop() {
        watched.shutdownNow();
        watchdog.close();
    }

    private void lookFor(int seconds) {
        for (int i = 0; i < seconds; i++) {
            nowNs += SECOND_NS;
            watchdog.look(nowNs);
        }
    }

    /** What was handed to the thread so far has run. */
    private void settle() throws Exception {
        watched.submit(() -> {}).get();
    }

    private void blockWatched() {
        watched.execute(() -> {
            lock.lock();
            try {
                passed.incrementAndGet();
            } finally {
                lock.unlock();
            }
        });
        await().atMost(Duration.ofSeconds(20)).until(lock::hasQueuedThreads);
    }

    @Test
    void aThreadThatMovesIsNotSpokenOf() throws Exception {
        for (int i = 0; i < 20; i++) {
            lookFor(1);
            settle();
        }
        assertEquals(List.of(), alarms);
        assertEquals(0, watchdog.stalls());
    }

    @Test
    void ofOneThatStandsStillItTellsWhereAndWhoHoldsItUp() throws Exception {
        lookFor(1);
        settle();
        CountDownLatch over = new CountDownLatch(1);
        Thread holder = new Thread(
                () -> {
                    lock.lock();
                    try {
                        over.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } finally {
                        lock.unlock();
                    }
                },
                "the holder");
        holder.start();
        await().atMost(Duration.ofSeconds(20)).until(lock::isLocked);
        blockWatched();

        lookFor(5);
        assertEquals(List.of(), alarms, "five seconds after the task are not over");
        lookFor(1);
        assertEquals(1, alarms.size());
        String alarm = alarms.get(0);
        assertTrue(alarm.startsWith("The thread work has not moved for 5000 ms"), alarm);
        assertTrue(alarm.contains("the watched") && alarm.contains("blockWatched"), alarm);
        assertTrue(alarm.contains("held by \"the holder\"") && alarm.contains("CountDownLatch"), alarm);
        assertEquals(1, watchdog.stalled());

        lookFor(14);
        assertEquals(2, alarms.size(), "after 5, 10 and 20 seconds");
        over.countDown();
        holder.join();
        settle();
        lookFor(1);
        assertEquals(0, watchdog.stalled());
        assertEquals(1, watchdog.stalls());
    }

    @Test
    void aProcessThatStoodStillAsAWholeBlamesNobody() throws Exception {
        lookFor(1);
        settle();
        lock.lock();
        try {
            blockWatched();
            lookFor(2);
            nowNs += 60 * SECOND_NS; // this thread did not run either
            lookFor(4);
            assertEquals(List.of(), alarms);
            lookFor(2);
            assertEquals(1, alarms.size(), "but who does not move afterwards is");
        } finally {
            lock.unlock();
        }
    }
}
