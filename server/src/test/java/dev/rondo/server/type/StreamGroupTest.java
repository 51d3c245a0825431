package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class StreamGroupTest {
    private static final String[] CONSUMERS = {"a", "b", "ab"};

    private static StreamId id(long ms) {
        return new StreamId(ms, 0);
    }

    private static StreamGroup newGroup() {
        return new StreamValue().addGroup(Ascii.bytes("g"), StreamId.MIN, 0);
    }

    private static StreamConsumer consumer(StreamGroup group, String name) {
        StreamConsumer present = group.consumer(Ascii.bytes(name));
        return present == null ? group.addConsumer(Ascii.bytes(name), 1) : present;
    }

    private static List<String> content(PendingEntries pending) {
        List<String> all = new ArrayList<>();
        pending.forEach(StreamId.MIN, entry -> all.add(text(entry)));
        assertEquals(pending.size(), all.size());
        return all;
    }

    private static String text(PendingEntry entry) {
        return entry.id() + " " + Ascii.string(entry.consumer().name()) + " " + entry.deliveredAtMs() + " "
                + entry.deliveries();
    }

    /** What a model has of one consumer, or of all. */
    private static List<String> content(NavigableMap<StreamId, String> model, String consumer) {
        return model.entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .filter(line -> line.split(" ")[1].matches(consumer))
                .toList();
    }

    @Property(tries = 200)
    void pendingEntriesAreWithOneConsumerEach(@ForAll long seed) {
        Random random = new Random(seed);
        StreamGroup group = newGroup();
        NavigableMap<StreamId, String> model = new TreeMap<>();
        int ids = 1 + random.nextInt(1500);
        for (int step = 0; step < 3000; step++) {
            StreamId id = random.nextInt(3) == 0 ? id(random.nextInt(ids)) : id(step % ids);
            String name = CONSUMERS[random.nextInt(CONSUMERS.length)];
            switch (random.nextInt(4)) {
                case 0 -> assertEquals(model.remove(id) != null, group.acknowledge(id));
                case 1 -> {
                    if (random.nextInt(500) == 0) {
                        group.removeConsumer(consumer(group, name));
                        model.values().removeIf(words -> words.startsWith(name + " "));
                    }
                }
                default -> {
                    group.assign(id, consumer(group, name), step, step % 7);
                    model.put(id, name + " " + step + " " + step % 7);
                }
            }
            PendingEntry found = group.pending().find(id);
            assertEquals(model.get(id), found == null ? null : text(found).split(" ", 2)[1]);
        }
        assertSame(group, model);
        StreamGroup copy = group.copy();
        group.consumers().forEach(each -> each.pending().forEach(StreamId.MIN, entry -> {
            entry.deliveredAgain(0, 0);
            return true;
        }));
        assertSame(copy, model);
    }

    private static void assertSame(StreamGroup group, NavigableMap<StreamId, String> model) {
        assertEquals(content(model, ".*"), content(group.pending()));
        for (StreamConsumer consumer : group.consumers()) {
            assertEquals(content(model, Ascii.string(consumer.name())), content(consumer.pending()));
        }
        if (!model.isEmpty()) {
            assertEquals(model.firstKey(), group.pending().first().id());
            assertEquals(model.lastKey(), group.pending().last().id());
        }
    }

    @Example
    void consumersAreInTheOrderOfTheirNames() {
        StreamGroup group = newGroup();
        for (String name : List.of("b", "a", "ab", "\u00ff")) {
            consumer(group, name);
        }
        assertEquals(
                List.of("a", "ab", "b", "\u00ff"),
                group.consumers().stream()
                        .map(each -> Ascii.string(each.name()))
                        .toList());
    }

    @Example
    void aPendingEntryIsFoundInLogarithmicTime() {
        StreamGroup group = newGroup();
        int entries = 100_000;
        for (int i = 0; i < entries; i++) {
            group.assign(id(i), consumer(group, "a"), 1, 1);
        }
        long before = group.pending().steps();
        for (int i = 0; i < entries; i += 100) {
            assertEquals(
                    id(i), Objects.requireNonNull(group.pending().find(id(i))).id());
            group.pending().forEach(id(i), entry -> false);
            assertTrue(group.acknowledge(id(i)));
        }
        long perEntry = (group.pending().steps() - before) / (entries / 100 * 3L);
        assertTrue(perEntry <= 20, perEntry + " steps");
        long footprint = group.footprintBytes();
        assertTrue(footprint < entries * 70L, footprint + " bytes");
    }

    /** Acknowledged in any order: what is left must not keep the room of all. */
    @Example
    void nearlyEmptyRunsAreJoined() {
        StreamGroup group = newGroup();
        for (int i = 0; i < 100_000; i++) {
            group.assign(id(i), consumer(group, "a"), 1, 1);
        }
        for (int i = 0; i < 100_000; i++) {
            if (i % 100 != 0) {
                assertTrue(group.acknowledge(id(i)));
            }
        }
        assertEquals(1000, content(group.pending()).size());
        assertTrue(group.footprintBytes() < 1000 * 200, group.footprintBytes() + " bytes");
    }
}
