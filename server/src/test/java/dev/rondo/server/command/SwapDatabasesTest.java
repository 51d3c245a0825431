package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SWAPDB: two databases of a plain server change places at one moment. */
class SwapDatabasesTest {
    private static final int ROUNDS = 40;

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

    private static Object call(WireClient via, String line) {
        return via.call(line.split(" "));
    }

    private Object call(String line) {
        return call(client, line);
    }

    @Test
    void everyKeyIsInTheOtherDatabaseWithItsTime() {
        call("SET a 1 PX 100000");
        call("SET b 2");
        call("SELECT 1");
        call("HSET h f 1");
        call("HPEXPIRE h 100000 FIELDS 1 f");
        assertEquals("OK", call("SWAPDB 0 1"));
        assertEquals("1", call("GET a"));
        assertTrue((long) call("PTTL a") > 50_000);
        assertEquals(2L, call("DBSIZE"));
        assertTrue(((String) call("INFO keyspace")).contains("db1:keys=2,expires=1"));
        call("SELECT 0");
        assertEquals(1L, call("DBSIZE"));
        assertEquals("1", call("HGET h f"));
        assertEquals("OK", call("SWAPDB 0 0"));
        assertEquals(1L, call("DBSIZE"));
        assertEquals("OK", call("SWAPDB 7 0"));
        assertEquals(0L, call("DBSIZE"));
        assertEquals(new Err("ERR DB index is out of range"), call("SWAPDB 0 16"));
        assertEquals(new Err("ERR invalid first DB index"), call("SWAPDB x 0"));
    }

    @Test
    void keysStillExpireAfterwards() {
        call("SET a 1 PX 1");
        call("SET b 1 PX 100000");
        assertEquals("OK", call("SWAPDB 0 3"));
        call("SELECT 3");
        while ((long) call("DBSIZE") != 1) {
            Thread.onSpinWait(); // nobody asks for the key
        }
        assertEquals("1", call("GET b"));
    }

    @Test
    void aTransactionSwapsAndGoesOnInTheSameDatabase() {
        call("SET a 1");
        call("MULTI");
        call("SET a 2");
        call("SWAPDB 0 9");
        call("GET a");
        call("SET b 3");
        call("SELECT 9");
        call("GET a");
        assertNull(((List<?>) call("EXEC")).get(2));
        assertEquals("2", call("GET a"));
        call("SELECT 0");
        assertEquals("3", call("GET b"));
    }

    @Test
    void whoWatchesOrWaitsForAKeyIsTold() {
        WireClient watching = node.connect();
        call(watching, "WATCH k");
        call(watching, "MULTI");
        WireClient unconcerned = node.connect();
        call(unconcerned, "WATCH other");
        call(unconcerned, "MULTI");
        WireClient waiting = node.connect();
        waiting.send("BLPOP", "k", "0");
        while (!((String) call("INFO clients")).contains("blocked_clients:1")) {
            Thread.onSpinWait();
        }
        call("SELECT 1");
        call("RPUSH k x y");
        assertEquals("OK", call("SWAPDB 1 0"));
        assertEquals(List.of("k", "x"), waiting.read());
        assertNull(call(watching, "EXEC"));
        assertEquals(List.of(), call(unconcerned, "EXEC"));
    }

    @Test
    void nobodySeesHalfASwap() {
        call("MSET {1}v zero {2}v zero");
        call("SELECT 1");
        call("MSET {1}v one {2}v one");
        AtomicBoolean over = new AtomicBoolean();
        WireClient reader = node.connect();
        CompletableFuture<Integer> reading = CompletableFuture.supplyAsync(() -> {
            int seen = 0;
            while (!over.get()) {
                List<?> both = (List<?>) call(reader, "MGET {1}v {2}v");
                assertEquals(both.get(0), both.get(1));
                seen++;
            }
            return seen;
        });
        WireClient mover = node.connect();
        CompletableFuture<Void> moving = CompletableFuture.runAsync(() -> {
            while (!over.get()) { // locks slots of both databases too
                call(mover, "COPY {1}v {1}w DB 1 REPLACE");
            }
        });
        for (int i = 0; i < ROUNDS; i++) {
            assertEquals("OK", call(i % 2 == 0 ? "SWAPDB 0 1" : "SWAPDB 1 0"));
        }
        over.set(true);
        moving.join();
        assertTrue(reading.join() > 0);
    }
}
