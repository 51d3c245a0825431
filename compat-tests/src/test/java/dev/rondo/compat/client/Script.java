package dev.rondo.compat.client;

import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.RespConnection;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A conversation of several clients with a server, line by line: {@code "a> SUBSCRIBE news"}, with {@code a~>} for
 * lines that are not answered. After each line, every client's replies and messages are collected. A message to another
 * client may take a moment, so the replies of the server under test are waited for until there are as many as the model
 * gave.
 */
final class Script {
    private static final int PATIENCE_MS = 2000;
    private static final int SILENCE_MS = 20;

    private final List<String> lines;

    Script(String text) {
        lines = text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    /** What each client heard after each line, as "a> COMMAND" followed by "a: reply". */
    List<List<String>> playOn(ServerProcess server, @Nullable List<List<String>> expected) {
        server.ask("FLUSHALL");
        Map<String, RespConnection> clients = new TreeMap<>();
        try {
            List<List<String>> transcript = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                String line = lines.get(i);
                String speaker = speakerOf(line);
                RespConnection client =
                        clients.computeIfAbsent(speaker, name -> RespConnection.to(server.port(), PATIENCE_MS));
                client.queue(
                        List.of(line.substring(line.indexOf('>') + 1).strip().split(" +", -1)));
                client.flush();
                transcript.add(heard(line, clients, expected == null ? List.of() : expected.get(i)));
            }
            return transcript;
        } finally {
            clients.values().forEach(RespConnection::close);
        }
    }

    private static String speakerOf(String line) {
        return line.substring(0, line.indexOf('>')).replace("~", "");
    }

    private static List<String> heard(String line, Map<String, RespConnection> clients, List<String> expected) {
        Map<String, Integer> expectedCounts = new HashMap<>();
        for (String heard : expected.subList(Math.min(1, expected.size()), expected.size())) {
            expectedCounts.merge(heard.substring(0, heard.indexOf(':')), 1, Integer::sum);
        }
        List<String> all = new ArrayList<>(List.of(line));
        String speaker = speakerOf(line);
        int fromSpeaker = Math.max(line.contains("~>") ? 0 : 1, expectedCounts.getOrDefault(speaker, 0));
        repliesOf(clients.get(speaker), fromSpeaker, SILENCE_MS).forEach(reply -> all.add(speaker + ": " + reply));
        clients.forEach((name, client) -> {
            if (!name.equals(speaker)) {
                repliesOf(client, expectedCounts.getOrDefault(name, 0), 1)
                        .forEach(reply -> all.add(name + ": " + reply));
            }
        });
        return all.stream().map(Script::withoutIdentity).toList();
    }

    /** HELLO tells the server's version and the connection's id, which are its own business. */
    private static String withoutIdentity(String heard) {
        return heard.replaceAll("\\$\"version\", \\$\"[^\"]*\"", "version").replaceAll("\\$\"id\", :\\d+", "id");
    }

    /** At least so many replies if they come in time, and all that come until there is a short silence. */
    private static List<String> repliesOf(RespConnection client, int atLeast, int silenceMs) {
        List<String> replies = new ArrayList<>();
        try {
            while (client.hasMore(replies.size() < atLeast ? PATIENCE_MS : silenceMs)) {
                replies.add(client.read().toString());
            }
        } catch (UncheckedIOException e) {
            replies.add("closed");
        }
        return replies;
    }
}
