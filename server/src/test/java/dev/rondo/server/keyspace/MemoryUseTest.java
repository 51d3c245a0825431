package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MemoryUseTest {
    private final Databases databases = new Databases(2, Slot.Role.PRIMARY);
    private final MemoryUse memory = databases.memory();
    private final Slot slot = databases.get(0).slot(3);

    private static EvictionRules limit(long bytes, boolean leavesCopiesOut) {
        return new EvictionRules(bytes, EvictionPolicy.ALLKEYS_LRU, 5, 10, 10, 1, leavesCopiesOut);
    }

    private Entry add(String key, int bytes) {
        return slot.add(Ascii.bytes(key), new byte[bytes]);
    }

    @Test
    void whatIsRemovedIsNoLongerCounted() {
        add("a", 1000);
        long one = memory.dataBytes();
        assertTrue(one > 1000);
        add("b", 1000);
        assertEquals(2 * one, memory.dataBytes());
        slot.remove(Ascii.bytes("a"), 1);
        assertEquals(one, memory.dataBytes());
        slot.clear();
        assertEquals(0, memory.dataBytes());
        assertFalse(memory.hasKeys(false));
    }

    @Test
    void swappedDatabasesKeepTheSum() {
        add("a", 1000);
        long bytes = slot.bytes();
        Slot other = databases.get(1).slot(3);
        slot.swap(other);
        assertEquals(0, slot.bytes());
        assertEquals(bytes, other.bytes());
        assertEquals(bytes, memory.dataBytes());
    }

    @Test
    void copiesOfWhatOthersServeCountOnlyIfThatIsWanted() {
        slot.setExpiry(add("a", 1000), 5);
        memory.rules(limit(500, true));
        assertTrue(memory.isOver());
        assertTrue(memory.hasKeys(true));
        slot.become(Slot.Role.REPLICA, true);
        assertFalse(memory.isOver());
        assertFalse(memory.hasKeys(true));
        assertEquals(memory.dataBytes(), memory.uncountedBytes());
        memory.rules(limit(500, false));
        assertTrue(memory.isOver());
        assertEquals(0, memory.uncountedBytes());
        slot.become(Slot.Role.PRIMARY, true);
        assertTrue(memory.hasKeys(true));
    }

    @Test
    void slotsAreChosenAsOftenAsTheyHaveKeys() {
        for (int i = 0; i < 90; i++) {
            add("k" + i, 1);
        }
        for (int i = 0; i < 10; i++) {
            databases.get(1).slot(7).add(Ascii.bytes("k" + i), 1L);
        }
        SlotSampler sampler = new SlotSampler(databases);
        sampler.prepare(false, true);
        SplittableRandom random = new SplittableRandom(5);
        int first = 0;
        for (int i = 0; i < 10_000; i++) {
            first += sampler.choose(random) == slot ? 1 : 0;
        }
        assertEquals(9000, first, 200);
    }
}
