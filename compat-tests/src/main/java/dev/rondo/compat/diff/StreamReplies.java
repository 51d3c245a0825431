package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When two replies about streams count as the same: times differ by moments, and a stream has no radix tree here.
 * Consumers that got nothing, and when one last got something, are known since Redis 7.2 only.
 */
final class StreamReplies {
    private static final Set<String> TIMES = Set.of("idle", "inactive", "seen-time", "active-time");
    private static final Set<String> SINCE_7_2 = Set.of("inactive", "active-time");
    /** Far more milliseconds than a run lasts. */
    private static final double COARSE_MS = 100_000;
    /** What is greater is the time of day. */
    private static final long LEAST_TIME_OF_DAY_MS = 100_000_000_000L;

    private final boolean since72;

    private StreamReplies(boolean since72) {
        this.since72 = since72;
    }

    /** The same but for moments. */
    static boolean same(Reply model, Reply candidate) {
        StreamReplies all = new StreamReplies(true);
        return all.normal(model).equals(all.normal(candidate));
    }

    /** The same but for moments and what a server older than 7.2 does not know. */
    static boolean sameToOlderServers(Reply model, Reply candidate) {
        StreamReplies common = new StreamReplies(false);
        return common.normal(model).equals(common.normal(candidate));
    }

    private String normal(Reply reply) {
        if (reply.items() == null) {
            return reply.toString();
        }
        List<Reply> items = reply.asList();
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            String field = isFieldAt(items, i) ? items.get(i).asText() : "";
            if (!since72 && (SINCE_7_2.contains(field) || isCountOfConsumers(items, i))) {
                i++;
            } else if (field.equals("radix-tree-nodes")) {
                i++;
            } else if (TIMES.contains(field)) {
                parts.add(field + coarse(items.get(++i)));
            } else if (isTimeOfPending(items, i)) {
                parts.add(coarse(items.get(i)));
            } else if (since72 || !isIdleConsumer(items.get(i))) {
                parts.add(normal(items.get(i)));
            }
        }
        return (since72 ? reply.type().toString() : "") + parts;
    }

    private static boolean isFieldAt(List<Reply> items, int index) {
        return index % 2 == 0
                && index + 1 < items.size()
                && items.get(index).type() == Reply.Type.BULK
                && !items.get(index).isNil();
    }

    /** XINFO GROUPS has a number where XINFO STREAM FULL has a list. */
    private static boolean isCountOfConsumers(List<Reply> items, int index) {
        return isFieldAt(items, index)
                && items.get(index).asText().equals("consumers")
                && items.get(index + 1).type() == Reply.Type.INTEGER;
    }

    /** Of a pending entry there is an id, mostly a consumer, when it was delivered or how long ago, and how often. */
    private static boolean isTimeOfPending(List<Reply> items, int index) {
        return (items.size() == 3 || items.size() == 4)
                && index == items.size() - 2
                && items.get(0).type() == Reply.Type.BULK
                && items.get(index).type() == Reply.Type.INTEGER
                && items.get(index + 1).type() == Reply.Type.INTEGER;
    }

    private static boolean isIdleConsumer(Reply reply) {
        return reply.items() != null
                && (has(reply, "idle", null) || has(reply, "seen-time", null))
                && (has(reply, "pending", Reply.integer(0)) || has(reply, "pel-count", Reply.integer(0)));
    }

    /** Whether a map has this field, with this value if one is given. */
    private static boolean has(Reply map, String field, @Nullable Reply value) {
        List<Reply> items = map.asList();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            if (isFieldAt(items, i)
                    && items.get(i).asText().equals(field)
                    && (value == null || items.get(i + 1).equals(value))) {
                return true;
            }
        }
        return false;
    }

    private static String coarse(Reply time) {
        if (time.type() != Reply.Type.INTEGER || time.asLong() < 0) {
            return time.toString();
        }
        return time.asLong() > LEAST_TIME_OF_DAY_MS ? "day" : Long.toString(Math.round(time.asLong() / COARSE_MS));
    }
}
