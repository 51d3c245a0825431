package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ListValueTest {
    private static final int[] NODE_SIZES = {1, 2, 5, 100, -1, -2, 0};
    private static final Limits EIGHT_KB = limits(-2);

    private static Limits limits(int nodeSize) {
        return new Limits(512, 64, 512, 128, 64, 128, 64, nodeSize, 4096, 100, 3000);
    }

    private static byte[] bytes(String text) {
        return Ascii.bytes(text);
    }

    /** Collects what a list shows. */
    private static final class Seen implements ListValue.Visitor {
        final List<String> elements = new ArrayList<>();

        @Override
        public void bytes(byte[] array, int offset, int length) {
            elements.add(new String(array, offset, length, java.nio.charset.StandardCharsets.ISO_8859_1));
        }

        @Override
        public void number(long value) {
            elements.add(Long.toString(value));
        }
    }

    private static List<String> content(ListValue list) {
        Seen seen = new Seen();
        if (list.size() > 0) {
            list.forEach(0, list.size(), seen);
        }
        return seen.elements;
    }

    // ---- against a model ----

    @Property(tries = 300)
    void behavesLikeAnArrayList(@ForAll long seed) {
        Random random = new Random(seed);
        Limits limits = limits(NODE_SIZES[random.nextInt(NODE_SIZES.length)]);
        int growth = random.nextInt(3);
        List<String> model = new ArrayList<>();
        ListValue list = new ListValue();
        for (int step = 0; step < 150; step++) {
            boolean grows = model.isEmpty() || random.nextInt(3) < growth;
            if (grows) {
                grow(random, list, model, limits);
            } else {
                change(random, list, model, limits);
            }
            assertEquals(model.size(), list.size());
            if (!model.isEmpty()) {
                look(random, list, model);
            }
        }
        assertEquals(model, content(list));
        ListValue copy = list.copy();
        list.addFirst(bytes("later"), limits);
        assertEquals(model, content(copy));
        assertEquals(list.size(), model.size() + 1);
    }

    private static String element(Random random) {
        return switch (random.nextInt(10)) {
            case 0 -> "";
            case 1 -> "x".repeat(random.nextInt(300));
            case 2 -> "y".repeat(random.nextInt(20) == 0 ? 9000 : 70);
            case 3 -> Long.toString(random.nextLong() >> random.nextInt(64));
            case 4 -> "0" + random.nextInt(3);
            default -> Integer.toString(random.nextInt(6));
        };
    }

    private static void grow(Random random, ListValue list, List<String> model, Limits limits) {
        for (int left = 1 + random.nextInt(8); left > 0; left--) {
            String element = element(random);
            switch (random.nextInt(3)) {
                case 0 -> {
                    list.addFirst(bytes(element), limits);
                    model.add(0, element);
                }
                case 1 -> {
                    list.addLast(bytes(element), limits);
                    model.add(element);
                }
                default -> {
                    int index = random.nextInt(model.size() + 1);
                    list.insert(index, bytes(element), limits);
                    model.add(index, element);
                }
            }
        }
    }

    private static void change(Random random, ListValue list, List<String> model, Limits limits) {
        int size = model.size();
        switch (random.nextInt(5)) {
            case 0 -> {
                int gone = random.nextInt(Math.min(size, 10) + 1);
                list.removeFirst(gone, limits);
                model.subList(0, gone).clear();
            }
            case 1 -> {
                int gone = random.nextInt(Math.min(size, 10) + 1);
                list.removeLast(gone, limits);
                model.subList(size - gone, size).clear();
            }
            case 2 -> {
                int index = random.nextInt(size);
                String element = element(random);
                list.set(index, bytes(element), limits);
                model.set(index, element);
            }
            default -> {
                String element = random.nextBoolean() ? model.get(random.nextInt(size)) : element(random);
                int count = random.nextInt(7) - 3;
                assertEquals(remove(model, element, count), list.remove(bytes(element), count, limits));
            }
        }
    }

    private static int remove(List<String> model, String element, int count) {
        int removed = 0;
        int most = count == 0 ? Integer.MAX_VALUE : Math.abs(count);
        while (removed < most) {
            int index = count < 0 ? model.lastIndexOf(element) : model.indexOf(element);
            if (index < 0) {
                break;
            }
            model.remove(index);
            removed++;
        }
        return removed;
    }

    private static void look(Random random, ListValue list, List<String> model) {
        int from = random.nextInt(model.size());
        assertEquals(model.get(from), Ascii.string(list.get(from)));
        int count = random.nextInt(model.size() - from) + 1;
        Seen range = new Seen();
        list.forEach(from, count, range);
        assertEquals(model.subList(from, from + count), range.elements);
        Seen tail = new Seen();
        list.forEachFromTail(count, tail);
        List<String> reversed = new ArrayList<>(model.subList(model.size() - count, model.size()));
        Collections.reverse(reversed);
        assertEquals(reversed, tail.elements);

        String wanted = model.get(random.nextInt(model.size()));
        assertEquals(model.indexOf(wanted), list.indexOf(bytes(wanted)));
        boolean fromTail = random.nextBoolean();
        int skipped = random.nextInt(3);
        int most = 1 + random.nextInt(3);
        int compared = 1 + random.nextInt(model.size());
        List<Long> found = new ArrayList<>();
        list.find(bytes(wanted), fromTail, skipped, most, compared, found::add);
        int last = model.size() - 1;
        List<Long> expected = IntStream.range(0, compared)
                .map(i -> fromTail ? last - i : i)
                .filter(i -> model.get(i).equals(wanted))
                .skip(skipped)
                .limit(most)
                .asLongStream()
                .boxed()
                .collect(Collectors.toList());
        assertEquals(expected, found);
    }

    // ---- forms ----

    @Example
    void isOneListpackUpToTheLimitAndAgainAtHalfOfIt() {
        ListValue list = new ListValue();
        for (int i = 0; i < 80; i++) {
            list.addLast(bytes("x".repeat(99)), EIGHT_KB); // 102 bytes each, with their lengths
        }
        assertEquals("listpack", list.encoding());
        list.addLast(bytes("x".repeat(99)), EIGHT_KB);
        assertEquals("quicklist", list.encoding());
        list.removeLast(40, EIGHT_KB);
        assertEquals(1, list.nodes());
        assertEquals("quicklist", list.encoding());
        list.removeFirst(1, EIGHT_KB);
        assertEquals("listpack", list.encoding());
    }

    @Example
    void aFormIsChosenForAllElementsOfAPushAtOnce() {
        ListValue list = new ListValue();
        list.prepareFor(8186, 2, EIGHT_KB);
        assertEquals("quicklist", list.encoding());
        ListValue other = new ListValue();
        other.prepareFor(8185, 2, EIGHT_KB);
        assertEquals("listpack", other.encoding());
        ListValue counted = new ListValue();
        counted.prepareFor(3, 3, limits(2));
        assertEquals("quicklist", counted.encoding());
    }

    @Example
    void aLargeElementStandsAlone() {
        ListValue list = new ListValue();
        list.addLast(bytes("a"), EIGHT_KB);
        list.addLast(bytes("b"), EIGHT_KB);
        list.insert(1, bytes("L".repeat(8193)), EIGHT_KB);
        assertEquals(3, list.nodes());
        assertTrue(ListValue.isLarge(list.node(1)));
        list.set(1, bytes("c"), EIGHT_KB);
        assertEquals(List.of("a", "c", "b"), content(list));
    }

    @Example
    void aListMadeElsewhereTakesTheFormThatItsSizeAsksFor() {
        ListValue list = new ListValue();
        Listpack node = new Listpack();
        node.append(bytes("a"));
        list.addNode(node);
        list.addNode(new Listpack());
        list.fit(EIGHT_KB);
        assertEquals("listpack", list.encoding());
        list.addNode(node.copy());
        list.fit(EIGHT_KB);
        assertEquals("quicklist", list.encoding());
        assertEquals(List.of("a", "a"), content(list));
    }

    // ---- the work done for a long list ----

    private static final int MANY = 1_000_000;

    private static ListValue longList() {
        ListValue list = new ListValue();
        for (int i = 0; i < MANY; i++) {
            list.addLast(bytes("element-" + i), EIGHT_KB);
        }
        return list;
    }

    private static long nodesVisited(ListValue list, Runnable work) {
        long before = list.visitedNodes();
        work.run();
        return list.visitedNodes() - before;
    }

    /** A node holds 8 KB at most, so the nodes looked at bound the work. */
    @Example
    void aMillionElementsAreNeverWalkedForAFew() {
        ListValue list = longList();
        for (int i = 0; i < list.nodes(); i++) {
            assertTrue(list.node(i).sizeBytes() <= 8192);
        }
        int logarithm = 2 + Integer.SIZE - Integer.numberOfLeadingZeros(list.nodes());
        long atEnds = nodesVisited(list, () -> {
            list.addFirst(bytes("new"), EIGHT_KB);
            list.addLast(bytes("new"), EIGHT_KB);
            list.removeFirst(1, EIGHT_KB);
            list.removeLast(1, EIGHT_KB);
        });
        assertTrue(atEnds <= 24, atEnds + " nodes for four changes at the ends");
        Random random = new Random(1);
        for (int i = 0; i < 1000; i++) {
            int index = random.nextInt(MANY - 100);
            long looked = nodesVisited(list, () -> {
                assertEquals("element-" + index, Ascii.string(list.get(index)));
                list.forEach(index, 100, new Seen());
            });
            assertTrue(looked <= 2 * logarithm + 8, looked + " nodes for a hundred elements in the middle");
        }
        long trimmed = nodesVisited(list, () -> list.removeFirst(500_000, EIGHT_KB));
        assertTrue(trimmed <= list.nodes() * 4L, trimmed + " nodes for half of the list");
    }

    /** Inserting renumbers the nodes behind, which costs an addition each, but moves the bytes of one or two only. */
    @Example
    void insertingEverywhereKeepsNodesHalfFullAtLeast() {
        ListValue list = longList();
        Random random = new Random(1);
        int nodes = list.nodes();
        for (int i = 0; i < 2000; i++) {
            int index = random.nextInt((int) list.size());
            long looked = nodesVisited(list, () -> list.insert(index, bytes("inserted"), EIGHT_KB));
            assertTrue(looked <= 3L * list.nodes() + 64, looked + " nodes");
        }
        assertTrue(list.nodes() <= 2 * nodes + 2, list.nodes() + " nodes out of " + nodes);
        assertEquals(MANY + 2000, list.size());
    }

    @Example
    void removingManyOfAMillionGoesOnceThroughTheNodesAndJoinsThem() {
        ListValue list = new ListValue();
        for (int i = 0; i < MANY; i++) {
            list.addLast(bytes(i % 100 == 0 ? "kept-" + i : "gone"), EIGHT_KB);
        }
        int nodes = list.nodes();
        long looked = nodesVisited(list, () -> assertEquals(MANY / 100 * 99, list.remove(bytes("gone"), 0, EIGHT_KB)));
        assertTrue(looked <= 4L * nodes, looked + " looks at " + nodes + " nodes");
        assertEquals(MANY / 100, list.size());
        assertTrue(list.nodes() <= nodes / 20, list.nodes() + " nodes left of " + nodes);
        assertEquals("kept-500000", Ascii.string(list.get(5000)));
    }

    @Example
    void onlyTheNodesAtTheEndsHaveRoomToSpareAndNotMuch() {
        ListValue list = new ListValue();
        byte[] element = new byte[100];
        for (int i = 0; i < 5000; i++) {
            list.addLast(element, EIGHT_KB);
            list.addFirst(element, EIGHT_KB);
        }
        assertTrue(list.nodes() > 100, () -> list.nodes() + " nodes");
        for (int i = 0; i < list.nodes(); i++) {
            Listpack node = list.node(i);
            int spare = i == 0 || i == list.nodes() - 1 ? 4200 : 0;
            assertTrue(
                    node.allocatedBytes() <= node.sizeBytes() + spare,
                    () -> node.allocatedBytes() + " bytes for " + node.sizeBytes());
        }
    }

    @Example
    void anElementCostsTwoBytesBesideItsOwn() {
        ListValue list = longList();
        long own = 0;
        for (int i = 0; i < MANY; i++) {
            own += ("element-" + i).length();
        }
        double perElement = (double) (list.footprintBytes() - own) / MANY;
        assertTrue(perElement < 4, perElement + " bytes");
    }
}
