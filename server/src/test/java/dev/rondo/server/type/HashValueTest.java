package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class HashValueTest {
    private static final Limits SMALL = limits(8, 10);

    private static Limits limits(long entries, long valueBytes) {
        return new Limits(entries, valueBytes, 512, 128, 64, 128, 64, -2, 4096, 100, 3000);
    }

    private static Map<String, String> content(HashValue hash) {
        Map<String, String> content = new LinkedHashMap<>();
        hash.forEach((field, value) -> content.put(Ascii.string(field), Ascii.string(value)));
        assertEquals(hash.size(), content.size());
        return content;
    }

    @Property(tries = 300)
    void behavesLikeAMap(@ForAll long seed) {
        Random random = new Random(seed);
        Map<String, String> model = new HashMap<>();
        HashValue hash = new HashValue();
        int fields = 1 + random.nextInt(30);
        for (int step = 0; step < 200; step++) {
            String field =
                    random.nextBoolean() ? "f" + random.nextInt(fields) : Integer.toString(random.nextInt(fields));
            byte[] name = Ascii.bytes(field);
            if (random.nextInt(3) == 0) {
                assertEquals(model.remove(field) != null, hash.remove(name));
            } else {
                String value =
                        random.nextInt(20) == 0 ? "a value of many bytes" : Integer.toString(random.nextInt(1000));
                assertEquals(model.put(field, value) == null, hash.put(name, Ascii.bytes(value), SMALL));
            }
            String expected = model.get(field);
            assertEquals(expected != null, hash.contains(name));
            assertArrayEquals(expected == null ? null : Ascii.bytes(expected), hash.get(name));
            assertEquals(expected == null ? 0 : expected.length(), hash.valueLength(name));
            assertEquals(model.size(), hash.size());
        }
        assertEquals(model, content(hash));
        HashValue copy = hash.copy();
        hash.put(Ascii.bytes("later"), Ascii.bytes("1"), SMALL);
        assertEquals(model, content(copy));
        if (!model.isEmpty()) {
            HashValue.Pair pair = copy.random(new SplittableRandom(seed));
            assertEquals(model.get(Ascii.string(pair.field())), Ascii.string(pair.value()));
        }
    }

    @Property(tries = 100)
    void choosesDifferentFieldsOrAll(@ForAll @IntRange(min = 1, max = 1500) int fields, @ForAll long seed) {
        HashValue hash = new HashValue();
        for (int i = 0; i < fields; i++) {
            hash.put(Ascii.bytes("f" + i), Ascii.bytes("v" + i), Limits.DEFAULT);
        }
        SplittableRandom random = new SplittableRandom(seed);
        for (int count : new int[] {1, fields / 10, fields / 2, fields - 1, fields, fields + 1}) {
            Map<String, String> chosen = new HashMap<>();
            for (HashValue.Pair pair : hash.sample(count, random)) {
                assertNull(chosen.put(Ascii.string(pair.field()), Ascii.string(pair.value())));
            }
            assertEquals(Math.min(count, fields), chosen.size());
            chosen.forEach((field, value) -> assertEquals(field.substring(1), value.substring(1)));
        }
        assertEquals(fields, hash.sample(Long.MAX_VALUE, random).size());
    }

    /** Chi-squared with 99 degrees of freedom: beyond 180 with a chance of one in a million. */
    @Property(tries = 4)
    void everyFieldIsChosenEquallyOften(@ForAll boolean compact, @ForAll boolean one) {
        HashValue hash = new HashValue();
        for (int i = 0; i < 100; i++) {
            hash.put(Ascii.bytes("f" + i), Ascii.bytes("1"), compact ? Limits.DEFAULT : SMALL);
        }
        Map<String, Integer> counts = new HashMap<>();
        SplittableRandom random = new SplittableRandom(7);
        Supplier<HashValue.Pair> picker = hash.picker(random);
        int rounds = 20_000;
        for (int i = 0; i < rounds; i++) {
            HashValue.Pair pair = one ? hash.random(random) : picker.get();
            counts.merge(Ascii.string(pair.field()), 1, Integer::sum);
        }
        double expected = rounds / 100.0;
        double chiSquared = counts.values().stream()
                .mapToDouble(count -> (count - expected) * (count - expected) / expected)
                .sum();
        assertEquals(100, counts.size());
        assertTrue(chiSquared < 180, "is " + chiSquared);
    }

    /** The guarantee of HSCAN, while the table grows. */
    @Example
    void aScanMeetsAllThatIsThereThroughout() {
        HashValue hash = new HashValue();
        for (int i = 0; i < 600; i++) {
            hash.put(Ascii.bytes("f" + i), Ascii.bytes("1"), Limits.DEFAULT);
        }
        Set<String> seen = new HashSet<>();
        long cursor = 0;
        int added = 0;
        do {
            cursor = hash.scan(cursor, (field, value) -> seen.add(Ascii.string(field)));
            hash.put(Ascii.bytes("g" + added++), Ascii.bytes("1"), Limits.DEFAULT);
        } while (cursor != 0);
        for (int i = 0; i < 600; i++) {
            assertTrue(seen.contains("f" + i), "missed " + i);
        }
    }

    @Example
    void changesItsFormBeyondEitherLimitAndNotBack() {
        HashValue hash = new HashValue();
        for (int i = 0; i < 8; i++) {
            hash.put(Ascii.bytes("f" + i), Ascii.bytes("0123456789"), SMALL);
        }
        assertEquals("listpack", hash.encoding());
        hash.put(Ascii.bytes("f9"), Ascii.bytes("v"), SMALL);
        assertEquals("hashtable", hash.encoding());
        assertTrue(hash.remove(Ascii.bytes("f9")));
        assertEquals("hashtable", hash.encoding());

        HashValue other = new HashValue();
        other.put(Ascii.bytes("f"), Ascii.bytes("0123456789"), SMALL);
        other.put(Ascii.bytes("f"), Ascii.bytes("0123456789+"), SMALL);
        assertEquals("hashtable", other.encoding());
    }

    @Example
    void fitsItselfToOtherLimits() {
        HashValue hash = new HashValue();
        hash.put(Ascii.bytes("a"), Ascii.bytes("0123456789+"), Limits.DEFAULT);
        hash.fit(Limits.DEFAULT);
        assertEquals("listpack", hash.encoding());
        hash.fit(SMALL);
        assertEquals("hashtable", hash.encoding());
        assertEquals(Map.of("a", "0123456789+"), content(hash));
    }

    @Example
    void listsFieldsOfTheCompactFormAsTheyWereAdded() {
        HashValue hash = new HashValue();
        for (String field : new String[] {"c", "a", "b"}) {
            hash.put(Ascii.bytes(field), Ascii.bytes("1"), SMALL);
        }
        hash.put(Ascii.bytes("c"), Ascii.bytes("2"), SMALL);
        assertEquals("{c=2, a=1, b=1}", content(hash).toString());
    }

    @Example
    void tellsRoughlyWhatItTakes() {
        HashValue hash = new HashValue();
        for (int i = 0; i < 10_000; i++) {
            hash.put(Ascii.bytes("field" + i), Ascii.bytes("0123456789"), Limits.DEFAULT);
        }
        long bytes = hash.footprintBytes();
        assertTrue(bytes > 10_000 * 80 && bytes < 10_000 * 130, "is " + bytes);
    }
}
