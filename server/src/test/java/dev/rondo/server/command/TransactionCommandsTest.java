package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TransactionCommandsTest {
    private static final Err ABORTED = new Err("EXECABORT Transaction discarded because of previous errors.");

    private PlainNode node;
    private WireClient client;
    private WireClient other;

    @BeforeEach
    void start() {
        node = new PlainNode();
        client = node.connect();
        other = node.connect();
        client.call("MSET", "k", "1", "k2", "2");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Object execAfter(String... words) {
        client.call("MULTI");
        assertEquals("QUEUED", client.call(words));
        return client.call("EXEC");
    }

    @Test
    void queuedCommandsRunTogetherAndAnErrorStopsNone() {
        client.call("MULTI");
        client.call("SET", "a", "word");
        client.call("INCR", "a");
        client.call("SELECT", "1");
        client.call("SET", "a", "elsewhere");
        client.call("DBSIZE");
        client.call("SELECT", "0");
        client.call("GET", "a");
        Err notANumber = new Err("ERR value is not an integer or out of range");
        assertEquals(List.of("OK", notANumber, "OK", "OK", 1L, "OK", "word"), client.call("EXEC"));
    }

    @Test
    void aCommandThatCannotBeQueuedSpoilsTheTransaction() {
        client.call("MULTI");
        client.call("SET", "k", "changed");
        assertEquals(new Err("ERR wrong number of arguments for 'get' command"), client.call("GET"));
        assertEquals("QUEUED", client.call("GET", "k"));
        assertEquals(ABORTED, client.call("EXEC"));
        assertEquals("1", client.call("GET", "k"));
    }

    @Test
    void stateCommandsAreRefusedWithoutSpoilingAnything() {
        assertEquals(new Err("ERR EXEC without MULTI"), client.call("EXEC"));
        assertEquals(new Err("ERR DISCARD without MULTI"), client.call("DISCARD"));
        client.call("MULTI");
        assertEquals(new Err("ERR MULTI calls can not be nested"), client.call("MULTI"));
        assertEquals(new Err("ERR WATCH inside MULTI is not allowed"), client.call("WATCH", "k"));
        assertEquals("QUEUED", client.call("GET", "k"));
        assertEquals(List.of("1"), client.call("EXEC"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET k 1",
                "DEL k",
                "INCR k",
                "APPEND k x",
                "EXPIRE k 100",
                "RENAME k x",
                "RENAME k2 k",
                "FLUSHALL",
                "COPY k2 k REPLACE",
                "MOVE k 3",
                "GETDEL k",
                "SETRANGE k 0 9",
                "MSET x 1 k 2",
                "EXPIRE k -1"
            })
    void aWatchedKeyThatWasWrittenStopsTheTransaction(String write) {
        client.call("WATCH", "k");
        other.call(write.split(" "));
        assertNull(execAfter("SET", "k", "lost"));
        assertEquals(List.of("OK"), execAfter("SET", "k", "again"), "the watch ended with EXEC");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET k",
                "TOUCH k",
                "SET k2 5",
                "PERSIST k",
                "SETNX k 5",
                "SET k 5 NX",
                "DEL x",
                "MSETNX k 1 x 2",
                "COPY k2 k",
                "RENAMENX k2 k",
                "EXPIRE k 100 XX",
                "GETEX k"
            })
    void whatDoesNotChangeAWatchedKeyStopsNothing(String command) {
        client.call("WATCH", "k");
        other.call(command.split(" "));
        assertEquals(List.of("1"), execAfter("GET", "k"));
    }

    @Test
    void aWatchEndsWithUnwatchAndDiscard() {
        client.call("WATCH", "k");
        client.call("UNWATCH");
        other.call("SET", "k", "2");
        assertEquals(List.of("2"), execAfter("GET", "k"));
        client.call("WATCH", "k");
        client.call("MULTI");
        client.call("DISCARD");
        other.call("SET", "k", "3");
        assertEquals(List.of("3"), execAfter("GET", "k"));
    }

    @Test
    void aKeyThatExpiresUnderTheWatchStopsTheTransaction() {
        do { // until it was alive when the watch began
            client.call("UNWATCH");
            client.call("SET", "k", "v", "PX", "50");
            client.call("WATCH", "k");
        } while ((Long) client.call("PTTL", "k") < 0);
        while (other.call("GET", "k") != null) {
            Thread.onSpinWait();
        }
        assertNull(execAfter("PING"));
    }

    @Test
    void aKeyThatHadExpiredBeforeTheWatchDoesNotStopIt() {
        client.call("SET", "k", "v", "PXAT", "1");
        client.call("WATCH", "k");
        assertNull(other.call("GET", "k"));
        assertEquals(List.of("PONG"), execAfter("PING"));
    }

    @Test
    void optimisticIncrementsLoseNothing() throws Exception {
        int threads = 4;
        int increments = 200;
        client.call("SET", "counter", "0");
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                WireClient each = node.connect();
                all.add(pool.submit(() -> increment(each, increments)));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertEquals(Integer.toString(threads * increments), client.call("GET", "counter"));
    }

    private static void increment(WireClient client, int times) {
        for (int done = 0; done < times; ) {
            client.call("WATCH", "counter");
            long next = Long.parseLong(String.valueOf(client.call("GET", "counter"))) + 1;
            client.call("MULTI");
            client.call("SET", "counter", Long.toString(next));
            if (client.call("EXEC") != null) {
                done++;
            }
        }
    }
}
