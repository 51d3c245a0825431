package dev.rondo.compat.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import dev.rondo.server.keyspace.KeySlot;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/** Reads keys from every node that owns a copy of them. */
final class Copies {
    private static final int BATCH = 200;
    private static final int TIMEOUT_MS = 10_000;
    static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ChaosCluster cluster;
    private final Duration patience;

    /**
     * Reads in a cluster.
     *
     * @param patience for how long copies that differ are read again, because effects may be on their way
     */
    Copies(ChaosCluster cluster, Duration patience) {
        this.cluster = cluster;
        this.patience = patience;
    }

    /**
     * What the owners of each key hold, the primary first: one reply for each owner. Copies that differ are read again
     * for a while.
     */
    Map<String, List<Reply>> read(Collection<String> keys) {
        Map<String, List<Reply>> result = new LinkedHashMap<>();
        Collection<String> open = keys;
        long deadlineNs = System.nanoTime() + patience.toNanos();
        while (!open.isEmpty()) {
            try {
                result.putAll(readOnce(open));
            } catch (UncheckedIOException | IllegalStateException e) {
                Reply failure = Reply.error(String.valueOf(e.getMessage()));
                open.forEach(key -> result.put(key, List.of(failure, failure)));
            }
            open = open.stream().filter(key -> !agree(result.get(key))).toList();
            if (System.nanoTime() > deadlineNs) {
                break;
            }
            if (!open.isEmpty()) {
                LockSupport.parkNanos(100_000_000L);
            }
        }
        return result;
    }

    /** Whether all copies are the same, and are values. */
    static boolean agree(List<Reply> copies) {
        return copies.stream().allMatch(copy -> !copy.isError() && copy.equals(copies.get(0)));
    }

    private Map<String, List<Reply>> readOnce(Collection<String> keys) {
        List<List<Integer>> owners = cluster.owners();
        Map<Integer, List<String>> keysOf = new HashMap<>();
        for (String key : keys) {
            for (int place : owners.get(KeySlot.of(key.getBytes(ISO_8859_1)))) {
                keysOf.computeIfAbsent(place, p -> new ArrayList<>()).add(key);
            }
        }
        Map<Integer, Map<String, Reply>> held = new HashMap<>();
        keysOf.forEach((place, theirs) -> held.put(place, readAt(place, theirs)));
        Map<String, List<Reply>> result = new HashMap<>();
        for (String key : keys) {
            List<Reply> copies = new ArrayList<>();
            for (int place : owners.get(KeySlot.of(key.getBytes(ISO_8859_1)))) {
                copies.add(held.getOrDefault(place, Map.of()).getOrDefault(key, Reply.error("not read")));
            }
            result.put(key, copies);
        }
        return result;
    }

    private Map<String, Reply> readAt(int place, List<String> keys) {
        Map<String, Reply> values = new HashMap<>();
        try (RespConnection connection = cluster.connect(place, TIMEOUT_MS)) {
            connection.command("READONLY");
            for (int from = 0; from < keys.size(); from += BATCH) {
                List<String> batch = keys.subList(from, Math.min(keys.size(), from + BATCH));
                batch.forEach(key -> connection.queue(List.of("GET", key)));
                connection.flush();
                batch.forEach(key -> values.put(key, connection.read()));
            }
        } catch (UncheckedIOException e) {
            keys.forEach(key -> values.putIfAbsent(key, Reply.error(String.valueOf(e.getMessage()))));
        }
        return values;
    }
}
