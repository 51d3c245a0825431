package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The replies are those of redis-server 7.0.15. */
class BitmapCommandsTest {
    private PlainNode node;
    private WireClient client;

    @BeforeEach
    void start() {
        node = new PlainNode();
        client = node.connect();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Object call(String words) {
        return client.call(words.split(" "));
    }

    @Test
    void aStringGrowsToTheBitThatIsWritten() {
        assertEquals(0L, call("SETBIT k 7 1"));
        assertEquals("\1", call("GET k"));
        assertEquals(1L, call("SETBIT k 7 0"));
        assertEquals(0L, call("SETBIT k 100 0"));
        assertEquals(13L, call("STRLEN k"));
        assertEquals(0L, call("GETBIT k 4294967295"));
        assertEquals("raw", call("OBJECT ENCODING k"));
        call("SET n 1");
        assertEquals(1L, call("GETBIT n 7"));
        assertEquals(1L, call("SETBIT n 7 1"));
        assertEquals("raw", call("OBJECT ENCODING n"));
        assertEquals(2L, call("INCR n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"4294967296", "-1", "9223372036854775808", "#1", "x", "1.0"})
    void offsetsEndWithTheLongestStringAllowed(String offset) {
        Err error = new Err("ERR bit offset is not an integer or out of range");
        assertEquals(error, client.call("SETBIT", "k", offset, "1"));
        assertEquals(error, client.call("GETBIT", "k", offset));
        assertEquals(0L, call("EXISTS k"));
        assertEquals(new Err("ERR bit is not an integer or out of range"), call("SETBIT k 1 2"));
    }

    @Test
    void rangesAreOfBytesOrBits() {
        call("SET k foobar");
        assertEquals(26L, call("BITCOUNT k"));
        assertEquals(6L, call("BITCOUNT k 1 1"));
        assertEquals(17L, call("BITCOUNT k 5 30 BIT"));
        assertEquals(4L, call("BITCOUNT k -7 -1 BIT"));
        assertEquals(0L, call("BITCOUNT k -1 -2 junk"));
        assertEquals(new Err("ERR syntax error"), call("BITCOUNT k 0 1 junk"));
        assertEquals(new Err("ERR syntax error"), call("BITCOUNT k 0"));
        assertEquals(0L, call("BITCOUNT nokey 0 x junk"));
    }

    @Test
    void withoutAnEndAStringIsFollowedByClearBits() {
        client.call("SET", "k", "\u00ff\u00ff");
        assertEquals(16L, call("BITPOS k 0"));
        assertEquals(16L, call("BITPOS k 0 1"));
        assertEquals(-1L, call("BITPOS k 0 0 -1"));
        assertEquals(-1L, call("BITPOS k 0 2"));
        assertEquals(9L, call("BITPOS k 1 9 15 BIT"));
        assertEquals(0L, call("BITPOS nokey 0 x"));
        assertEquals(-1L, call("BITPOS nokey 1"));
        assertEquals(new Err("ERR The bit argument must be 1 or 0."), call("BITPOS k 2"));
        client.call("SET", "empty", "");
        assertEquals(-1L, call("BITPOS empty 0"));
    }

    @Test
    void shorterOperandsEndInClearBits() {
        call("SET a abcd");
        call("SET b ab");
        assertEquals(4L, call("BITOP AND r a b nokey"));
        assertEquals("\0\0\0\0", call("GET r"));
        assertEquals(4L, call("BITOP or r a b"));
        assertEquals("abcd", call("GET r"));
        assertEquals("raw", call("OBJECT ENCODING r"));
        assertEquals(4L, call("BITOP XOR r r b"));
        assertEquals("\0\0cd", call("GET r"));
        assertEquals(2L, call("BITOP NOT r b"));
        assertEquals("\u009e\u009d", call("GET r"));
        assertEquals(0L, call("BITOP NOT r nokey"));
        assertEquals(0L, call("EXISTS r"));
        assertEquals(new Err("ERR BITOP NOT must be called with a single source key."), call("BITOP NOT r a b"));
        assertEquals(new Err("ERR syntax error"), call("BITOP NAND r a"));
    }

    @Test
    void fieldsAreOfAnyWidthAtAnyBit() {
        assertEquals(List.of(0L, 100L, -5L), call("BITFIELD k SET u8 #1 100 GET u8 8 INCRBY i5 0 27"));
        assertEquals(
                List.of(15L, 3L, 0L),
                call("BITFIELD k OVERFLOW FAIL INCRBY i5 0 20 OVERFLOW SAT INCRBY u2 100 9 GET u63 200"));
        assertEquals(Arrays.asList(null, 15L), call("BITFIELD k OVERFLOW FAIL INCRBY i5 0 1 GET i5 0"));
        assertEquals(List.of(-1L, 15L, -1096626509264715776L), call("BITFIELD_RO k GET i1 101 GET i5 0 GET i64 1"));
        String least = "-9223372036854775808";
        assertEquals(
                List.of(120L, 0L, 127L),
                call("BITFIELD k SET i8 0 " + least + " OVERFLOW SAT SET i8 0 " + least + " GET i8 0"));
        assertEquals(List.of(), call("BITFIELD k"));
        assertEquals(new Err("ERR BITFIELD_RO only supports the GET subcommand"), call("BITFIELD_RO k SET u8 0 1"));
        assertEquals(
                new Err("ERR Invalid bitfield type. Use something like i16 u8."
                        + " Note that u64 is not supported but i64 is."),
                call("BITFIELD k GET u64 0"));
        assertEquals(new Err("ERR Invalid OVERFLOW type specified"), call("BITFIELD k OVERFLOW no"));
        assertEquals(new Err("ERR syntax error"), call("BITFIELD k GET u8"));
        assertEquals(new Err("ERR bit offset is not an integer or out of range"), call("BITFIELD k GET u8 #536870912"));
    }

    @Test
    void aFieldThatFailsLeavesTheStringLongEnoughForIt() {
        assertEquals(Arrays.asList((Object) null), call("BITFIELD k OVERFLOW FAIL SET u8 100 256"));
        assertEquals(14L, call("STRLEN k"));
    }

    @Test
    void otherTypesAreRefused() {
        call("RPUSH l a");
        Err wrongType = new Err("WRONGTYPE Operation against a key holding the wrong kind of value");
        for (String words : List.of(
                "SETBIT l 0 1",
                "GETBIT l 0",
                "BITCOUNT l",
                "BITPOS l 1",
                "BITOP OR r l",
                "BITFIELD l SET u8 0 1",
                "BITFIELD l GET u8 0",
                "BITFIELD_RO l GET u8 0")) {
            assertEquals(wrongType, call(words), words);
        }
        assertEquals(0L, call("BITOP OR l nokey"));
        assertEquals(0L, call("EXISTS l"));
    }
}
