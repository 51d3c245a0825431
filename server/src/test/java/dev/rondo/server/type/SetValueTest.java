package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Supplier;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.Nullable;

class SetValueTest {
    private static final Limits SMALL = new Limits(512, 64, 10, 6, 8, 128, 64, -2, 4096, 100, 3000);

    private static Set<String> content(SetValue set) {
        Set<String> content = new TreeSet<>();
        set.forEach(member -> assertTrue(content.add(Ascii.string(member))));
        assertEquals(set.size(), content.size());
        return content;
    }

    private static SetValue set(Limits limits, String... members) {
        SetValue set = new SetValue();
        for (String member : members) {
            set.add(Ascii.bytes(member), limits);
        }
        return set;
    }

    private static String member(Random random, int range) {
        return switch (random.nextInt(8)) {
            case 0 -> "a rather long member";
            case 1, 2 -> "m" + random.nextInt(range);
            default -> Integer.toString(random.nextInt(range) - range / 2);
        };
    }

    @Property(tries = 400)
    void behavesLikeASet(@ForAll long seed) {
        Random random = new Random(seed);
        Set<String> model = new HashSet<>();
        SetValue set = new SetValue();
        int range = 1 + random.nextInt(40);
        for (int step = 0; step < 150; step++) {
            String member = random.nextInt(20) > 0 && seed % 2 == 0
                    ? Integer.toString(random.nextInt(range))
                    : member(random, range);
            byte[] bytes = Ascii.bytes(member);
            if (random.nextInt(5) < 2) {
                assertEquals(model.remove(member), set.remove(bytes));
            } else {
                assertEquals(model.add(member), set.add(bytes, SMALL));
            }
            assertEquals(model.contains(member), set.contains(bytes));
            assertEquals(model.size(), set.size());
        }
        assertEquals(new TreeSet<>(model), content(set));
        SetValue copy = set.copy();
        assertEquals(set.encoding(), copy.encoding());
        set.add(Ascii.bytes("later"), SMALL);
        assertEquals(new TreeSet<>(model), content(copy));
    }

    /** As setTypeAdd of Redis 7.2 does. */
    @Example
    void takesTheFormsOfRedis() {
        SetValue set = set(SMALL, "3", "1", "2");
        assertEquals("intset", set.encoding());
        assertEquals(
                List.of("1", "2", "3"),
                set.members().stream().map(Ascii::string).toList());
        set.add(Ascii.bytes("x"), SMALL);
        assertEquals("listpack", set.encoding());
        for (String member : new String[] {"4", "5"}) {
            set.add(Ascii.bytes(member), SMALL);
            assertEquals("listpack", set.encoding());
        }
        set.add(Ascii.bytes("6"), SMALL);
        assertEquals("hashtable", set.encoding());

        SetValue integers = set(SMALL, "1", "2", "3", "4", "5", "6", "7", "8", "9", "10");
        assertEquals("intset", integers.encoding());
        SetValue mixed = integers.copy();
        integers.add(Ascii.bytes("11"), SMALL);
        assertEquals("hashtable", integers.encoding());
        mixed.add(Ascii.bytes("x"), SMALL);
        assertEquals("hashtable", mixed.encoding());
        assertEquals("hashtable", set(SMALL, "123456789", "x").encoding());
        assertEquals("hashtable", set(SMALL, "x", "123456789").encoding());
        assertEquals("intset", set(SMALL, "123456789").encoding());
    }

    @Example
    void expectsManyMembersAtOnce() {
        assertEquals("intset", SetValue.expecting(Ascii.bytes("1"), 10, SMALL).encoding());
        assertEquals("listpack", SetValue.expecting(Ascii.bytes("x"), 6, SMALL).encoding());
        assertEquals(
                "hashtable", SetValue.expecting(Ascii.bytes("1"), 11, SMALL).encoding());
        assertEquals("hashtable", SetValue.expecting(Ascii.bytes("x"), 7, SMALL).encoding());
        SetValue set = set(SMALL, "1");
        set.expect(11, SMALL);
        assertEquals("hashtable", set.encoding());
        assertTrue(set.contains(Ascii.bytes("1")));
    }

    @Property(tries = 200)
    void choosesDifferentMembersOrAll(
            @ForAll @IntRange(min = 1, max = 1500) int members, @ForAll boolean numbers, @ForAll long seed) {
        Limits limits = members % 2 == 0 ? Limits.DEFAULT : new Limits(512, 64, 5000, 5000, 64, 128, 64, -2, 0, 0, 0);
        SetValue set = new SetValue();
        for (int i = 0; i < members; i++) {
            set.add(Ascii.bytes((numbers ? "" : "m") + i), limits);
        }
        SplittableRandom random = new SplittableRandom(seed);
        for (int count : new int[] {1, members / 10, members / 2, members - 1, members, members + 1}) {
            Set<String> chosen = new HashSet<>();
            for (byte[] member : set.sample(count, random)) {
                assertTrue(chosen.add(Ascii.string(member)));
                assertTrue(set.contains(member));
            }
            assertEquals(Math.min(count, members), chosen.size());
        }
    }

    /** Chi-squared with 99 degrees of freedom: beyond 180 with a chance of one in a million. */
    @Property(tries = 4)
    void everyMemberIsChosenEquallyOften(@ForAll boolean numbers, @ForAll boolean large) {
        SetValue set = new SetValue();
        for (int i = 0; i < 100; i++) {
            set.add(Ascii.bytes((numbers ? "" : "m") + i), large ? SMALL : Limits.DEFAULT);
        }
        Map<String, Integer> counts = new HashMap<>();
        Supplier<byte[]> picker = set.picker(new SplittableRandom(5));
        for (int i = 0; i < 20_000; i++) {
            counts.merge(Ascii.string(picker.get()), 1, Integer::sum);
        }
        double chiSquared = counts.values().stream()
                .mapToDouble(count -> (count - 200.0) * (count - 200.0) / 200)
                .sum();
        assertEquals(100, counts.size());
        assertTrue(chiSquared < 180, "is " + chiSquared);
    }

    @Property(tries = 500)
    void algebraAgreesWithJavasSets(@ForAll long seed) {
        Random random = new Random(seed);
        List<Set<String>> models = new ArrayList<>();
        List<@Nullable SetValue> sets = new ArrayList<>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            if (random.nextInt(8) == 0) {
                models.add(Set.of());
                sets.add(null);
                continue;
            }
            Set<String> model = new TreeSet<>();
            SetValue set = new SetValue();
            for (int members = 1 + random.nextInt(random.nextBoolean() ? 5 : 60); members > 0; members--) {
                String member = member(random, 30);
                model.add(member);
                set.add(Ascii.bytes(member), SMALL);
            }
            models.add(model);
            sets.add(set);
        }
        if (random.nextInt(4) == 0) { // a key named twice
            models.add(models.get(0));
            sets.add(sets.get(0));
        }
        Set<String> all = new TreeSet<>(models.get(0));
        Set<String> left = new TreeSet<>(models.get(0));
        Set<String> any = new TreeSet<>();
        models.forEach(any::addAll);
        models.forEach(all::retainAll);
        models.subList(1, models.size()).forEach(left::removeAll);
        List<String> found = new ArrayList<>();
        SetAlgebra.intersection(sets, Long.MAX_VALUE, member -> found.add(Ascii.string(member)));
        assertSame(all, found);
        int most = random.nextInt(5);
        SetAlgebra.intersection(sets, most, member -> found.add(Ascii.string(member)));
        assertEquals(Math.min(most, all.size()), found.size());
        found.clear();
        SetAlgebra.union(sets, member -> found.add(Ascii.string(member)));
        assertSame(any, found);
        SetAlgebra.difference(sets, member -> found.add(Ascii.string(member)));
        assertSame(left, found);
    }

    private static void assertSame(Set<String> expected, List<String> found) {
        assertEquals(expected, new TreeSet<>(found));
        assertEquals(expected.size(), found.size());
        found.clear();
    }

    @Example
    void fitsItselfToOtherLimits() {
        for (String[] members :
                new String[][] {{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11"}, {"x", "0123456789"}}) {
            SetValue set = set(Limits.DEFAULT, members);
            set.fit(Limits.DEFAULT);
            assertFalse(set.encoding().equals("hashtable"));
            set.fit(SMALL);
            assertEquals("hashtable", set.encoding());
            assertEquals(members.length, content(set).size());
        }
    }

    /** The guarantee of SSCAN, while the table grows. */
    @Example
    void aScanMeetsAllThatIsThereThroughout() {
        SetValue set = new SetValue();
        for (int i = 0; i < 600; i++) {
            set.add(Ascii.bytes("m" + i), Limits.DEFAULT);
        }
        Set<String> seen = new HashSet<>();
        long cursor = 0;
        int added = 0;
        do {
            cursor = set.scan(cursor, member -> seen.add(Ascii.string(member)));
            set.add(Ascii.bytes("n" + added++), Limits.DEFAULT);
        } while (cursor != 0);
        for (int i = 0; i < 600; i++) {
            assertTrue(seen.contains("m" + i), "missed " + i);
        }
    }
}
