package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that wait for streams; {@link BlockingCommandsTest} has what is common to all types. */
class StreamBlockingTest {
    private static final String NO_GROUP =
            "NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option";
    private static final String WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";

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

    private void callAll(String commands) {
        for (String command : commands.split("; ")) {
            call(command);
        }
    }

    private long blockedClients() {
        String info = (String) call("INFO clients");
        return Long.parseLong(info.replaceAll("(?s).*blocked_clients:(\\d+).*", "$1"));
    }

    /** A new client that has sent the command and waits. */
    private WireClient blocked(String command) {
        WireClient waiting = node.connect();
        long before = blockedClients();
        waiting.send(command.split(" "));
        while (blockedClients() != before + 1) {
            Thread.onSpinWait();
        }
        return waiting;
    }

    /** What a reader gets: of one stream, entries with the field f. */
    private static Object of(String key, String... idsAndValues) {
        List<Object> entries = new ArrayList<>();
        for (int i = 0; i < idsAndValues.length; i += 2) {
            entries.add(List.of(idsAndValues[i], List.of("f", idsAndValues[i + 1])));
        }
        return List.of(key, entries);
    }

    // ---- being served ----

    @Test
    void everyReaderGetsTheNewEntry() {
        call("XADD s 1-0 f old");
        List<WireClient> waiting = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            waiting.add(blocked("XREAD BLOCK 0 STREAMS s " + (i % 2 == 0 ? "$" : "1-0")));
        }
        assertEquals("2-0", call("XADD s 2-0 f new"));
        for (WireClient reader : waiting) {
            assertEquals(List.of(of("s", "2-0", "new")), reader.read());
        }
        assertEquals(0, blockedClients());
    }

    @Test
    void eachNewEntryGoesToTheConsumerThatHasWaitedLongest() {
        call("XGROUP CREATE s g $ MKSTREAM");
        List<WireClient> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            waiting.add(blocked("XREADGROUP GROUP g c" + i + " BLOCK 0 STREAMS s >"));
        }
        for (int i = 0; i < 4; i++) {
            call("XADD s " + (i + 1) + "-0 f " + i);
            assertEquals(
                    List.of(of("s", (i + 1) + "-0", "" + i)), waiting.get(i).read());
        }
        assertEquals(
                List.of(
                        4L,
                        "1-0",
                        "4-0",
                        List.of(List.of("c0", "1"), List.of("c1", "1"), List.of("c2", "1"), List.of("c3", "1"))),
                call("XPENDING s g"));
    }

    @Test
    void readersAndConsumersAreServedByOneWrite() {
        call("XGROUP CREATE s g $ MKSTREAM");
        call("XGROUP CREATE s h $");
        WireClient first = blocked("XREADGROUP GROUP g c BLOCK 0 STREAMS s >");
        WireClient late = blocked("XREADGROUP GROUP g d BLOCK 0 COUNT 1 STREAMS s >");
        WireClient reader = blocked("XREAD BLOCK 0 STREAMS s $");
        WireClient other = blocked("XREADGROUP GROUP h c BLOCK 0 NOACK STREAMS s >");
        callAll("MULTI; XADD s 1-0 f a; XADD s 2-0 f b; EXEC");
        for (WireClient served : List.of(first, reader, other)) {
            assertEquals(List.of(of("s", "1-0", "a", "2-0", "b")), served.read());
        }
        assertEquals(1, blockedClients(), "its group has got everything");
        callAll("MULTI; XADD s 3-0 f a; XADD s 4-0 f b; EXEC");
        assertEquals(List.of(of("s", "3-0", "a")), late.read());
        assertEquals(3L, ((List<?>) call("XPENDING s g")).get(0));
        assertEquals(0L, ((List<?>) call("XPENDING s h")).get(0));
    }

    /** The keys are in different slots. */
    @Test
    void whatOneTransactionWroteToSeveralStreamsComesInOneReply() {
        WireClient reader = blocked("XREAD BLOCK 0 STREAMS none a b 0 $ $");
        callAll("MULTI; XADD b 1-0 f b; XADD a 1-0 f a; EXEC");
        assertEquals(List.of(of("a", "1-0", "a"), of("b", "1-0", "b")), reader.read());
        callAll("XGROUP CREATE a g $; XGROUP CREATE b g $");
        WireClient consumer = blocked("XREADGROUP GROUP g c BLOCK 0 STREAMS a b > >");
        callAll("MULTI; XADD b 2-0 f b; XADD a 2-0 f a; EXEC");
        assertEquals(List.of(of("a", "2-0", "a"), of("b", "2-0", "b")), consumer.read());
        assertEquals(1L, ((List<?>) call("XPENDING a g")).get(0));
        assertEquals(1L, ((List<?>) call("XPENDING b g")).get(0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"RENAME from s", "COPY from s", "RESTORE"})
    void anyWriteThatMakesAStreamWakesItsReaders(String write) {
        callAll("XADD from 1-0 f a; XADD from 2-0 f b");
        WireClient reader = blocked("XREAD BLOCK 0 COUNT 1 STREAMS s 1-0");
        if (write.equals("RESTORE")) {
            client.call("RESTORE", "s", "0", (String) call("DUMP from"));
        } else {
            call(write);
        }
        assertEquals(List.of(of("s", "2-0", "b")), reader.read());
    }

    @Test
    void theReplyHasTheFormOfTheClientsProtocol() {
        WireClient reader = node.connect();
        reader.call("HELLO", "3");
        assertNull(reader.call("XREAD", "BLOCK", "1", "STREAMS", "s", "$"));
        reader.send("XREAD", "BLOCK", "0", "STREAMS", "s", "$");
        while (blockedClients() != 1) {
            Thread.onSpinWait();
        }
        call("XADD s 1-0 f v");
        assertEquals(Map.of("s", List.of(List.of("1-0", List.of("f", "v")))), reader.read());
    }

    // ---- not being served ----

    @Test
    void whatIsNoNewEntryWakesNobody() {
        callAll("XADD s 1-0 f a; XADD s 2-0 f b; XGROUP CREATE s g $");
        WireClient reader = blocked("XREAD BLOCK 0 STREAMS s $");
        WireClient consumer = blocked("XREADGROUP GROUP g c BLOCK 0 STREAMS s >");
        callAll("XDEL s 1-0; XTRIM s MAXLEN 0; XSETID s 5-0; XGROUP SETID s g 0; XGROUP DELCONSUMER s g c");
        assertEquals(2, blockedClients());
        call("XADD s 6-0 f c");
        assertEquals(List.of(of("s", "6-0", "c")), reader.read());
        assertEquals(List.of(of("s", "6-0", "c")), consumer.read());
        assertEquals(1L, ((List<?>) call("XPENDING s g")).get(0), "with the consumer, which is made anew");
    }

    @Test
    void aReaderWaitsOnThoughTheKeyIsGoneOrSomethingElse() {
        call("XADD s 5-0 f a");
        WireClient reader = blocked("XREAD BLOCK 0 STREAMS s $");
        callAll("DEL s; SET s word; DEL s; XADD s 4-0 f old");
        assertEquals(1, blockedClients());
        call("XADD s 6-0 f new");
        assertEquals(List.of(of("s", "6-0", "new")), reader.read());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            DEL s                       | NOGROUP
            UNLINK s                    | NOGROUP
            FLUSHALL                    | NOGROUP
            FLUSHDB                     | NOGROUP
            PEXPIRE s -1                | NOGROUP
            PEXPIREAT s 1               | NOGROUP
            RENAME s other              | NOGROUP
            RENAME other s              | NOGROUP
            MOVE s 1                    | NOGROUP
            XGROUP DESTROY s g          | NOGROUP
            COPY other s REPLACE        | NOGROUP
            SET s word                  | WRONGTYPE
            RENAME word s               | WRONGTYPE
            """)
    void aConsumerIsToldThatItsGroupIsGone(String command, String code) {
        callAll("SET word x; XADD other 1-0 f v; XGROUP CREATE s g $ MKSTREAM");
        WireClient first = blocked("XREADGROUP GROUP g a BLOCK 0 STREAMS s >");
        WireClient second = blocked("XREADGROUP GROUP g b BLOCK 0 STREAMS s >");
        call(command);
        Err error = new Err(code.equals("WRONGTYPE") ? WRONG_TYPE : NO_GROUP);
        assertEquals(error, first.read());
        assertEquals(error, second.read());
        assertEquals("PONG", first.call("PING"));
    }

    @Test
    void aGroupThatIsMadeAnewInTheSameTransactionIsAsGoodAsTheOld() {
        call("XGROUP CREATE s g $ MKSTREAM");
        WireClient consumer = blocked("XREADGROUP GROUP g a BLOCK 0 STREAMS s >");
        callAll("MULTI; DEL s; XGROUP CREATE s g $ MKSTREAM; EXEC");
        assertEquals(1, blockedClients());
        call("XADD s 1-0 f v");
        assertEquals(List.of(of("s", "1-0", "v")), consumer.read());
    }

    @Test
    void aConsumerIsToldOfTheOneStreamThatIsGone() {
        callAll("XGROUP CREATE s g $ MKSTREAM; XGROUP CREATE t g $ MKSTREAM");
        WireClient consumer = blocked("XREADGROUP GROUP g a BLOCK 0 STREAMS t s > >");
        callAll("MULTI; XADD t 1-0 f v; DEL s; EXEC");
        assertEquals(new Err(NO_GROUP), consumer.read());
        assertEquals(0L, ((List<?>) call("XPENDING t g")).get(0), "and so it gets nothing");
    }

    // ---- not waiting ----

    @Test
    void nothingWaitsInATransactionOrWithoutBlockOrForItsOwnHistory() {
        callAll("XGROUP CREATE s g $ MKSTREAM; MULTI; XREAD BLOCK 0 STREAMS s $");
        call("XREADGROUP GROUP g a BLOCK 0 STREAMS s >");
        List<Object> nothing = new ArrayList<>();
        nothing.add(null);
        nothing.add(null);
        assertEquals(nothing, call("EXEC"));
        assertNull(call("XREAD STREAMS s none 0 0"));
        assertEquals(List.of(of("s")), call("XREADGROUP GROUP g a BLOCK 0 STREAMS s 0"));
        assertEquals(List.of(of("s")), call("XREADGROUP GROUP g a BLOCK 0 STREAMS s s > 0"));
    }

    @Test
    void aWaitEndsAfterItsTime() {
        call("XGROUP CREATE s g $ MKSTREAM");
        long start = System.nanoTime();
        assertNull(call("XREAD BLOCK 20 STREAMS s $"));
        assertNull(call("XREADGROUP GROUP g a BLOCK 20 STREAMS s >"));
        assertEquals(true, System.nanoTime() - start >= 40_000_000);
        assertEquals("1-0", call("XADD s 1-0 f v"));
        assertEquals(0L, ((List<?>) call("XPENDING s g")).get(0), "nobody waits any more");
    }

    // ---- watching ----

    @ParameterizedTest
    @CsvSource({
        "XADD s 9-0 f v, true",
        "XADD s MAXLEN 1 9-0 f v, true",
        "XDEL s 1-0, true",
        "XTRIM s MAXLEN 1, true",
        "XTRIM s MAXLEN 9, false",
        "XSETID s 9-0, false",
        "XACK s g 1-0, false",
        "XREADGROUP GROUP g c STREAMS s >, false",
        "XCLAIM s g d 0 1-0, false",
        "XAUTOCLAIM s g d 0 0, false",
        "XGROUP CREATE s h 0, false",
        "XGROUP CREATE new h 0 MKSTREAM, true",
        "XGROUP SETID s g 0, false",
        "XGROUP CREATECONSUMER s g d, false",
        "XGROUP DELCONSUMER s g c, false",
        "XGROUP DESTROY s g, false"
    })
    void whoWatchesAStreamIsToldOfItsEntriesOnly(String command, boolean told) {
        callAll("XADD s 1-0 f a; XADD s 2-0 f b; XGROUP CREATE s g 0; XREADGROUP GROUP g c COUNT 1 STREAMS s >");
        WireClient watching = node.connect();
        watching.call("WATCH", "s", "new");
        watching.call("MULTI");
        watching.call("PING");
        call(command);
        assertEquals(told ? null : List.of("PONG"), watching.call("EXEC"));
    }
}
