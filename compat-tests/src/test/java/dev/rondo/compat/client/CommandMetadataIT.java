package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What clients learn from COMMAND: arity, flags, key positions and ACL categories are those of redis-server. */
class CommandMetadataIT {
    private static final List<String> FIELDS =
            List.of("name", "arity", "flags", "first key", "last key", "step", "categories", "tips", "key specs");

    /** In Redis 7.2 as Rondo has it; the installed redis-server may be 7.0. */
    private static final Set<String> CHANGED_IN_7_2 =
            Set.of("command|getkeys arity", "command|getkeysandflags arity", "zrank arity", "zrevrank arity");

    private static ServerProcess redis;
    private static ServerProcess rondo;

    @BeforeAll
    static void startServers() {
        redis = RedisServers.plain();
        rondo = RondoNodes.plain();
    }

    @AfterAll
    static void stopServers() {
        redis.close();
        rondo.close();
    }

    @Test
    void everyCommandIsDescribedAsByRedis() {
        Map<String, Reply> model = commandsOf(redis);
        List<String> differences = new ArrayList<>();
        commandsOf(rondo).forEach((name, entry) -> {
            if (model.containsKey(name)) {
                differences.addAll(differences(name, model.get(name), entry));
            }
        });
        assertEquals("", String.join("\n", differences));
    }

    @Test
    void commandCountAgreesWithTheList() {
        assertEquals(
                rondo.ask("COMMAND", "COUNT").asLong(),
                rondo.ask("COMMAND", "LIST").asTexts().stream()
                        .filter(name -> !name.contains("|"))
                        .count());
    }

    @Test
    void everyCommandHasDocs() {
        for (String name : rondo.ask("COMMAND", "LIST").asTexts()) {
            List<Reply> docs = rondo.ask("COMMAND", "DOCS", name).asList();
            assertEquals(name, docs.get(0).asText());
            List<Reply> fields = docs.get(1).asList();
            assertTrue(fields.contains(Reply.bulk("summary")) && fields.contains(Reply.bulk("group")), name);
        }
    }

    /** Commands and subcommands by full name. */
    private static Map<String, Reply> commandsOf(ServerProcess server) {
        Map<String, Reply> commands = new TreeMap<>();
        for (Reply command : server.ask("COMMAND").asList()) {
            commands.put(command.asList().get(0).asText(), command);
            for (Reply subcommand : command.asList().get(9).asList()) {
                commands.put(subcommand.asList().get(0).asText(), subcommand);
            }
        }
        return commands;
    }

    private static List<String> differences(String name, Reply model, Reply candidate) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < FIELDS.size(); i++) {
            Object expected = comparable(model.asList().get(i));
            Object actual = comparable(candidate.asList().get(i));
            String subject = name + " " + FIELDS.get(i);
            if (!expected.equals(actual) && !FIELDS.get(i).equals("tips") && !CHANGED_IN_7_2.contains(subject)) {
                differences.add(subject + ": " + actual + " instead of " + expected);
            }
        }
        return differences;
    }

    /** Lists of words in any order, key specs as maps; the notes of a key spec are for people. */
    private static Object comparable(Reply reply) {
        if (reply.items() == null) {
            return reply.asText();
        }
        List<Reply> items = reply.asList();
        if (items.isEmpty() || items.get(0).type() != Reply.Type.BULK) {
            TreeSet<String> sorted = new TreeSet<>();
            items.forEach(item -> sorted.add(comparable(item).toString()));
            return sorted;
        }
        Map<String, Object> map = new HashMap<>();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            map.put(items.get(i).asText(), comparable(items.get(i + 1)));
        }
        map.remove("notes");
        return new TreeMap<>(map).toString();
    }
}
