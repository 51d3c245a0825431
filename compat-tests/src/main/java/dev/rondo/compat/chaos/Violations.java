package dev.rondo.compat.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.rondo.server.keyspace.KeySlot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Violations, gathered by what went wrong after which fault: one lost slot is one story, not a thousand. One thread.
 */
final class Violations {
    private static final int MOST_EXAMPLES = 3;
    private static final int MOST_SLOTS_TOLD = 10;

    private final Map<String, Group> groups = new LinkedHashMap<>();
    private int count;

    /** The same promise broken after the same fault. */
    private static final class Group {
        final String title;
        int count;
        /** The first violation of each key, in the order in which they were found. */
        final Map<String, Violation> firstOfKey = new LinkedHashMap<>();

        final Map<String, Integer> countOfKey = new LinkedHashMap<>();
        final Map<String, Integer> countOfUse = new TreeMap<>();
        final Map<Integer, Integer> countOfNode = new TreeMap<>();
        double earliestMs = Double.POSITIVE_INFINITY;
        double latestMs = Double.NEGATIVE_INFINITY;

        Group(String title) {
            this.title = title;
        }

        void add(Violation violation) {
            count++;
            KeyLog log = violation.log();
            String key = log == null ? "" : log.key();
            firstOfKey.putIfAbsent(key, violation);
            countOfKey.merge(key, 1, Integer::sum);
            if (log != null) {
                countOfUse.merge(log.kind.name().toLowerCase(Locale.ROOT), 1, Integer::sum);
            }
            Op op = violation.op();
            if (op != null) {
                countOfNode.merge(op.node, 1, Integer::sum);
                earliestMs = Math.min(earliestMs, violation.sinceFaultMs());
                latestMs = Math.max(latestMs, violation.sinceFaultMs());
            }
        }

        List<String> lines() {
            List<String> lines = new ArrayList<>();
            if (count == 1) {
                lines.add("VIOLATION " + title + ": "
                        + firstOfKey.values().iterator().next().words());
                return lines;
            }
            StringBuilder summary = new StringBuilder("VIOLATION " + title)
                    .append(": ")
                    .append(count)
                    .append(" times");
            if (!countOfUse.isEmpty()) {
                summary.append(", in ")
                        .append(countOfKey.size())
                        .append(" keys ")
                        .append(countOfUse);
                summary.append(" of ").append(slots());
            }
            if (!countOfNode.isEmpty()) {
                summary.append(String.format(
                        Locale.ROOT,
                        "; acknowledged by nodes %s, from %.0f to %.0f ms after the fault began",
                        countOfNode,
                        earliestMs,
                        latestMs));
            }
            lines.add(summary.toString());
            firstOfKey.entrySet().stream().limit(MOST_EXAMPLES).forEach(example -> {
                int more = countOfKey.get(example.getKey()) - 1;
                lines.add("    " + example.getValue().words() + (more == 0 ? "" : " (and " + more + " more)"));
            });
            return lines;
        }

        private String slots() {
            TreeSet<Integer> slots = new TreeSet<>();
            firstOfKey.keySet().forEach(key -> slots.add(KeySlot.of(key.getBytes(ISO_8859_1))));
            return slots.size() <= MOST_SLOTS_TOLD ? "slots " + slots : slots.size() + " slots";
        }
    }

    void add(Violation violation) {
        count++;
        String title = violation.what().words() + " after " + violation.occasion();
        groups.computeIfAbsent(title, Group::new).add(violation);
    }

    /** How many there are, every write and every key counted. */
    int count() {
        return count;
    }

    /** What they are, told by group, each with some examples. */
    List<String> lines() {
        return groups.values().stream().flatMap(group -> group.lines().stream()).toList();
    }
}
