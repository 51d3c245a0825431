package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** TIME, LOLWUT, MEMORY, ACL, DEBUG, WAITAOF and SHUTDOWN. */
class ServerCommandsTest {
    private PlainNode node;
    private WireClient client;

    @BeforeEach
    void start() {
        node = new PlainNode("enable-debug-command", "local");
        client = node.connect();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void timeIsNow() {
        List<?> time = (List<?>) client.call("TIME");
        long ms = Long.parseLong((String) time.get(0)) * 1000 + Long.parseLong((String) time.get(1)) / 1000;
        assertTrue(Math.abs(System.currentTimeMillis() - ms) < 5000);
    }

    @Test
    void lolwutEndsWithTheVersion() {
        String picture = (String) client.call("LOLWUT", "VERSION", "5");
        assertTrue(picture.strip().endsWith("(Redis ver. 7.2.6)"), picture);
        assertTrue(picture.contains("#"), "the fifth node's share");
        assertEquals(new Err("ERR value is not an integer or out of range"), client.call("LOLWUT", "VERSION", "x"));
    }

    @Test
    void nothingIsEverInAnAppendOnlyFile() {
        assertEquals(
                new Err("ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."),
                client.call("WAITAOF", "1", "0", "0"));
        assertEquals(List.of(0L, 0L), client.call("WAITAOF", "0", "0", "0"));
        assertEquals(List.of(0L, 0L), client.call("WAITAOF", "0", "1", "1"));
        client.call("MULTI");
        client.call("WAITAOF", "0", "1", "0");
        assertEquals(List.of(List.of(0L, 0L)), client.call("EXEC"));
        assertEquals(
                new Err("ERR value is out of range, value must between 0 and 1"),
                client.call("WAITAOF", "2", "0", "0"));
        assertEquals(new Err("ERR value is out of range, must be positive"), client.call("WAITAOF", "0", "-1", "0"));
        assertEquals(new Err("ERR timeout is negative"), client.call("WAITAOF", "0", "0", "-1"));
    }

    @Test
    void memoryUsageGrowsWithTheValue() {
        client.call("SET", "n", "12345678");
        client.call("SET", "s", "x".repeat(1000));
        long number = (long) client.call("MEMORY", "USAGE", "n");
        long text = (long) client.call("MEMORY", "USAGE", "s", "SAMPLES", "0");
        assertTrue(number >= 56 && number <= 200, () -> "of a number: " + number);
        assertTrue(text >= 1056 && text <= 1300, () -> "of 1000 bytes: " + text);
        assertNull(client.call("MEMORY", "USAGE", "missing"));
        assertEquals(new Err("ERR syntax error"), client.call("MEMORY", "USAGE", "n", "SAMPLES", "-1"));
        assertEquals(new Err("ERR syntax error"), client.call("MEMORY", "USAGE", "n", "SAMPLES"));
    }

    @Test
    void thereIsOneUserWhoMayDoEverything() {
        assertEquals("default", client.call("ACL", "WHOAMI"));
        assertEquals(List.of("default"), client.call("ACL", "USERS"));
        assertEquals(List.of("user default on nopass sanitize-payload ~* &* +@all"), client.call("ACL", "LIST"));
        client.call("CONFIG", "SET", "requirepass", "secret");
        assertEquals(
                List.of("user default on sanitize-payload"
                        + " #2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b ~* &* +@all"),
                client.call("ACL", "LIST"));
        assertNull(client.call("ACL", "GETUSER", "nobody"));
        List<?> categories = (List<?>) client.call("ACL", "CAT");
        assertEquals(21, categories.size());
        assertTrue(((List<?>) client.call("ACL", "CAT", "string")).contains("append"));
        assertEquals(new Err("ERR Unknown category 'x'"), client.call("ACL", "CAT", "x"));
        assertEquals(2, ((String) client.call("ACL", "GENPASS", "5")).length());
        assertEquals(64, ((String) client.call("ACL", "GENPASS")).length());
    }

    @Test
    void debugSleepHoldsBackEveryClientForAsLongAsAsked() {
        WireClient other = node.connect();
        other.call("PING");
        long startNs = System.nanoTime();
        client.send("DEBUG", "SLEEP", "0.3");
        client.send("PING");
        WireClient next = node.connect(); // accepting goes on: no event loop is blocked
        while (System.nanoTime() - startNs < 50_000_000L) {
            Thread.onSpinWait(); // the sleep has certainly begun
        }
        assertEquals("PONG", other.call("PING"));
        long heldMs = (System.nanoTime() - startNs) / 1_000_000;
        assertTrue(heldMs >= 290, () -> "held for " + heldMs + " ms");
        assertTrue(heldMs < 4000, () -> "held for " + heldMs + " ms");
        assertEquals("PONG", next.call("PING"));
        assertEquals("OK", client.read());
        assertEquals("PONG", client.read());
    }

    @Test
    void debugSleepEndsThoughClientPauseGoesOn() {
        WireClient other = node.connect();
        client.call("CLIENT", "PAUSE", "60000", "WRITE");
        assertEquals("OK", client.call("DEBUG", "SLEEP", "0.05"));
        assertEquals("PONG", other.call("PING"));
        other.send("SET", "a", "1");
        assertTrue(other.isSilentFor(100));
        client.call("CLIENT", "UNPAUSE");
        assertEquals("OK", other.read());
    }

    @Test
    void debugInsideATransactionAnswersAtOnce() {
        client.call("MULTI");
        client.call("DEBUG", "SLEEP", "0.05");
        client.call("PING");
        assertEquals(List.of("OK", "PONG"), client.call("EXEC"));
        assertEquals("PONG", client.call("PING"));
    }

    @Test
    void activeExpiryCanBeSwitchedOff() {
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
        client.call("SET", "k", "v", "PX", "1");
        client.call("DEBUG", "SLEEP", "0.3");
        assertEquals(1L, client.call("DBSIZE"), "expired, and still there");
        client.call("DEBUG", "SET-ACTIVE-EXPIRE", "1");
        await().until(() -> client.call("DBSIZE").equals(0L));
    }

    @Test
    void debugObjectDescribesAKey() {
        client.call("HSET", "h", "f", "1");
        String line = (String) client.call("DEBUG", "OBJECT", "h");
        assertTrue(
                line.matches("Value at:0x[0-9a-f]+ refcount:1 encoding:listpack serializedlength:1\\d lru:\\d+"
                        + " lru_seconds_idle:[01]"),
                line);
        assertEquals(new Err("ERR no such key"), client.call("DEBUG", "OBJECT", "nothing"));
    }

    @Test
    void debugIsRefusedUnlessSwitchedOn() {
        try (PlainNode strict = new PlainNode()) {
            Err error = (Err) strict.connect().call("DEBUG", "SLEEP", "1");
            assertTrue(error.text().startsWith("ERR DEBUG command not allowed."), error.text());
        }
        assertEquals(new Err("CODE some text"), client.call("DEBUG", "ERROR", "CODE some text"));
    }

    @Test
    void shutdownRefusesWhatItCannotDo() {
        assertEquals(new Err("ERR syntax error"), client.call("SHUTDOWN", "SAVE", "NOSAVE"));
        assertEquals(new Err("ERR syntax error"), client.call("SHUTDOWN", "LATER"));
        assertEquals(new Err("ERR No shutdown in progress."), client.call("SHUTDOWN", "ABORT"));
        assertEquals(new Err("ERR Errors trying to SHUTDOWN. Check logs."), client.call("SHUTDOWN", "SAVE"));
        client.call("MULTI");
        assertEquals(new Err("ERR Command not allowed inside a transaction"), client.call("SHUTDOWN", "NOSAVE"));
    }

    @Test
    void shutdownStopsTheNode() throws InterruptedException {
        client.send("SHUTDOWN", "NOSAVE");
        assertTrue(client.isClosedByServer());
        assertEquals(0, node.awaitStop());
    }
}
