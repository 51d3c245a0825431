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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of keys, and of requests, when memory is used up. */
class EvictionTest {
    private static final Err OOM = new Err("OOM command not allowed when used memory > 'maxmemory'.");
    private static final String VALUE = "x".repeat(200);

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

    private void configure(String name, Object value) {
        assertEquals("OK", client.call("CONFIG", "SET", name, value.toString()));
    }

    private String info(String field) {
        for (String line : client.call("INFO", "everything").toString().split("\r\n")) {
            if (line.startsWith(field + ":")) {
                return line.substring(field.length() + 1);
            }
        }
        throw new AssertionError("no " + field);
    }

    private void allowMore(long bytes) {
        configure("maxmemory", Long.parseLong(info("used_memory")) + bytes);
    }

    private void fill(String prefix, int keys, String... options) {
        for (int i = 0; i < keys; i++) {
            String[] set = new String[3 + options.length];
            set[0] = "SET";
            set[1] = prefix + i;
            set[2] = VALUE;
            System.arraycopy(options, 0, set, 3, options.length);
            assertEquals("OK", client.call(set));
        }
    }

    private int present(String prefix, int keys) {
        int present = 0;
        for (int i = 0; i < keys; i++) {
            present += Integer.parseInt(client.call("EXISTS", prefix + i).toString());
        }
        return present;
    }

    @ParameterizedTest
    @ValueSource(strings = {"allkeys-lru", "allkeys-lfu", "allkeys-random"})
    void oldKeysMakeRoomForNewOnes(String policy) {
        configure("maxmemory-policy", policy);
        allowMore(100_000);
        fill("k", 2000);
        assertTrue(present("k", 2000) < 400);
        assertTrue(Long.parseLong(info("used_memory")) <= Long.parseLong(info("maxmemory")) + 10_000);
        assertEquals(2000 - present("k", 2000), Integer.parseInt(info("evicted_keys")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"})
    void keysWithoutAnExpiryStay(String policy) {
        configure("maxmemory-policy", policy);
        fill("stays", 300);
        fill("goes", 300, "EX", "1000");
        allowMore(10_000);
        fill("more", 200);
        assertEquals(300, present("stays", 300));
        assertEquals(200, present("more", 200));
        assertTrue(present("goes", 300) < 200);
        for (int i = 0; i < 10_000; i++) {
            if (OOM.equals(client.call("SET", "yet" + i, VALUE))) {
                break;
            }
        }
        assertEquals(OOM, client.call("SET", "last", VALUE));
        assertEquals(0, present("goes", 300));
    }

    @Test
    void whatIsUsedOftenStays() {
        configure("maxmemory-policy", "allkeys-lfu");
        fill("k", 1000);
        for (int round = 0; round < 30; round++) {
            present("k", 20); // EXISTS is no use
            for (int i = 0; i < 20; i++) {
                client.call("GET", "k" + i);
            }
        }
        allowMore(0);
        fill("new", 700);
        assertEquals(20, present("k", 20));
    }

    @Test
    void theNearestExpiryGoesFirst() {
        configure("maxmemory-policy", "volatile-ttl");
        configure("maxmemory-samples", 64);
        fill("late", 200, "EX", "10000");
        fill("soon", 100, "EX", "1000");
        allowMore(0);
        fill("new", 50);
        assertEquals(200, present("late", 200));
    }

    @Test
    void aLowerLimitIsReachedWithoutAnyRequest() {
        configure("maxmemory-policy", "allkeys-random");
        fill("k", 1000);
        long used = Long.parseLong(info("used_memory"));
        configure("maxmemory", used - 100_000);
        await().until(() -> Long.parseLong(info("evicted_keys")) > 250);
        assertTrue(Long.parseLong(info("used_memory")) < used - 90_000);
    }

    @Test
    void anEvictionIsAnEventAndTouchesWhoWatches() {
        configure("maxmemory-policy", "allkeys-random");
        configure("notify-keyspace-events", "Ee");
        WireClient listener = node.connect();
        listener.call("SUBSCRIBE", "__keyevent@0__:evicted");
        WireClient watcher = node.connect();
        fill("only", 1);
        watcher.call("WATCH", "only0");
        watcher.call("MULTI");
        configure("maxmemory", 1);
        assertEquals(List.of("message", "__keyevent@0__:evicted", "only0"), listener.read());
        configure("maxmemory", 0);
        assertNull(watcher.call("EXEC"));
    }

    @Test
    void withoutRoomWritesAreRefusedAndReadsAreNot() {
        fill("k", 1);
        configure("maxmemory", 1);
        assertEquals(OOM, client.call("SET", "k0", "v"));
        assertEquals(VALUE, client.call("GET", "k0"));
        assertEquals("1", client.call("DEL", "k0").toString());
        client.call("MULTI");
        assertEquals(OOM, client.call("GET", "k0"));
        assertEquals(new Err("EXECABORT Transaction discarded because of previous errors."), client.call("EXEC"));
    }

    @Test
    void aTransactionWithWritesIsNotRunWithoutRoom() {
        client.call("MULTI");
        client.call("SET", "k", "v");
        WireClient other = node.connect();
        other.call("CONFIG", "SET", "maxmemory", "1");
        assertEquals(new Err("EXECABORT Transaction discarded because of: " + OOM.text()), client.call("EXEC"));
    }

    @Test
    void scriptsAskForRoomUnlessTheySayThatTheyDoNotNeedIt() {
        configure("maxmemory", 1);
        String set = "return redis.call('set', KEYS[1], 'v')";
        Object refused = client.call("EVAL", set, "1", "k");
        assertTrue(refused instanceof Err error && error.text().startsWith(OOM.text() + " script: "), "" + refused);
        assertEquals(OOM, client.call("EVAL", "#!lua\n" + set, "1", "k"));
        assertEquals("OK", client.call("EVAL", "#!lua flags=allow-oom\n" + set, "1", "k"));
        assertEquals("OK", client.call("EVAL", "redis.call('del', KEYS[1]) " + set, "1", "k"));
    }

    @Test
    void restoredKeysBringWhenOrHowOftenTheyWereUsed() {
        fill("k", 1);
        configure("maxmemory-policy", "allkeys-lfu");
        client.call("SET", "new", "v");
        assertEquals("5", client.call("OBJECT", "FREQ", "new").toString());
        assertTrue(client.call("OBJECT", "IDLETIME", "new") instanceof Err);
        configure("maxmemory-policy", "allkeys-lru");
        assertTrue(client.call("OBJECT", "FREQ", "new") instanceof Err);
    }
}
