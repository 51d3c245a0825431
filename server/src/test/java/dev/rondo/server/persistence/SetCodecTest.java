package dev.rondo.server.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.SetValue;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SetCodecTest {
    private static Set<String> content(Object value) {
        return ((SetValue) value).members().stream().map(Ascii::string).collect(Collectors.toCollection(TreeSet::new));
    }

    private static Object parse(String hex) throws RdbFormatException {
        return DumpPayload.parse(HexFormat.of().parseHex(hex));
    }

    /** Recorded from DUMP of redis-server 7.0.15. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            -5 1 100000 2 3       | 0b1c0400000005000000fbffffff010000000200000003000000a08601000a00d365f8d8af8752ac
            1 9223372036854775807 | 0b1808000000020000000100000000000000ffffffffffffff7f0a009420a5a3363d85ab
            5 6                   | 0b0c0200000002000000050006000a004c2b2494cf2288b8
            """)
    void readsAndWritesTheIntegersOfRedis(String members, String hex) throws RdbFormatException {
        Object value = parse(hex);
        assertEquals(new TreeSet<>(Set.of(members.split(" "))), content(value));
        assertEquals("intset", ((SetValue) value).encoding());
        byte[] written = DumpPayload.of(value);
        assertEquals(new TreeSet<>(Set.of(members.split(" "))), content(DumpPayload.parse(written)));
        if (written.length == hex.length() / 2) { // else it was compressed, by another compressor than Redis's
            assertEquals(hex, HexFormat.of().formatHex(written));
        }
    }

    @Example
    void readsTheMembersOfRedis() throws RdbFormatException {
        assertEquals(Set.of("a", "b", "12"), content(parse("020301620161c00c0a000dfa80d38a346ef7")));
        assertEquals(Set.of("a", "12"), content(parse("140c0c00000002008161020c01ff")));
    }

    @Property(tries = 100)
    void whatIsWrittenIsReadAgain(
            @ForAll @IntRange(min = 1, max = 1500) int members, @ForAll boolean numbers, @ForAll long factor)
            throws RdbFormatException {
        SetValue set = new SetValue();
        for (int i = 0; i < members; i++) {
            set.add(Ascii.bytes(numbers ? Long.toString(i * factor) : "member" + i), Limits.DEFAULT);
        }
        SetValue read = (SetValue) DumpPayload.parse(DumpPayload.of(set));
        assertEquals(content(set), content(read));
        assertEquals(set.encoding(), read.encoding());
    }

    /** No damaged payload does anything but be refused, or give a set that is one. */
    @Property(tries = 3000)
    void damageIsRefusedOrHarmless(
            @ForAll @IntRange(min = 0, max = 40) int at, @ForAll byte wrong, @ForAll @IntRange(max = 2) int which) {
        String hex = new String[] {
                    "0b1c0400000005000000fbffffff010000000200000003000000a08601000a00d365f8d8af8752ac",
                    "020301620161c00c0a000dfa80d38a346ef7",
                    "140c0c00000002008161020c01ff00000000000000000000"
                }
                [which];
        byte[] payload = HexFormat.of().parseHex(hex);
        payload[at % (payload.length - 10)] = wrong;
        try {
            if (DumpPayload.parse(payload) instanceof SetValue set) {
                assertEquals(set.size(), content(set).size());
            }
        } catch (RdbFormatException e) {
            assertEquals(RdbFormatException.class, e.getClass());
        }
    }

    @Example
    void refusesEmptyAndAmbiguousSets() {
        for (String hex : new String[] {
            "0200",
            "020201610161",
            "0b080200000000000000",
            "0b0c020000000200000002000100",
            "0b0c020000000200000001000100",
            "0b0c030000000200000001000200",
            "140d0d0000000200816102816102ff"
        }) {
            assertThrows(RdbFormatException.class, () -> parse(hex), hex);
        }
    }
}
