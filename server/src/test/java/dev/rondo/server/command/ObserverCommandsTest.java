package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** MONITOR, SLOWLOG, LATENCY and what INFO tells of durations. */
class ObserverCommandsTest {
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

    // ---- MONITOR ----

    /** The next line without its time. */
    private static String line(WireClient monitor) {
        String line = (String) monitor.read();
        assertTrue(line.matches("\\d{10}\\.\\d{6} .*"), line);
        return line.substring(line.indexOf(' ') + 1);
    }

    @Test
    void everyCommandIsShownWithItsDatabaseAndClient() {
        WireClient monitor = node.connect();
        assertEquals("OK", monitor.call("MONITOR"));
        String from = " " + client.address() + "] ";
        client.call("SET", "k", "a \"quoted\" \\ \n\r\t\u0007\b\u0001\u00ff");
        assertEquals("[0" + from + "\"SET\" \"k\" \"a \\\"quoted\\\" \\\\ \\n\\r\\t\\a\\b\\x01\\xff\"", line(monitor));
        client.call("SELECT", "3");
        client.call("get", "k");
        assertEquals("[3" + from + "\"SELECT\" \"3\"", line(monitor));
        assertEquals("[3" + from + "\"get\" \"k\"", line(monitor));
    }

    @Test
    void aTransactionIsShownWhenItRunsAndRefusedCommandsAreNot() {
        WireClient monitor = node.connect();
        monitor.call("MONITOR");
        String from = "[0 " + client.address() + "] ";
        client.call("MULTI");
        client.call("INCR", "k");
        client.call("EXEC");
        client.call("GET");
        client.call("PING");
        assertEquals(from + "\"MULTI\"", line(monitor));
        assertEquals(from + "\"INCR\" \"k\"", line(monitor));
        assertEquals(from + "\"EXEC\"", line(monitor));
        assertEquals(from + "\"PING\"", line(monitor));
    }

    @Test
    void secretsAndAdministrationAreHidden() {
        WireClient monitor = node.connect();
        monitor.call("MONITOR");
        String from = "[0 " + client.address() + "] ";
        client.call("CONFIG", "SET", "requirepass", "secret");
        client.call("AUTH", "wrong");
        client.call("AUTH", "default", "secret");
        client.call("HELLO", "2", "AUTH", "default", "secret", "SETNAME", "me");
        assertEquals(from + "\"AUTH\" \"(redacted)\"", line(monitor));
        assertEquals(from + "\"AUTH\" \"(redacted)\" \"(redacted)\"", line(monitor));
        assertEquals(from + "\"HELLO\" \"2\" \"AUTH\" \"(redacted)\" \"(redacted)\" \"SETNAME\" \"me\"", line(monitor));
    }

    @Test
    void aScriptIsShownInFrontOfItsCommands() {
        WireClient monitor = node.connect();
        monitor.call("MONITOR");
        client.call("EVAL", "return redis.call('set', KEYS[1], 'v')", "1", "k");
        assertTrue(line(monitor).startsWith("[0 " + client.address() + "] \"EVAL\""));
        assertEquals("[0 lua] \"set\" \"k\" \"v\"", line(monitor));
    }

    @Test
    void aMonitorMayNotTouchKeysUntilItIsReset() {
        WireClient monitor = node.connect();
        monitor.call("MONITOR");
        assertEquals(new Err("ERR Replica can't interact with the keyspace"), monitor.call("GET", "k"));
        assertTrue(client.call("CLIENT", "LIST").toString().contains("flags=O "));
        monitor.send("RESET");
        await().until(() -> !client.call("CLIENT", "LIST").toString().contains("flags=O "));
        while (!"RESET".equals(monitor.read())) {
            // lines from before
        }
        assertEquals(null, monitor.call("GET", "k"));
    }

    // ---- SLOWLOG ----

    @Test
    void whatTakesLongerThanToldIsKept() {
        client.call("CLIENT", "SETNAME", "slowpoke");
        client.call("CONFIG", "SET", "slowlog-log-slower-than", "0", "slowlog-max-len", "2");
        client.call("SET", "k", "v");
        client.call("GET", "k");
        client.call("CONFIG", "SET", "slowlog-log-slower-than", "-1");
        client.call("PING");
        assertEquals(2L, client.call("SLOWLOG", "LEN"));
        List<?> entries = (List<?>) client.call("SLOWLOG", "GET");
        List<?> newest = (List<?>) entries.get(0);
        assertEquals(List.of("SET", "k", "v"), ((List<?>) ((List<?>) entries.get(1)).get(3)));
        assertEquals(List.of("GET", "k"), newest.get(3)); // the CONFIG that switched it off is not kept
        assertEquals(List.of(client.address(), "slowpoke"), newest.subList(4, 6));
        assertEquals(1, ((List<?>) client.call("SLOWLOG", "GET", "1")).size());
        assertEquals(new Err("ERR count should be greater than or equal to -1"), client.call("SLOWLOG", "GET", "-2"));
        assertEquals("OK", client.call("SLOWLOG", "RESET"));
        assertEquals(List.of(), client.call("SLOWLOG", "GET", "-1"));
    }

    // ---- LATENCY ----

    private void takeMilliseconds() {
        String text = "ab".repeat(3000);
        client.call("MSET", "x", text, "y", "ba".repeat(3000));
        client.call("LCS", "x", "y", "LEN");
    }

    @Test
    void commandsBeyondTheThresholdAreEvents() {
        assertEquals(List.of(), client.call("LATENCY", "LATEST"));
        assertTrue(client.call("LATENCY", "DOCTOR").toString().contains("latency-monitor-threshold"));
        client.call("CONFIG", "SET", "latency-monitor-threshold", "1");
        takeMilliseconds();
        List<?> latest = (List<?>) ((List<?>) client.call("LATENCY", "LATEST")).get(0);
        assertEquals("command", latest.get(0));
        assertEquals(1, ((List<?>) client.call("LATENCY", "HISTORY", "command")).size());
        assertTrue(client.call("LATENCY", "GRAPH", "command").toString().startsWith("command - high "));
        assertEquals(
                new Err("ERR No samples available for event 'nothing'"), client.call("LATENCY", "GRAPH", "nothing"));
        assertEquals(1L, client.call("LATENCY", "RESET", "command", "nothing"));
        assertEquals(List.of(), client.call("LATENCY", "HISTORY", "command"));
    }

    @Test
    void durationsAreCountedUnlessToldNotTo() {
        client.call("HELLO", "3");
        client.call("SET", "k", "v");
        client.call("SET", "k", "v");
        client.call("CONFIG", "GET", "hz");
        Map<?, ?> all = (Map<?, ?>) client.call("LATENCY", "HISTOGRAM", "set", "config", "nosuch", "get");
        assertEquals(java.util.Set.of("set", "config|get"), all.keySet());
        Map<?, ?> set = (Map<?, ?>) all.get("set");
        assertEquals(2L, set.get("calls"));
        assertTrue(((Map<?, ?>) set.get("histogram_usec")).containsValue(2L));
        String info = client.call("INFO", "latencystats").toString();
        assertTrue(info.contains("latency_percentiles_usec_set:p50="), info);
        assertTrue(info.contains(",p99.9="), info);
        client.call("CONFIG", "SET", "latency-tracking", "no", "latency-tracking-info-percentiles", "90");
        client.call("CONFIG", "RESETSTAT");
        client.call("SET", "k", "v");
        assertEquals(Map.of(), client.call("LATENCY", "HISTOGRAM", "set"));
    }
}
