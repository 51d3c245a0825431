package dev.rondo.server.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.ListValue;
import dev.rondo.server.type.StreamConsumer;
import dev.rondo.server.type.StreamGroup;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Example;

class StreamCodecTest {
    /** Recorded from DUMP of redis-server 7.0.15: four entries, one of them deleted, and two groups. */
    private static final String OF_7_0 =
            "13011000000000000000010000000000000001c3405040561256000000200003010101020181660281670200200900002001"
                    + "0a010184776f726405050103600d201f02780205200a100401dfff020101856f746865720680010620130005801320410003"
                    + "200f00ff030600010101020402026731050081ffffffffffffffff0200000000000000010000000000000001a48d6814a201"
                    + "00000100000000000000050000000000000000e8030000000000000703026331a48d6814a201000001000000000000000100"
                    + "00000000000001026332ab8d6814a201000001000000000000000500000000000000000469646c659d8d6814a20100000002"
                    + "673206000400000a007da334805eb17b1f";

    /** The same of redis-server 7.2.6. */
    private static final String OF_7_2 =
            "15011000000000000000010000000000000001c3405040561256000000200003010101020181660281670200200900002001"
                    + "0a010184776f726405050103600d201f02780205200a100401dfff020101856f746865720680010620130005801320410003"
                    + "200f00ff030600010101020402026731050081ffffffffffffffff0200000000000000010000000000000001708c6814a201"
                    + "00000100000000000000050000000000000000e8030000000000000703026331708c6814a2010000708c6814a20100000100"
                    + "000000000000010000000000000001026332b78c6814a2010000b78c6814a201000001000000000000000500000000000000"
                    + "000469646c65678c6814a2010000ffffffffffffffff0002673206000400000b00f8153e07f1024acc";

    /**
     * The counters behind the nodes: the length, the last id; the first id, the deleted id, the number added; the
     * groups.
     */
    private static final String COUNTERS = "030600" + "0101" + "0102" + "04" + "02";

    private static final String CONTENT = "1-1 f 1 g word 5-0 other  6-0 f 3 last 6-0 deleted 1-2 added 4"
            + " g1 at 5-0 read -1 c1: 1-1 x1 c2: 5-0 x7 idle: g2 at 6-0 read 4";

    @Example
    void readsAndWritesTheFormOfRedis() throws RdbFormatException {
        StreamValue stream = parse(OF_7_0);
        assertEquals(CONTENT, text(stream));
        byte[] written = DumpPayload.of(stream); // may be compressed in another way
        assertEquals(OF_7_0.substring(0, 2), HexFormat.of().toHexDigits(written[0]));
        StreamValue again = (StreamValue) DumpPayload.parse(written);
        assertEquals(CONTENT, text(again));
        assertArrayEquals(stream.node(0).toByteArray(), again.node(0).toByteArray());
    }

    @Example
    void readsWhenConsumersLastGotSomethingAndWritesWhatRedis70Reads() throws RdbFormatException {
        StreamValue stream = parse(OF_7_2);
        assertEquals(CONTENT, text(stream));
        StreamConsumer idle = consumer(stream, "idle");
        assertEquals(StreamConsumer.NEVER, idle.activeAtMs());
        assertEquals(consumer(stream, "c1").seenAtMs(), consumer(stream, "c1").activeAtMs());
        StreamValue again = (StreamValue) DumpPayload.parse(DumpPayload.of(stream));
        assertEquals(CONTENT, text(again));
        assertEquals(idle.seenAtMs(), consumer(again, "idle").activeAtMs(), "the best there is");
    }

    private static StreamConsumer consumer(StreamValue stream, String name) {
        StreamGroup group = stream.group(Ascii.bytes("g1"));
        assertNotNull(group);
        StreamConsumer consumer = group.consumer(Ascii.bytes(name));
        assertNotNull(consumer);
        return consumer;
    }

    @Example
    void ofTheFormWithoutCountersTheyAreReckoned() throws RdbFormatException {
        String old = OF_7_0.replaceFirst("13", "0f")
                .replace(COUNTERS, "030600" + "02")
                .replace("0500" + "81ffffffffffffffff", "0500")
                .replace("6732" + "0600" + "04", "6732" + "0600");
        assertEquals(
                CONTENT.replace("deleted 1-2 added 4", "deleted 0-0 added 3").replace("read 4", "read 3"),
                text(parse(old)));
    }

    @Example
    void anEmptyStreamIsOne() throws RdbFormatException {
        StreamValue empty = new StreamValue();
        empty.lastId(new StreamId(-1, 5));
        assertEquals(text(empty), text((StreamValue) DumpPayload.parse(DumpPayload.of(empty))));
    }

    @Example
    void whatContradictsItselfIsRefused() {
        for (String[] damage : new String[][] {
            {COUNTERS, COUNTERS.replaceFirst("03", "04")},
            {COUNTERS, COUNTERS.replaceFirst("0600", "0500")},
            {"13011000", "13010f00"},
            {"6732", "6731"},
            {"026332", "026331"},
            {"0469646c65", "02633163"},
            {"81ffffffffffffffff02", "81ffffffffffffffff03"},
            {"81ffffffffffffffff02", "81ffffffffffffffff01"},
            {"01" + "00000000000000010000000000000001026332", "01" + "00000000000000010000000000000002026332"},
        }) {
            assertThrows(RdbFormatException.class, () -> parse(OF_7_0.replaceFirst(damage[0], damage[1])), damage[0]);
        }
    }

    @Example
    void bytesThatWereCutOffOrChangedDoNoHarm() {
        byte[] bytes = HexFormat.of().parseHex(OF_7_2);
        for (int i = 1; i < bytes.length - 10; i++) {
            byte[] part = Arrays.copyOf(bytes, i);
            assertThrows(RdbFormatException.class, () -> DumpPayload.parse(part));
            byte[] changed = bytes.clone();
            for (int bit = 0; bit < 8; bit++) {
                changed[i] ^= (byte) (1 << bit);
                try {
                    text((StreamValue) DumpPayload.parse(changed));
                } catch (RdbFormatException expected) {
                    assertNotNull(expected.getMessage());
                }
            }
        }
    }

    private static StreamValue parse(String hex) throws RdbFormatException {
        return (StreamValue) DumpPayload.parse(HexFormat.of().parseHex(hex));
    }

    private static String text(StreamValue stream) {
        List<String> words = new ArrayList<>();
        stream.forEach(StreamId.MIN, StreamId.MAX, false, entry -> {
            words.add(entry.id().toString());
            entry.forEach(new ListValue.Visitor() {
                @Override
                public void bytes(byte[] array, int offset, int length) {
                    words.add(new String(array, offset, length, java.nio.charset.StandardCharsets.ISO_8859_1));
                }

                @Override
                public void number(long value) {
                    words.add(Long.toString(value));
                }
            });
            return true;
        });
        words.add("last " + stream.lastId() + " deleted " + stream.maxDeletedId() + " added " + stream.entriesAdded());
        for (StreamGroup group : stream.groups()) {
            words.add(Ascii.string(group.name()) + " at " + group.lastId() + " read " + group.entriesRead());
            for (StreamConsumer consumer : group.consumers()) {
                words.add(Ascii.string(consumer.name()) + ":");
                consumer.pending().forEach(StreamId.MIN, entry -> {
                    words.add(entry.id() + " x" + entry.deliveries());
                    return true;
                });
            }
        }
        return String.join(" ", words);
    }
}
