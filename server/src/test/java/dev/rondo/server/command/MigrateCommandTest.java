package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys that move to another server: none is lost, whatever happens meanwhile, and nobody else waits. */
class MigrateCommandTest {
    private PlainNode source;
    private WireClient client;

    @BeforeEach
    void start() {
        source = new PlainNode("io-threads", "1");
        client = source.connect();
    }

    @AfterEach
    void stop() {
        source.close();
    }

    private Object call(String line) {
        return client.call(line.split(" "));
    }

    private static String migrate(int port, String rest) {
        return "MIGRATE 127.0.0.1 " + port + " " + rest;
    }

    /** A target whose replies the test gives when it likes. */
    private static final class SlowTarget implements AutoCloseable {
        private final ServerSocket listener;
        private Socket socket;

        SlowTarget() throws IOException {
            listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        }

        int port() {
            return listener.getLocalPort();
        }

        /** Waits until the word has come. */
        void awaitRequest(String word) {
            try {
                socket = socket == null ? listener.accept() : socket;
                InputStream in = socket.getInputStream();
                StringBuilder received = new StringBuilder();
                while (received.indexOf(word) < 0) {
                    received.append((char) in.read());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void reply(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void hangUp() throws IOException {
            socket.close();
        }

        @Override
        public void close() throws IOException {
            listener.close();
            if (socket != null) {
                socket.close();
            }
        }
    }

    @Test
    void keysMoveWithTheirValuesAndTimes() {
        try (PlainNode target = new PlainNode()) {
            call("SET s hello PX 100000");
            call("RPUSH l a b c");
            call("SADD i 1 2 3");
            call("SADD m x y");
            call("HSET h f 1 g 2");
            call("HPEXPIRE h 90000 FIELDS 1 g");
            call("ZADD z 1.5 a 2 b");
            assertEquals(
                    "OK",
                    client.call(
                            ("MIGRATE 127.0.0.1 " + target.port() + "  0 1000 KEYS s l i m h z none s").split(" ")));
            assertEquals(0L, call("DBSIZE"));
            WireClient there = target.connect();
            assertEquals("hello", there.call("GET", "s"));
            assertTrue((long) there.call("PTTL", "s") > 50_000);
            assertEquals(List.of("a", "b", "c"), there.call("LRANGE", "l", "0", "-1"));
            assertEquals(List.of("1", "2", "3"), there.call("SMEMBERS", "i"));
            assertEquals(2L, there.call("SCARD", "m"));
            assertEquals(List.of("1", "2"), there.call("HMGET", "h", "f", "g"));
            assertTrue((long) ((List<?>) there.call("HPTTL", "h", "FIELDS", "1", "g")).get(0) > 50_000);
            assertEquals(List.of("a", "1.5", "b", "2"), there.call("ZRANGE", "z", "0", "-1", "WITHSCORES"));
            assertEquals("NOKEY", call(migrate(target.port(), "s 0 1000")));
        }
    }

    @Test
    void largeValuesAndManyKeysArrive() {
        try (PlainNode target = new PlainNode()) {
            String large = "0123456789abcdef".repeat(1 << 16);
            for (int i = 0; i < 12; i++) {
                client.call("SETRANGE", "large" + i, "0", i + large);
            }
            IntStream.range(0, 300).forEach(i -> client.call("SET", "k" + i, "v" + i));
            String[] words = Stream.of(
                            Stream.of("MIGRATE", "127.0.0.1", Integer.toString(target.port()), "", "3", "5000", "KEYS"),
                            IntStream.range(0, 12).mapToObj(i -> "large" + i),
                            IntStream.range(0, 300).mapToObj(i -> "k" + i))
                    .flatMap(s -> s)
                    .toArray(String[]::new);
            assertEquals("OK", client.call(words));
            assertEquals(0L, call("DBSIZE"));
            WireClient there = target.connect();
            there.call("SELECT", "3");
            assertEquals(312L, there.call("DBSIZE"));
            assertEquals("v299", there.call("GET", "k299"));
            assertEquals(11 + large, there.call("GET", "large11"));
        }
    }

    @Test
    void copyReplaceAndWhatTheTargetRefuses() {
        try (PlainNode target = new PlainNode()) {
            WireClient there = target.connect();
            call("SET a 1");
            call("SET b 2");
            assertEquals("OK", call(migrate(target.port(), "a 0 1000 COPY")));
            assertEquals("1", call("GET a"));
            Err busy = new Err("ERR Target instance replied with error: BUSYKEY Target key name already exists.");
            assertEquals(busy, client.call("MIGRATE", "127.0.0.1", "" + target.port(), "", "0", "0", "KEYS", "a", "b"));
            assertEquals("1", call("GET a"));
            assertNull(call("GET b"));
            assertEquals("2", there.call("GET", "b"));
            call("SET a 3");
            assertEquals("OK", call(migrate(target.port(), "a 0 1000 REPLACE")));
            assertNull(call("GET a"));
            assertEquals("3", there.call("GET", "a"));
            call("SET c 4");
            assertEquals(
                    new Err("ERR Target instance replied with error: ERR DB index is out of range"),
                    call(migrate(target.port(), "c 99 1000")));
            assertEquals("4", call("GET c"));
        }
    }

    @Test
    void passwordsOpenTheTarget() {
        try (PlainNode target = new PlainNode("requirepass", "secret")) {
            call("SET a 1");
            assertEquals(
                    new Err("ERR Target instance replied with error: NOAUTH Authentication required."),
                    call(migrate(target.port(), "a 0 1000")));
            Object wrong = call(migrate(target.port(), "a 0 1000 AUTH wrong"));
            assertTrue(wrong.toString().contains("Target instance replied with error: WRONGPASS"), wrong.toString());
            assertEquals("OK", call(migrate(target.port(), "a 0 1000 COPY AUTH secret")));
            assertEquals("OK", call(migrate(target.port(), "a 0 1000 REPLACE AUTH2 default secret")));
            assertNull(call("GET a"));
        }
    }

    @Test
    void malformedRequestsAreRefused() {
        call("SET a 1");
        call("SET keys 1");
        Err syntax = new Err("ERR syntax error");
        assertEquals(syntax, call(migrate(1, "a 0 10 AUTH")));
        assertEquals(syntax, call(migrate(1, "a 0 10 AUTH2 x")));
        assertEquals(syntax, call(migrate(1, "a 0 10 JUNK")));
        assertEquals(new Err("ERR value is not an integer or out of range"), call(migrate(1, "a x 10")));
        assertEquals(new Err("ERR value is not an integer or out of range"), call(migrate(1, "a 0 x")));
        assertEquals(
                new Err("ERR When using MIGRATE KEYS option, the key argument must be set to the empty string"),
                call(migrate(1, "a 0 10 KEYS b")));
        Err refused = new Err("IOERR error or timeout writing to target instance");
        assertEquals(refused, call(migrate(1, "a 0 100")));
        assertEquals(refused, call(migrate(0, "keys 0 100 AUTH keys")));
        assertEquals(
                new Err("IOERR error or timeout connecting to the client"), call("MIGRATE no.such.host. 1 a 0 1000"));
        assertEquals("1", call("GET a"));
    }

    @Test
    void aTargetThatSaysNothingIsGivenUp() throws IOException {
        try (SlowTarget target = new SlowTarget()) {
            call("SET a 1");
            assertEquals(
                    new Err("IOERR error or timeout reading to target instance"),
                    call(migrate(target.port(), "a 0 200")));
            assertEquals("1", call("GET a"));
        }
    }

    @Test
    void nobodyElseWaitsAndWhatIsWrittenMeanwhileStays() throws IOException {
        try (SlowTarget target = new SlowTarget()) {
            call("MSET changed 1 deleted 1 same 1");
            client.send(
                    "MIGRATE", "127.0.0.1", "" + target.port(), "", "0", "10000", "KEYS", "changed", "deleted", "same");
            target.awaitRequest("SELECT");
            target.reply("+OK\r\n");
            target.awaitRequest("same");
            WireClient other = source.connect(); // of the same event loop, since there is but one
            assertEquals("PONG", other.call("PING"));
            assertEquals(2L, other.call("INCR", "changed"));
            assertEquals(1L, other.call("DEL", "deleted"));
            target.reply("+OK\r\n+OK\r\n+OK\r\n");
            assertTrue(client.read().toString().contains("2 of the keys were written to while they were sent"));
            assertEquals("2", other.call("GET", "changed"));
            assertNull(other.call("GET", "same"));
        }
    }

    @Test
    void whatTheTargetDidNotConfirmStays() throws IOException {
        try (SlowTarget target = new SlowTarget()) {
            call("MSET a 1 b 1 c 1");
            client.send("MIGRATE", "127.0.0.1", "" + target.port(), "", "0", "10000", "KEYS", "a", "b", "c");
            target.awaitRequest("SELECT");
            target.reply("+OK\r\n");
            target.awaitRequest("c\r\n");
            target.reply("+OK\r\n-ERR no\r\n");
            target.hangUp();
            assertEquals(new Err("ERR Target instance replied with error: ERR no"), client.read());
            assertEquals(2L, call("EXISTS a b c"));
            assertEquals("1", call("GET c"));
        }
    }

    @Test
    void aTransactionCannotMigrate() {
        call("SET a 1");
        call("MULTI");
        call(migrate(1, "a 0 100"));
        assertTrue(((List<?>) call("EXEC")).get(0).toString().contains("which a transaction or script can't"));
        Object scripted = client.call("EVAL", "return redis.call('MIGRATE','127.0.0.1','1','a','0','100')", "1", "a");
        assertTrue(scripted.toString().contains("which a transaction or script can't"), scripted.toString());
        assertEquals("1", call("GET a"));
    }
}
