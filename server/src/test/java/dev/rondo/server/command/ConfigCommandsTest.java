package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CONFIG, and what its directives do while the node runs. */
class ConfigCommandsTest {
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

    private static Err failed(String directive, String why) {
        return new Err("ERR CONFIG SET failed (possibly related to argument '" + directive + "') - " + why);
    }

    @Test
    void getTakesPatternsAndNamesInAnyCase() {
        assertEquals(List.of("maxclients", "10000"), client.call("CONFIG", "GET", "maxcl*"));
        assertEquals(List.of("TIMEOUT", "0"), client.call("CONFIG", "GET", "TIMEOUT"));
        assertEquals(List.of(), client.call("CONFIG", "GET", "nothing-like-this"));
        client.call("HELLO", "3");
        Map<?, ?> all = (Map<?, ?>) client.call("CONFIG", "GET", "*", "hz");
        assertEquals("10", all.get("hz"));
        assertEquals(Integer.toString(node.port()), all.get("port"));
    }

    @Test
    void setChangesAllDirectivesOrNone() {
        assertEquals("OK", client.call("CONFIG", "SET", "timeout", "7", "hz", "20"));
        assertEquals(
                failed("hz", "argument couldn't be parsed into an integer"),
                client.call("CONFIG", "SET", "timeout", "9", "hz", "often"));
        assertEquals(
                failed("timeout", "duplicate parameter"), client.call("CONFIG", "SET", "timeout", "8", "TIMEOUT", "9"));
        assertEquals(
                new Err("ERR Unknown option or number of arguments for CONFIG SET - 'nope'"),
                client.call("CONFIG", "SET", "timeout", "9", "nope", "1"));
        assertEquals(
                failed("databases", "can't set immutable config"),
                client.call("CONFIG", "SET", "timeout", "9", "databases", "1"));
        assertEquals(new Err("ERR syntax error"), client.call("CONFIG", "SET", "timeout", "9", "hz"));
        assertEquals(List.of("timeout", "7"), client.call("CONFIG", "GET", "timeout"));
    }

    @Test
    void anOlderNameMeansTheSameDirective() {
        assertEquals("OK", client.call("CONFIG", "SET", "hash-max-ziplist-value", "32"));
        assertEquals(
                List.of("hash-max-listpack-value", "32", "hash-max-ziplist-value", "32"),
                client.call("CONFIG", "GET", "hash-max-*-value"));
        assertEquals(List.of("hash-max-ziplist-value", "32"), client.call("CONFIG", "GET", "hash-max-ziplist-value"));
        assertEquals(
                failed("hash-max-listpack-value", "argument must be a memory value"),
                client.call("CONFIG", "SET", "hash-max-listpack-value", "-1"));
    }

    @Test
    void maxclientsHoldsForTheNextConnection() {
        assertEquals("OK", client.call("CONFIG", "SET", "maxclients", "1"));
        WireClient refused = node.connect();
        assertEquals(new Err("ERR max number of clients reached"), refused.read());
        assertTrue(refused.isClosedByServer());
        client.call("CONFIG", "SET", "maxclients", "2");
        WireClient welcome = node.connect();
        assertEquals("PONG", welcome.call("PING"));
        welcome.close();
        await().until(() -> {
            try (WireClient again = node.connect()) { // a client that went makes room
                return "PONG".equals(again.call("PING"));
            }
        });
    }

    @Test
    void requirepassHoldsForTheNextConnection() {
        assertEquals("OK", client.call("CONFIG", "SET", "requirepass", "secret"));
        assertEquals("PONG", client.call("PING"), "who is in stays in");
        WireClient next = node.connect();
        assertEquals(new Err("NOAUTH Authentication required."), next.call("PING"));
        assertEquals("OK", next.call("AUTH", "secret"));
    }

    @Test
    void timeoutClosesIdleClientsButNotListeners() {
        WireClient idle = node.connect();
        idle.call("PING");
        WireClient listener = node.connect();
        listener.call("SUBSCRIBE", "news");
        client.call("CONFIG", "SET", "timeout", "1");
        assertTrue(idle.isClosedByServer());
        assertEquals(List.of("pong", ""), listener.call("PING"));
    }

    @Test
    void outputLimitsAreSetClassByClass() {
        client.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb 512kb 30");
        assertEquals(
                List.of(
                        "client-output-buffer-limit",
                        "normal 0 0 0 slave 268435456 67108864 60 pubsub 1048576 524288 30"),
                client.call("CONFIG", "GET", "client-output-buffer-limit"));
        assertEquals(
                failed("client-output-buffer-limit", "Wrong number of arguments in buffer limit configuration."),
                client.call("CONFIG", "SET", "client-output-buffer-limit", "pubsub 1mb"));
    }

    @Test
    void resetstatStartsCountingAgain() {
        client.call("GET", "missing");
        client.call("NOSUCHCOMMAND");
        assertEquals("OK", client.call("CONFIG", "RESETSTAT"));
        String info = (String) client.call("INFO", "stats");
        assertTrue(info.contains("keyspace_misses:0\r\n"), info);
        assertTrue(info.contains("total_error_replies:0\r\n"), info);
    }

    @Test
    void thereIsNoFileToRewrite() {
        assertEquals(new Err("ERR The server is running without a config file"), client.call("CONFIG", "REWRITE"));
    }

    @Test
    void theFileThatTheNodeWasStartedWithIsRewritten(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("rondo.conf"), "# mine\nhz 20\n");
        try (PlainNode configured = PlainNode.withFile(file)) {
            WireClient admin = configured.connect();
            assertTrue(((String) admin.call("INFO", "server")).contains("config_file:" + file + "\r\n"));
            assertEquals("OK", admin.call("CONFIG", "SET", "hz", "30"));
            assertEquals("OK", admin.call("CONFIG", "REWRITE"));
            assertTrue(Files.readAllLines(file).containsAll(List.of("# mine", "hz 30")));
            Files.delete(file);
            Files.createDirectory(file);
            Files.createFile(file.resolve("in-the-way"));
            assertTrue(((Err) admin.call("CONFIG", "REWRITE")).text().startsWith("ERR Rewriting config file: "));
        }
    }
}
