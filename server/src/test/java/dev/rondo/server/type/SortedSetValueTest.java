package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SortedSetValueTest {
    private static final Limits NEVER_PACKED = limits(0);

    /** A sorted list of members, searched from one end to the other. */
    private static final class Model {
        private static final Comparator<Map.Entry<String, Double>> ORDER =
                Comparator.<Map.Entry<String, Double>>comparingDouble(
                                entry -> entry.getValue() == 0 ? 0 : entry.getValue())
                        .thenComparing(Map.Entry::getKey);
        private final Map<String, Double> scores = new HashMap<>();

        List<Map.Entry<String, Double>> sorted() {
            List<Map.Entry<String, Double>> all = new ArrayList<>(scores.entrySet());
            all.sort(ORDER);
            return all;
        }
    }

    private static Limits limits(int zsetEntries) {
        return new Limits(512, 64, 512, 128, 64, zsetEntries, 64, -2, 4096, 100, 3000);
    }

    private static List<String> texts(SortedSetValue set, int from, boolean downwards) {
        List<String> texts = new ArrayList<>();
        set.forEach(from, downwards, (member, score) -> {
            texts.add(Ascii.string(member) + " " + score);
            return true;
        });
        return texts;
    }

    private static List<String> texts(List<Map.Entry<String, Double>> sorted) {
        List<String> texts = new ArrayList<>();
        sorted.forEach(entry -> texts.add(entry.getKey() + " " + entry.getValue()));
        return texts;
    }

    private static void step(SortedSetValue set, Model model, Random random, int universe, Limits limits) {
        String member = "m" + random.nextInt(universe);
        switch (random.nextInt(8)) {
            case 0, 1, 2, 3 -> {
                double score = random.nextInt(7) - 3 + (random.nextInt(4) == 0 ? 0.5 : 0);
                assertEquals(!model.scores.containsKey(member), set.put(Ascii.bytes(member), score, limits));
                model.scores.put(member, score);
            }
            case 4, 5 -> assertEquals(model.scores.remove(member) != null, set.remove(Ascii.bytes(member)));
            case 6 -> {
                Double score = model.scores.get(member);
                assertEquals(score == null ? Double.NaN : score, set.score(Ascii.bytes(member)));
            }
            default -> {
                if (!model.scores.isEmpty() && random.nextInt(10) == 0) {
                    int from = random.nextInt(model.scores.size());
                    int count = Math.min(random.nextInt(1 + universe / 4), model.scores.size() - from);
                    model.sorted().subList(from, from + count).forEach(entry -> model.scores.remove(entry.getKey()));
                    set.removeRange(from, count);
                }
            }
        }
    }

    private static void assertSame(SortedSetValue set, Model model) {
        List<Map.Entry<String, Double>> sorted = model.sorted();
        assertEquals(sorted.size(), set.size());
        assertEquals(texts(sorted), texts(set, 0, false));
        List<String> reversed = texts(sorted);
        Collections.reverse(reversed);
        assertEquals(reversed, texts(set, set.count() - 1, true));
        for (int i = 0; i < sorted.size(); i++) {
            String member = sorted.get(i).getKey();
            assertEquals(i, set.rank(Ascii.bytes(member)));
            assertEquals(member, Ascii.string(set.at(i).member()));
        }
        for (double score = -4; score <= 4; score += 0.5) {
            double bound = score;
            assertEquals(
                    sorted.stream().filter(entry -> entry.getValue() < bound).count(), set.countBelow(bound, false));
            assertEquals(
                    sorted.stream().filter(entry -> entry.getValue() <= bound).count(), set.countBelow(bound, true));
        }
    }

    @Property(tries = 300)
    void holdsWhatASimpleModelHolds(
            @ForAll long seed,
            @ForAll @IntRange(max = 40) int entries,
            @ForAll @IntRange(min = 1, max = 60) int universe) {
        SortedSetValue set = new SortedSetValue();
        Model model = new Model();
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            step(set, model, random, universe, limits(entries));
            if (i % 20 == 0) {
                assertSame(set, model);
            }
        }
        assertSame(set.copy(), model);
    }

    @Property(tries = 10)
    void holdsWhatASimpleModelHoldsWhenItIsLarge(@ForAll long seed) {
        SortedSetValue set = new SortedSetValue();
        Model model = new Model();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            step(set, model, random, 5_000, NEVER_PACKED);
        }
        assertSame(set, model);
        while (model.scores.size() > 40) {
            String member =
                    model.sorted().get(random.nextInt(model.scores.size())).getKey();
            for (Map.Entry<String, Double> entry : model.sorted()) {
                if (random.nextInt(3) != 0 || entry.getKey().equals(member)) {
                    model.scores.remove(entry.getKey());
                    assertTrue(set.remove(Ascii.bytes(entry.getKey())));
                }
            }
            assertSame(set, model);
        }
    }

    @Property(tries = 500)
    void rangesOfBytesAreThoseOfASimpleModel(
            @ForAll long seed, @ForAll @IntRange(max = 30) int size, @ForAll boolean packed) {
        Random random = new Random(seed);
        SortedSetValue set = new SortedSetValue();
        for (int i = 0; i < size; i++) {
            set.put(Ascii.bytes(word(random)), 0, packed ? Limits.DEFAULT : NEVER_PACKED);
        }
        LexRange range = new LexRange(end(random), end(random));
        List<String> inside = new ArrayList<>();
        set.forEach((member, score) -> {
            if (range.contains(member) && !range.isEmpty()) {
                inside.add(Ascii.string(member));
            }
            return true;
        });
        assertEquals(inside.size(), set.count(range));
        int first = set.firstIn(range, false);
        int last = set.firstIn(range, true);
        if (inside.isEmpty()) {
            assertEquals(-1, first);
            assertEquals(-1, last);
        } else {
            assertEquals(inside.get(0), Ascii.string(set.at(first).member()));
            assertEquals(
                    inside.get(inside.size() - 1), Ascii.string(set.at(last).member()));
        }
    }

    private static String word(Random random) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            word.append("ab\u00ff".charAt(random.nextInt(3)));
        }
        return word.toString();
    }

    private static LexRange.End end(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> LexRange.End.LEAST;
            case 1 -> LexRange.End.GREATEST;
            case 2, 3, 4 -> new LexRange.End(LexRange.End.Kind.INCLUDED, Ascii.bytes(word(random)));
            default -> new LexRange.End(LexRange.End.Kind.EXCLUDED, Ascii.bytes(word(random)));
        };
    }

    @Test
    void everyOperationOnAMillionMembersTakesFewSteps() {
        int size = 1_000_000;
        int most = 150; // log2 of a million is 20; at most 10 for each of 5 levels, three times where a score changes
        IndexedMembers members = new IndexedMembers();
        Random random = new Random(1);
        for (int i = 0; i < size; i++) {
            byte[] member = Ascii.bytes("member:" + i);
            assertSteps(members, most, () -> members.add(member, random.nextInt(1000)));
        }
        for (int i = 0; i < 20_000; i++) {
            byte[] member = Ascii.bytes("member:" + random.nextInt(size));
            int rank = random.nextInt(members.size() - 10);
            assertSteps(members, most, () -> members.rank(member));
            assertSteps(members, most, () -> members.countBefore(MemberStore.Bound.score(500, false)));
            int[] visited = {0};
            assertSteps(members, most + 10, () -> members.forEach(rank, false, (m, score) -> ++visited[0] < 10));
            assertSteps(members, 10 * most, () -> members.removeRange(rank, 10));
            if (!Double.isNaN(members.score(member))) {
                assertSteps(members, most, () -> members.update(member, random.nextInt(1000)));
            }
        }
        assertEquals(size - 200_000, members.size());
        assertTrue(members.steps() > size); // they were counted
    }

    private static void assertSteps(IndexedMembers members, int most, Runnable operation) {
        long before = members.steps();
        operation.run();
        long steps = members.steps() - before;
        assertTrue(steps <= most, () -> steps + " steps");
    }

    @Property(tries = 50)
    void aScanMeetsEveryMemberThatStays(@ForAll long seed) {
        Random random = new Random(seed);
        SortedSetValue set = new SortedSetValue();
        for (int i = 0; i < 1000; i++) {
            set.put(Ascii.bytes("stays" + i), i, NEVER_PACKED);
        }
        Set<String> met = new HashSet<>();
        long cursor = 0;
        do {
            cursor = set.scan(cursor, (member, score) -> {
                met.add(Ascii.string(member));
                return true;
            });
            set.put(Ascii.bytes("new" + random.nextInt(3000)), random.nextInt(2000), NEVER_PACKED);
            set.remove(Ascii.bytes("new" + random.nextInt(3000)));
            set.put(Ascii.bytes("stays" + random.nextInt(1000)), random.nextInt(2000), NEVER_PACKED);
        } while (cursor != 0);
        for (int i = 0; i < 1000; i++) {
            assertTrue(met.contains("stays" + i));
        }
    }

    @Test
    void takesTheFormsThatRedisTakes() {
        SortedSetValue set = new SortedSetValue();
        for (int i = 0; i < 128; i++) {
            set.put(Ascii.bytes("m" + i), i, Limits.DEFAULT);
        }
        assertEquals("listpack", set.encoding());
        set.put(Ascii.bytes("m1"), 7, Limits.DEFAULT);
        assertEquals("listpack", set.encoding());
        set.put(Ascii.bytes("one more"), 7, Limits.DEFAULT);
        assertEquals("skiplist", set.encoding());
        set.remove(Ascii.bytes("one more"));
        assertEquals("skiplist", set.encoding());
        set.fit(Limits.DEFAULT);
        assertEquals("listpack", set.encoding());
        set.put(Ascii.bytes("x".repeat(65)), 1, Limits.DEFAULT);
        assertEquals("skiplist", set.encoding());
        set.removeRange(0, 100);
        set.fit(Limits.DEFAULT);
        assertEquals(set.score(Ascii.bytes("x".repeat(65))) == 1 ? "skiplist" : "listpack", set.encoding());
    }

    /** Recorded from redis-server 7.0.15. */
    @Test
    void minusZeroIsKeptInTheLargeFormOnly() {
        SortedSetValue small = new SortedSetValue();
        small.put(Ascii.bytes("a"), -0.0, Limits.DEFAULT);
        assertEquals("0", ScoreText.text(small.score(Ascii.bytes("a"))));
        SortedSetValue large = new SortedSetValue();
        large.put(Ascii.bytes("a"), -0.0, NEVER_PACKED);
        assertFalse(large.put(Ascii.bytes("a"), 0, NEVER_PACKED));
        assertEquals("-0", ScoreText.text(large.score(Ascii.bytes("a"))));
        large.put(Ascii.bytes("b"), 0, NEVER_PACKED);
        assertEquals(List.of("a -0.0", "b 0.0"), texts(large, 0, false));
    }

    @Test
    void goesIntoAListpackAndComesBack() {
        SortedSetValue set = new SortedSetValue();
        set.put(Ascii.bytes("12"), 1.5, Limits.DEFAULT);
        set.put(Ascii.bytes("b"), Double.POSITIVE_INFINITY, Limits.DEFAULT);
        set.put(Ascii.bytes(""), 1e17, Limits.DEFAULT);
        Listpack pack = set.pack();
        assertNotNull(pack);
        SortedSetValue back = SortedSetValue.of(pack);
        assertNotNull(back);
        assertEquals(List.of("12 1.5", " 1.0E17", "b Infinity"), texts(back, 0, false));
        assertArrayEquals(
                pack.toByteArray(),
                java.util.Objects.requireNonNull(back.pack()).toByteArray());
        pack.append(Ascii.bytes("without score"));
        assertNull(SortedSetValue.of(pack));
        pack.append(Ascii.bytes("1"));
        assertNull(SortedSetValue.of(pack), "out of order");
    }
}
