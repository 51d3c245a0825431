package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HashTableTest {
    private static final int MOST_KEYS = 20_000;

    private final HashTable<Entry> table = new HashTable<>();

    private static final class Entry extends HashTable.Node<Entry> {
        final int value;

        Entry(byte[] key, int value) {
            super(key);
            this.value = value;
        }
    }

    private Entry add(int key) {
        byte[] bytes = bytes(key);
        Entry entry = new Entry(bytes, key);
        table.add(entry);
        return entry;
    }

    private @Nullable Entry remove(int key) {
        return table.remove(bytes(key));
    }

    private @Nullable Entry find(int key) {
        return table.find(bytes(key));
    }

    private static byte[] bytes(int key) {
        return Ascii.bytes("key:" + key);
    }

    @Property(tries = 200)
    void behavesLikeAHashMap(@ForAll long seed) {
        table.clear();
        Random random = new Random(seed);
        Map<Integer, Entry> model = new HashMap<>();
        int keys = 1 + random.nextInt(300);
        int bias = 20 + random.nextInt(60);
        for (int step = 0; step < 2_000; step++) {
            int key = random.nextInt(keys);
            if (step % 500 == 0) {
                bias = 100 - bias; // grows for a while, then shrinks
            }
            if (random.nextInt(100) >= bias) {
                assertSame(model.remove(key), remove(key));
            } else if (!model.containsKey(key)) {
                model.put(key, add(key));
            }
            assertSame(model.get(key), find(key));
            assertEquals(model.size(), table.size());
        }
        Set<Entry> visited = new HashSet<>();
        table.forEach(entry -> assertTrue(visited.add(entry)));
        assertEquals(new HashSet<>(model.values()), visited);
    }

    /** The guarantee of SCAN, with growing, shrinking and everything in between going on. */
    @Property(tries = 300)
    void aScanVisitsAllThatIsPresentThroughout(@ForAll long seed) {
        table.clear();
        Random random = new Random(seed);
        int lasting = 1 + random.nextInt(200);
        for (int i = 0; i < lasting; i++) {
            add(i);
        }
        int passing = lasting;
        int firstPassing = lasting;
        for (int i = random.nextInt(2_000); i > 0; i--) {
            add(passing++);
        }
        boolean grows = random.nextBoolean();
        Set<Object> seen = new HashSet<>();
        long cursor = 0;
        do {
            cursor = table.scan(cursor, entry -> seen.add(entry.value));
            int changes = passing < MOST_KEYS ? random.nextInt(40) : 0; // so that the scan catches up
            for (int i = changes; i > 0; i--) {
                if (grows == (random.nextInt(10) != 0)) {
                    add(passing++);
                } else if (firstPassing < passing) {
                    assertNotNull(remove(firstPassing++));
                }
            }
            grows ^= random.nextInt(50) == 0;
        } while (cursor != 0);
        for (int i = 0; i < lasting; i++) {
            assertTrue(seen.contains(i), "missed " + i);
        }
    }

    @Test
    void anyCursorIsTaken() {
        for (int i = 0; i < 100; i++) {
            add(i);
        }
        for (long cursor : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 31, 12_345_678_901L}) {
            long at = cursor;
            int steps = 0;
            do {
                at = table.scan(at, entry -> {});
            } while (at != 0 && ++steps < 10_000);
            assertEquals(0, at);
        }
    }

    @Test
    void chanceReachesEveryEntry() {
        for (int i = 0; i < 50; i++) {
            add(i);
        }
        Set<Object> met = new HashSet<>();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 5_000; i++) {
            Entry entry = table.random(random);
            assertNotNull(entry);
            met.add(entry.value);
        }
        assertEquals(50, met.size());
        table.clear();
        assertNull(table.random(random));
        assertNull(find(1));
    }

    @Test
    void chanceFavoursNoEntryOfAFullTableOrASparseOne() {
        for (int i = 0; i < 1_024; i++) {
            add(i);
        }
        assertFairChance(1_024);
        for (int i = 200; i < 1_024; i++) {
            assertNotNull(remove(i));
        }
        assertFairChance(200);
    }

    /** The last ones of long chains share a place: they come less often, but nobody much oftener than others. */
    private void assertFairChance(int size) {
        int each = 400;
        int[] met = new int[size];
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < each * size; i++) {
            Entry entry = table.random(random);
            assertNotNull(entry);
            met[entry.value]++;
        }
        int rare = 0;
        for (int times : met) {
            assertTrue(times > 0 && times < each * 3 / 2, times + " times");
            rare += times < each * 3 / 4 ? 1 : 0;
        }
        assertTrue(rare < size / 10, rare + " come too seldom");
    }
}
