package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fields that expire, which the redis-server that Rondo is compared with does not know. */
class HashExpiryCommandsTest {
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

    private Object call(String line) {
        return client.call(line.split(" "));
    }

    @Test
    void fieldsAreGivenTimesAndToldThem() {
        call("HSET h a 1 b 2 c 3");
        assertEquals(List.of(1L, -2L), call("HEXPIRE h 100 FIELDS 2 a x"));
        assertEquals(List.of(100L, -1L, -2L), call("HTTL h FIELDS 3 a b x"));
        assertEquals("listpackex", call("OBJECT ENCODING h"));
        assertEquals(List.of(1L), call("HPEXPIREAT h 4102444800001 FIELDS 1 b"));
        assertEquals(List.of(4102444801L), call("HEXPIRETIME h FIELDS 1 b"));
        assertEquals(List.of(4102444800001L), call("HPEXPIRETIME h FIELDS 1 b"));
        assertTrue((long) ((List<?>) call("HPTTL h FIELDS 1 a")).get(0) > 90_000);
        assertEquals(List.of(1L, -1L, -2L), call("HPERSIST h FIELDS 3 a c x"));
        assertEquals(List.of(-1L), call("HTTL h FIELDS 1 a"));
        assertEquals(List.of(-2L, -2L), call("HEXPIRE none 100 FIELDS 2 a x"));
        assertEquals(List.of(-2L), call("HTTL none FIELDS 1 a"));
        assertEquals(List.of(-2L), call("HPERSIST none FIELDS 1 a"));
    }

    @Test
    void conditionsDecideWhetherATimeIsSet() {
        call("HSET h a 1 b 2");
        call("HPEXPIREAT h 4102444800000 FIELDS 1 a");
        assertEquals(List.of(0L, 1L), call("HPEXPIREAT h 4102444900000 nx FIELDS 2 a b"));
        call("HPERSIST h FIELDS 1 b");
        assertEquals(List.of(1L, 0L), call("HPEXPIREAT h 4102444800000 XX FIELDS 2 a b"));
        assertEquals(List.of(0L, 0L), call("HPEXPIREAT h 4102444800000 GT FIELDS 2 a b"));
        assertEquals(List.of(1L, 0L), call("HPEXPIREAT h 4102444800001 GT FIELDS 2 a b"));
        assertEquals(List.of(0L, 1L), call("HPEXPIREAT h 4102444800001 LT FIELDS 2 a b"));
        assertEquals(List.of(1L), call("HPEXPIREAT h 4102444800000 LT FIELDS 1 a"));
    }

    @Test
    void aTimeThatIsOverRemovesTheFieldAndWithTheLastTheKey() {
        call("HSET h a 1 b 2");
        assertEquals(List.of(2L), call("HEXPIREAT h 1 FIELDS 1 a"));
        assertEquals(List.of(2L, -2L), call("HEXPIRE h 0 FIELDS 2 b b"));
        assertEquals(0L, call("EXISTS h"));
    }

    @Test
    void settingAFieldTakesItsTimeAwayAndCountingDoesNot() {
        call("HSET h a 1 b 2 c 3");
        call("HEXPIRE h 100 FIELDS 3 a b c");
        call("HSET h a 5");
        call("HINCRBY h b 5");
        call("HINCRBYFLOAT h c 0.5");
        assertEquals(List.of(-1L, 100L, 100L), call("HTTL h FIELDS 3 a b c"));
        call("COPY h copy");
        assertEquals(List.of(-1L, 100L, 100L), call("HTTL copy FIELDS 3 a b c"));
        call("RENAME copy other");
        assertEquals(List.of(-1L, 100L, 100L), call("HTTL other FIELDS 3 a b c"));
        call("HDEL h b");
        call("HSET h b 1");
        assertEquals(List.of(-1L), call("HTTL h FIELDS 1 b"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            HEXPIRE h 10 FIELDS 2 a       | ERR The `numfields` parameter must match the number of arguments
            HEXPIRE h 10 FIELDS 0 a       | ERR Parameter `numFields` should be greater than 0
            HEXPIRE h 10 FIELDS x a       | ERR Parameter `numFields` should be greater than 0
            HEXPIRE h 10 junk 1 a         | ERR Mandatory argument FIELDS is missing or not at the right position
            HEXPIRE h 10 NX XX FIELDS 1 a | ERR Mandatory argument FIELDS is missing or not at the right position
            HEXPIRE h -1 FIELDS 1 a       | ERR invalid expire time, must be >= 0
            HEXPIRE h x FIELDS 1 a        | ERR value is not an integer or out of range
            HEXPIRE h 99999999999 FIELDS 1 a | ERR invalid expire time in 'hexpire' command
            HPEXPIREAT h 9223372036854775807 FIELDS 1 a | ERR invalid expire time in 'hpexpireat' command
            HEXPIRE h 10 FIELDS 1         | ERR wrong number of arguments for 'hexpire' command
            HEXPIRE h 10 NX FIELDS 1      | ERR The `numfields` parameter must match the number of arguments
            HEXPIRE s 10 FIELDS 1 a       | WRONGTYPE Operation against a key holding the wrong kind of value
            HTTL h FIELDS 0 a             | ERR Number of fields must be a positive integer
            HTTL h junk 1 a               | ERR Mandatory argument FIELDS is missing or not at the right position
            HPERSIST h FIELDS 3 a         | ERR The `numfields` parameter must match the number of arguments
            """)
    void malformedRequestsAreRefusedInRedisWords(String request, String error) {
        call("HSET h a 1");
        call("SET s 1");
        assertEquals(new Err(error), call(request));
    }

    @Test
    void dumpKeepsTheTimesOfFields() {
        call("HSET h a 1 b 2");
        call("HPEXPIREAT h 4102444800000 FIELDS 1 a");
        String payload = (String) call("DUMP h");
        assertEquals("OK", client.call("RESTORE", "r", "0", payload));
        assertEquals(List.of(4102444800000L, -1L), call("HPEXPIRETIME r FIELDS 2 a b"));
    }
}
