package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.SetValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sets: members, and choosing some at random. */
final class SetCommands {
    static final byte[] SREM = Ascii.bytes("SREM");
    /** The members that one effect removes at most. */
    private static final int MEMBERS_PER_EFFECT = 1024;

    private SetCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("sadd", -3)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .acl(Category.SET)
                        .keys(1, 1, 1, "RW", "insert")
                        .runs(SetCommands::add),
                command("srem", -3)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.SET)
                        .keys(1, 1, 1, "RW", "delete")
                        .runs(SetCommands::remove),
                command("smove", 4)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.SET)
                        .keys(1, 1, 1, "RW", "access", "delete")
                        .keys(2, 2, 1, "RW", "insert")
                        .runs(SetCommands::move),
                command("spop", -2)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.SET)
                        .keys(1, 1, 1, "RW", "access", "delete")
                        .tips("nondeterministic_output")
                        .runs(SetCommands::pop),
                fast("sismember", 3).keys(1, 1, 1, "RO").runs(SetCommands::isMember),
                fast("smismember", -3).keys(1, 1, 1, "RO", "access").runs(SetCommands::areMembers),
                fast("scard", 2).keys(1, 1, 1, "RO").runs(SetCommands::size),
                slow("smembers", 2, "nondeterministic_output_order").runs(SetCommands::members),
                slow("srandmember", -2, "nondeterministic_output").runs(SetCommands::random),
                slow("sscan", -3, "nondeterministic_output").runs(SetCommands::scan));
    }

    private static CommandSpec fast(String name, int arity) {
        return command(name, arity).flags(Flag.READONLY, Flag.FAST).acl(Category.SET);
    }

    private static CommandSpec slow(String name, int arity, String tip) {
        return command(name, arity)
                .flags(Flag.READONLY)
                .acl(Category.SET)
                .keys(1, 1, 1, "RO", "access")
                .tips(tip);
    }

    private static @Nullable SetValue read(Call call) {
        return call.read(call.argument(1), SetValue.class);
    }

    // ---- writing ----

    private static void add(Call call) {
        int members = call.count() - 2;
        Entry entry = call.writeOrAdd(
                call.argument(1), SetValue.class, () -> SetValue.expecting(call.argument(2), members, call.limits()));
        SetValue set = (SetValue) entry.value();
        set.expect(members, call.limits());
        int added = 0;
        for (int i = 2; i < call.count(); i++) {
            if (set.add(call.argument(i), call.limits())) {
                added++;
            }
        }
        if (added > 0) {
            call.changed(entry, EventClass.SET, "sadd");
        }
        call.reply().integer(added);
    }

    private static void remove(Call call) {
        Entry entry = call.write(call.argument(1), SetValue.class);
        int removed = 0;
        if (entry != null) {
            SetValue set = (SetValue) entry.value();
            for (int i = 2; i < call.count(); i++) {
                if (set.remove(call.argument(i))) {
                    removed++;
                }
            }
            if (removed > 0) {
                call.changedOrEmptied(entry, EventClass.SET, "srem");
            }
        }
        call.reply().integer(removed);
    }

    private static void move(Call call) {
        byte[] member = call.argument(3);
        Entry source = call.write(call.argument(1));
        if (source == null) {
            call.reply().integer(0);
            return;
        }
        Entry target = call.write(call.argument(2));
        SetValue from = Call.valueOf(source, SetValue.class);
        if (target != null) {
            Call.valueOf(target, SetValue.class);
        }
        if (source == target || !from.remove(member)) {
            call.reply().integer(from.contains(member) ? 1 : 0);
            return;
        }
        call.changedOrEmptied(source, EventClass.SET, "srem");
        Entry filled =
                call.writeOrAdd(call.argument(2), SetValue.class, () -> SetValue.expecting(member, 1, call.limits()));
        if (((SetValue) filled.value()).add(member, call.limits())) {
            call.changed(filled, EventClass.SET, "sadd");
        }
        call.reply().integer(1);
    }

    // ---- SPOP ----

    private static void pop(Call call) {
        if (call.count() > 3) {
            throw CommandException.syntax();
        }
        if (call.count() == 3) {
            popSeveral(
                    call,
                    Arguments.toLong(
                            call.argument(2), 0, Long.MAX_VALUE, "ERR value is out of range, must be positive"));
            return;
        }
        Entry entry = call.write(call.argument(1), SetValue.class);
        if (entry == null) {
            call.reply().nullBulk();
            return;
        }
        SetValue set = (SetValue) entry.value();
        byte[] member = set.random(call.random());
        set.remove(member);
        call.changedOrEmptied(entry, EventClass.SET, "spop");
        call.propagate(SREM, entry.key(), member);
        call.reply().bulk(member);
    }

    private static void popSeveral(Call call, long count) {
        Entry entry = call.write(call.argument(1), SetValue.class);
        List<byte[]> members = entry == null ? List.of() : ((SetValue) entry.value()).sample(count, call.random());
        if (entry != null && members.size() == ((SetValue) entry.value()).size()) {
            call.event(EventClass.SET, "spop", entry.key());
            call.delete(entry.key());
            call.propagate(ExpiryCommands.DEL, entry.key());
        } else if (entry != null && !members.isEmpty()) {
            removeAll(call, entry, members);
        }
        writeSet(call.reply(), members);
    }

    /** Removes members that are there, and says which: chance would choose others elsewhere. */
    private static void removeAll(Call call, Entry entry, List<byte[]> members) {
        SetValue set = (SetValue) entry.value();
        members.forEach(set::remove);
        call.changedOrEmptied(entry, EventClass.SET, "spop");
        for (int from = 0; from < members.size(); from += MEMBERS_PER_EFFECT) {
            List<byte[]> some = members.subList(from, Math.min(members.size(), from + MEMBERS_PER_EFFECT));
            List<byte[]> effect = new ArrayList<>(Arrays.asList(SREM, entry.key()));
            effect.addAll(some);
            call.propagate(effect.toArray(new byte[0][]));
        }
    }

    /** Answers members as a set. */
    static void writeSet(ReplyWriter reply, List<byte[]> members) {
        reply.set(members.size());
        members.forEach(reply::bulk);
    }

    // ---- reading ----

    private static void isMember(Call call) {
        SetValue set = read(call);
        call.reply().integer(set != null && set.contains(call.argument(2)) ? 1 : 0);
    }

    private static void areMembers(Call call) {
        SetValue set = read(call);
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            call.reply().integer(set != null && set.contains(call.argument(i)) ? 1 : 0);
        }
    }

    private static void size(Call call) {
        SetValue set = read(call);
        call.reply().integer(set == null ? 0 : set.size());
    }

    private static void members(Call call) {
        SetValue set = read(call);
        call.reply().set(set == null ? 0 : (int) set.size());
        if (set != null) {
            set.forEach(call.reply()::bulk);
        }
    }

    private static void random(Call call) {
        if (call.count() > 3) {
            throw CommandException.syntax();
        }
        if (call.count() == 2) {
            SetValue set = read(call);
            call.reply().bulkOrNull(set == null ? null : set.random(call.random()));
            return;
        }
        long count = RandomPicks.count(call.argument(2));
        SetValue set = read(call);
        if (set == null || count == 0) {
            call.reply().array(0);
        } else if (count < 0) {
            RandomPicks.repeated(call.reply(), -count, 1, set.picker(call.random()), ReplyWriter::bulk);
        } else {
            RandomPicks.all(call.reply(), set.sample(count, call.random()), 1, ReplyWriter::bulk);
        }
    }

    private static void scan(Call call) {
        long cursor = ScanOptions.cursor(call.argument(2));
        SetValue set = read(call);
        if (set == null) {
            ScanOptions.answerNothing(call.reply());
            return;
        }
        ScanOptions options = ScanOptions.ofCollection(call.arguments());
        List<byte[]> found = new ArrayList<>();
        options.answer(
                call.reply(),
                cursor,
                from -> set.scan(from, member -> {
                    if (options.matches(member)) {
                        found.add(member);
                    }
                }),
                found,
                1);
    }
}
