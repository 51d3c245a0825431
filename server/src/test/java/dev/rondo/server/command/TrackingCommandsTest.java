package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Push;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** CLIENT TRACKING: who is told of which changes. The plain cases are scripts that redis-server plays too. */
class TrackingCommandsTest {
    private static final int SILENCE_MS = 30;

    private PlainNode node;
    private WireClient reader;
    private WireClient writer;

    @BeforeEach
    void start() {
        node = new PlainNode();
        writer = node.connect();
        reader = node.connect();
        reader.call("HELLO", "3");
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static Push invalidate(String... keys) {
        return new Push(List.of("invalidate", List.of(keys)));
    }

    private String info(String field) {
        String all = (String) writer.call("INFO", "everything");
        return all.lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void anExpiredKeyIsToldWhetherSomebodyAsksForItOrNot() {
        reader.call("CLIENT", "TRACKING", "ON");
        writer.call("SET", "k", "v", "PX", "50");
        reader.call("GET", "k");
        assertEquals(invalidate("k"), reader.read());
    }

    /** As in Redis, whose clients must not cache what such databases hold. */
    @Test
    void databasesThatChangePlacesAreNotTold() {
        reader.call("CLIENT", "TRACKING", "ON");
        writer.call("SET", "k", "v");
        reader.call("GET", "k");
        assertEquals("OK", writer.call("SWAPDB", "0", "1"));
        assertTrue(reader.isSilentFor(SILENCE_MS));
        writer.call("SET", "k", "w");
        assertEquals(invalidate("k"), reader.read());
    }

    @Test
    void aSubscriberThatSpeaksResp2HearsForTheClientThatRedirectsToIt() {
        WireClient listener = node.connect();
        String id = listener.call("CLIENT", "ID").toString();
        WireClient old = node.connect();
        assertEquals("OK", old.call("CLIENT", "TRACKING", "ON", "REDIRECT", id));
        assertEquals(Long.valueOf(id), old.call("CLIENT", "GETREDIR"));
        old.call("GET", "unheard");
        writer.call("SET", "unheard", "v");
        listener.call("SUBSCRIBE", "__redis__:invalidate");
        old.call("GET", "k");
        writer.call("SET", "k", "v");
        assertEquals(List.of("message", "__redis__:invalidate", List.of("k")), listener.read());
        writer.call("FLUSHALL");
        assertEquals(Arrays.asList("message", "__redis__:invalidate", null), listener.read());
    }

    @Test
    void aClientHearsThatNobodyListensForItAnyMore() {
        WireClient listener = node.connect();
        String id = listener.call("CLIENT", "ID").toString();
        reader.call("CLIENT", "TRACKING", "ON", "REDIRECT", id);
        listener.call("QUIT");
        await().until(() -> writer.call("CLIENT", "LIST", "ID", id).equals(""));
        reader.call("GET", "k");
        writer.call("SET", "k", "v");
        assertEquals(new Push(List.of("tracking-redir-broken", Long.valueOf(id))), reader.read());
        assertTrue(reader.call("CLIENT", "TRACKINGINFO").toString().contains("broken_redirect"));
        assertTrue(reader.call("CLIENT", "INFO").toString().contains("flags=tR "));
    }

    @Test
    void moreKeysThanTheTableTakesAreGivenUpAndTold() {
        writer.call("CONFIG", "SET", "tracking-table-max-keys", "2");
        reader.call("CLIENT", "TRACKING", "ON");
        reader.call("GET", "a");
        reader.call("GET", "b");
        assertTrue(reader.isSilentFor(SILENCE_MS));
        reader.call("GET", "c");
        Push told = (Push) reader.read();
        assertTrue(List.of(invalidate("a"), invalidate("b"), invalidate("c")).contains(told), told.toString());
        assertEquals("2", info("tracking_total_keys"));
    }

    @Test
    void keysOfOneSlotAreGivenUpTooWhenTheLimitSinks() {
        reader.call("CLIENT", "TRACKING", "ON");
        for (int i = 0; i < 100; i++) {
            reader.call("GET", "{same}" + i);
        }
        writer.call("CONFIG", "SET", "tracking-table-max-keys", "10");
        for (int i = 0; i < 90; i++) {
            assertEquals("invalidate", ((Push) reader.read()).parts().get(0));
        }
        assertEquals("10", info("tracking_total_keys"));
    }

    @Test
    void infoAndClientListCountWhoTracksWhat() {
        WireClient other = node.connect();
        reader.call("CLIENT", "TRACKING", "ON");
        other.call("CLIENT", "TRACKING", "ON");
        reader.call("MGET", "a", "b");
        other.call("GET", "b");
        assertEquals("2", info("tracking_clients"));
        assertEquals("2", info("tracking_total_keys"));
        assertEquals("3", info("tracking_total_items"));
        assertTrue(reader.call("CLIENT", "INFO").toString().contains(" flags=t "));
        assertTrue(reader.call("CLIENT", "INFO").toString().contains(" redir=0 "));
        other.call("CLIENT", "TRACKING", "OFF");
        other.call("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "x", "PREFIX", "y");
        assertEquals("2", info("tracking_total_prefixes"));
        assertTrue(other.call("CLIENT", "INFO").toString().contains(" flags=tB "));
        other.call("RESET");
        assertEquals("0", info("tracking_total_prefixes"));
        reader.close();
        await().until(() -> info("tracking_clients").equals("0"));
        writer.call("MSET", "a", "1", "b", "1");
        assertEquals("0", info("tracking_total_items"));
    }

    @Test
    void aHotKeyTellsEachOfItsReadersOnce() {
        List<WireClient> readers =
                java.util.stream.Stream.generate(node::connect).limit(20).toList();
        readers.forEach(each -> {
            each.call("HELLO", "3");
            each.call("CLIENT", "TRACKING", "ON");
            each.call("GET", "hot");
            each.call("GET", "hot");
        });
        assertEquals("20", info("tracking_total_items"));
        writer.call("SET", "hot", "v");
        readers.forEach(each -> assertEquals(invalidate("hot"), each.read()));
        readers.forEach(each -> assertTrue(each.isSilentFor(1)));
    }

    @Test
    void ownChangesAreToldBehindTheReplyEvenWhenItIsSuppressed() {
        reader.call("CLIENT", "TRACKING", "ON");
        reader.call("GET", "k");
        reader.send("CLIENT", "REPLY", "SKIP");
        reader.send("SET", "k", "v");
        assertEquals(invalidate("k"), reader.read());
        reader.call("GET", "k");
        reader.sendRaw(WireClient.request("SET", "k", "w"));
        reader.sendRaw(WireClient.request("PING"));
        assertEquals("OK", reader.read());
        assertEquals(invalidate("k"), reader.read());
        assertEquals("PONG", reader.read());
    }

    @Test
    void writersPayNothingForReadersOfOtherKeys() {
        reader.call("CLIENT", "TRACKING", "ON");
        reader.call("GET", "k");
        writer.call("SET", "other", "v");
        writer.call("SELECT", "1");
        writer.call("SET", "k", "v");
        assertFalse(info("tracking_total_keys").equals("0"));
        assertTrue(reader.isSilentFor(SILENCE_MS));
    }
}
