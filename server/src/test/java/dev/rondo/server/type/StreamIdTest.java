package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamIdTest {
    private static final String LAST = "18446744073709551615-18446744073709551615";

    @ParameterizedTest
    @CsvSource({
        "0-0, 0-0",
        "5, 5-7",
        "1526919030474-55, 1526919030474-55",
        LAST + ", " + LAST,
        "'007- +1', 7-1",
        "9--1, ",
        "9--01, 9-18446744073709551615",
        "9--0, 9-0",
        "18446744073709551616, ",
        "' 3-1', 3-1"
    })
    void isReadAsRedisReadsIt(String text, String expected) {
        StreamId id = StreamId.parse(Ascii.bytes(text), 7);
        assertEquals(expected, id == null ? null : id.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "+", "*", "a", "1-", "-1", "1-2-3", "1-a", "0x1", "1.5", "5-*"})
    void otherWordsAreNone(String text) {
        assertNull(StreamId.parse(Ascii.bytes(text), 0));
    }

    @Test
    void whatIsTooLongIsNoneAndAZeroByteEndsIt() {
        assertNull(StreamId.parse(Ascii.bytes("0".repeat(128)), 0));
        assertEquals(StreamId.MIN, StreamId.parse(Ascii.bytes("0".repeat(127)), 0));
        assertEquals(new StreamId(5, 0), StreamId.parse(Ascii.bytes("5\0junk"), 0));
    }

    @Test
    void neighboursCarryOverAndEndAtTheEnds() {
        assertEquals(new StreamId(5, 0), new StreamId(4, StreamId.LAST_SEQUENCE).next());
        assertEquals(new StreamId(4, StreamId.LAST_SEQUENCE), new StreamId(5, 0).previous());
        assertEquals(StreamId.MAX, new StreamId(-1, -2).next());
        assertNull(StreamId.MAX.next());
        assertNull(StreamId.MIN.previous());
        assertTrue(StreamId.MAX.isAfter(new StreamId(Long.MAX_VALUE, 0)), "without a sign");
    }
}
