package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.DataType;
import dev.rondo.server.type.ListValue;
import java.util.Arrays;
import java.util.List;

/** Elements that go from one list to another, or out of the first of several lists; at once, or when there are some. */
final class ListMoveCommands {
    private static final byte[] LPOP = Ascii.bytes("LPOP");
    private static final byte[] RPOP = Ascii.bytes("RPOP");
    private static final byte[] LMOVE = Ascii.bytes("LMOVE");
    private static final byte[] RPOPLPUSH = Ascii.bytes("RPOPLPUSH");

    private ListMoveCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                move("lmove", 5).runs(call -> moveNow(call, Move.between(call))),
                move("rpoplpush", 3).runs(call -> moveNow(call, Move.RIGHT_TO_LEFT)),
                command("lmpop", -4)
                        .flags(Flag.WRITE, Flag.MOVABLEKEYS)
                        .acl(Category.LIST)
                        .countedKeys(1, "RW", "access", "delete")
                        .runs(ListMoveCommands::popFromFirst),
                pop("blpop").runs(call -> popOrWait(call, true)),
                pop("brpop").runs(call -> popOrWait(call, false)),
                move("blmove", 6)
                        .flags(Flag.NOSCRIPT, Flag.BLOCKING)
                        .runs(call -> moveOrWait(call, Move.between(call), call.argument(5))),
                move("brpoplpush", 4)
                        .flags(Flag.NOSCRIPT, Flag.BLOCKING)
                        .runs(call -> moveOrWait(call, Move.RIGHT_TO_LEFT, call.argument(3))),
                command("blmpop", -5)
                        .flags(Flag.WRITE, Flag.BLOCKING, Flag.MOVABLEKEYS)
                        .acl(Category.LIST)
                        .countedKeys(2, "RW", "access", "delete")
                        .runs(ListMoveCommands::popFromFirstOrWait));
    }

    private static CommandSpec move(String name, int arity) {
        return command(name, arity)
                .flags(Flag.WRITE, Flag.DENYOOM)
                .acl(Category.LIST)
                .keys(1, 1, 1, "RW", "access", "delete")
                .keys(2, 2, 1, "RW", "insert");
    }

    private static CommandSpec pop(String name) {
        return command(name, -3)
                .flags(Flag.WRITE, Flag.NOSCRIPT, Flag.BLOCKING)
                .acl(Category.LIST)
                .keys(1, -2, 1, "RW", "access", "delete");
    }

    private static boolean isLeft(byte[] word) {
        boolean left = Arguments.is(word, "left");
        if (!left && !Arguments.is(word, "right")) {
            throw CommandException.syntax();
        }
        return left;
    }

    // ---- from list to list ----

    /** From which end to which end. */
    private record Move(boolean fromLeft, boolean toLeft) {
        static final Move RIGHT_TO_LEFT = new Move(false, true);

        /** As LMOVE and BLMOVE name the ends. */
        static Move between(Call call) {
            return new Move(isLeft(call.argument(3)), isLeft(call.argument(4)));
        }
    }

    private static void moveNow(Call call, Move move) {
        Entry source = call.write(call.argument(1), ListValue.class);
        if (source == null) {
            call.reply().nullBulk();
        } else {
            move(call, source, move);
        }
    }

    private static void move(Call call, Entry source, Move move) {
        byte[] to = call.argument(2);
        Entry target = call.write(to, ListValue.class);
        ListValue list = (ListValue) source.value();
        byte[] element = list.get(move.fromLeft ? 0 : list.size() - 1);
        if (target == source) {
            ListCommands.remove(call, list, 1, move.fromLeft);
            ListCommands.add(call, list, element, move.toLeft);
            call.changed(source, EventClass.LIST, ListCommands.pushed(move.toLeft));
            call.event(EventClass.LIST, ListCommands.popped(move.fromLeft), source.key());
        } else {
            Entry present = target == null ? call.writeOrAdd(to, ListValue.class, ListValue::new) : target;
            ListCommands.add(call, (ListValue) present.value(), element, move.toLeft);
            call.changed(present, EventClass.LIST, ListCommands.pushed(move.toLeft));
            ListCommands.remove(call, list, 1, move.fromLeft);
            call.changedOrEmptied(source, EventClass.LIST, ListCommands.popped(move.fromLeft));
        }
        call.reply().bulk(element);
    }

    private static void moveOrWait(Call call, Move move, byte[] timeout) {
        byte[][] keys = {call.argument(1)};
        KeyWait.Popper popper = (serving, source) -> {
            move(serving, source, move);
            propagateMove(serving);
        };
        new KeyWait(
                        keys,
                        call.argument(2),
                        Arguments.timeoutMs(timeout, call.nowMs()),
                        popper.from(DataType.LIST),
                        call.mayWait() ? ReplyWriter::nullArray : ReplyWriter::nullBulk)
                .takeOrWait(call);
    }

    private static void propagateMove(Call call) {
        if (call.count() == 4) {
            call.propagate(RPOPLPUSH, call.argument(1), call.argument(2));
        } else {
            call.propagate(LMOVE, call.argument(1), call.argument(2), call.argument(3), call.argument(4));
        }
    }

    // ---- from the first of several lists ----

    private static void popOrWait(Call call, boolean left) {
        byte[][] keys = Arrays.copyOfRange(call.arguments(), 1, call.count() - 1);
        long timeoutMs = Arguments.timeoutMs(call.argument(call.count() - 1), call.nowMs());
        KeyWait.Popper popper = (serving, entry) -> {
            serving.reply().array(2);
            serving.reply().bulk(entry.key());
            serving.reply().bulk(ListCommands.take(serving, entry, left));
            serving.propagate(left ? LPOP : RPOP, entry.key());
        };
        KeyWait.on(keys, timeoutMs, popper.from(DataType.LIST)).takeOrWait(call);
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

    /** What LMPOP and BLMPOP ask for. */
    private record PopFromFirst(byte[][] keys, boolean left, long count) {
        static PopFromFirst parse(Call call, int countAt) {
            long keys =
                    Arguments.toLong(call.argument(countAt), 1, Long.MAX_VALUE, "ERR numkeys should be greater than 0");
            if (keys >= call.count() - countAt - 1) {
                throw CommandException.syntax();
            }
            int sideAt = countAt + (int) keys + 1;
            boolean left = isLeft(call.argument(sideAt));
            return new PopFromFirst(
                    Arrays.copyOfRange(call.arguments(), countAt + 1, sideAt), left, countOption(call, sideAt + 1));
        }

        KeyWait within(long timeoutMs) {
            KeyWait.Popper popper = (call, entry) -> {
                long popped = Math.min(count, ((ListValue) entry.value()).size());
                call.reply().array(2);
                call.reply().bulk(entry.key());
                ListCommands.popAll(call, entry, left, popped);
                call.propagate(left ? LPOP : RPOP, entry.key(), Ascii.decimal(popped));
            };
            return KeyWait.on(keys, timeoutMs, popper.from(DataType.LIST));
        }
    }

    /** The option COUNT, which stands at the end. */
    private static long countOption(Call call, int at) {
        if (at == call.count()) {
            return 1;
        }
        if (at + 1 >= call.count() || !Arguments.is(call.argument(at), "count")) {
            throw CommandException.syntax();
        }
        long count = Arguments.toLong(call.argument(at + 1), 1, Long.MAX_VALUE, "ERR count should be greater than 0");
        if (at + 2 != call.count()) {
            throw CommandException.syntax();
        }
        return count;
    }
}
