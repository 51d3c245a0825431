package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SlotTest {
    private final Slot slot = new Slot(0, 7, new TrackingTable(), new MemoryUse());

    @Property(tries = 200)
    void countsKeysAndExpiries(@ForAll long seed) {
        slot.clear();
        Random random = new Random(seed);
        Map<String, Long> model = new HashMap<>();
        for (int step = 0; step < 500; step++) {
            String key = "k" + random.nextInt(30);
            byte[] bytes = Ascii.bytes(key);
            switch (random.nextInt(10)) {
                case 0, 1, 2 -> {
                    slot.remove(bytes, 0);
                    model.remove(key);
                }
                case 3 -> {
                    if (random.nextInt(20) == 0) {
                        slot.clear();
                        model.clear();
                    }
                }
                default -> {
                    Entry entry = slot.find(bytes);
                    if (entry == null) {
                        entry = slot.add(bytes, bytes);
                    }
                    long expiry = random.nextBoolean() ? Entry.NO_EXPIRY : random.nextInt(1_000);
                    slot.setExpiry(entry, expiry);
                    model.put(key, expiry);
                }
            }
            assertEquals(model.size(), slot.size());
            long expiring =
                    model.values().stream().filter(at -> at != Entry.NO_EXPIRY).count();
            assertEquals(expiring, slot.expiring());
        }
    }

    /** Expiries change while the slot is being looked through in small steps. */
    @Property(tries = 500)
    void everyExpiredEntryIsFoundInTheEnd(@ForAll long seed) {
        slot.clear();
        Random random = new Random(seed);
        long nowMs = 1_000;
        for (int step = 0; step < 400; step++) {
            byte[] key = Ascii.bytes("k" + random.nextInt(100));
            Entry present = slot.find(key);
            Entry entry = present == null ? slot.add(key, key) : present;
            slot.setExpiry(entry, random.nextInt(3) == 0 ? Entry.NO_EXPIRY : nowMs + random.nextInt(200) - 10);
            removeExpired(nowMs, 1 + random.nextInt(5));
            nowMs += random.nextInt(3);
        }
        for (long end = nowMs + 300; nowMs < end; nowMs++) {
            removeExpired(nowMs, 200);
        }
        assertEquals(0, slot.expiring());
    }

    @Test
    void anExpirySetBehindThePresentPassIsNotForgotten() {
        for (int changed = 0; changed < 50; changed++) {
            slot.clear();
            for (int i = 0; i < 50; i++) {
                slot.add(Ascii.bytes("k" + i), 1L);
            }
            slot.setExpiry(slot.add(Ascii.bytes("expired"), 1L), 5);
            for (int i = 0; i < 20; i++) {
                removeExpired(1_000, 1);
            }
            Entry entry = slot.find(Ascii.bytes("k" + changed));
            assertNotNull(entry);
            slot.setExpiry(entry, 2_000);
            for (int i = 0; i < 200; i++) {
                removeExpired(1_000, 1);
            }
            assertTrue(slot.mayHoldExpired(2_001), "k" + changed);
        }
    }

    private void removeExpired(long nowMs, int mostVisited) {
        if (slot.mayHoldExpired(nowMs)) {
            slot.someExpired(nowMs, mostVisited).forEach(entry -> assertNotNull(slot.remove(entry.key(), 0)));
        }
    }

    @Test
    void watchersAreToldOfTheirKeyOnlyAndUntilTheyLeave() {
        int[] told = {0};
        Slot.KeyWatcher watcher = () -> told[0]++;
        slot.watch(Ascii.bytes("a"), watcher);
        slot.touched(Ascii.bytes("b"));
        assertEquals(0, told[0]);
        slot.touched(Ascii.bytes("a"));
        assertEquals(1, told[0]);
        slot.unwatch(Ascii.bytes("a"), watcher);
        slot.touched(Ascii.bytes("a"));
        assertEquals(1, told[0]);
    }

    @Test
    void clearingTellsTheWatchersOfPresentKeys() {
        int[] told = {0};
        slot.watch(Ascii.bytes("present"), () -> told[0]++);
        slot.watch(Ascii.bytes("absent"), () -> told[0]++);
        slot.add(Ascii.bytes("present"), 1L);
        slot.clear();
        assertEquals(1, told[0]);
    }

    @Test
    void versionsRiseEvenWhenTheClockDoesNot() {
        long first = slot.nextVersion(1_000);
        long second = slot.nextVersion(1_000);
        long third = slot.nextVersion(999);
        assertTrue(first < second && second < third);
        assertEquals(2_000L << 16, slot.nextVersion(2_000));
    }

    @Test
    void requestsParkedGoOnWhenTheOutcomeIsKnown() {
        int[] resumed = {0};
        slot.become(Slot.Role.PARKED, true);
        slot.park(() -> resumed[0]++);
        slot.become(Slot.Role.PARKED, true);
        assertEquals(0, resumed[0]);
        slot.become(Slot.Role.ABSENT, false);
        assertEquals(1, resumed[0]);
        assertNotNull(slot.role());
    }

    @Test
    void itIsUnlockedAlsoWhenWhoWaitsForItsKeysCannotBeTold() {
        KeyWaiter failing = new KeyWaiter() {
            @Override
            public boolean heedsDeletion() {
                return false;
            }

            @Override
            public void keysTouched(Slot touched) {
                throw new IllegalStateException("as the test wants");
            }

            @Override
            public void slotChanged(Slot changed) {}
        };
        byte[] key = Ascii.bytes("key");
        slot.lock();
        slot.join(key, failing);
        slot.add(key, 1L);
        slot.touched(key);
        assertThrows(IllegalStateException.class, slot::unlock);
        assertFalse(slot.isLockedByMe());
    }
}
