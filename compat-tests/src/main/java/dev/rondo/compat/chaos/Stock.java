package dev.rondo.compat.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import dev.rondo.server.keyspace.KeySlot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * Many keys that are written once, with values that can be told from their numbers, so that none need be remembered.
 */
final class Stock {
    private static final int BATCH = 1000;
    private static final int TIMEOUT_MS = 60_000;

    private final int keys;
    private final IntFunction<String> key;
    private final IntFunction<String> value;

    Stock(int keys, IntFunction<String> key, IntFunction<String> value) {
        this.keys = keys;
        this.key = key;
        this.value = value;
    }

    /** Values of so many bytes, each of its own number. */
    static IntFunction<String> numbers(int bytes) {
        String zeros = "0".repeat(bytes);
        return number -> {
            String digits = Integer.toString(number);
            return zeros.substring(Math.min(bytes, digits.length())) + digits;
        };
    }

    /** Bytes of all keys and values together. */
    long bytes() {
        return (long) keys * (key.apply(0).length() + value.apply(0).length());
    }

    /** Writes all keys. */
    void lay(ChaosCluster cluster) {
        List<List<Integer>> owners = cluster.owners();
        try (Lines lines = new Lines(cluster)) {
            for (int number = 0; number < keys; number++) {
                String name = key.apply(number);
                int primary = owners.get(KeySlot.of(name.getBytes(ISO_8859_1))).get(0);
                lines.ask(primary, List.of("SET", name, value.apply(number)), Reply.status("OK"));
            }
            lines.finish();
            if (lines.wrong > 0) {
                throw new IllegalStateException(lines.wrong + " of " + keys + " keys not written: " + lines.example);
            }
        }
    }

    /** How many copies of keys, on all of their owners, are missing or wrong, with an example; empty when none. */
    String flaw(ChaosCluster cluster) {
        List<List<Integer>> owners = cluster.owners();
        try (Lines lines = new Lines(cluster)) {
            for (int number = 0; number < keys; number++) {
                String name = key.apply(number);
                for (int place : owners.get(KeySlot.of(name.getBytes(ISO_8859_1)))) {
                    lines.ask(place, List.of("GET", name), Reply.bulk(value.apply(number)));
                }
            }
            lines.finish();
            return lines.wrong == 0 ? "" : lines.wrong + " copies are missing or wrong: " + lines.example;
        }
    }

    /** A pipelined connection to each node, which knows what to expect. */
    private static final class Lines implements AutoCloseable {
        private final ChaosCluster cluster;
        private final Map<Integer, RespConnection> connections = new HashMap<>();
        private final Map<Integer, List<Expectation>> expected = new HashMap<>();
        int wrong;
        String example = "";

        private record Expectation(List<String> command, Reply reply) {}

        Lines(ChaosCluster cluster) {
            this.cluster = cluster;
        }

        void ask(int place, List<String> command, Reply reply) {
            connections.computeIfAbsent(place, this::open).queue(command);
            List<Expectation> open = expected.computeIfAbsent(place, p -> new ArrayList<>());
            open.add(new Expectation(command, reply));
            if (open.size() == BATCH) {
                finish(place);
            }
        }

        private RespConnection open(int place) {
            RespConnection connection = cluster.connect(place, TIMEOUT_MS);
            connection.command("READONLY");
            return connection;
        }

        void finish() {
            List.copyOf(expected.keySet()).forEach(this::finish);
        }

        private void finish(int place) {
            RespConnection connection = connections.computeIfAbsent(place, this::open);
            connection.flush();
            for (Expectation each : expected.getOrDefault(place, List.of())) {
                Reply reply = connection.read();
                if (!reply.equals(each.reply)) {
                    wrong++;
                    example = each.command.subList(0, 2) + " at node " + place + " answered " + shortened(reply);
                }
            }
            expected.remove(place);
        }

        private static String shortened(Reply reply) {
            String text = reply.toString();
            return text.length() <= 60 ? text : text.substring(0, 60) + "...";
        }

        @Override
        public void close() {
            connections.values().forEach(RespConnection::close);
        }
    }
}
