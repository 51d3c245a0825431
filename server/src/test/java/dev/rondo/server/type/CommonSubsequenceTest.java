package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.io.ByteArrayOutputStream;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommonSubsequenceTest {

    /** The example of the LCS documentation, as redis-server answers it. */
    @Test
    void findsWhatRedisFinds() {
        CommonSubsequence found = CommonSubsequence.of(Ascii.bytes("ohmytext"), Ascii.bytes("mynewtext"));
        assertEquals("mytext", Ascii.string(found.bytes()));
        assertEquals(
                List.of(new CommonSubsequence.Match(4, 5, 4), new CommonSubsequence.Match(2, 0, 2)), found.matches());
    }

    /** Of several longest ones; recorded from redis-server 7.0.15. */
    @ParameterizedTest
    @CsvSource({"abc,acb,ac", "abcd,bdac,bd", "xaybz,aybxz,aybz", "aab,azb,ab"})
    void choosesTheOneThatRedisChooses(String first, String second, String expected) {
        CommonSubsequence found = CommonSubsequence.of(Ascii.bytes(first), Ascii.bytes(second));
        assertEquals(expected, Ascii.string(found.bytes()));
    }

    @Test
    void emptyStringsHaveNothingInCommon() {
        CommonSubsequence found = CommonSubsequence.of(new byte[0], Ascii.bytes("x"));
        assertEquals(0, found.length());
        assertEquals(List.of(), found.matches());
    }

    @Test
    void refusesTablesBeyondTheLimit() {
        assertTrue(CommonSubsequence.isPossible(1 << 29, 4));
        assertFalse(CommonSubsequence.isPossible(1 << 16, (1 << 15) + 1));
    }

    @Property
    void isALongestSubsequenceOfBothMadeOfItsMatches(
            @ForAll @StringLength(max = 9) @CharRange(from = 'a', to = 'c') String first,
            @ForAll @StringLength(max = 9) @CharRange(from = 'a', to = 'c') String second) {
        byte[] a = Ascii.bytes(first);
        byte[] b = Ascii.bytes(second);
        CommonSubsequence found = CommonSubsequence.of(a, b);
        assertEquals(naiveLength(first, second), found.length());
        assertEquals(found.length(), CommonSubsequence.length(a, b));
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        int firstEnd = 0;
        int secondEnd = 0;
        for (int i = found.matches().size() - 1; i >= 0; i--) {
            CommonSubsequence.Match match = found.matches().get(i);
            assertTrue(match.firstStart() >= firstEnd && match.secondStart() >= secondEnd);
            firstEnd = match.firstStart() + match.length();
            secondEnd = match.secondStart() + match.length();
            String inFirst = first.substring(match.firstStart(), firstEnd);
            assertEquals(inFirst, second.substring(match.secondStart(), secondEnd));
            joined.writeBytes(Ascii.bytes(inFirst));
        }
        assertArrayEquals(found.bytes(), joined.toByteArray());
    }

    private static int naiveLength(String first, String second) {
        if (first.isEmpty() || second.isEmpty()) {
            return 0;
        }
        if (first.charAt(0) == second.charAt(0)) {
            return 1 + naiveLength(first.substring(1), second.substring(1));
        }
        return Math.max(naiveLength(first.substring(1), second), naiveLength(first, second.substring(1)));
    }
}
