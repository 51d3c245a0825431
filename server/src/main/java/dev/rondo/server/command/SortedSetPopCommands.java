package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.DataType;
import dev.rondo.server.type.SortedSetValue;
import java.util.Arrays;
import java.util.List;

/** Taking the lowest or highest members out of sorted sets, at once or as soon as there are any. */
final class SortedSetPopCommands {
    private static final byte[] ZPOPMIN = Ascii.bytes("ZPOPMIN");
    private static final byte[] ZPOPMAX = Ascii.bytes("ZPOPMAX");

    private SortedSetPopCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("zpopmin", -2)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RW", "access", "delete")
                        .runs(call -> pop(call, false)),
                command("zpopmax", -2)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.SORTEDSET)
                        .keys(1, 1, 1, "RW", "access", "delete")
                        .runs(call -> pop(call, true)),
                command("zmpop", -4)
                        .flags(Flag.WRITE, Flag.MOVABLEKEYS)
                        .acl(Category.SORTEDSET)
                        .countedKeys(1, "RW", "access", "delete")
                        .runs(SortedSetPopCommands::popFromFirst),
                waiting("bzpopmin").runs(call -> popOrWait(call, false)),
                waiting("bzpopmax").runs(call -> popOrWait(call, true)),
                command("bzmpop", -5)
                        .flags(Flag.WRITE, Flag.BLOCKING, Flag.MOVABLEKEYS)
                        .acl(Category.SORTEDSET)
                        .countedKeys(2, "RW", "access", "delete")
                        .runs(SortedSetPopCommands::popFromFirstOrWait));
    }

    private static CommandSpec waiting(String name) {
        return command(name, -3)
                .flags(Flag.WRITE, Flag.NOSCRIPT, Flag.BLOCKING, Flag.FAST)
                .acl(Category.SORTEDSET)
                .keys(1, -2, 1, "RW", "access", "delete");
    }

    private static void pop(Call call, boolean highest) {
        if (call.count() > 3) {
            throw CommandException.syntax();
        }
        boolean counted = call.count() == 3;
        long count = counted
                ? Arguments.toLong(call.argument(2), 0, Long.MAX_VALUE, "ERR value is out of range, must be positive")
                : 1;
        Entry entry = call.write(call.argument(1), SortedSetValue.class);
        if (entry == null || count == 0) {
            call.reply().array(0);
            return;
        }
        ScoredReply reply = counted ? new ScoredReply(call.reply(), true) : ScoredReply.inTurn(call.reply());
        take(call, entry, highest, count, reply);
    }

    private static void popOrWait(Call call, boolean highest) {
        byte[][] keys = Arrays.copyOfRange(call.arguments(), 1, call.count() - 1);
        long timeoutMs = Arguments.timeoutMs(call.argument(call.count() - 1), call.nowMs());
        KeyWait.Popper popper = (serving, entry) -> {
            SortedSetValue set = SortedSetCommands.valueOf(entry);
            SortedSetValue.Scored member = set.at(highest ? set.count() - 1 : 0);
            serving.reply().array(3);
            serving.reply().bulk(entry.key());
            serving.reply().bulk(member.member());
            ScoredReply.score(serving.reply(), member.score());
            remove(serving, entry, highest, 1);
        };
        KeyWait.on(keys, timeoutMs, popper.from(DataType.ZSET)).takeOrWait(call);
    }

    private static void popFromFirst(Call call) {
        if (!PopFromFirst.parse(call, 1).within(0).take(call)) {
            call.reply().nullArray();
        }
    }

    private static void popFromFirstOrWait(Call call) {
        PopFromFirst pop = PopFromFirst.parse(call, 2);
        pop.within(Arguments.timeoutMs(call.argument(1), call.nowMs())).takeOrWait(call);
    }

    /** What ZMPOP and BZMPOP ask for. */
    private record PopFromFirst(byte[][] keys, boolean highest, long count) {
        static PopFromFirst parse(Call call, int countAt) {
            long keys =
                    Arguments.toLong(call.argument(countAt), 1, Long.MAX_VALUE, "ERR numkeys should be greater than 0");
            if (keys >= call.count() - countAt - 1) {
                throw CommandException.syntax();
            }
            int endAt = countAt + 1 + (int) keys;
            boolean highest = Arguments.is(call.argument(endAt), "max");
            if (!highest && !Arguments.is(call.argument(endAt), "min")) {
                throw CommandException.syntax();
            }
            byte[][] names = Arrays.copyOfRange(call.arguments(), countAt + 1, endAt);
            return new PopFromFirst(names, highest, count(call, endAt + 1));
        }

        /** The option COUNT, which may stand once. */
        private static long count(Call call, int at) {
            if (at == call.count()) {
                return 1;
            }
            if (at + 1 >= call.count() || !Arguments.is(call.argument(at), "count")) {
                throw CommandException.syntax();
            }
            long count =
                    Arguments.toLong(call.argument(at + 1), 1, Long.MAX_VALUE, "ERR count should be greater than 0");
            if (at + 2 != call.count()) {
                throw CommandException.syntax();
            }
            return count;
        }

        KeyWait within(long timeoutMs) {
            KeyWait.Popper popper = (call, entry) -> {
                call.reply().array(2);
                call.reply().bulk(entry.key());
                take(call, entry, highest, count, ScoredReply.ofPairs(call.reply()));
            };
            return KeyWait.on(keys, timeoutMs, popper.from(DataType.ZSET));
        }
    }

    /** Takes members out, which the reply gets. */
    private static void take(Call call, Entry entry, boolean highest, long most, ScoredReply reply) {
        SortedSetValue set = SortedSetCommands.valueOf(entry);
        int count = (int) Math.min(most, set.size());
        int[] left = {count};
        set.forEach(highest ? set.count() - 1 : 0, highest, (member, score) -> {
            reply.visit(member, score);
            return --left[0] > 0;
        });
        reply.end();
        remove(call, entry, highest, count);
    }

    private static void remove(Call call, Entry entry, boolean highest, int count) {
        SortedSetValue set = SortedSetCommands.valueOf(entry);
        set.removeRange(highest ? set.count() - count : 0, count);
        call.changedOrEmptied(entry, EventClass.ZSET, highest ? "zpopmax" : "zpopmin");
        call.propagate(highest ? ZPOPMAX : ZPOPMIN, entry.key(), Ascii.decimal(count));
    }
}
