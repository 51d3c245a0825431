package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ExpirerTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;

    private final AtomicLong nowMs = new AtomicLong(1_000);
    private final Databases databases = new Databases(2, Slot.Role.PRIMARY);
    private final List<String> removed = new ArrayList<>();
    private final Expirer expirer = new Expirer(databases, nowMs::get, (slot, expired, atMs) -> {
        assertTrue(slot.isLockedByMe());
        expired.forEach(entry -> {
            assertTrue(entry.isExpired(atMs));
            removed.add(Ascii.string(entry.key()));
            assertNotNull(slot.remove(entry.key(), 0));
        });
    });

    private Slot put(int database, String key, long expireAtMs) {
        byte[] bytes = Ascii.bytes(key);
        Slot slot = databases.get(database).slotOf(bytes);
        slot.lock();
        try {
            slot.setExpiry(slot.add(bytes, bytes), expireAtMs);
        } finally {
            slot.unlock();
        }
        return slot;
    }

    @Test
    void removesWhatHasExpiredInEveryDatabaseAndNothingElse() {
        put(0, "early", 999);
        put(0, "late", 5_000);
        put(0, "never", Entry.NO_EXPIRY);
        put(1, "other", 500);
        assertEquals(2, expirer.run(NO_LIMIT));
        assertEquals(Set.of("early", "other"), new HashSet<>(removed));
        nowMs.set(5_001);
        assertEquals(1, expirer.run(NO_LIMIT));
        assertEquals(0, expirer.run(NO_LIMIT));
        assertEquals(1, databases.get(0).primaryKeys());
    }

    @Test
    void aKeyLivesThroughItsLastMillisecond() {
        put(0, "k", 1_000);
        assertEquals(0, expirer.run(NO_LIMIT));
        nowMs.set(1_001);
        assertEquals(1, expirer.run(NO_LIMIT));
    }

    @Test
    void leavesSlotsAloneThatOthersServe() {
        Slot slot = put(0, "k", 1);
        slot.lock();
        slot.become(Slot.Role.REPLICA, true);
        slot.unlock();
        assertEquals(0, expirer.run(NO_LIMIT));
        slot.lock();
        slot.become(Slot.Role.PRIMARY, true);
        slot.unlock();
        assertEquals(1, expirer.run(NO_LIMIT));
    }

    @Test
    void doesNotWaitForALockedSlot() {
        Slot slot = put(0, "k", 1);
        slot.lock();
        try {
            assertEquals(
                    0,
                    CompletableFuture.supplyAsync(() -> expirer.run(NO_LIMIT)).join());
        } finally {
            slot.unlock();
        }
        assertEquals(1, expirer.run(NO_LIMIT));
    }

    @Test
    void stopsWhenItsTimeIsUsedUpAndGoesOnThereNextTime() {
        for (int i = 0; i < 100; i++) {
            put(0, "k" + i, 1);
        }
        assertEquals(0, expirer.run(0));
        int runs = 0;
        while (removed.size() < 100 && ++runs < 1_000) {
            expirer.run(1_000_000);
        }
        assertEquals(100, removed.size());
    }

    @Test
    void aLargeSlotIsWorkedInPartsUntilNothingExpiredIsLeft() {
        for (int i = 0; i < 20_000; i++) {
            put(0, "{tag}" + i, i % 2 == 0 ? 1 : 1_000_000);
        }
        int runs = 0;
        while (removed.size() < 10_000 && ++runs < 100) {
            expirer.run(NO_LIMIT);
            nowMs.incrementAndGet();
        }
        assertEquals(10_000, removed.size());
        assertEquals(10_000, databases.get(0).primaryKeys());
    }

    /** What is expired goes within a few runs, whatever happens to expiries in between. */
    @Property(tries = 100)
    void noExpiryIsForgotten(@ForAll long seed) {
        Random random = new Random(seed);
        databases.get(0).slotOf(Ascii.bytes("{t}"));
        Slot slot = databases.get(0).slotOf(Ascii.bytes("{t}"));
        slot.lock();
        slot.clear();
        slot.unlock();
        for (int step = 0; step < 300; step++) {
            byte[] key = Ascii.bytes("{t}" + random.nextInt(400));
            slot.lock();
            Entry entry = slot.find(key);
            if (entry == null) {
                entry = slot.add(key, key);
            }
            slot.setExpiry(entry, random.nextInt(4) == 0 ? Entry.NO_EXPIRY : nowMs.get() + random.nextInt(50) - 10);
            slot.unlock();
            if (random.nextInt(10) == 0) {
                nowMs.addAndGet(random.nextInt(20));
                expirer.run(NO_LIMIT);
            }
        }
        nowMs.addAndGet(100);
        for (int i = 0; i < 5; i++) {
            expirer.run(NO_LIMIT);
            nowMs.incrementAndGet();
        }
        assertEquals(0, slot.expiring());
    }
}
