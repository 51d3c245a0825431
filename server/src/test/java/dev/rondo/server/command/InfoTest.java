package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** INFO, read the way monitoring agents read it. */
class InfoTest {
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

    private Map<String, Map<String, String>> info(String... sections) {
        String[] words = new String[sections.length + 1];
        words[0] = "INFO";
        System.arraycopy(sections, 0, words, 1, sections.length);
        Map<String, Map<String, String>> result = new LinkedHashMap<>();
        Map<String, String> current = new LinkedHashMap<>();
        for (String line : ((String) client.call(words)).split("\r\n")) {
            if (line.startsWith("# ")) {
                current = new LinkedHashMap<>();
                result.put(line.substring(2), current);
            } else if (!line.isEmpty()) {
                String[] pair = line.split(":", 2);
                current.put(pair[0], pair[1]);
            }
        }
        return result;
    }

    @Test
    void theDefaultSectionsComeInRedisOrder() {
        assertEquals(
                List.of(
                        "Server",
                        "Clients",
                        "Memory",
                        "Persistence",
                        "Stats",
                        "Replication",
                        "CPU",
                        "Modules",
                        "Errorstats",
                        "Cluster",
                        "Keyspace"),
                List.copyOf(info().keySet()));
    }

    @Test
    void sectionsCanBeChosen() {
        assertEquals(
                List.of("Server", "CPU"),
                List.copyOf(info("cpu", "SERVER", "nope").keySet()));
        assertTrue(info("everything").containsKey("Commandstats"));
        assertTrue(info("everything").containsKey("Modules"));
        assertTrue(info("all").containsKey("Commandstats"));
        assertFalse(info("all").containsKey("Modules"));
        assertEquals(info().keySet(), info("default").keySet());
        assertEquals("", client.call("INFO", "nope"));
    }

    @Test
    void fieldsTellTheTruth() {
        client.call("SET", "a", "1");
        client.call("SET", "b", "1", "EX", "100");
        client.call("GET", "a");
        client.call("GET", "missing");
        Map<String, Map<String, String>> info = info("everything");
        Map<String, String> server = info.get("Server");
        assertEquals("7.2.6", server.get("redis_version"));
        assertEquals("standalone", server.get("redis_mode"));
        assertEquals(Long.toString(ProcessHandle.current().pid()), server.get("process_id"));
        assertEquals(Integer.toString(node.port()), server.get("tcp_port"));
        assertTrue(server.get("run_id").matches("[0-9a-f]{40}"));
        assertEquals("1", info.get("Clients").get("connected_clients"));
        Map<String, String> memory = info.get("Memory");
        assertTrue(Long.parseLong(memory.get("used_memory")) > 0);
        assertTrue(Long.parseLong(memory.get("used_memory_rss")) > 0);
        assertTrue(Long.parseLong(memory.get("used_memory_peak")) >= Long.parseLong(memory.get("used_memory")));
        Map<String, String> stats = info.get("Stats");
        assertEquals("1", stats.get("keyspace_hits"));
        assertEquals("1", stats.get("keyspace_misses"));
        assertEquals("1", stats.get("total_connections_received"));
        assertTrue(Long.parseLong(stats.get("total_net_input_bytes")) > 50);
        assertEquals("master", info.get("Replication").get("role"));
        assertEquals("0", info.get("Cluster").get("cluster_enabled"));
        assertTrue(
                info.get("Keyspace").get("db0").matches("keys=2,expires=1,avg_ttl=\\d+"),
                info.get("Keyspace").get("db0"));
    }

    @Test
    void commandsAndErrorsAreCounted() {
        client.call("SET", "n", "x");
        client.call("INCR", "n");
        client.call("GET");
        client.call("NOSUCHCOMMAND");
        client.call("CONFIG", "GET", "hz");
        Map<String, Map<String, String>> info = info("commandstats", "errorstats");
        Map<String, String> commands = info.get("Commandstats");
        assertTrue(commands.get("cmdstat_set").startsWith("calls=1,usec="), commands::toString);
        assertTrue(commands.get("cmdstat_incr").endsWith("rejected_calls=0,failed_calls=1"), commands::toString);
        assertTrue(commands.get("cmdstat_get").startsWith("calls=0,usec=0,usec_per_call=0.00,rejected_calls=1"));
        assertTrue(commands.containsKey("cmdstat_config|get"));
        assertEquals("count=3", info.get("Errorstats").get("errorstat_ERR"));
    }

    @Test
    void theSpeedOfCommandsIsMeasured() {
        await().until(() -> {
            for (int i = 0; i < 50; i++) {
                client.call("PING");
            }
            return Long.parseLong(info("stats").get("Stats").get("instantaneous_ops_per_sec")) > 10;
        });
    }
}
