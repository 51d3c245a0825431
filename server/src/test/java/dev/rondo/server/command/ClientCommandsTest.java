package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** CLIENT and its subcommands, as seen on the wire. */
class ClientCommandsTest {
    private static final List<String> FIELDS_OF_REDIS_7_2 =
            List.of(("id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem multi-mem rbs"
                            + " rbp obl oll omem tot-mem events cmd user redir resp lib-name lib-ver")
                    .split(" "));

    private static PlainNode node;
    private WireClient client;
    private WireClient other;

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
        other = node.connect();
        other.call("PING");
    }

    @AfterEach
    void disconnect() {
        client.close();
        other.close();
    }

    private static Map<String, String> fields(Object line) {
        return Arrays.stream(line.toString().trim().split(" "))
                .map(field -> field.split("=", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, b) -> a, LinkedHashMap::new));
    }

    @Test
    void infoHasTheFieldsOfRedisInItsOrder() {
        client.call("CLIENT", "SETNAME", "me");
        client.call("CLIENT", "SETINFO", "LIB-NAME", "wire");
        client.call("CLIENT", "SETINFO", "lib-ver", "1.2");
        Map<String, String> fields = fields(client.call("CLIENT", "INFO"));
        assertEquals(FIELDS_OF_REDIS_7_2, List.copyOf(fields.keySet()));
        assertEquals("me", fields.get("name"));
        assertEquals("wire", fields.get("lib-name"));
        assertEquals("1.2", fields.get("lib-ver"));
        assertEquals(client.address(), fields.get("addr"));
        assertEquals("127.0.0.1:" + node.port(), fields.get("laddr"));
        assertEquals("client|info", fields.get("cmd"));
        assertEquals("N", fields.get("flags"));
    }

    @Test
    void listTellsTheStateOfOthers() {
        other.call("MULTI");
        other.call("SET", "a", "12345");
        String id = node.connect().call("CLIENT", "ID").toString();
        String lines = (String) client.call("CLIENT", "LIST");
        assertTrue(lines.lines().anyMatch(line -> line.startsWith("id=" + id + " ")));
        Map<String, String> fields = lines.lines()
                .map(ClientCommandsTest::fields)
                .filter(each -> each.get("addr").equals(other.address()))
                .findFirst()
                .orElseThrow();
        assertEquals("x", fields.get("flags"));
        assertEquals("1", fields.get("multi"));
        assertEquals("9", fields.get("multi-mem")); // "SET", "a", "12345"
        assertEquals("set", fields.get("cmd"));
    }

    @Test
    void listChoosesByTypeAndById() {
        other.call("SUBSCRIBE", "news");
        String listeners = (String) client.call("CLIENT", "LIST", "TYPE", "pubsub");
        assertEquals(1, listeners.lines().count());
        assertEquals(other.address(), fields(listeners).get("addr"));
        assertEquals("P", fields(listeners).get("flags"));
        String id = client.call("CLIENT", "ID").toString();
        String own = (String) client.call("CLIENT", "LIST", "ID", id, "999999");
        assertEquals(id, fields(own).get("id"));
        assertEquals(1, own.lines().count());
        assertEquals("", client.call("CLIENT", "LIST", "TYPE", "replica"));
        assertEquals(new Err("ERR Unknown client type 'x'"), client.call("CLIENT", "LIST", "TYPE", "x"));
        assertEquals(new Err("ERR Invalid client ID"), client.call("CLIENT", "LIST", "ID", "x"));
        assertEquals(new Err("ERR syntax error"), client.call("CLIENT", "LIST", "ID"));
    }

    @Test
    void namesAndLibrariesMustBeSplittable() {
        Err name = new Err("ERR Client names cannot contain spaces, newlines or special characters.");
        assertEquals(name, client.call("CLIENT", "SETNAME", "a b"));
        assertEquals(name, client.call("HELLO", "3", "SETNAME", "a\nb"));
        assertEquals(
                new Err("ERR lib-name cannot contain spaces, newlines or special characters."),
                client.call("CLIENT", "SETINFO", "lib-name", "\u00e9"));
        assertEquals(new Err("ERR Unrecognized option 'x'"), client.call("CLIENT", "SETINFO", "x", "y"));
    }

    @Test
    void killByAddressInTheOldForm() {
        assertEquals(new Err("ERR No such client"), client.call("CLIENT", "KILL", "127.0.0.1:1"));
        assertEquals("OK", client.call("CLIENT", "KILL", other.address()));
        assertTrue(other.isClosedByServer());
    }

    @Test
    void killSparesTheCallerUnlessTold() {
        String id = client.call("CLIENT", "ID").toString();
        assertEquals(0L, client.call("CLIENT", "KILL", "ID", id));
        assertEquals(1L, client.call("CLIENT", "KILL", "ID", id, "SKIPME", "no"));
        assertTrue(client.isClosedByServer());
        assertEquals("PONG", other.call("PING"));
    }

    @Test
    void killCombinesItsFilters() {
        String id = other.call("CLIENT", "ID").toString();
        assertEquals(0L, client.call("CLIENT", "KILL", "ID", id, "TYPE", "pubsub"));
        assertEquals(0L, client.call("CLIENT", "KILL", "ID", id, "LADDR", "127.0.0.1:1"));
        assertEquals("PONG", other.call("PING"));
        String own = "127.0.0.1:" + node.port();
        assertEquals(
                1L,
                client.call(
                        "CLIENT", "KILL", "TYPE", "normal", "LADDR", own, "ADDR", other.address(), "USER", "default"));
        assertTrue(other.isClosedByServer());
        assertEquals(new Err("ERR No such user 'x'"), client.call("CLIENT", "KILL", "USER", "x", "ID", "1"));
        assertEquals(new Err("ERR client-id should be greater than 0"), client.call("CLIENT", "KILL", "ID", "0"));
        assertEquals(new Err("ERR syntax error"), client.call("CLIENT", "KILL", "A", "B", "C"));
    }

    @Test
    void pauseHoldsBackEverybodyUntilItIsOver() {
        long startNs = System.nanoTime();
        assertEquals("OK", client.call("CLIENT", "PAUSE", "150"));
        assertEquals("PONG", other.call("PING"));
        assertTrue(System.nanoTime() - startNs >= 149_000_000L);
    }

    @Test
    void pauseOfWritesLetsReadsThroughAndUnpauseEndsIt() {
        assertEquals("OK", client.call("CLIENT", "PAUSE", "60000", "WRITE"));
        assertEquals("PONG", other.call("PING"));
        other.call("GET", "a");
        other.send("SET", "a", "b");
        other.send("PING", "behind");
        assertTrue(other.isSilentFor(100), "a write is held back, and what is behind it");
        WireClient publisher = node.connect();
        publisher.send("PUBLISH", "a", "b");
        assertTrue(publisher.isSilentFor(50), "so is a message");
        assertEquals("OK", client.call("CLIENT", "UNPAUSE"));
        assertEquals("OK", other.read());
        assertEquals("behind", other.read());
        assertEquals(0L, publisher.read());
    }

    @Test
    void aTransactionThatWritesIsHeldBackWhereItWouldWrite() {
        other.call("MULTI");
        other.call("SET", "held", "1");
        client.call("CLIENT", "PAUSE", "60000", "WRITE");
        other.send("EXEC");
        assertTrue(other.isSilentFor(100));
        client.call("CLIENT", "UNPAUSE");
        assertEquals(List.of("OK"), other.read());
    }

    @Test
    void aSkippedReplyStaysSkippedWhenItsRequestHadToWait() {
        other.send("CLIENT", "REPLY", "SKIP");
        client.call("CLIENT", "PAUSE", "60000", "WRITE");
        other.send("SET", "skipped", "1");
        other.send("GET", "skipped");
        assertTrue(other.isSilentFor(50));
        client.call("CLIENT", "UNPAUSE");
        assertEquals("1", other.read());
    }

    @Test
    void aRequestThatEndsTheConnectionIsAnsweredAfterAPause() {
        client.call("CLIENT", "PAUSE", "100");
        other.send("QUIT");
        assertEquals("OK", other.read());
        assertTrue(other.isClosedByServer());
    }

    @Test
    void aClientThatHangsUpDuringAPauseIsForgotten() {
        client.call("CLIENT", "PAUSE", "60000", "WRITE");
        String id = other.call("CLIENT", "ID").toString();
        other.send("SET", "never", "1");
        assertTrue(other.isSilentFor(50));
        other.close();
        await().until(() -> client.call("CLIENT", "LIST", "ID", id).equals(""));
        client.call("CLIENT", "UNPAUSE");
        assertEquals(0L, client.call("EXISTS", "never"));
    }

    @Test
    void pauseRefusesWhatIsNoTime() {
        assertEquals(new Err("ERR timeout is negative"), client.call("CLIENT", "PAUSE", "-1"));
        assertEquals(new Err("ERR timeout is not an integer or out of range"), client.call("CLIENT", "PAUSE", "soon"));
        assertEquals(
                new Err("ERR timeout is out of range"), client.call("CLIENT", "PAUSE", Long.toString(Long.MAX_VALUE)));
        assertEquals(
                new Err("ERR CLIENT PAUSE mode must be WRITE or ALL"), client.call("CLIENT", "PAUSE", "1", "READ"));
    }

    @Test
    void switchesAreShownAsFlags() {
        assertEquals("OK", client.call("CLIENT", "NO-EVICT", "on"));
        assertEquals("OK", client.call("CLIENT", "NO-TOUCH", "ON"));
        assertEquals("eT", fields(client.call("CLIENT", "INFO")).get("flags"));
        client.call("CLIENT", "NO-EVICT", "off");
        assertEquals("T", fields(client.call("CLIENT", "INFO")).get("flags"));
        assertEquals(new Err("ERR syntax error"), client.call("CLIENT", "NO-TOUCH", "maybe"));
    }

    @Test
    void unblockFindsNobodyToUnblock() {
        assertEquals(0L, client.call("CLIENT", "UNBLOCK", "1"));
        assertEquals(
                new Err("ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR"),
                client.call("CLIENT", "UNBLOCK", "1", "x"));
    }

    @Test
    void helpListsTheForms() {
        List<?> lines = (List<?>) client.call("CLIENT", "HELP");
        assertTrue(lines.contains("SETNAME <name>"));
        assertEquals(new Err("ERR unknown subcommand 'NOPE'. Try CLIENT HELP."), client.call("CLIENT", "NOPE"));
        assertFalse(lines.isEmpty());
    }
}
