package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the keys of a slot must hold once all sides have merged: of each the write of the highest version. */
final class LastWrites {
    private static final String ABSENT = "(absent)";

    /** Two sides may have written at the same version: then either counts. */
    private static final class Last {
        long version;
        final Set<String> values = new HashSet<>();

        void note(long newVersion, String value) {
            if (newVersion > version) {
                version = newVersion;
                values.clear();
            }
            if (newVersion == version) {
                values.add(value);
            }
        }
    }

    private final Map<String, Last> lasts = new HashMap<>();
    private final Last flush = new Last();

    /** Notes a transaction that one side has run. */
    void note(List<byte[][]> commands, Map<String, String> before, Slot slot) {
        Map<String, String> after = Words.contents(slot);
        long version = slot.lastVersion();
        if (commands.stream().anyMatch(command -> Ascii.string(command[0]).equals("FLUSH"))) {
            flush.note(version, ABSENT);
        }
        Set<String> keys = new HashSet<>(before.keySet());
        keys.addAll(after.keySet());
        for (byte[][] command : commands) {
            for (byte[] key : Words.keysOf(command)) {
                if (slot.find(key) == null && slot.deletedAt(key) == version) { // also what it had written itself
                    lasts.computeIfAbsent(Ascii.string(key), k -> new Last()).note(version, ABSENT);
                }
            }
        }
        for (String key : keys) {
            if (!after.getOrDefault(key, "").equals(before.getOrDefault(key, ""))) {
                lasts.computeIfAbsent(key, k -> new Last()).note(version, after.getOrDefault(key, ABSENT));
            }
        }
    }

    void check(Map<String, String> contents, String where) {
        contents.keySet()
                .forEach(key -> assertTrue(lasts.containsKey(key), () -> key + " was never written, " + where));
        lasts.forEach((key, last) -> {
            String value = contents.getOrDefault(key, ABSENT);
            boolean flushed = flush.version >= last.version && value.equals(ABSENT);
            boolean right = flush.version <= last.version && last.values.contains(value);
            assertTrue(
                    flushed || right,
                    () -> key + " is " + value + ", not one of " + last.values + " at " + last.version + ", flushed at "
                            + flush.version + ", " + where);
        });
    }
}
