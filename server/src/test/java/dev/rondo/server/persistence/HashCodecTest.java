package dev.rondo.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.Limits;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class HashCodecTest {
    /** Recorded from DUMP of redis-server 7.0.15. */
    private static final String COMPACT =
            "1031310000000a008266310382763103816e020c01836e656704dffb028362696704f4141a99be"
                    + "1c00000009817702ded402ff0a001ebf75f58c5d804b";

    private static final String TABLE = "04020161c0010162c0020a0017143a96eba75d5c";

    private static Map<String, String> content(Object value) {
        Map<String, String> content = new TreeMap<>();
        ((HashValue) value).forEach((field, text) -> content.put(Ascii.string(field), Ascii.string(text)));
        return content;
    }

    private static Object parse(String hex) throws RdbFormatException {
        byte[] payload = HexFormat.of().parseHex(hex);
        return DumpPayload.parse(payload);
    }

    @Example
    void readsAndWritesTheCompactFormOfRedis() throws RdbFormatException {
        Object value = parse(COMPACT);
        assertEquals(Map.of("f1", "v1", "n", "12", "neg", "-5", "big", "123456789012", "w", "-300"), content(value));
        assertEquals(COMPACT, HexFormat.of().formatHex(DumpPayload.of(value)));
    }

    @Example
    void readsTheFormOfATableAndMakesItCompactIfItIsSmall() throws RdbFormatException {
        HashValue value = (HashValue) parse(TABLE);
        assertEquals(Map.of("a", "1", "b", "2"), content(value));
        assertEquals("listpack", value.encoding());
    }

    /** A ziplist of the elements a, 1000, bb and 3; a zipmap of a = 1 with a free byte and bb = 22. */
    @Example
    void readsTheFormsOfOlderServers() throws RdbFormatException {
        String ziplist = "0d18" + "180000001500000004" + "00" + "000161" + "03c0e803" + "04026262" + "04f4" + "ff";
        assertEquals(Map.of("a", "1000", "bb", "3"), content(parse(ziplist)));
        String zipmap = "090f" + "02" + "0161" + "010131" + "78" + "026262" + "02003232" + "ff";
        assertEquals(Map.of("a", "1", "bb", "22"), content(parse(zipmap)));
    }

    @Property(tries = 50)
    void whatIsWrittenIsReadAgain(@ForAll @IntRange(min = 1, max = 2000) int fields) throws RdbFormatException {
        HashValue hash = new HashValue();
        for (int i = 0; i < fields; i++) {
            hash.put(Ascii.bytes("field" + i), Ascii.bytes("x".repeat(i % 70)), Limits.DEFAULT);
        }
        HashValue read = (HashValue) DumpPayload.parse(DumpPayload.of(hash));
        assertEquals(content(hash), content(read));
        assertEquals(hash.encoding(), read.encoding());
    }

    /** No damaged payload does anything but be refused, or give a hash that is one. */
    @Property(tries = 2000)
    void damageIsRefusedOrHarmless(
            @ForAll @IntRange(min = 0, max = 60) int at, @ForAll byte wrong, @ForAll boolean compact) {
        byte[] payload = HexFormat.of().parseHex(compact ? COMPACT : TABLE);
        payload[at % (payload.length - 10)] = wrong;
        try {
            Object value = DumpPayload.parse(payload);
            if (value instanceof HashValue hash) {
                assertTrue(hash.size() > 0);
                assertEquals(hash.size(), content(hash).size());
            }
        } catch (RdbFormatException e) {
            assertTrue(e.getMessage().length() > 3);
        }
    }

    /** As Redis 7.4 writes a table (24) and a listpack (25): a until 1000, b for good. */
    @Example
    void readsTheFormsWithTimes() throws RdbFormatException {
        for (String hex : new String[] {
            "18e80300000000000002" + "010161c001" + "000162c002",
            "19e803000000000000161600000006008161020101c3e80281620202010001ff"
        }) {
            HashValue value = (HashValue) parse(hex);
            assertEquals(Map.of("a", "1", "b", "2"), content(value));
            assertEquals(1000, value.expiryOf(Ascii.bytes("a")));
            assertEquals(HashValue.NO_EXPIRY, value.expiryOf(Ascii.bytes("b")));
        }
    }

    @Example
    void timesOfFieldsAreWrittenAndReadAgain() throws RdbFormatException {
        HashValue hash = new HashValue();
        for (int i = 0; i < 1000; i++) {
            hash.put(Ascii.bytes("field" + i), Ascii.bytes("v"), Limits.DEFAULT);
            if (i % 3 == 0) {
                hash.expireAt(Ascii.bytes("field" + i), 1_700_000_000_000L + (i * 7919L) % 1000);
            }
        }
        byte[] payload = DumpPayload.of(hash);
        assertTrue(DumpPayload.isIntact(payload));
        assertEquals(12, payload[payload.length - 10]);
        HashValue read = (HashValue) DumpPayload.parse(payload);
        assertEquals(content(hash), content(read));
        hash.forEach((field, value) -> assertEquals(hash.expiryOf(field), read.expiryOf(field)));
        assertEquals(hash.earliestExpiryMs(), read.earliestExpiryMs());
    }

    @Example
    void refusesEmptyAndAmbiguousHashes() {
        for (String hex : new String[] {
            "0400",
            "0402" + "0161c001" + "0161c002",
            "1007" + "07000000" + "0000" + "ff",
            "100e0e00000003008161028162028161" + "02ff"
        }) {
            assertThrows(RdbFormatException.class, () -> parse(hex), hex);
        }
    }
}
