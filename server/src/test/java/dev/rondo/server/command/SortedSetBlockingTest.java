package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that wait for sorted sets; {@link BlockingCommandsTest} has what is common to all types. */
class SortedSetBlockingTest {
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

    private Object call(String command) {
        return client.call(command.split(" "));
    }

    /** A new client that has sent the command and waits. */
    private WireClient blocked(String command) {
        WireClient waiting = node.connect();
        waiting.send(command.split(" "));
        while (!((String) call("INFO clients")).contains("blocked_clients:1\r\n")) {
            Thread.onSpinWait();
        }
        return waiting;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ZADD z 1 a 2 b",
                "ZINCRBY z 1 a",
                "ZUNIONSTORE z 1 source",
                "ZINTERSTORE z 1 source",
                "ZDIFFSTORE z 2 source none",
                "ZRANGESTORE z source 0 -1",
                "RENAME source z",
                "COPY source z"
            })
    void whateverMakesTheSetServesTheClient(String command) {
        call("ZADD source 1 a 2 b");
        try (WireClient waiting = blocked("BZPOPMIN other z 0")) {
            call(command);
            assertEquals(List.of("z", "a", "1"), waiting.read());
        }
    }

    @Test
    void placesServeTheClientToo() {
        try (WireClient waiting = blocked("BZMPOP 0 1 z MAX COUNT 5")) {
            call("GEOADD z 13.361389 38.115556 Palermo");
            assertEquals(List.of("z", List.of(List.of("Palermo", "3479099956230698"))), waiting.read());
            assertEquals(0L, call("EXISTS z"));
        }
    }

    @Test
    void theHighestMemberIsTakenAndTheRestStays() {
        try (WireClient waiting = blocked("BZPOPMAX z 0")) {
            assertEquals(3L, call("ZADD z 1 a 2.5 b 2 c"));
            assertEquals(List.of("z", "b", "2.5"), waiting.read());
            assertEquals(List.of("a", "c"), call("ZRANGE z 0 -1"));
        }
    }

    @Test
    void anotherTypeServesNobody() {
        try (WireClient waiting = blocked("BZPOPMIN z 0")) {
            call("SET z 1");
            call("DEL z");
            call("RPUSH z 1");
            call("DEL z");
            call("ZADD z 1 a");
            assertEquals(List.of("z", "a", "1"), waiting.read());
        }
    }

    @Test
    void theWaitEndsWithItsTimeOrIsRefused() {
        assertNull(call("BZPOPMIN z 0.01"));
        assertNull(call("BZMPOP 0.01 1 z MIN"));
        assertEquals(new Err("ERR timeout is negative"), call("BZPOPMAX z -1"));
        call("SET s 1");
        assertEquals(
                new Err("WRONGTYPE Operation against a key holding the wrong kind of value"), call("BZPOPMIN s 0"));
    }

    @Test
    void scoresAreDoublesInResp3() {
        call("ZADD z 1 a 2 b");
        call("HELLO 3");
        assertEquals(List.of("z", "a", 1.0), call("BZPOPMIN z 0"));
        assertEquals(List.of("z", List.of(List.of("b", 2.0))), call("BZMPOP 0 1 z MIN"));
    }
}
