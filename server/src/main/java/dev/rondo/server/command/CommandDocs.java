package dev.rondo.server.command;

import dev.rondo.server.resp.ReplyWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What COMMAND DOCS tells, read from one resource for each group of commands. There, a line without indentation names a
 * command; the indented lines below it say {@code summary}, {@code since}, {@code complexity}, {@code flags},
 * {@code deprecated}, {@code replaced-by}, or describe an argument: {@code arg name type attribute...}, with the
 * arguments of a block or of a choice indented below it. Immutable.
 */
final class CommandDocs {
    private static final List<String> GROUPS = List.of(
            "string",
            "list",
            "hash",
            "set",
            "sorted-set",
            "geo",
            "bitmap",
            "hyperloglog",
            "stream",
            "generic",
            "transactions",
            "scripting",
            "pubsub",
            "connection",
            "server",
            "cluster");

    /** One command's documentation. */
    private static final class Entry {
        final String group;
        final Map<String, String> facts = new HashMap<>();
        final List<Argument> arguments = new ArrayList<>();

        Entry(String group) {
            this.group = group;
        }
    }

    /** One argument; attributes without a value have the value "". */
    private record Argument(String name, String type, Map<String, String> attributes, List<Argument> parts) {
        boolean hasParts() {
            return type.equals("oneof") || type.equals("block");
        }
    }

    private final Map<String, Entry> byFullName = new HashMap<>();

    private CommandDocs() {}

    /** Reads the resources of this program. */
    static CommandDocs load() {
        CommandDocs docs = new CommandDocs();
        for (String group : GROUPS) {
            String resource = "docs/" + group + ".txt";
            try (InputStream in = CommandDocs.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException("missing resource " + resource);
                }
                docs.read(group, new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return docs;
    }

    private void read(String group, BufferedReader lines) throws IOException {
        Entry entry = new Entry(group);
        Deque<List<Argument>> open = new ArrayDeque<>(); // the argument lists that the next line may add to
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String text = line.strip();
            int depth = (line.length() - line.stripLeading().length()) / 2;
            if (depth == 0) {
                entry = new Entry(group);
                byFullName.put(text, entry);
                open.clear();
                open.push(entry.arguments);
            } else if (text.startsWith("arg ")) {
                while (open.size() > depth) {
                    open.pop();
                }
                Argument argument = argument(text);
                open.element().add(argument);
                open.push(argument.parts);
            } else {
                int blank = text.indexOf(' ');
                entry.facts.put(text.substring(0, blank), text.substring(blank + 1));
            }
        }
    }

    private static Argument argument(String line) {
        String[] words = line.split(" ");
        Map<String, String> attributes = new HashMap<>();
        for (int i = 3; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            if (equals < 0) {
                attributes.put(words[i], "");
            } else {
                attributes.put(words[i].substring(0, equals), words[i].substring(equals + 1));
            }
        }
        return new Argument(words[1], words[2], attributes, new ArrayList<>());
    }

    boolean covers(String fullName) {
        return byFullName.containsKey(fullName);
    }

    /** Writes the documentation of a command and of its subcommands. */
    void write(ReplyWriter reply, CommandSpec spec) {
        Entry entry = byFullName.getOrDefault(spec.fullName(), new Entry("generic"));
        int mark = reply.mark();
        int pairs = 1;
        pairs += fact(reply, entry, "summary", "summary");
        pairs += fact(reply, entry, "since", "since");
        reply.bulk("group");
        reply.bulk(entry.group);
        pairs += fact(reply, entry, "complexity", "complexity");
        pairs += flags(reply, "doc_flags", words(entry.facts.get("flags")));
        pairs += fact(reply, entry, "deprecated", "deprecated_since");
        pairs += fact(reply, entry, "replaced-by", "replaced_by");
        if (!entry.arguments.isEmpty()) {
            reply.bulk("arguments");
            arguments(reply, entry.arguments);
            pairs++;
        }
        Collection<CommandSpec> subcommands = spec.subcommands().values();
        if (!subcommands.isEmpty()) {
            reply.bulk("subcommands");
            reply.map(subcommands.size());
            for (CommandSpec sub : subcommands) {
                reply.bulk(sub.fullName());
                write(reply, sub);
            }
            pairs++;
        }
        reply.mapAt(mark, pairs);
    }

    private static int fact(ReplyWriter reply, Entry entry, String fact, String field) {
        return field(reply, field, entry.facts.get(fact));
    }

    /** Writes a field that has a value, and returns how many fields that makes. */
    private static int field(ReplyWriter reply, String name, @Nullable String value) {
        if (value == null) {
            return 0;
        }
        reply.bulk(name);
        reply.bulk(value);
        return 1;
    }

    private static List<String> words(@Nullable String text) {
        return text == null ? List.of() : List.of(text.split(" "));
    }

    private static int flags(ReplyWriter reply, String name, List<String> words) {
        if (words.isEmpty()) {
            return 0;
        }
        reply.bulk(name);
        reply.set(words.size());
        words.forEach(reply::simple);
        return 1;
    }

    private static void arguments(ReplyWriter reply, List<Argument> arguments) {
        reply.array(arguments.size());
        arguments.forEach(argument -> argument(reply, argument));
    }

    private static void argument(ReplyWriter reply, Argument argument) {
        Map<String, String> attributes = argument.attributes;
        int mark = reply.mark();
        int pairs = field(reply, "name", argument.name) + field(reply, "type", argument.type);
        if (!argument.hasParts()) {
            pairs += field(reply, "display_text", attributes.getOrDefault("display", argument.name));
        }
        if (attributes.containsKey("spec")) {
            reply.bulk("key_spec_index");
            reply.integer(Integer.parseInt(attributes.get("spec")));
            pairs++;
        }
        pairs += field(reply, "token", attributes.get("token"));
        pairs += field(reply, "since", attributes.get("since"));
        pairs += field(reply, "deprecated_since", attributes.get("deprecated"));
        List<String> flags = new ArrayList<>(List.of("optional", "multiple", "multiple_token"));
        flags.retainAll(attributes.keySet());
        pairs += flags(reply, "flags", flags);
        if (argument.hasParts()) {
            reply.bulk("arguments");
            arguments(reply, argument.parts);
            pairs++;
        }
        reply.mapAt(mark, pairs);
    }
}
