package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** COMMAND and its subcommands, in both protocols. */
class IntrospectionCommandsTest {
    private static PlainNode node;
    private static WireClient resp2;
    private static WireClient resp3;

    @BeforeAll
    static void start() {
        node = new PlainNode();
        resp2 = node.connect();
        resp3 = node.connect();
        resp3.call("HELLO", "3");
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void entriesHaveTenElements() {
        List<?> get = (List<?>) ((List<?>) resp2.call("COMMAND", "INFO", "GET")).get(0);
        assertEquals(
                List.of(
                        "get",
                        2L,
                        List.of("readonly", "fast"),
                        1L,
                        1L,
                        1L,
                        List.of("@read", "@string", "@fast"),
                        List.of()),
                get.subList(0, 8));
        Object keys = List.of(List.of(
                "flags",
                List.of("RO", "access"),
                "begin_search",
                List.of("type", "index", "spec", List.of("index", 1L)),
                "find_keys",
                List.of("type", "range", "spec", List.of("lastkey", 0L, "keystep", 1L, "limit", 0L))));
        assertEquals(keys, get.get(8));
        assertEquals(List.of(), get.get(9));
    }

    @Test
    void unknownNamesGiveNullAndSubcommandsAreFound() {
        List<?> infos = (List<?>) resp3.call("COMMAND", "INFO", "nope", "config|get", "config|nope");
        assertNull(infos.get(0));
        assertEquals("config|get", ((List<?>) infos.get(1)).get(0));
        assertNull(infos.get(2));
    }

    @Test
    void countAndListAndPlainCommandAgree() {
        List<?> entries = (List<?>) resp2.call("COMMAND");
        assertEquals((long) entries.size(), resp2.call("COMMAND", "COUNT"));
        List<String> names = new ArrayList<>();
        for (Object entry : entries) {
            names.add((String) ((List<?>) entry).get(0));
            for (Object sub : (List<?>) ((List<?>) entry).get(9)) {
                names.add((String) ((List<?>) sub).get(0));
            }
        }
        assertEquals(new HashSet<>(names), new HashSet<>((List<?>) resp2.call("COMMAND", "LIST")));
    }

    @Test
    void listFilters() {
        List<String> connection = sorted("ACLCAT", "connection");
        assertTrue(connection.containsAll(List.of("auth", "client|getname", "command|docs")));
        assertFalse(connection.contains("get"));
        assertEquals(List.of("get", "getdel", "getex"), sorted("PATTERN", "GETE*", "getdel", "get"));
        assertEquals(List.of(), resp2.call("COMMAND", "LIST", "FILTERBY", "MODULE", "x"));
        assertEquals(new Err("ERR syntax error"), resp2.call("COMMAND", "LIST", "FILTERBY", "X", "y"));
    }

    private static List<String> sorted(String kind, String... values) {
        Set<String> all = new HashSet<>();
        for (String value : values) {
            for (Object name : (List<?>) resp2.call("COMMAND", "LIST", "FILTERBY", kind, value)) {
                all.add((String) name);
            }
        }
        return all.stream().sorted().toList();
    }

    @Test
    void keysAreFound() {
        assertEquals(List.of("a", "b"), resp2.call("COMMAND", "GETKEYS", "MSET", "a", "1", "b", "2"));
        assertEquals(List.of("k"), resp2.call("COMMAND", "GETKEYS", "MEMORY", "USAGE", "k"));
        assertEquals(
                List.of(List.of("k", List.of("RO", "access"))), resp2.call("COMMAND", "GETKEYSANDFLAGS", "get", "k"));
        assertEquals(new Err("ERR Invalid command specified"), resp2.call("COMMAND", "GETKEYS", "nope", "a"));
        assertEquals(new Err("ERR The command has no key arguments"), resp2.call("COMMAND", "GETKEYS", "ping", "a"));
        assertEquals(
                new Err("ERR The command has no key arguments"), resp2.call("COMMAND", "GETKEYS", "ssubscribe", "a"));
        assertEquals(
                new Err("ERR Invalid number of arguments specified for command"),
                resp2.call("COMMAND", "GETKEYS", "get", "a", "b"));
    }

    @Test
    void everyCommandIsDocumented() {
        CommandDocs docs = CommandDocs.load();
        for (Object name : (List<?>) resp2.call("COMMAND", "LIST")) {
            assertTrue(docs.covers((String) name), () -> "no documentation of " + name);
        }
    }

    @Test
    void docsNestArgumentsAndSubcommands() {
        Map<?, ?> set = (Map<?, ?>) ((Map<?, ?>) resp3.call("COMMAND", "DOCS", "SET", "nope")).get("set");
        assertEquals("1.0.0", set.get("since"));
        assertEquals("string", set.get("group"));
        Map<?, ?> condition = (Map<?, ?>) ((List<?>) set.get("arguments")).get(2);
        assertEquals("oneof", condition.get("type"));
        assertEquals(List.of("optional"), condition.get("flags"));
        assertEquals("NX", ((Map<?, ?>) ((List<?>) condition.get("arguments")).get(0)).get("token"));
        Map<?, ?> config = (Map<?, ?>) ((Map<?, ?>) resp3.call("COMMAND", "DOCS", "config")).get("config");
        assertTrue(((Map<?, ?>) config.get("subcommands")).containsKey("config|set"));
        assertEquals(((Map<?, ?>) resp3.call("COMMAND", "DOCS")).size(), ((List<?>) resp3.call("COMMAND")).size());
    }
}
