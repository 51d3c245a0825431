package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.ScoreText;
import dev.rondo.server.type.SortedSetValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Sorted sets: adding and removing members, their scores and ranks, going through them, and members at random. */
final class SortedSetCommands {
    private SortedSetCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("zadd", -4)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RW", "update")
                        .runs(call -> add(call, false)),
                command("zincrby", 4)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RW", "access", "update")
                        .runs(call -> add(call, true)),
                command("zrem", -3)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RW", "delete")
                        .runs(SortedSetCommands::remove),
                command("zcard", 2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RO")
                        .runs(SortedSetCommands::card),
                command("zscore", 3)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(SortedSetCommands::score),
                command("zmscore", -3)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(SortedSetCommands::scores),
                command("zrank", -3)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(call -> rank(call, false)),
                command("zrevrank", -3)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(call -> rank(call, true)),
                command("zrandmember", -2)
                        .flags(Flag.READONLY)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RO", "access")
                        .tips("nondeterministic_output")
                        .runs(SortedSetCommands::randomMember),
                command("zscan", -3)
                        .flags(Flag.READONLY)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RO", "access")
                        .tips("nondeterministic_output")
                        .runs(SortedSetCommands::scan));
    }

    static @Nullable SortedSetValue read(Call call, int argument) {
        return call.read(call.argument(argument), SortedSetValue.class);
    }

    static SortedSetValue valueOf(Entry entry) {
        return Call.valueOf(entry, SortedSetValue.class);
    }

    static double toScore(byte[] text) {
        return toDouble(text, "ERR value is not a valid float");
    }

    static double toDouble(byte[] text, String error) {
        double value = ScoreText.parse(text);
        if (Double.isNaN(value)) {
            throw new CommandException(error);
        }
        return value;
    }

    // ---- ZADD ----

    private static void add(Call call, boolean increment) {
        ZaddOptions options = ZaddOptions.parse(call, increment);
        double[] scores = new double[(call.count() - options.end()) / 2];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = toScore(call.argument(options.end() + 2 * i));
        }
        add(call, options, scores, call.arguments());
    }

    /** Adds members, each of which stands behind its score, behind the options of {@code arguments}. */
    static void add(Call call, ZaddOptions options, double[] scores, byte[][] arguments) {
        ReplyWriter reply = call.reply();
        byte[] key = call.argument(1);
        Entry entry = call.write(key, SortedSetValue.class);
        if (entry == null && options.onlyPresent()) {
            if (options.increment()) {
                reply.nullBulk();
            } else {
                reply.integer(0);
            }
            return;
        }
        if (options.increment()) {
            increment(call, entry, options, scores[0], arguments[options.end() + 1]);
            return;
        }
        SortedSetValue set = entry == null ? new SortedSetValue() : valueOf(entry);
        int added = 0;
        int updated = 0;
        for (int i = 0; i < scores.length; i++) {
            byte[] member = arguments[options.end() + 2 * i + 1];
            double present = set.score(member);
            if (Double.isNaN(present) ? !options.onlyPresent() : options.allows(present, scores[i])) {
                added += set.put(member, scores[i], call.limits()) ? 1 : 0;
                updated += !Double.isNaN(present) && present != scores[i] ? 1 : 0;
            }
        }
        written(call, entry, set, added + updated, "zadd");
        reply.integer(options.changed() ? added + updated : added);
    }

    private static void increment(
            Call call, @Nullable Entry entry, ZaddOptions options, double increment, byte[] member) {
        SortedSetValue set = entry == null ? new SortedSetValue() : valueOf(entry);
        double present = set.score(member);
        boolean isNew = Double.isNaN(present);
        double score = isNew ? increment : present + increment;
        if (isNew ? options.onlyPresent() : options.onlyNew()) {
            call.reply().nullBulk();
            return;
        }
        if (Double.isNaN(score)) {
            throw new CommandException("ERR resulting score is not a number (NaN)");
        }
        if (!isNew && !options.allows(present, score)) {
            call.reply().nullBulk();
            return;
        }
        set.put(member, score, call.limits());
        written(call, entry, set, isNew || present != score ? 1 : 0, "zincr");
        ScoredReply.score(call.reply(), score);
    }

    private static void written(Call call, @Nullable Entry entry, SortedSetValue set, int changes, String event) {
        if (entry == null) {
            call.set(call.argument(1), null, set, false);
            call.event(EventClass.ZSET, event, call.argument(1));
        } else if (changes > 0) {
            call.changed(entry, EventClass.ZSET, event);
        }
    }

    private static void remove(Call call) {
        Entry entry = call.write(call.argument(1), SortedSetValue.class);
        int removed = 0;
        if (entry != null) {
            SortedSetValue set = valueOf(entry);
            for (int i = 2; i < call.count() && set.size() > 0; i++) {
                removed += set.remove(call.argument(i)) ? 1 : 0;
            }
            if (removed > 0) {
                call.changedOrEmptied(entry, EventClass.ZSET, "zrem");
            }
        }
        call.reply().integer(removed);
    }

    // ---- reading ----

    private static void card(Call call) {
        SortedSetValue set = read(call, 1);
        call.reply().integer(set == null ? 0 : set.size());
    }

    private static void score(Call call) {
        SortedSetValue set = read(call, 1);
        score(call.reply(), set, call.argument(2));
    }

    private static void scores(Call call) {
        SortedSetValue set = read(call, 1);
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            score(call.reply(), set, call.argument(i));
        }
    }

    private static void score(ReplyWriter reply, @Nullable SortedSetValue set, byte[] member) {
        double score = set == null ? Double.NaN : set.score(member);
        if (Double.isNaN(score)) {
            reply.nullBulk();
        } else {
            ScoredReply.score(reply, score);
        }
    }

    private static void rank(Call call, boolean fromTheLast) {
        if (call.count() > 4) {
            throw CommandException.wrongArity(call.spec().fullName());
        }
        boolean withScore = call.count() == 4;
        if (withScore && !Arguments.is(call.argument(3), "withscore")) {
            throw CommandException.syntax();
        }
        SortedSetValue set = read(call, 1);
        int rank = set == null ? -1 : set.rank(call.argument(2));
        ReplyWriter reply = call.reply();
        if (set == null || rank < 0) {
            if (withScore) {
                reply.nullArray();
            } else {
                reply.nullBulk();
            }
            return;
        }
        if (withScore) {
            reply.array(2);
        }
        reply.integer(fromTheLast ? set.size() - 1 - rank : rank);
        if (withScore) {
            ScoredReply.score(reply, set.score(call.argument(2)));
        }
    }

    private static void scan(Call call) {
        long cursor = ScanOptions.cursor(call.argument(2));
        SortedSetValue set = read(call, 1);
        if (set == null) {
            ScanOptions.answerNothing(call.reply());
            return;
        }
        ScanOptions options = ScanOptions.ofCollection(call.arguments());
        List<byte[]> found = new ArrayList<>();
        SortedSetValue.Visitor visitor = (member, score) -> {
            if (options.matches(member)) {
                found.add(member);
                found.add(set.isPacked() ? ScoreText.packed(score) : ScoreText.precise(score));
            }
            return true;
        };
        options.answer(call.reply(), cursor, from -> set.scan(from, visitor), found, 2);
    }

    // ---- ZRANDMEMBER ----

    private static void randomMember(Call call) {
        if (call.count() == 2) {
            SortedSetValue set = read(call, 1);
            call.reply()
                    .bulkOrNull(set == null ? null : set.random(call.random()).member());
            return;
        }
        long count = RandomPicks.count(call.argument(2));
        boolean withScores = call.count() == 4 && Arguments.is(call.argument(3), "withscores");
        if (call.count() > 4 || call.count() == 4 && !withScores) {
            throw CommandException.syntax();
        }
        if (withScores && Math.abs(count) > Long.MAX_VALUE / 2) {
            throw new CommandException("ERR value is out of range");
        }
        randomMembers(call, read(call, 1), count, withScores);
    }

    /** Answers different members, or, for a negative count, so many that may be repeated. */
    private static void randomMembers(Call call, @Nullable SortedSetValue set, long count, boolean withScores) {
        ReplyWriter reply = call.reply();
        if (set == null) {
            reply.array(0);
        } else if (count < 0) {
            boolean inTurn = withScores && !reply.isResp3();
            RandomPicks.repeated(
                    reply,
                    -count,
                    inTurn ? 2 : 1,
                    () -> set.random(call.random()),
                    (writer, chosen) -> ScoredReply.element(writer, chosen, withScores));
        } else {
            ScoredReply members = new ScoredReply(reply, withScores);
            if (count >= set.size()) {
                set.forEach(set.count() - 1, true, members);
            } else {
                for (int rank : distinctRanks(set.count(), (int) count, call.random())) {
                    SortedSetValue.Scored chosen = set.at(rank);
                    members.visit(chosen.member(), chosen.score());
                }
            }
            members.end();
        }
    }

    /** Different ranks below {@code size}, every choice of them equally likely (Floyd's algorithm). */
    private static Set<Integer> distinctRanks(int size, int count, RandomGenerator random) {
        Set<Integer> ranks = new HashSet<>(2 * count);
        for (int i = size - count; i < size; i++) {
            if (!ranks.add(random.nextInt(i + 1))) {
                ranks.add(i);
            }
        }
        return ranks;
    }
}
