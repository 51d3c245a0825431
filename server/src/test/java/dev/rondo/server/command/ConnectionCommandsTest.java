package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Opening, naming, authenticating and ending connections, as seen on the wire. */
class ConnectionCommandsTest {
    private static final Err NO_AUTH = new Err("NOAUTH Authentication required.");
    private static PlainNode node;
    private WireClient client;

    @BeforeAll
    static void start() {
        node = new PlainNode();
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @BeforeEach
    void connect() {
        client = node.connect();
    }

    @AfterEach
    void disconnect() {
        client.close();
    }

    @Test
    void helloWithoutVersionKeepsTheProtocol() {
        List<?> fields = assertInstanceOf(List.class, client.call("HELLO"));
        assertEquals(List.of("server", "redis", "version", "7.2.6", "proto", 2L), fields.subList(0, 6));
        assertEquals(List.of("mode", "standalone", "role", "master", "modules", List.of()), fields.subList(8, 14));
    }

    @Test
    void helloThreeAnswersInResp3AndNamesTheClient() {
        Map<?, ?> fields = assertInstanceOf(Map.class, client.call("HELLO", "3", "SETNAME", "worker"));
        assertEquals(3L, fields.get("proto"));
        assertEquals(client.call("CLIENT", "ID"), fields.get("id"));
        assertEquals("worker", client.call("CLIENT", "GETNAME"));
        assertInstanceOf(List.class, client.call("HELLO", "2"));
    }

    @Test
    void helloRefusesWhatItCannotSpeak() {
        assertEquals(new Err("NOPROTO unsupported protocol version"), client.call("HELLO", "4"));
        assertEquals(new Err("NOPROTO unsupported protocol version"), client.call("HELLO", "4294967298"));
        assertEquals(new Err("ERR Protocol version is not an integer or out of range"), client.call("HELLO", "three"));
        assertEquals(new Err("ERR Syntax error in HELLO option 'AUTH'"), client.call("HELLO", "3", "AUTH", "x"));
        assertInstanceOf(List.class, client.call("HELLO"), "a refused HELLO leaves the protocol as it is");
    }

    @Test
    void pingAndEchoAnswerWhatTheyGet() {
        assertEquals("PONG", client.call("PING"));
        assertEquals("\u00ff\u0000\r\n", client.call("PING", "\u00ff\u0000\r\n"));
        assertEquals("", client.call("ECHO", ""));
        assertEquals(new Err("ERR wrong number of arguments for 'ping' command"), client.call("PING", "a", "b"));
    }

    @Test
    void quitAnswersAndCloses() {
        client.send("QUIT");
        client.send("PING");
        assertEquals("OK", client.read());
        assertTrue(client.isClosedByServer());
    }

    @Test
    void replySkipLeavesOutOneReplyAndOffAllUntilOn() {
        client.send("CLIENT", "REPLY", "SKIP");
        client.send("PING", "left out");
        assertEquals("first", client.call("PING", "first"));
        client.send("CLIENT", "REPLY", "OFF");
        client.send("PING");
        client.send("CLIENT", "REPLY", "SKIP");
        client.send("PING");
        assertEquals("OK", client.call("CLIENT", "REPLY", "ON"));
        assertEquals("second", client.call("PING", "second"));
    }

    @Test
    void resetMakesTheConnectionAsGoodAsNew() {
        client.call("HELLO", "3", "SETNAME", "busy");
        client.call("SELECT", "5");
        client.call("SUBSCRIBE", "news");
        client.call("MULTI");
        assertEquals("RESET", client.call("RESET"));
        assertNull(client.call("CLIENT", "GETNAME"));
        assertEquals(new Err("ERR EXEC without MULTI"), client.call("EXEC"));
        String line = (String) client.call("CLIENT", "INFO");
        assertTrue(line.contains(" db=0 sub=0 psub=0 ssub=0 multi=-1 "), line);
        assertTrue(line.contains(" resp=2 "), line);
    }

    @Test
    void aPasswordKeepsStrangersOut() {
        try (PlainNode closed = new PlainNode("requirepass", "secret")) {
            WireClient stranger = closed.connect();
            assertEquals(NO_AUTH, stranger.call("PING"));
            assertEquals(NO_AUTH, stranger.call("GET", "a"));
            assertTrue(((Err) stranger.call("HELLO", "3")).text().startsWith("NOAUTH HELLO must be called"));
            Err wrong = new Err("WRONGPASS invalid username-password pair or user is disabled.");
            assertEquals(wrong, stranger.call("AUTH", "guess"));
            assertEquals(wrong, stranger.call("AUTH", "root", "secret"));
            assertEquals(wrong, stranger.call("HELLO", "3", "AUTH", "default", "guess"));
            assertEquals(NO_AUTH, stranger.call("PING"));
            assertEquals("OK", stranger.call("AUTH", "secret"));
            assertEquals("PONG", stranger.call("PING"));
            assertEquals("RESET", stranger.call("RESET"));
            assertEquals(NO_AUTH, stranger.call("PING"));
            assertInstanceOf(Map.class, stranger.call("HELLO", "3", "AUTH", "default", "secret"));
            assertEquals("PONG", stranger.call("PING"));
        }
    }

    @Test
    void authWithoutAPasswordIsAMistakeThatIsToldUnlessTheUserIsNamed() {
        assertTrue(((Err) client.call("AUTH", "x")).text().startsWith("ERR AUTH <password> called without any"));
        assertEquals("OK", client.call("AUTH", "default", "anything"));
        assertEquals(new Err("ERR syntax error"), client.call("AUTH", "a", "b", "c"));
    }

    @Test
    void unauthenticatedClientsMayOnlySendSmallRequests() {
        try (PlainNode closed = new PlainNode("requirepass", "secret")) {
            WireClient many = closed.connect();
            many.sendRaw("*11\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertEquals(new Err("ERR Protocol error: unauthenticated multibulk length"), many.read());
            assertTrue(many.isClosedByServer());
            WireClient large = closed.connect();
            large.sendRaw("*1\r\n$16385\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertEquals(new Err("ERR Protocol error: unauthenticated bulk length"), large.read());
            assertTrue(large.isClosedByServer());
        }
    }
}
