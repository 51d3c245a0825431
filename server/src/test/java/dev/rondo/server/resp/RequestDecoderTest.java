package dev.rondo.server.resp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The forms of a request, and the limits with Redis's words for those who break them. */
class RequestDecoderTest {
    private final RequestDecoder decoder = new RequestDecoder();

    private List<List<String>> decode(String text) throws ProtocolException {
        byte[] input = Ascii.bytes(text);
        decoder.position(0);
        List<List<String>> requests = new ArrayList<>();
        for (byte[][] words = decoder.next(input, input.length);
                words != null;
                words = decoder.next(input, input.length)) {
            requests.add(RequestDecoderSplitTest.texts(words));
        }
        return requests;
    }

    private String refusal(String text) {
        return assertThrows(ProtocolException.class, () -> decode(text)).getMessage();
    }

    @Test
    void arraysOfBulkStringsHoldAnyBytes() throws ProtocolException {
        assertEquals(
                List.of(List.of("SET", "a\r\n", ""), List.of("PING")),
                decode("*3\r\n$3\r\nSET\r\n$3\r\na\r\n\r\n$0\r\n\r\n*1\r\n$4\r\nPING\r\n"));
    }

    @Test
    void emptyArraysAndLinesAreNoRequests() throws ProtocolException {
        assertEquals(List.of(List.of("PING")), decode("*0\r\n*-1\r\n\r\n\n  \r\n*1\r\n$4\r\nPING\r\n"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "PING|PING",
                "  SET   a\t1  |SET,a,1",
                "GET \"a b\"|GET,a b",
                "GET \"\\x41\\n\\\"\"|GET,A~\"",
                "GET 'it\\'s'|GET,it's",
                "GET '\\x41'|GET,\\x41",
                "GET ''|GET,",
                "GET a\u000bb|GET,a\u000bb"
            })
    void inlineCommandsAreSplitAsRedisDoes(String line, String words) throws ProtocolException {
        List<String> expected = List.of(words.replace('~', '\n').split(",", -1));
        assertEquals(List.of(expected), decode(line + "\r\n"));
        assertEquals(List.of(expected), decode(line + "\n"), "a line feed alone ends the line too");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*abc|invalid multibulk length",
                "*|invalid multibulk length",
                "*+1|invalid multibulk length",
                "*1048577|invalid multibulk length",
                "*9223372036854775808|invalid multibulk length",
                "*1~:3|expected '$', got ':'",
                "*1~PING|expected '$', got 'P'",
                "*1~$abc|invalid bulk length",
                "*1~$-1|invalid bulk length",
                "*1~$04|invalid bulk length",
                "*1~$536870913|invalid bulk length",
                "GET \"a|unbalanced quotes in request",
                "GET 'a|unbalanced quotes in request",
                "GET \"a\"b|unbalanced quotes in request"
            })
    void whatIsNoRequestIsRefusedInRedisWords(String text, String words) {
        assertEquals("Protocol error: " + words, refusal(text.replace("~", "\r\n") + "\r\n"));
    }

    @Test
    void linesWithoutAnEndAreRefusedAt64Kilobytes() throws ProtocolException {
        String atLimit = "x".repeat(RequestDecoder.MAX_LINE_BYTES);
        assertEquals(List.of(), decode(atLimit));
        assertEquals("Protocol error: too big inline request", refusal(atLimit + "x"));
        assertEquals("Protocol error: too big mbulk count string", refusal("*" + "1".repeat(70_000)));
        assertEquals(List.of(), decode("*2\r\n"));
        assertEquals("Protocol error: too big bulk count string", refusal("$" + "1".repeat(70_000)));
    }

    @Test
    void theLargestArgumentsAndCountsAreAccepted() throws ProtocolException {
        assertEquals(List.of(), decode("*1048576\r\n$536870912\r\n"));
        RequestDecoder small = new RequestDecoder(10, 100);
        byte[] input = Ascii.bytes("*1\r\n$10\r\n0123456789\r\n");
        assertArrayEquals(new byte[][] {Ascii.bytes("0123456789")}, small.next(input, input.length));
    }

    @Test
    void aRequestLargerThanTheQueryBufferIsTooLarge() {
        RequestDecoder small = new RequestDecoder(50, 100);
        byte[] input = Ascii.bytes("*9\r\n$50\r\n" + "x".repeat(50) + "\r\n$50\r\n");
        ProtocolException e = assertThrows(ProtocolException.class, () -> small.next(input, input.length));
        assertTrue(e.isTooLarge());
    }

    @Test
    void strangersMaySendTenArgumentsOfSixteenKilobytes() throws ProtocolException {
        decoder.authenticated(false);
        assertEquals(List.of(), decode("*10\r\n$16384\r\n"));
        RequestDecoder other = new RequestDecoder();
        other.authenticated(false);
        byte[] many = Ascii.bytes("*11\r\n");
        assertEquals(
                "Protocol error: unauthenticated multibulk length",
                assertThrows(ProtocolException.class, () -> other.next(many, many.length))
                        .getMessage());
        RequestDecoder third = new RequestDecoder();
        third.authenticated(false);
        byte[] large = Ascii.bytes("*1\r\n$16385\r\n");
        assertEquals(
                "Protocol error: unauthenticated bulk length",
                assertThrows(ProtocolException.class, () -> third.next(large, large.length))
                        .getMessage());
    }

    @Test
    void announcedLengthsTakeNoMemoryBeforeTheBytesCome() throws ProtocolException {
        decode("*1048576\r\n$536870912\r\nabc");
        assertTrue(decoder.heldBytes() < 128 * 1024, () -> "holds " + decoder.heldBytes());
        assertTrue(decoder.pendingBytes() < 1024, () -> "pending " + decoder.pendingBytes());
        byte[] more = new byte[1024 * 1024];
        decoder.position(0);
        assertNull(decoder.next(more, more.length));
        assertTrue(decoder.heldBytes() < 4L * more.length, () -> "holds " + decoder.heldBytes());
    }

    @Test
    void argumentsAreExactlyAsLongAsTheRequest() throws ProtocolException {
        StringBuilder text = new StringBuilder("*5000\r\n");
        text.append("$1\r\nx\r\n".repeat(5000));
        assertEquals(5000, decode(text.toString()).get(0).size());
    }
}
