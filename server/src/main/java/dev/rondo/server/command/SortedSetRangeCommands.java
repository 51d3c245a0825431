package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.type.SortedSetValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts of sorted sets: counting, reading, storing and removing members by rank, score or bytes. */
final class SortedSetRangeCommands {
    /** What a range's ends are; null where the client says it. */
    private enum By {
        RANK,
        SCORE,
        LEX
    }

    private SortedSetRangeCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                readingFast("zcount", 4)
                        .runs(call -> count(call, SortedSetRange.ByScore.parse(call.argument(2), call.argument(3)))),
                readingFast("zlexcount", 4)
                        .runs(call -> count(call, SortedSetRange.ByLex.parse(call.argument(2), call.argument(3)))),
                reading("zrange", -4).runs(call -> range(call, null, null)),
                reading("zrevrange", -4).runs(call -> range(call, By.RANK, true)),
                reading("zrangebyscore", -4).runs(call -> range(call, By.SCORE, false)),
                reading("zrevrangebyscore", -4).runs(call -> range(call, By.SCORE, true)),
                reading("zrangebylex", -4).runs(call -> range(call, By.LEX, false)),
                reading("zrevrangebylex", -4).runs(call -> range(call, By.LEX, true)),
                command("zrangestore", -5)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "OW", "update")
                        .keys(2, 2, 1, "RO", "access")
                        .runs(SortedSetRangeCommands::rangeStore),
                removing("zremrangebyrank")
                        .runs(call ->
                                remove(call, new SortedSetRange.ByRank(call.longArgument(2), call.longArgument(3)))),
                removing("zremrangebyscore")
                        .runs(call -> remove(call, SortedSetRange.ByScore.parse(call.argument(2), call.argument(3)))),
                removing("zremrangebylex")
                        .runs(call -> remove(call, SortedSetRange.ByLex.parse(call.argument(2), call.argument(3)))));
    }

    private static CommandSpec reading(String name, int arity) {
        return command(name, arity).flags(Flag.READONLY).acl(Category.SORTEDSET).keys(1, 1, 1, "RO", "access");
    }

    private static CommandSpec readingFast(String name, int arity) {
        return reading(name, arity).flags(Flag.FAST);
    }

    private static CommandSpec removing(String name) {
        return command(name, 4).flags(Flag.WRITE).acl(Category.SORTEDSET).keys(1, 1, 1, "RW", "delete");
    }

    private static void count(Call call, SortedSetRange range) {
        SortedSetValue set = SortedSetCommands.read(call, 1);
        call.reply().integer(set == null ? 0 : range.count(set));
    }

    private static void remove(Call call, SortedSetRange range) {
        Entry entry = call.write(call.argument(1), SortedSetValue.class);
        int removed = 0;
        if (entry != null) {
            SortedSetValue set = SortedSetCommands.valueOf(entry);
            removed = range.count(set);
            if (removed > 0) {
                set.removeRange(range.first(set), removed);
                call.changedOrEmptied(entry, EventClass.ZSET, call.spec().name());
            }
        }
        call.reply().integer(removed);
    }

    // ---- ZRANGE and its forms ----

    /** A range with its options, as the client wrote them. */
    private record Query(SortedSetRange range, boolean downwards, long offset, long count, boolean withScores) {
        void forEach(SortedSetValue set, SortedSetValue.Visitor visitor) {
            range.forEach(set, downwards, offset, count, visitor);
        }
    }

    /**
     * Reads the range whose key is argument {@code keyAt}.
     *
     * @param fixedBy what the command's name says about the ends, null when options do
     * @param fixedDownwards what the command's name says about the direction, null when an option does
     */
    private static Query query(
            Call call, int keyAt, boolean store, @Nullable By fixedBy, @Nullable Boolean fixedDownwards) {
        By by = fixedBy;
        Boolean downwards = fixedDownwards;
        boolean withScores = false;
        long offset = 0;
        long count = SortedSetRange.ALL;
        for (int i = keyAt + 3; i < call.count(); i++) {
            byte[] word = call.argument(i);
            if (!store && Arguments.is(word, "withscores")) {
                withScores = true;
            } else if (Arguments.is(word, "limit") && i + 2 < call.count()) {
                offset = call.longArgument(++i);
                count = call.longArgument(++i);
            } else if (downwards == null && Arguments.is(word, "rev")) {
                downwards = true;
            } else if (by == null && Arguments.is(word, "bylex")) {
                by = By.LEX;
            } else if (by == null && Arguments.is(word, "byscore")) {
                by = By.SCORE;
            } else {
                throw CommandException.syntax();
            }
        }
        if (count != SortedSetRange.ALL && (by == null || by == By.RANK)) {
            throw new CommandException(
                    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
        }
        if (withScores && by == By.LEX) {
            throw new CommandException("ERR syntax error, WITHSCORES not supported in combination with BYLEX");
        }
        boolean down = downwards != null && downwards;
        return new Query(range(call, keyAt, by == null ? By.RANK : by, down), down, offset, count, withScores);
    }

    private static SortedSetRange range(Call call, int keyAt, By by, boolean downwards) {
        int first = keyAt + 1;
        int second = keyAt + 2;
        byte[] min = call.argument(downwards ? second : first);
        byte[] max = call.argument(downwards ? first : second);
        return switch (by) {
            case RANK -> new SortedSetRange.ByRank(call.longArgument(first), call.longArgument(second));
            case SCORE -> SortedSetRange.ByScore.parse(min, max);
            case LEX -> SortedSetRange.ByLex.parse(min, max);
        };
    }

    private static void range(Call call, @Nullable By by, @Nullable Boolean downwards) {
        Query query = query(call, 1, false, by, downwards);
        SortedSetValue set = SortedSetCommands.read(call, 1);
        ScoredReply reply = new ScoredReply(call.reply(), query.withScores);
        if (set != null) {
            query.forEach(set, reply);
        }
        reply.end();
    }

    private static void rangeStore(Call call) {
        Query query = query(call, 2, true, null, null);
        SortedSetValue source = SortedSetCommands.read(call, 2);
        SortedSetValue result = new SortedSetValue();
        if (source != null) {
            query.forEach(source, (member, score) -> {
                result.put(member, score, call.limits());
                return true;
            });
        }
        store(call, call.argument(1), result, call.spec().name());
    }

    /** Makes the set the value of a key, or removes the key when the set is empty, and replies its size. */
    static void store(Call call, byte[] key, SortedSetValue result, String event) {
        if (result.size() == 0) {
            call.delete(key);
        } else {
            call.set(key, result);
            call.event(EventClass.ZSET, event, key);
        }
        call.reply().integer(result.size());
    }
}
