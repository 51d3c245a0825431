package dev.rondo.server.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    private static final int KEYS = 5000;

    private final Slot slot = new Keyspace(0).slot(0);
    private final RecordWriter scratch = new RecordWriter();

    private Comparison comparison() {
        for (int i = 0; i < KEYS; i++) {
            Entry entry = slot.add(key(i), Ascii.bytes("value" + i));
            slot.setVersion(entry, i);
        }
        Digest theirs = new Digest(1, Digest.buckets(KEYS, 8));
        slot.forEach(entry -> theirs.add(entry, scratch));
        return new Comparison(slot, theirs, scratch);
    }

    private static byte[] key(int i) {
        return Ascii.bytes("key" + i);
    }

    /** Runs to the end, and returns after how many steps. */
    private static int finish(Comparison comparison) {
        int steps = 1;
        while (!comparison.step(4096)) {
            steps++;
        }
        return steps;
    }

    @Test
    void equalSlotsDifferNowhere() {
        Comparison comparison = comparison();
        assertTrue(finish(comparison) > KEYS / Chunk.MAX_PLACES, "a lock is held for one chunk only");
        assertTrue(comparison.differences().isEmpty());
    }

    @Test
    void whatIsTouchedMeanwhileDiffersBeforeAndBehindTheScan() {
        for (int i = 0; i < KEYS; i += KEYS / 4) {
            slot.clear();
            Comparison comparison = comparison();
            assertFalse(comparison.step(4096));
            slot.touched(key(i)); // its state is as it was, but what the replica makes of the write is not known
            finish(comparison);
            BitSet expected = new BitSet();
            expected.set(comparison.bucketOf(key(i)));
            assertEquals(expected, comparison.differences());
            assertTrue(comparison.equalBytes > KEYS * 8 && comparison.equalBytes < KEYS * 30, "all but one bucket");
            comparison.close();
        }
    }

    @Test
    void everythingDiffersAfterAFlush() {
        Comparison comparison = comparison();
        assertFalse(comparison.step(4096));
        slot.flush(KEYS, false);
        finish(comparison);
        assertEquals(Digest.buckets(KEYS, 8), comparison.differences().cardinality());
    }

    @Test
    void aClosedComparisonHearsNothing() {
        Comparison comparison = comparison();
        finish(comparison);
        comparison.close();
        slot.touched(key(1));
        assertTrue(comparison.differences().isEmpty());
    }
}
