package dev.rondo.server.resp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;

/** Numbers and words as ASCII, against the JDK's own conversions. */
class AsciiTest {
    @Property
    void numbersGoThereAndBack(@ForAll long number) {
        byte[] decimal = Ascii.decimal(number);
        assertEquals(Long.toString(number), Ascii.string(decimal));
        assertEquals(decimal.length, Ascii.length(number));
        assertTrue(Ascii.isLong(decimal));
        assertEquals(number, Ascii.toLong(decimal));
    }

    @Property
    void onlyWhatFitsIn64BitsIsALong(
            @ForAll @BigRange(min = "-99999999999999999999", max = "99999999999999999999") BigInteger number) {
        assertEquals(number.bitLength() < 64, Ascii.isLong(Ascii.bytes(number.toString())), number::toString);
    }

    @Property
    void onlyTheCanonicalFormIsALong(
            @ForAll @StringLength(max = 4) @Chars({'0', '1', '9', '-', '+', ' '}) String text) {
        assertEquals(text.matches("0|-?[1-9][0-9]*"), Ascii.isLong(Ascii.bytes(text)), () -> "'" + text + "'");
    }

    @Example
    void theEndsOfTheRangeAreLongs() {
        for (long number : new long[] {Long.MIN_VALUE, Long.MIN_VALUE + 1, -1, 0, 1, 9, 10, Long.MAX_VALUE}) {
            numbersGoThereAndBack(number);
        }
        assertFalse(Ascii.isLong(Ascii.bytes("9223372036854775808")));
        assertFalse(Ascii.isLong(Ascii.bytes("-9223372036854775809")));
        assertFalse(Ascii.isLong(Ascii.bytes("-0")));
        assertFalse(Ascii.isLong(Ascii.bytes("-")));
        assertFalse(Ascii.isLong(new byte[0]));
    }

    @Property
    void bytesSurviveBeingText(@ForAll byte[] bytes) {
        assertArrayEquals(bytes, Ascii.bytes(Ascii.string(bytes)));
    }

    @Example
    void wordsCompareWithoutCaseButOnlyLettersFold() {
        assertTrue(Ascii.equalsIgnoreCase(Ascii.bytes("GeT"), "get"));
        assertFalse(Ascii.equalsIgnoreCase(Ascii.bytes("gets"), "get"));
        assertFalse(Ascii.equalsIgnoreCase(Ascii.bytes("@"), "`"));
        assertFalse(Ascii.equalsIgnoreCase(Ascii.bytes("["), "{"));
    }
}
