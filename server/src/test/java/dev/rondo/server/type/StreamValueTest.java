package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class StreamValueTest {
    private static final Limits SMALL_NODES = limits(200, 5);
    private static final Limits[] LIMITS = {Limits.DEFAULT, SMALL_NODES, limits(0, 1), limits(0, 0), limits(64, 0)};

    private static Limits limits(long nodeBytes, long nodeEntries) {
        return new Limits(512, 64, 512, 128, 64, 128, 64, -2, nodeBytes, nodeEntries, 3000);
    }

    private static StreamId id(long ms, long sequence) {
        return new StreamId(ms, sequence);
    }

    private static byte[][] arguments(String words) {
        String[] parts = words.split(" ", -1);
        byte[][] arguments = new byte[parts.length][];
        for (int i = 0; i < parts.length; i++) {
            arguments[i] = Ascii.bytes(parts[i]);
        }
        return arguments;
    }

    private static void add(StreamValue stream, StreamId id, String words, Limits limits) {
        stream.add(id, arguments(words), 0, limits);
    }

    /** Collects what an entry shows. */
    private static final class Seen implements ListValue.Visitor {
        final List<String> words = new ArrayList<>();

        @Override
        public void bytes(byte[] array, int offset, int length) {
            words.add(new String(array, offset, length, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void number(long value) {
            words.add(Long.toString(value));
        }
    }

    private static String text(StreamEntry entry) {
        Seen seen = new Seen();
        entry.forEach(seen);
        assertEquals(seen.words.size(), 2 * entry.fields());
        return entry.id() + " " + String.join(" ", seen.words);
    }

    private static List<String> range(StreamValue stream, StreamId from, StreamId to, boolean reverse) {
        List<String> found = new ArrayList<>();
        stream.forEach(from, to, reverse, entry -> found.add(text(entry)));
        return found;
    }

    private static List<String> content(StreamValue stream) {
        return range(stream, StreamId.MIN, StreamId.MAX, false);
    }

    private static List<String> content(NavigableMap<StreamId, String> model) {
        List<String> all = new ArrayList<>();
        model.forEach((id, words) -> all.add(id + " " + words));
        return all;
    }

    // ---- against a model ----

    @Property(tries = 300)
    void behavesLikeATreeMap(@ForAll long seed) {
        Random random = new Random(seed);
        Limits limits = LIMITS[random.nextInt(LIMITS.length)];
        NavigableMap<StreamId, String> model = new TreeMap<>();
        StreamValue stream = new StreamValue();
        StreamId maxDeleted = StreamId.MIN;
        for (int step = 0; step < 200; step++) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    StreamId id = some(random, stream, model);
                    assertEquals(model.remove(id) != null, stream.contains(id));
                    boolean deleted = stream.delete(id);
                    maxDeleted = deleted && id.isAfter(maxDeleted) ? id : maxDeleted;
                    assertFalse(stream.contains(id));
                }
                case 1 -> {
                    if (random.nextInt(4) == 0) {
                        trim(random, stream, model);
                    }
                }
                case 2 -> look(random, stream, model);
                default -> {
                    StreamId id = behind(random, stream.lastId());
                    String words = words(random);
                    add(stream, id, words, limits);
                    model.put(id, words);
                }
            }
            assertEquals(model.size(), stream.size());
            assertEquals(model.isEmpty() ? StreamId.MIN : model.firstKey(), stream.firstId());
            assertEquals(model.isEmpty() ? StreamId.MIN : model.lastKey(), stream.topId());
            assertEquals(maxDeleted, stream.maxDeletedId());
        }
        assertEquals(content(model), content(stream));
        StreamValue copy = stream.copy();
        add(stream, behind(random, stream.lastId()), "f v", limits);
        assertEquals(content(model), content(copy));
        assertEquals(content(model), content(rebuilt(copy)));
    }

    /** Made of the nodes of another stream. */
    private static StreamValue rebuilt(StreamValue stream) {
        StreamValue rebuilt = new StreamValue();
        for (int i = 0; i < stream.nodes(); i++) {
            Listpack pack = Listpack.of(stream.node(i).toByteArray());
            assertTrue(pack != null && rebuilt.addNode(stream.nodeId(i), pack), "node " + i);
        }
        assertEquals(stream.size(), rebuilt.size());
        assertEquals(stream.firstId(), rebuilt.firstId());
        assertEquals(stream.topId(), rebuilt.topId());
        return rebuilt;
    }

    private static StreamId behind(Random random, StreamId last) {
        return switch (random.nextInt(4)) {
            case 0 -> id(last.ms() + 1 + random.nextInt(3), random.nextInt(3) == 0 ? random.nextLong() : 0);
            case 1 -> id(last.ms() + 1, Integer.MAX_VALUE);
            default -> last.next() == null ? id(last.ms() + 1, 0) : last.next();
        };
    }

    private static String words(Random random) {
        String value = random.nextInt(10) == 0 ? "v".repeat(random.nextInt(300)) : Integer.toString(random.nextInt());
        return switch (random.nextInt(6)) {
            case 0 -> "g " + value;
            case 1 -> "f " + value + " g " + value;
            case 2 -> value + " x";
            default -> "f " + value;
        };
    }

    /** An id that is there, or next to one. */
    private static StreamId some(Random random, StreamValue stream, NavigableMap<StreamId, String> model) {
        if (model.isEmpty() || random.nextInt(5) == 0) {
            return id(random.nextInt(20), random.nextInt(3));
        }
        List<StreamId> ids = new ArrayList<>(model.keySet());
        StreamId id = ids.get(random.nextInt(ids.size()));
        return random.nextInt(6) == 0 ? stream.lastId() : id;
    }

    private static void trim(Random random, StreamValue stream, NavigableMap<StreamId, String> model) {
        boolean wholeNodes = random.nextBoolean();
        long limit = wholeNodes ? random.nextInt(3) * 10L : 0;
        StreamId minId = random.nextBoolean() ? some(random, stream, model) : null;
        int most = random.nextInt(20);
        long before = stream.size();
        long removed = stream.trim(new StreamTrim(most, minId, wholeNodes, limit));
        long wanted = minId == null
                ? Math.max(0, before - most)
                : model.headMap(minId).size();
        assertEquals(before - removed, stream.size());
        assertTrue(wholeNodes ? removed <= wanted : removed == wanted, removed + " of " + wanted);
        assertTrue(limit == 0 || removed <= limit);
        for (long i = 0; i < removed; i++) {
            model.pollFirstEntry();
        }
    }

    private static void look(Random random, StreamValue stream, NavigableMap<StreamId, String> model) {
        StreamId from = some(random, stream, model);
        StreamId to = some(random, stream, model);
        List<String> expected = from.isAfter(to) ? List.of() : content(model.subMap(from, true, to, true));
        assertEquals(expected, range(stream, from, to, false));
        List<String> turned = new ArrayList<>(expected);
        Collections.reverse(turned);
        assertEquals(turned, range(stream, from, to, true));
    }

    // ---- trimming ----

    @Example
    void approximateTrimmingTakesWholeNodesOnly() {
        StreamValue stream = numbered(25, SMALL_NODES);
        assertEquals(5, stream.nodes());
        assertEquals(0, stream.trim(new StreamTrim(21, null, true, 0)));
        assertEquals(5, stream.trim(new StreamTrim(18, null, true, 0)));
        assertEquals(5, stream.trim(new StreamTrim(0, id(12, 0), true, 0)));
        assertEquals(id(11, 0), stream.firstId());
        assertEquals(0, stream.trim(new StreamTrim(0, null, true, 4)));
        assertEquals(5, stream.trim(new StreamTrim(0, null, true, 9)));
        assertEquals(10, stream.trim(new StreamTrim(0, null, true, 0)));
        assertEquals(0, stream.nodes());
        assertEquals(StreamId.MAX, stream.firstHeldId());
    }

    /** As in Redis: trimming to an id looks at the last entry of a node, though that is deleted. */
    @Example
    void aNodeWithoutEntriesStaysIfADeletedOneIsBehindTheId() {
        StreamValue stream = numbered(7, SMALL_NODES);
        stream.delete(id(5, 0));
        assertEquals(4, stream.trim(new StreamTrim(0, id(5, 0), false, 0)));
        assertEquals(2, stream.nodes());
        assertEquals(id(1, 0), stream.firstHeldId());
        assertEquals(List.of("6-0 f 6", "7-0 f 7"), content(stream));
        assertEquals(id(6, 0), stream.firstId());
    }

    private static StreamValue numbered(int entries, Limits limits) {
        StreamValue stream = new StreamValue();
        for (int i = 1; i <= entries; i++) {
            add(stream, id(i, 0), "f " + i, limits);
        }
        return stream;
    }

    // ---- how far a group has come ----

    @Property(tries = 200)
    void theLagIsWhatIsLeftAsLongAsNothingIsDeletedByName(@ForAll long seed) {
        Random random = new Random(seed);
        StreamValue stream = new StreamValue();
        StreamGroup group = stream.addGroup(Ascii.bytes("g"), StreamId.MIN, 0);
        for (int step = 0; step < 100; step++) {
            switch (random.nextInt(5)) {
                case 0 -> {
                    StreamId next = group.lastId().next();
                    stream.forEach(next, StreamId.MAX, false, entry -> {
                        stream.deliver(group, entry.id());
                        return random.nextBoolean();
                    });
                }
                case 1 -> {
                    if (!stream.firstId().isAfter(group.lastId())) { // else what nobody has read would be lost
                        stream.trim(new StreamTrim(0, group.lastId(), false, 0));
                    }
                }
                default -> add(stream, behind(random, stream.lastId()), "f v", SMALL_NODES);
            }
            int[] left = {0};
            if (group.lastId().next() != null) {
                stream.forEach(group.lastId().next(), StreamId.MAX, false, entry -> ++left[0] > 0);
            }
            assertEquals(left[0], stream.lag(group));
            assertEquals(left[0] > 0, stream.hasNewFor(group));
        }
    }

    @Example
    void theLagIsUnknownBehindADeletionAndKnownAgainAtTheEnd() {
        StreamValue stream = numbered(5, SMALL_NODES);
        StreamGroup group = stream.addGroup(Ascii.bytes("g"), id(2, 0), StreamGroup.UNKNOWN);
        assertNull(stream.lag(group));
        group.lastId(StreamId.MIN);
        assertEquals(5, stream.lag(group));
        stream.delete(id(3, 0));
        assertNull(stream.lag(group));
        stream.deliver(group, id(5, 0));
        assertEquals(0, stream.lag(group));
        assertEquals(5, group.entriesRead());
    }

    // ---- how the work grows ----

    @Example
    void aRangeBeginsInLogarithmicTimeAndTheHeadGoesInConstantTime() {
        StreamValue stream = numbered(200_000, Limits.DEFAULT);
        assertEquals(2_000, stream.nodes());
        long before = stream.steps();
        for (int i = 0; i < 100; i++) {
            StreamId from = id(1 + i * 1999L, 0);
            stream.forEach(from, StreamId.MAX, false, entry -> false);
            stream.forEach(StreamId.MIN, from, true, entry -> false);
            assertTrue(stream.contains(from));
        }
        long perLookup = (stream.steps() - before) / 300;
        assertTrue(perLookup <= 11 + 2 + 100, perLookup + " steps");

        before = stream.steps();
        for (int i = 0; i < 1000; i++) {
            add(stream, id(300_000 + i, 0), "f v", Limits.DEFAULT);
            assertEquals(1, stream.trim(new StreamTrim(200_000, null, false, 0)));
        }
        long perTrim = (stream.steps() - before) / 1000;
        assertTrue(perTrim <= 250, perTrim + " steps");

        before = stream.steps();
        assertEquals(99_000, stream.trim(new StreamTrim(101_000, null, true, 0)));
        assertTrue(stream.steps() - before <= 2 * 990 + 300, stream.steps() - before + " steps");
    }

    @Example
    void anEntryTakesLittleBesideItsValues() {
        StreamValue stream = new StreamValue();
        for (int i = 0; i < 10_000; i++) {
            add(stream, id(1_700_000_000_000L + i, 0), "temperature 20 humidity 60", Limits.DEFAULT);
        }
        assertTrue(stream.footprintBytes() < 10_000 * 20, stream.footprintBytes() + " bytes");
    }

    // ---- nodes of others ----

    @Example
    void whatIsNoNodeIsRefused() {
        StreamValue stream = numbered(3, SMALL_NODES);
        byte[] bytes = stream.node(0).toByteArray();
        int refused = 0;
        for (int i = 6; i < bytes.length - 1; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 1;
            Listpack pack = Listpack.of(damaged);
            StreamValue other = new StreamValue();
            if (pack == null || !other.addNode(id(1, 0), pack)) {
                refused++;
            } else {
                assertEquals(3, content(other).size(), "byte " + i);
            }
        }
        assertTrue(refused > bytes.length / 2, refused + " refused");
        StreamValue twice = numbered(3, SMALL_NODES);
        assertFalse(twice.addNode(id(2, 0), stream.node(0).copy()), "ids that are not behind the last");
    }
}
