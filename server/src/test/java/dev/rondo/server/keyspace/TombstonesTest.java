package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TombstonesTest {
    private static final long MAX_BYTES = 10_000;

    private final Graveyard graveyard = new Graveyard(MAX_BYTES);
    private final Slot slot = new Slot(0, 7, new TrackingTable(), new MemoryUse());

    @BeforeEach
    void lock() {
        slot.lock();
        slot.keepTombstones(graveyard);
    }

    @AfterEach
    void unlock() {
        slot.unlock();
    }

    private static byte[] key(int number) {
        return Ascii.bytes("key" + number);
    }

    private List<String> remembered() {
        Tombstones tombstones = present(slot.tombstones());
        List<String> all = new ArrayList<>();
        tombstones.visit(0, tombstones.end(), (key, version) -> all.add(Ascii.string(key) + "@" + version));
        return all;
    }

    private static Tombstones present(Tombstones tombstones) {
        assertNotNull(tombstones);
        return tombstones;
    }

    @Test
    void whatWasDeletedIsRememberedWithItsLastVersion() {
        slot.remove(key(1), 10);
        slot.remove(key(2), 11);
        assertEquals(10, slot.deletedAt(key(1)));
        slot.remove(key(1), 12);
        assertEquals(12, slot.deletedAt(key(1)));
        assertEquals(0, slot.deletedAt(key(3)));
        assertEquals(List.of("key1@10", "key2@11", "key1@12"), remembered());
    }

    @Test
    void oldDeletionsAreForgottenAndTheirMemoryIsGivenBack() {
        for (int i = 0; i < 100; i++) {
            slot.remove(key(i), i);
        }
        slot.forgetDeletions(90);
        assertEquals(0, slot.deletedAt(key(89)));
        assertEquals(90, slot.deletedAt(key(90)));
        assertEquals(10, remembered().size());
        slot.forgetDeletions(1000);
        assertEquals(0, graveyard.bytes());
        assertFalse(slot.hasDeletions());
        slot.remove(key(5), 2000);
        assertEquals(2000, slot.deletedAt(key(5)), "and it goes on");
    }

    @Test
    void memoryIsBoundedAndTheOldestGoFirst() {
        for (int i = 0; i < 10_000; i++) {
            slot.remove(key(i), i + 1);
            assertTrue(graveyard.bytes() <= MAX_BYTES);
        }
        assertEquals(0, slot.deletedAt(key(0)));
        assertEquals(10_000, slot.deletedAt(key(9_999)));
        assertEquals(10_000, graveyard.dropped() + remembered().size());
    }

    @Test
    void aVisitGoesOnWhereItStoppedEvenIfOlderOnesWereForgotten() {
        for (int i = 0; i < 10; i++) {
            slot.remove(key(i), i);
        }
        Tombstones tombstones = present(slot.tombstones());
        List<String> some = new ArrayList<>();
        long next = tombstones.visit(0, 10, (key, version) -> {
            some.add(Ascii.string(key));
            return some.size() < 3;
        });
        slot.forgetDeletions(5);
        assertEquals(10, tombstones.visit(next, 10, (key, version) -> some.add(Ascii.string(key))));
        assertEquals(List.of("key0", "key1", "key2", "key5", "key6", "key7", "key8", "key9"), some);
    }

    @Test
    void aFlushOfTheOtherSideRemovesWhatIsOlder() {
        slot.setVersion(slot.add(key(1), key(1)), 10);
        slot.setVersion(slot.add(key(2), key(2)), 20);
        slot.flushUpTo(15);
        assertNull(slot.find(key(1)));
        assertNotNull(slot.find(key(2)));
        assertEquals(15, slot.deletedAt(key(3)), "whatever it was");
    }
}
