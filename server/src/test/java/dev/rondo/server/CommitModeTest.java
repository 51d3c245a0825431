package dev.rondo.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.WireClient.Err;
import dev.rondo.server.config.Config;
import dev.rondo.server.resp.Ascii;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commit mode replica on a cluster of one, whose writes nobody can confirm. */
class CommitModeTest {
    private static final String IN_VAIN =
            "NOREPLICAS The write was applied here, but its replicas did not confirm it in"
                    + " time: it may or may not last.";

    private final PlainNode node = new PlainNode(
            "cluster-enabled", "yes", "cluster-port", freePort(), "commit-mode", "replica", "commit-timeout", "300");

    @AfterEach
    void close() {
        node.close();
    }

    private static String freePort() {
        while (true) {
            try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                if (probe.getLocalPort() < 65_000) { // the bus needs one more port, a hundred above
                    return Integer.toString(probe.getLocalPort());
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void expectError(String message, Object reply) {
        assertEquals(message, assertInstanceOf(Err.class, reply).text());
    }

    @Test
    void aWriteThatNobodyConfirmsBecomesAnErrorInItsPlace() {
        WireClient client = node.connect();
        client.sendRaw(WireClient.request("PING"));
        assertEquals("PONG", client.read()); // nothing is held yet
        client.sendRaw(Ascii.bytes("GET a\r\nSET a 1\r\nGET a\r\nDEL nothing\r\nINCR a\r\nPING\r\n"));
        assertEquals(null, client.read());
        expectError(IN_VAIN, client.read());
        assertEquals("1", client.read());
        assertEquals(0L, client.read());
        expectError(IN_VAIN, client.read());
        assertEquals("PONG", client.read());
    }

    @Test
    void readsOfOthersDoNotWait() {
        WireClient writer = node.connect();
        writer.sendRaw(WireClient.request("SET", "a", "1"));
        WireClient reader = node.connect();
        await().until(() -> "1".equals(reader.call("GET", "a")));
        expectError(IN_VAIN, writer.read());
    }

    /** The element was taken by the writer's event loop; its reply waits on the other client's. */
    @Test
    void whatABlockedClientIsServedIsConfirmedBeforeItsReply() {
        WireClient watcher = node.connect();
        for (int i = 0; i < 4; i++) { // clients of the same and of another event loop
            WireClient waiting = node.connect();
            waiting.sendRaw(WireClient.request("BLPOP", "list", "0"));
            await().until(() -> ((String) watcher.call("INFO", "clients")).contains("blocked_clients:1\r\n"));
            WireClient writer = node.connect();
            writer.sendRaw(WireClient.request("RPUSH", "list", "x"));
            await().until(() -> ((String) watcher.call("INFO", "clients")).contains("blocked_clients:0\r\n"));
            expectError(IN_VAIN, waiting.read());
            expectError(IN_VAIN, writer.read());
            assertEquals(0L, watcher.call("EXISTS", "list"));
        }
    }

    @Test
    void aTransactionIsAnsweredAsAWhole() {
        WireClient client = node.connect();
        client.sendRaw(Ascii.bytes("MULTI\r\nSET a 1\r\nGET a\r\nEXEC\r\nGET a\r\n"));
        assertEquals("OK", client.read());
        assertEquals("QUEUED", client.read());
        assertEquals("QUEUED", client.read());
        expectError(IN_VAIN, client.read());
        assertEquals("1", client.read());
        client.sendRaw(Ascii.bytes("MULTI\r\nGET a\r\nEXEC\r\n"));
        client.read();
        client.read();
        assertEquals(List.of("1"), client.read());
    }

    @Test
    void repliesThatNobodyWantsAreNotWaitedFor() {
        WireClient client = node.connect();
        client.sendRaw(Ascii.bytes(
                "CLIENT REPLY OFF\r\nSET a 1\r\nCLIENT REPLY ON\r\nCLIENT REPLY SKIP\r\nSET a 2\r\nGET a\r\n"));
        assertEquals("OK", client.read());
        assertEquals("2", client.read());
        assertTrue(info().contains("commit_refused_requests:0\r\n"));
    }

    @Test
    void quitIsAnsweredBehindWhatIsHeld() {
        WireClient client = node.connect();
        client.sendRaw(Ascii.bytes("SET a 1\r\nQUIT\r\n"));
        expectError(IN_VAIN, client.read());
        assertEquals("OK", client.read());
        assertTrue(client.isClosedByServer());
    }

    @Test
    void messagesDoNotOvertakeWhatIsHeld() {
        WireClient client = node.connect();
        client.call("HELLO", "3");
        client.sendRaw(Ascii.bytes("SET a 1\r\nSUBSCRIBE news\r\n"));
        WireClient other = node.connect();
        await().until(() -> other.call("PUBLISH", "news", "now").equals(1L));
        expectError(IN_VAIN, client.read());
        assertEquals(new WireClient.Push(List.of("subscribe", "news", 1L)), client.read());
        assertEquals(new WireClient.Push(List.of("message", "news", "now")), client.read());
    }

    @Test
    void aClientThatIsKilledLeavesNothingBehind() {
        WireClient client = node.connect();
        assertEquals("OK", client.call("CONFIG", "SET", "commit-timeout", "3600000"));
        client.sendRaw(WireClient.request("SET", "a", "1"));
        WireClient other = node.connect();
        await().until(() -> info().contains("commit_held_batches:1\r\n"));
        assertEquals(1L, other.call("CLIENT", "KILL", "ADDR", client.address()));
        assertTrue(client.isClosedByServer());
        await().until(() -> info().contains("commit_held_batches:0\r\n"));
    }

    @Test
    void whatAClientSentBeforeItHungUpIsAnswered() {
        WireClient client = node.connect();
        client.sendRaw(Ascii.bytes("SET a 1\r\nGET a\r\n"));
        client.shutdownOutput();
        expectError(IN_VAIN, client.read());
        assertEquals("1", client.read());
        assertTrue(client.isClosedByServer());
    }

    @Test
    void theOperatorMayHaveWritesGoOn() {
        WireClient client = node.connect();
        assertEquals(
                "OK", client.call("CONFIG", "SET", "commit-without-replicas", "continue", "commit-timeout", "60000"));
        assertEquals("OK", client.call("SET", "a", "1"));
        assertTrue(info().contains("commit_unconfirmed_requests:1\r\n"), info());
        assertEquals("OK", client.call("CONFIG", "SET", "min-replicas-to-write", "1"));
        expectError("NOREPLICAS Not enough good replicas to write.", client.call("SET", "a", "2"));
        assertEquals("1", client.call("GET", "a"));
    }

    @Test
    void aClientThatPipelinesForEverIsReadNoFurther() {
        WireClient client = node.connect();
        client.call("CONFIG", "SET", "commit-timeout", "3600000");
        byte[] many = WireClient.request("SET", "a", "1");
        Thread sender = new Thread(() -> {
            try {
                for (int i = 0; i < 2_000_000; i++) {
                    client.sendRaw(many);
                }
            } catch (RuntimeException e) {
                // the connection is closed in the end
            }
        });
        sender.setDaemon(true);
        sender.start();
        WireClient other = node.connect();
        await().until(() -> unsentBytes(other) >= 1 << 20);
        await().during(Duration.ofMillis(300)).until(() -> unsentBytes(other) < 4 << 20);
        assertEquals("OK", other.call("CONFIG", "SET", "commit-timeout", "1", "commit-without-replicas", "continue"));
        assertEquals("OK", other.call("SET", "b", "1"), "others go on");
    }

    /** What the first client has not been sent yet. */
    private static long unsentBytes(WireClient client) {
        String first =
                ((String) client.call("CLIENT", "LIST")).lines().findFirst().orElseThrow();
        for (String word : first.split(" ")) {
            if (word.startsWith("omem=")) {
                return Long.parseLong(word.substring("omem=".length()));
            }
        }
        throw new AssertionError(first);
    }

    private String info() {
        WireClient client = node.connect();
        return (String) client.call("INFO", "replication");
    }

    @Test
    void theModeIsForClustersThatCanHaveReplicas() throws Exception {
        Config plain = new Config().set("cluster-enabled", "no").set("commit-mode", "replica");
        assertEquals(
                "--commit-mode replica: a node with --cluster-enabled no has no replicas to wait for",
                assertThrows(StartException.class, () -> ConfiguredCommits.check(plain))
                        .getMessage());
        Config none = new Config().set("replicas", "0").set("commit-mode", "replica");
        assertThrows(StartException.class, () -> ConfiguredCommits.check(none));
        none.set("commit-without-replicas", "continue");
        ConfiguredCommits.check(none);
    }

    @Test
    void theModeCannotBeChangedWhileTheNodeRuns() {
        expectError(
                "ERR CONFIG SET failed (possibly related to argument 'commit-mode') - can't set immutable config",
                node.connect().call("CONFIG", "SET", "commit-mode", "async"));
    }
}
