package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that wait for lists: who is served when, and with what; what ends a wait otherwise. */
class BlockingCommandsTest {
    private static final Err WRONG_TYPE = new Err("WRONGTYPE Operation against a key holding the wrong kind of value");

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

    /** A new client that has sent the command and waits. */
    private WireClient blocked(String command) {
        WireClient waiting = node.connect();
        long before = blockedClients();
        waiting.send(command.split(" "));
        awaitBlocked(before + 1);
        return waiting;
    }

    private void awaitBlocked(long number) {
        while (blockedClients() != number) {
            Thread.onSpinWait();
        }
    }

    private long blockedClients() {
        String info = (String) client.call("INFO", "clients");
        return Long.parseLong(info.replaceAll("(?s).*blocked_clients:(\\d+).*", "$1"));
    }

    private Object call(String command) {
        return client.call(command.split(" "));
    }

    // ---- being served ----

    @Test
    void theLongestWaitingClientIsServedFirst() {
        List<WireClient> waiting = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            waiting.add(blocked("BLPOP list 0"));
        }
        assertEquals(3L, call("RPUSH list 0 1 2"));
        assertEquals(0L, call("LLEN list"), "served before the next command");
        for (int i = 3; i < 8; i++) {
            assertEquals(1L, call("RPUSH list " + i));
        }
        for (int i = 0; i < 8; i++) {
            assertEquals(List.of("list", Integer.toString(i)), waiting.get(i).read());
        }
        assertEquals(0, blockedClients());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            BLPOP other list 0              | list a
            BRPOP list list 0               | list c
            BLMPOP 0 2 other list LEFT COUNT 2 | list a,b
            BLMPOP 0 1 list RIGHT COUNT 9   | list c,b,a
            BLMOVE list to RIGHT LEFT 0     | c
            BRPOPLPUSH list to 0            | c
            BRPOPLPUSH list list 0          | c
            """)
    void eachCommandTakesWhatItWouldHaveTakenAtOnce(String command, String expected) {
        WireClient waiting = blocked(command);
        call("RPUSH list a b c");
        assertEquals(expected, words(waiting.read()));
        Object afterwards = call("LRANGE list 0 -1");
        call("DEL list to");
        call("RPUSH list a b c");
        assertEquals(expected, words(client.call(command.split(" "))), "at once");
        assertEquals(afterwards, call("LRANGE list 0 -1"));
    }

    private static String words(Object reply) {
        if (reply instanceof List<?> parts) {
            Object second = parts.get(1);
            return parts.get(0) + " " + (second instanceof List<?> some ? words(some) : second);
        }
        return (String) reply;
    }

    private static String words(List<?> elements) {
        return String.join(",", elements.stream().map(String::valueOf).toList());
    }

    @Test
    void theReplyHasTheFormOfTheClientsProtocol() {
        WireClient waiting = node.connect();
        waiting.call("HELLO", "3");
        waiting.send("BLPOP", "list", "0.05");
        assertNull(waiting.read());
        waiting.send("BLPOP", "list", "0");
        awaitBlocked(1);
        call("RPUSH list x");
        assertEquals(List.of("list", "x"), waiting.read());
    }

    @ParameterizedTest
    @ValueSource(strings = {"RENAME from list", "COPY from list", "LMOVE from list LEFT LEFT", "EXEC"})
    void anyWriteThatMakesAListWakesThoseWhoWaitForIt(String write) {
        call("RPUSH from x");
        WireClient waiting = blocked("BLPOP list 0");
        if (write.equals("EXEC")) {
            call("MULTI");
            call("RPUSH list x");
            call("LLEN list");
            assertEquals(List.of(1L, 1L), call("EXEC"), "served after the transaction");
        } else {
            call(write);
        }
        assertEquals(List.of("list", "x"), waiting.read());
        assertEquals(0L, call("EXISTS list"));
    }

    @Test
    void aRestoredOrMovedListWakesToo() {
        call("RPUSH from x");
        String payload = (String) call("DUMP from");
        WireClient waiting = blocked("BLPOP list 0");
        client.call("RESTORE", "list", "0", payload);
        assertEquals(List.of("list", "x"), waiting.read());
        WireClient elsewhere = node.connect();
        elsewhere.call("SELECT", "1");
        elsewhere.send("BLPOP", "from", "0");
        awaitBlocked(1);
        assertEquals(1L, call("MOVE from 1"));
        assertEquals(List.of("from", "x"), elsewhere.read());
    }

    @Test
    void aKeyThatIsGoneAtTheEndOfATransactionWakesNobody() {
        WireClient waiting = blocked("BLPOP list 0");
        call("MULTI");
        call("RPUSH list x");
        call("DEL list");
        call("SET list word");
        call("EXEC");
        call("DEL list");
        call("SET list word");
        call("FLUSHALL");
        assertEquals(1, blockedClients());
        call("RPUSH list y");
        assertEquals(List.of("list", "y"), waiting.read());
    }

    @Test
    void whatServesOneClientMayServeTheNext() {
        WireClient first = blocked("BLMOVE a b LEFT RIGHT 0");
        WireClient second = blocked("BLMOVE b c LEFT RIGHT 0");
        WireClient third = blocked("BLPOP c 0");
        call("RPUSH a x");
        assertEquals("x", first.read());
        assertEquals("x", second.read());
        assertEquals(List.of("c", "x"), third.read());
        assertEquals(0L, call("EXISTS a b c"));
    }

    @Test
    void aTargetOfTheWrongTypeIsAnErrorAndLosesNothing() {
        call("SET word x");
        WireClient first = blocked("BLMOVE list word LEFT LEFT 0");
        WireClient second = blocked("BLPOP list 0");
        call("RPUSH list x");
        assertEquals(WRONG_TYPE, first.read());
        assertEquals(List.of("list", "x"), second.read());
    }

    @Test
    void requestsBehindTheOneThatWaitsAreAnsweredAfterIt() {
        WireClient waiting = blocked("BLPOP list 0");
        waiting.send("PING");
        call("RPUSH list x");
        assertEquals(List.of("list", "x"), waiting.read());
        assertEquals("PONG", waiting.read());
    }

    // ---- not waiting ----

    @Test
    void nothingWaitsInATransaction() {
        call("MULTI");
        call("BLPOP list 0");
        call("BLMOVE list to LEFT LEFT 0");
        call("BLMPOP 0 1 list LEFT");
        List<Object> nothing = new ArrayList<>();
        nothing.add(null);
        nothing.add(null);
        nothing.add(null);
        assertEquals(nothing, call("EXEC"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            BLPOP list abc          | ERR timeout is not a float or out of range
            BLPOP list -0.5         | ERR timeout is negative
            BLPOP list -inf         | ERR timeout is negative
            BLPOP list inf          | ERR timeout is out of range
            BLPOP list 9223372036854775 | ERR timeout is out of range
            BLMOVE a b LEFT UP 0    | ERR syntax error
            BLMPOP 0 0 list LEFT    | ERR numkeys should be greater than 0
            BLMPOP 0 2 list LEFT    | ERR syntax error
            BLMPOP 0 1 list LEFT COUNT 0 | ERR count should be greater than 0
            BLMPOP 0 1 list LEFT COUNT 1 COUNT 1 | ERR syntax error
            BLPOP none word list 0  | WRONGTYPE Operation against a key holding the wrong kind of value
            """)
    void aMistakeIsAnsweredAtOnce(String command, String error) {
        call("SET word x");
        assertEquals(new Err(error), call(command));
    }

    // ---- other ends of a wait ----

    @Test
    void aWaitEndsAfterItsTimeAndNotBefore() {
        for (String seconds : List.of("0.001", "0.05")) {
            long start = System.nanoTime();
            assertNull(call("BLPOP list " + seconds));
            assertTrue(System.nanoTime() - start >= Double.parseDouble(seconds) * 1e9);
        }
        assertEquals(1L, call("RPUSH list x"), "nobody waits any more");
        assertEquals(1L, call("LLEN list"));
    }

    @Test
    void aClientCanBeUnblockedOnce() {
        WireClient waiting = node.connect();
        String id = Long.toString((Long) waiting.call("CLIENT", "ID"));
        assertEquals(0L, call("CLIENT UNBLOCK " + id));
        waiting.send("BLPOP", "list", "0");
        awaitBlocked(1);
        assertEquals(1L, call("CLIENT UNBLOCK " + id));
        assertEquals(0L, call("CLIENT UNBLOCK " + id));
        assertNull(waiting.read());
        waiting.send("BLPOP", "list", "0");
        awaitBlocked(1);
        assertEquals(1L, call("CLIENT UNBLOCK " + id + " ERROR"));
        assertEquals(new Err("UNBLOCKED client unblocked via CLIENT UNBLOCK"), waiting.read());
        call("RPUSH list x");
        assertEquals(1L, call("LLEN list"));
        assertEquals("PONG", waiting.call("PING"));
    }

    @Test
    void aBlockedClientIsListedAsSuch() {
        WireClient waiting = blocked("BLPOP list 0");
        assertTrue(((String) call("CLIENT LIST")).contains("flags=b "));
        call("RPUSH list x");
        waiting.read();
        assertFalse(((String) call("CLIENT LIST")).contains("flags=b "));
    }

    @Test
    void idleClientsThatWaitAreNotDisconnected() {
        WireClient waiting = blocked("BLPOP list 0");
        WireClient idle = node.connect();
        idle.call("PING");
        client.call("CONFIG", "SET", "timeout", "1");
        assertTrue(idle.isClosedByServer());
        client = node.connect();
        client.call("CONFIG", "SET", "timeout", "0");
        call("RPUSH list x");
        assertEquals(List.of("list", "x"), waiting.read());
    }

    // ---- clients that go ----

    @Test
    void nothingIsTakenForAClientThatWasKilled() {
        for (int i = 0; i < 300; i++) {
            WireClient waiting = node.connect();
            String id = Long.toString((Long) waiting.call("CLIENT", "ID"));
            waiting.send("BLPOP", "list", "0");
            awaitBlocked(1);
            assertEquals(1L, call("CLIENT KILL ID " + id));
            assertEquals(1L, call("RPUSH list x"));
            assertEquals("x", call("LPOP list"), "attempt " + i);
            waiting.close();
        }
    }

    /** Whoever hangs up while a push is under way either still reads the element, or somebody else gets it. */
    @Test
    void anElementIsNeverLostBetweenAPushAndAClientThatHangsUp() throws Exception {
        ExecutorService hangingUp = Executors.newSingleThreadExecutor();
        try {
            int[] served = new int[2];
            for (int i = 0; i < 500; i++) {
                WireClient waiting = node.connect();
                waiting.send("BLPOP", "list", "0");
                awaitBlocked(1);
                CyclicBarrier start = new CyclicBarrier(2);
                Future<?> hungUp = hangingUp.submit(() -> {
                    start.await();
                    waiting.shutdownOutput();
                    return null;
                });
                start.await();
                call("RPUSH list x");
                hungUp.get();
                Object left = call("LPOP list");
                Object read = readOrNull(waiting);
                assertTrue((left == null) != (read == null), "left " + left + ", read " + read + ", attempt " + i);
                served[read == null ? 0 : 1]++;
                waiting.close();
            }
            assertTrue(served[1] > 0, "some were served");
        } finally {
            hangingUp.shutdownNow();
        }
    }

    private static Object readOrNull(WireClient closing) {
        try {
            return closing.read();
        } catch (java.io.UncheckedIOException e) {
            return null;
        }
    }

    /** Producers and consumers on two event loops, some of which give up early: every element arrives exactly once. */
    @Test
    void everyElementIsTakenOnce() throws Exception {
        int perProducer = 1500;
        int producers = 3;
        ExecutorService pool = Executors.newCachedThreadPool();
        try {
            List<Future<List<String>>> consumers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                WireClient consumer = node.connect();
                String timeout = i % 2 == 0 ? "0.002" : "0.5";
                consumers.add(pool.submit(() -> consume(consumer, timeout)));
            }
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < producers; i++) {
                WireClient producer = node.connect();
                int first = i * perProducer;
                all.add(pool.submit(() -> {
                    for (int n = first; n < first + perProducer; n++) {
                        producer.call("RPUSH", n % 2 == 0 ? "even" : "odd", Integer.toString(n));
                    }
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
            call("RPUSH even end end end end");
            List<String> taken = new ArrayList<>();
            for (Future<List<String>> each : consumers) {
                taken.addAll(each.get());
            }
            assertEquals(producers * perProducer, taken.size());
            assertEquals(taken.size(), taken.stream().distinct().count());
        } finally {
            pool.shutdownNow();
        }
    }

    /** On a plain server the target may lie in a slot that another event loop has locked just then. */
    @Test
    void whoseTargetIsLockedJustThenIsServedAMomentLater() {
        int sources = 40;
        int rounds = 40;
        ExecutorService pool = Executors.newCachedThreadPool();
        try {
            for (int i = 0; i < sources; i++) { // only one push for each source and round: a lost one is not made good
                WireClient mover = node.connect();
                String source = "in" + i;
                pool.submit(() -> repeat(mover, "BLMOVE", source, "out", "LEFT", "RIGHT", "0"));
            }
            for (int i = 0; i < 2; i++) { // keeps the target's slot busy
                WireClient writer = node.connect();
                pool.submit(() -> repeat(writer, "LREM", "out", "0", "none"));
            }
            for (int round = 1; round <= rounds; round++) {
                for (int i = 0; i < sources; i++) {
                    call("RPUSH in" + i + " " + round + "-" + i);
                }
                long expected = (long) round * sources;
                await().atMost(Duration.ofSeconds(10))
                        .pollInterval(Duration.ofMillis(2))
                        .until(() -> (Long) call("LLEN out") == expected);
            }
            List<?> out = (List<?>) call("LRANGE out 0 -1");
            assertEquals(out.size(), out.stream().distinct().count());
        } finally {
            pool.shutdownNow();
        }
    }

    /** Again and again, until the node closes the connection. */
    private static void repeat(WireClient sender, String... command) {
        try {
            while (true) {
                sender.call(command);
            }
        } catch (java.io.UncheckedIOException e) {
            sender.close();
        }
    }

    private static List<String> consume(WireClient consumer, String timeout) {
        List<String> taken = new ArrayList<>();
        while (true) {
            Object reply = consumer.call("BLPOP", "odd", "even", timeout);
            if (reply instanceof List<?> pair) {
                if (pair.get(1).equals("end")) {
                    return taken;
                }
                taken.add((String) pair.get(1));
            }
        }
    }
}
