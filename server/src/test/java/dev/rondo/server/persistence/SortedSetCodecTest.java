package dev.rondo.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.ScoreText;
import dev.rondo.server.type.SortedSetValue;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SortedSetCodecTest {
    /** Recorded from DUMP of redis-server 7.0.15. */
    private static final String COMPACT =
            "114040400000000a00836c6f7704842d696e660581610283312e3504070103018366617204f401000000000010000987"
                    + "6675727468657208f400008a5d7845630109ff0a00f8f45c73ca009fa9";

    private static final String INDEXED =
            "0503143132333435363738393031323334353637383930000000000000f07fc0079a9999999999b93f016d0000000000"
                    + "0000800a00bd62a1f24cc6affc";

    private static List<String> content(Object value) {
        List<String> content = new ArrayList<>();
        ((SortedSetValue) value).forEach((member, score) -> {
            content.add(Ascii.string(member) + "=" + ScoreText.text(score));
            return true;
        });
        return content;
    }

    private static Object parse(String hex) throws RdbFormatException {
        return DumpPayload.parse(HexFormat.of().parseHex(hex));
    }

    @Example
    void readsAndWritesTheCompactFormOfRedis() throws RdbFormatException {
        Object value = parse(COMPACT);
        assertEquals(
                List.of("low=-inf", "a=1.5", "7=3", "far=4503599627370497", "further=100000000000000000"),
                content(value));
        assertEquals(COMPACT, HexFormat.of().formatHex(DumpPayload.of(value)));
    }

    @Example
    void readsAndWritesTheFormOfLargeSets() throws RdbFormatException {
        SortedSetValue value = (SortedSetValue) parse(INDEXED);
        assertEquals(List.of("m=-0", "7=0.1", "12345678901234567890=inf"), content(value));
        assertEquals("skiplist", value.encoding());
        assertEquals(INDEXED, HexFormat.of().formatHex(DumpPayload.of(value)));
        value.fit(Limits.DEFAULT);
        assertEquals("listpack", value.encoding());
    }

    /** Scores in text, and a ziplist of a = 1000 and bb = 3. */
    @Example
    void readsTheFormsOfOlderServers() throws RdbFormatException {
        String text = "0304" + "016103312e35" + "0162fe" + "0163ff" + "01640430783130";
        assertEquals(List.of("c=-inf", "a=1.5", "d=16", "b=inf"), content(parse(text)));
        String ziplist = "0c18" + "180000001500000004" + "00" + "000161" + "03c0e803" + "04026262" + "04f4" + "ff";
        assertEquals(List.of("bb=3", "a=1000"), content(parse(ziplist)));
    }

    @Property(tries = 50)
    void whatIsWrittenIsReadAgain(@ForAll @IntRange(min = 1, max = 2000) int members, @ForAll double factor)
            throws RdbFormatException {
        SortedSetValue set = new SortedSetValue();
        for (int i = 0; i < members; i++) {
            set.put(Ascii.bytes("member" + i), i % 100 * factor, Limits.DEFAULT);
        }
        SortedSetValue read = (SortedSetValue) DumpPayload.parse(DumpPayload.of(set));
        assertEquals(content(set), content(read));
        assertEquals(set.encoding(), read.encoding());
    }

    /** No damaged payload does anything but be refused, or give a set that is one. */
    @Property(tries = 2000)
    void damageIsRefusedOrHarmless(
            @ForAll @IntRange(min = 0, max = 90) int at, @ForAll byte wrong, @ForAll boolean compact) {
        byte[] payload = HexFormat.of().parseHex(compact ? COMPACT : INDEXED);
        payload[at % (payload.length - 10)] = wrong;
        try {
            if (DumpPayload.parse(payload) instanceof SortedSetValue set) {
                assertTrue(set.size() > 0);
                assertEquals(set.size(), content(set).size());
                set.forEach((member, score) -> {
                    assertEquals(score, set.score(member));
                    return true;
                });
            }
        } catch (RdbFormatException e) {
            assertTrue(e.getMessage().length() > 3);
        }
    }

    @Example
    void refusesWhatIsNoSortedSet() {
        for (String hex : new String[] {
            "0500", // empty
            "0502" + "0161" + "000000000000f03f" + "0161" + "0000000000000040", // a member twice
            "0501" + "0161" + "000000000000f87f", // not a number
            "0301" + "0161fd",
            "0301" + "0161" + "0178", // a score that is a word
            "0301" + "0161",
            "1107" + "07000000" + "0000" + "ff"
        }) {
            assertThrows(RdbFormatException.class, () -> parse(hex), hex);
        }
    }
}
