package dev.rondo.compat.commands;

import dev.rondo.compat.wire.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Two servers' tables of commands, compared: which commands the candidate has not, and how what it says of the others
 * (arity, flags, key positions, ACL categories, tips) differs from what the model says.
 */
public final class CommandComparison {
    private static final List<String> FIELDS =
            List.of("name", "arity", "flags", "first key", "last key", "step", "categories", "tips", "key specs");

    /** In Redis 7.2 as Rondo has it; the installed redis-server may be 7.0. */
    private static final Set<String> CHANGED_IN_7_2 = Set.of(
            "acl|deluser tips",
            "acl|save tips",
            "acl|setuser tips",
            "client|setname tips",
            "command|getkeys arity",
            "command|getkeysandflags arity",
            "config|resetstat tips",
            "config|rewrite tips",
            "latency|reset tips",
            "zrank arity",
            "zrevrank arity");

    private final Map<String, Reply> model;
    private final Map<String, Reply> candidate;
    private final MissingCommands expected;

    /** Of two tables as {@link CommandTables} gives them. */
    public CommandComparison(Map<String, Reply> model, Map<String, Reply> candidate, MissingCommands expected) {
        this.model = model;
        this.candidate = candidate;
        this.expected = expected;
    }

    /** The names of the model's commands that both have. */
    public List<String> common() {
        return model.keySet().stream().filter(candidate::containsKey).toList();
    }

    /** The names of the candidate's commands that the model has not. */
    public List<String> additional() {
        return candidate.keySet().stream()
                .filter(name -> !model.containsKey(name))
                .toList();
    }

    /** What is missing for a reason, by the reason. */
    public Map<String, List<String>> missing() {
        Map<String, List<String>> missing = new TreeMap<>();
        for (String name : model.keySet()) {
            if (!candidate.containsKey(name)) {
                expected.reason(name).ifPresent(reason -> missing.computeIfAbsent(reason, r -> new ArrayList<>())
                        .add(name));
            }
        }
        return missing;
    }

    /** What is missing without a reason. */
    public List<String> unaccounted() {
        return model.keySet().stream()
                .filter(name ->
                        !candidate.containsKey(name) && expected.reason(name).isEmpty())
                .toList();
    }

    /** What is said to be missing, and is not. */
    public List<String> outdated() {
        return expected.names().stream().filter(candidate::containsKey).toList();
    }

    /** What the candidate says of commands that both have, where it is not what the model says. */
    public List<String> differences() {
        List<String> differences = new ArrayList<>();
        for (String name : common()) {
            differences.addAll(differences(name, model.get(name), candidate.get(name)));
        }
        return differences;
    }

    private static List<String> differences(String name, Reply model, Reply candidate) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < FIELDS.size(); i++) {
            Object expected = field(i, model);
            Object actual = field(i, candidate);
            String subject = name + " " + FIELDS.get(i);
            if (!expected.equals(actual) && !CHANGED_IN_7_2.contains(subject)) {
                differences.add(subject + ": " + actual + " instead of " + expected);
            }
        }
        return differences;
    }

    private static Object field(int index, Reply entry) {
        Reply field = entry.asList().get(index);
        return FIELDS.get(index).equals("tips") ? new TreeSet<>(field.asTexts()) : comparable(field);
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
