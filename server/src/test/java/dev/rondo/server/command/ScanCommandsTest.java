package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScanCommandsTest {
    private PlainNode node;
    private WireClient client;

    @BeforeEach
    void start() {
        node = new PlainNode("hz", "100");
        client = node.connect();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void fill(String prefix, int count) {
        for (int i = 0; i < count; i++) {
            client.send("SET", prefix + i, "v");
        }
        for (int i = 0; i < count; i++) {
            client.read();
        }
    }

    /** All that a scan returns, with something done between its steps. */
    private List<Object> scan(Runnable between, String... options) {
        List<Object> found = new ArrayList<>();
        String cursor = "0";
        do {
            List<String> request = new ArrayList<>(List.of("SCAN", cursor));
            request.addAll(List.of(options));
            List<?> reply = (List<?>) client.call(request.toArray(String[]::new));
            cursor = (String) reply.get(0);
            found.addAll((List<?>) reply.get(1));
            between.run();
        } while (!cursor.equals("0"));
        return found;
    }

    @Test
    void aQuietScanReturnsEachKeyOnce() {
        fill("spread", 700);
        fill("{one}", 700);
        List<Object> found = scan(() -> {});
        assertEquals(1_400, found.size());
        assertEquals(1_400, new HashSet<>(found).size());
    }

    @Test
    void whatIsPresentThroughoutIsReturnedWhateverComesAndGoes() {
        fill("lasting", 500);
        fill("{one}lasting", 500);
        int[] step = {0};
        Set<Object> found = new HashSet<>(scan(() -> {
            fill("{one}new" + step[0]++ + ":", 20);
            if (step[0] % 40 == 0) {
                for (int i = 0; i < step[0]; i++) {
                    for (int j = 0; j < 20; j++) {
                        client.call("DEL", "{one}new" + i + ":" + j);
                    }
                }
            }
        }));
        for (int i = 0; i < 500; i++) {
            assertTrue(found.contains("lasting" + i) && found.contains("{one}lasting" + i), "missed " + i);
        }
    }

    @Test
    void optionsNarrowAScan() {
        fill("a", 50);
        fill("b", 50);
        assertEquals(50, scan(() -> {}, "MATCH", "a*", "COUNT", "7").size());
        assertEquals(100, scan(() -> {}, "TYPE", "STRING").size());
        assertEquals(0, scan(() -> {}, "TYPE", "list").size());
        assertEquals(new Err("ERR syntax error"), client.call("SCAN", "0", "COUNT", "0"));
        assertEquals(new Err("ERR invalid cursor"), client.call("SCAN", "-"));
        client.call("SCAN", "18446744073709551615");
        assertEquals(new Err("ERR invalid cursor"), client.call("SCAN", "18446744073709551616"));
    }

    @Test
    void expiredKeysAreNotListedAndGoByThemselves() {
        client.call("SET", "lasting", "v");
        for (int i = 0; i < 200; i++) {
            client.call("SET", "gone" + i, "v", "PXAT", "1");
        }
        assertEquals(List.of("lasting"), client.call("KEYS", "*"));
        assertEquals(List.of("lasting"), scan(() -> {}));
        assertEquals("lasting", client.call("RANDOMKEY"));
        long deadlineNs = System.nanoTime() + 10_000_000_000L;
        while (!client.call("DBSIZE").equals(1L) && System.nanoTime() < deadlineNs) {
            Thread.onSpinWait();
        }
        assertEquals(1L, client.call("DBSIZE"));
    }

    @Test
    void anEmptyDatabaseHasNoRandomKey() {
        assertNull(client.call("RANDOMKEY"));
        assertEquals(List.of("0", List.of()), client.call("SCAN", "0"));
    }
}
