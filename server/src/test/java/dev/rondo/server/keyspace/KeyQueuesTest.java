package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyQueuesTest {
    private static final byte[] KEY = Ascii.bytes("key");
    private static final byte[] OTHER = Ascii.bytes("other");

    private final Slot slot = new Slot(0, 0, new TrackingTable(), new MemoryUse());
    private final List<String> told = new ArrayList<>();

    private final class Waiter implements KeyWaiter {
        final String name;
        final boolean heedsDeletion;

        Waiter(String name, boolean heedsDeletion) {
            this.name = name;
            this.heedsDeletion = heedsDeletion;
        }

        @Override
        public boolean heedsDeletion() {
            return heedsDeletion;
        }

        @Override
        public void keysTouched(Slot touched) {
            told.add(name + " touched");
        }

        @Override
        public void slotChanged(Slot changed) {
            told.add(name + " " + changed.role());
        }
    }

    private final Waiter first = new Waiter("first", false);
    private final Waiter second = new Waiter("second", false);
    private final Waiter heeding = new Waiter("heeding", true);

    @BeforeEach
    void lock() {
        slot.lock();
        slot.become(Slot.Role.PRIMARY, true);
    }

    @AfterEach
    void unlock() {
        slot.unlock();
    }

    private void write(byte[] key) {
        if (slot.find(key) == null) {
            slot.add(key, 1L);
        }
        slot.touched(key);
    }

    private void relock() {
        slot.unlock();
        slot.lock();
    }

    @Test
    void waitersQueueInTheOrderInWhichTheyCame() {
        slot.join(KEY, first);
        slot.join(KEY, second);
        slot.join(KEY, first);
        assertEquals(List.of(first, second), List.copyOf(slot.waiters(KEY)));
        slot.leave(KEY, first);
        slot.leave(KEY, first);
        assertEquals(List.of(second), List.copyOf(slot.waiters(KEY)));
        slot.leave(KEY, second);
        assertEquals(List.of(), List.copyOf(slot.waiters(KEY)));
    }

    @Test
    void aWriteToAnotherKeyConcernsNobody() {
        for (int i = 0; i < 10_000; i++) {
            slot.join(KEY, new Waiter("waiter " + i, false));
        }
        write(OTHER);
        assertFalse(slot.hasTouchedQueues());
        relock();
        assertEquals(List.of(), told);
    }

    @Test
    void queuesAreMarkedInTheOrderOfTheChangesAndOnce() {
        slot.join(KEY, first);
        slot.join(OTHER, second);
        write(OTHER);
        write(KEY);
        write(OTHER);
        assertEquals(2, slot.touchedQueues().size());
        assertArrayEquals(OTHER, slot.pollTouchedQueue());
        assertArrayEquals(KEY, slot.pollTouchedQueue());
        assertNull(slot.pollTouchedQueue());
        relock();
        assertEquals(List.of(), told, "somebody has looked after them");
    }

    @Test
    void aMarkThatNobodyLookedAfterIsAnnouncedToTheFirstInTheQueueOnce() {
        slot.join(KEY, first);
        slot.join(KEY, second);
        write(KEY);
        relock();
        relock();
        assertEquals(List.of("first touched"), told);
        assertArrayEquals(KEY, slot.pollTouchedQueue());
        write(KEY);
        relock();
        assertEquals(List.of("first touched", "first touched"), told);
    }

    @Test
    void aMarkGoesWithTheLastOfTheQueue() {
        slot.join(KEY, first);
        write(KEY);
        slot.leave(KEY, first);
        assertFalse(slot.hasTouchedQueues());
        relock();
        assertEquals(List.of(), told);
    }

    @Test
    void onlyThoseWhoHeedItAreToldOfADeletion() {
        write(KEY);
        slot.join(KEY, first);
        slot.remove(KEY, 1);
        slot.touched(KEY);
        slot.clear();
        assertFalse(slot.hasTouchedQueues());
        slot.join(KEY, heeding);
        assertTrue(slot.isDeletionHeeded(KEY));
        slot.touched(KEY);
        assertArrayEquals(KEY, slot.pollTouchedQueue());
        slot.flush(2, false);
        assertArrayEquals(KEY, slot.pollTouchedQueue());
        slot.leave(KEY, heeding);
        slot.touched(KEY);
        assertFalse(slot.hasTouchedQueues());
    }

    @Test
    void everyWaiterIsToldOnceThatTheRoleChanged() {
        slot.join(KEY, first);
        slot.join(OTHER, first);
        slot.join(OTHER, second);
        slot.become(Slot.Role.PARKED, true);
        assertEquals(2, told.size());
        assertTrue(told.containsAll(List.of("first PARKED", "second PARKED")));
    }
}
