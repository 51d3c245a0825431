package dev.rondo.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.ListValue;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class ListCodecTest {
    /** Recorded from DUMP of redis-server 7.0.15. */
    private static final String RECORDED = "120102171700000005008161020c01ded402800184776f726405ff0a00b1c7d7919940b853";

    private static List<String> content(Object value) {
        ListValue list = (ListValue) value;
        List<String> content = new ArrayList<>();
        for (long i = 0; i < list.size(); i++) {
            content.add(Ascii.string(list.get(i)));
        }
        return content;
    }

    private static Object parse(String hex) throws RdbFormatException {
        return DumpPayload.parse(HexFormat.of().parseHex(hex));
    }

    @Example
    void readsAndWritesTheFormOfRedis() throws RdbFormatException {
        Object value = parse(RECORDED);
        assertEquals(List.of("a", "12", "-300", "", "word"), content(value));
        assertEquals("listpack", ((ListValue) value).encoding());
        assertEquals(RECORDED, HexFormat.of().formatHex(DumpPayload.of(value)));
    }

    /** Strings; a ziplist of a, 1000, bb and 3; two of that. */
    @Example
    void readsTheFormsOfOlderServers() throws RdbFormatException {
        assertEquals(List.of("x", "5"), content(parse("0102" + "0178" + "c005")));
        String ziplist = "18" + "180000001500000004" + "00" + "000161" + "03c0e803" + "04026262" + "04f4" + "ff";
        assertEquals(List.of("a", "1000", "bb", "3"), content(parse("0a" + ziplist)));
        assertEquals(
                List.of("a", "1000", "bb", "3", "a", "1000", "bb", "3"), content(parse("0e02" + ziplist + ziplist)));
    }

    @Example
    void readsAPlainNodeAndRefusesUnknownOnesAndEmptyLists() throws RdbFormatException {
        assertEquals(List.of("x"), content(parse("1201" + "01" + "0178")));
        assertThrows(RdbFormatException.class, () -> parse("1201" + "03" + "0178"));
        assertThrows(RdbFormatException.class, () -> parse("1200"));
        assertThrows(RdbFormatException.class, () -> parse("12" + "80ffffffff" + "01" + "0178"));
    }

    @Property(tries = 100)
    void whatIsWrittenIsReadAgain(@ForAll long seed) throws RdbFormatException {
        Random random = new Random(seed);
        ListValue list = new ListValue();
        for (int left = 1 + random.nextInt(500); left > 0; left--) {
            String element =
                    random.nextBoolean() ? Integer.toString(random.nextInt()) : "e".repeat(random.nextInt(100));
            list.addLast(Ascii.bytes(random.nextInt(100) == 0 ? "L".repeat(8193) : element), Limits.DEFAULT);
        }
        ListValue read = (ListValue) DumpPayload.parse(DumpPayload.of(list));
        read.fit(Limits.DEFAULT);
        assertEquals(content(list), content(read));
        assertEquals(list.encoding(), read.encoding());
    }
}
