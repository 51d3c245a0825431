package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Escaped;
import dev.rondo.compat.wire.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares everything that two servers hold: the keys (by KEYS, SCAN and DBSIZE), and of each key its type, encoding,
 * expiry and value; and whether each side's DUMP, restored on the other, gives back the value.
 */
final class KeyspaceComparison {
    private static final ReplyRule CLOSE_IN_TIME = ReplyRule.within(2000);

    /** Those that random commands use; a cluster has only the first. */
    private static final List<String> DATABASES = List.of("0", "1");

    private final Side model;
    private final Side candidate;

    KeyspaceComparison(Side model, Side candidate) {
        this.model = model;
        this.candidate = candidate;
    }

    /** The first difference, if there is any. Leaves scratch keys behind: nothing may be compared afterwards. */
    Optional<Mismatch> run(int steps) {
        for (String database : DATABASES) {
            Reply selected = model.inspect("SELECT", database);
            Optional<Mismatch> mismatch = differenceIn(
                            steps, "SELECT " + database, selected, candidate.inspect("SELECT", database))
                    .or(() -> selected.isError() ? Optional.empty() : compareDatabase(steps));
            if (mismatch.isPresent()) {
                return mismatch;
            }
        }
        return Optional.empty();
    }

    private Optional<Mismatch> compareDatabase(int steps) {
        Set<String> keys = keysOf(model);
        return differenceIn(steps, "KEYS", keys.toString(), keysOf(candidate).toString())
                .or(() -> differenceIn(steps, "SCAN of all keys", keys, scan(candidate)))
                .or(() -> differenceIn(steps, "DBSIZE", sizeOf(model), sizeOf(candidate)))
                .or(() -> firstAspect(steps, List.copyOf(keys)))
                .or(() -> firstDump(steps, List.copyOf(keys)));
    }

    private static Set<String> keysOf(Side side) {
        return new TreeSet<>(side.inspect("KEYS", "*").asTexts());
    }

    /** A full iteration in small steps, as a client would do it. */
    private static Set<String> scan(Side side) {
        Set<String> found = new TreeSet<>();
        String cursor = "0";
        do {
            List<Reply> page = side.inspect("SCAN", cursor, "COUNT", found.isEmpty() ? "3" : "500")
                    .asList();
            cursor = page.get(0).asText();
            found.addAll(page.get(1).asTexts());
        } while (!cursor.equals("0"));
        return found;
    }

    /** DBSIZE counts keys that are past their time until they are met: meets them all first. */
    private static Reply sizeOf(Side side) {
        side.inspect(KeyNames.all().stream().map(key -> List.of("EXISTS", key)).toList());
        return side.inspect("DBSIZE");
    }

    /** A question to both servers about a key, and when the answers count as the same. */
    private record Aspect(List<String> question, ReplyRule rule) {}

    private Optional<Mismatch> firstAspect(int steps, List<String> keys) {
        List<Aspect> aspects = new ArrayList<>();
        for (String key : keys) {
            String type = model.inspect("TYPE", key).asText();
            aspects.add(new Aspect(List.of("TYPE", key), ReplyRule.EXACT));
            aspects.add(new Aspect(List.of("OBJECT", "ENCODING", key), encodingRule(type, key)));
            aspects.add(readerOf(type, key));
            aspects.add(new Aspect(List.of("PTTL", key), CLOSE_IN_TIME));
        }
        List<List<String>> questions = aspects.stream().map(Aspect::question).toList();
        List<Reply> expected = model.inspect(questions);
        List<Reply> actual = candidate.inspect(questions);
        for (int i = 0; i < questions.size(); i++) {
            ReplyRule rule = aspects.get(i).rule();
            if (!rule.same(expected.get(i), actual.get(i))) {
                String question = new Command(questions.get(i), rule).toString();
                return Optional.of(mismatch(steps, question, expected.get(i), actual.get(i)));
            }
        }
        return Optional.empty();
    }

    /**
     * Small sets of anything but integers and small lists became compact with Redis 7.2; the installed server may be an
     * older one. Small sorted sets are no longer compact there once SORT has read them.
     */
    private static ReplyRule encodingRule(String type, String key) {
        return switch (type) {
            case "zset" -> key.startsWith(SortFamily.ZSETS) ? orListpack("skiplist") : ReplyRule.EXACT;
            case "set" -> orListpack("hashtable");
            case "list" -> orListpack("quicklist");
            default -> ReplyRule.EXACT;
        };
    }

    private static ReplyRule orListpack(String modelEncoding) {
        return (expected, actual) -> expected.equals(actual)
                || expected.equals(Reply.bulk(modelEncoding)) && actual.equals(Reply.bulk("listpack"));
    }

    /** The command that reads a whole value; a new data type adds its own here. */
    private static Aspect readerOf(String type, String key) {
        return switch (type) {
            case "string" -> new Aspect(List.of("GET", key), ReplyRule.EXACT);
            case "hash" -> new Aspect(List.of("HGETALL", key), ReplyRule.UNORDERED_PAIRS);
            case "set" -> new Aspect(List.of("SMEMBERS", key), ReplyRule.UNORDERED);
            case "list" -> new Aspect(List.of("LRANGE", key, "0", "-1"), ReplyRule.EXACT);
            case "zset" -> new Aspect(List.of("ZRANGE", key, "0", "-1", "WITHSCORES"), ReplyRule.CLOSE_FRACTIONS);
            case "stream" ->
                new Aspect(List.of("XINFO", "STREAM", key, "FULL", "COUNT", "0"), StreamReplies::sameToOlderServers);
            default -> throw new IllegalStateException("no way yet to compare values of type " + type);
        };
    }

    private Optional<Mismatch> firstDump(int steps, List<String> keys) {
        for (String key : keys) {
            Optional<Mismatch> mismatch = restored(steps, key, model, candidate, "DUMP of the model on the candidate")
                    .or(() -> restored(steps, key, candidate, model, "DUMP of the candidate on the model"));
            if (mismatch.isPresent()) {
                return mismatch;
            }
        }
        return Optional.empty();
    }

    private Optional<Mismatch> restored(int steps, String key, Side from, Side to, String subject) {
        String payload = DumpPayload.inCommonVersion(from.inspect("DUMP", key).asText());
        Aspect reader = readerOf(from.inspect("TYPE", key).asText(), key);
        Reply value = from.inspect(List.of(reader.question())).get(0);
        List<Reply> replies = to.inspect(List.of(List.of("RESTORE", key, "0", payload, "REPLACE"), reader.question()));
        List<Reply> expected = List.of(Reply.status("OK"), value);
        return expected.get(0).equals(replies.get(0)) && sameWhenRestored(reader, value, replies.get(1))
                ? Optional.empty()
                : Optional.of(mismatch(steps, subject + ", key " + Escaped.quoted(key), expected, replies));
    }

    /** A small sorted set that was large, and so kept a score of minus zero, loses its sign when it is restored. */
    private static boolean sameWhenRestored(Aspect reader, Reply value, Reply restored) {
        return reader.rule().same(value, restored)
                || reader.question().get(0).equals("ZRANGE")
                        && ReplyRule.CLOSE_BUT_FOR_MINUS_ZERO.same(value, restored);
    }

    private static Optional<Mismatch> differenceIn(int steps, String subject, Object expected, Object actual) {
        return expected.equals(actual) ? Optional.empty() : Optional.of(mismatch(steps, subject, expected, actual));
    }

    private static Mismatch mismatch(int steps, String subject, Object expected, Object actual) {
        String detail = "keyspace, " + subject + "\n    model:     " + expected + "\n    candidate: " + actual;
        return new Mismatch(steps, "keyspace: " + subject.split(" ", 2)[0], detail);
    }
}
