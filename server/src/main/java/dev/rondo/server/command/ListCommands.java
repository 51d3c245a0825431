package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.ListValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists: their ends, their elements by index or by value, and ranges of them. */
final class ListCommands {
    private static final String MUST_BE_POSITIVE = "ERR value is out of range, must be positive";

    private ListCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                push("lpush").runs(call -> push(call, true, false)),
                push("rpush").runs(call -> push(call, false, false)),
                push("lpushx").runs(call -> push(call, true, true)),
                push("rpushx").runs(call -> push(call, false, true)),
                command("lpop", -2)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RW", "access", "delete")
                        .runs(call -> pop(call, true)),
                command("rpop", -2)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RW", "access", "delete")
                        .runs(call -> pop(call, false)),
                command("llen", 2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RO")
                        .runs(ListCommands::length),
                command("lrange", 4)
                        .flags(Flag.READONLY)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(ListCommands::range),
                command("lindex", 3)
                        .flags(Flag.READONLY)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(ListCommands::index),
                command("lset", 4)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RW", "update")
                        .runs(ListCommands::set),
                command("linsert", 5)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RW", "insert")
                        .runs(ListCommands::insert),
                command("lrem", 4)
                        .flags(Flag.WRITE)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RW", "delete")
                        .runs(ListCommands::remove),
                command("ltrim", 4)
                        .flags(Flag.WRITE)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RW", "delete")
                        .runs(ListCommands::trim),
                command("lpos", -3)
                        .flags(Flag.READONLY)
                        .acl(Category.LIST)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(ListCommands::position));
    }

    private static CommandSpec push(String name) {
        return command(name, -3)
                .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                .acl(Category.LIST)
                .keys(1, 1, 1, "RW", "insert");
    }

    // ---- the ends ----

    private static void push(Call call, boolean left, boolean onlyIfPresent) {
        byte[] key = call.argument(1);
        Entry entry = onlyIfPresent
                ? call.write(key, ListValue.class)
                : call.writeOrAdd(key, ListValue.class, ListValue::new);
        if (entry == null) {
            call.reply().integer(0);
            return;
        }
        ListValue list = (ListValue) entry.value();
        long bytes = 0;
        for (int i = 2; i < call.count(); i++) {
            bytes += call.argument(i).length;
        }
        list.prepareFor(bytes, call.count() - 2, call.limits());
        for (int i = 2; i < call.count(); i++) {
            add(call, list, call.argument(i), left);
        }
        call.changed(entry, EventClass.LIST, pushed(left));
        call.reply().integer(list.size());
    }

    /** The event of elements added at an end. */
    static String pushed(boolean left) {
        return left ? "lpush" : "rpush";
    }

    /** The event of elements removed at an end. */
    static String popped(boolean left) {
        return left ? "lpop" : "rpop";
    }

    static void add(Call call, ListValue list, byte[] element, boolean left) {
        if (left) {
            list.addFirst(element, call.limits());
        } else {
            list.addLast(element, call.limits());
        }
    }

    private static void pop(Call call, boolean left) {
        if (call.count() > 3) {
            throw CommandException.wrongArity(call.spec().fullName());
        }
        boolean counted = call.count() == 3;
        long count = counted ? Arguments.toLong(call.argument(2), 0, Long.MAX_VALUE, MUST_BE_POSITIVE) : 1;
        Entry entry = call.write(call.argument(1), ListValue.class);
        if (entry == null && counted) {
            call.reply().nullArray();
        } else if (entry == null) {
            call.reply().nullBulk();
        } else if (counted) {
            popAll(call, entry, left, count);
        } else {
            call.reply().bulk(take(call, entry, left));
        }
    }

    /** Replies with an array of up to {@code count} elements, which it removes, the nearest to the end first. */
    static void popAll(Call call, Entry entry, boolean left, long count) {
        ListValue list = (ListValue) entry.value();
        long popped = Math.min(count, list.size());
        call.reply().array((int) popped);
        if (popped == 0) {
            return;
        }
        if (left) {
            list.forEach(0, popped, elementsTo(call.reply()));
        } else {
            list.forEachFromTail(popped, elementsTo(call.reply()));
        }
        remove(call, list, popped, left);
        call.changedOrEmptied(entry, EventClass.LIST, popped(left));
    }

    /** Removes the element at an end. */
    static byte[] take(Call call, Entry entry, boolean left) {
        ListValue list = (ListValue) entry.value();
        byte[] element = list.get(left ? 0 : list.size() - 1);
        remove(call, list, 1, left);
        call.changedOrEmptied(entry, EventClass.LIST, popped(left));
        return element;
    }

    static void remove(Call call, ListValue list, long elements, boolean left) {
        if (left) {
            list.removeFirst(elements, call.limits());
        } else {
            list.removeLast(elements, call.limits());
        }
    }

    private static ListValue.Visitor elementsTo(ReplyWriter reply) {
        return new ListValue.Visitor() {
            @Override
            public void bytes(byte[] array, int offset, int length) {
                reply.bulk(array, offset, length);
            }

            @Override
            public void number(long value) {
                reply.bulkLong(value);
            }
        };
    }

    // ---- by index ----

    private static void length(Call call) {
        ListValue list = call.read(call.argument(1), ListValue.class);
        call.reply().integer(list == null ? 0 : list.size());
    }

    private static void range(Call call) {
        long start = call.longArgument(2);
        long stop = call.longArgument(3);
        ListValue list = call.read(call.argument(1), ListValue.class);
        long size = list == null ? 0 : list.size();
        long from = Math.max(0, fromHead(start, size));
        long count = elements(from, fromHead(stop, size), size);
        call.reply().array((int) count);
        if (list != null && count > 0) {
            list.forEach(from, count, elementsTo(call.reply()));
        }
    }

    /** The index counted from the head; it may be outside the list. */
    private static long fromHead(long index, long size) {
        return index < 0 ? index + size : index;
    }

    /** How many elements there are from an index to another one, inclusively. */
    private static long elements(long from, long to, long size) {
        long last = Math.min(size - 1, to);
        return from >= size || last < from ? 0 : last - from + 1;
    }

    private static void index(Call call) {
        ListValue list = call.read(call.argument(1), ListValue.class);
        if (list == null) {
            call.reply().nullBulk();
            return;
        }
        long index = fromHead(call.longArgument(2), list.size());
        if (index < 0 || index >= list.size()) {
            call.reply().nullBulk();
        } else {
            list.forEach(index, 1, elementsTo(call.reply()));
        }
    }

    private static void set(Call call) {
        Entry entry = call.write(call.argument(1), ListValue.class);
        if (entry == null) {
            throw new CommandException("ERR no such key");
        }
        ListValue list = (ListValue) entry.value();
        long index = fromHead(call.longArgument(2), list.size());
        if (index < 0 || index >= list.size()) {
            throw new CommandException("ERR index out of range");
        }
        list.set(index, call.argument(3), call.limits());
        call.changed(entry, EventClass.LIST, "lset");
        call.reply().ok();
    }

    private static void trim(Call call) {
        long start = call.longArgument(2);
        long stop = call.longArgument(3);
        Entry entry = call.write(call.argument(1), ListValue.class);
        if (entry != null) {
            ListValue list = (ListValue) entry.value();
            long size = list.size();
            long from = Math.max(0, fromHead(start, size));
            long kept = elements(from, fromHead(stop, size), size);
            if (kept == size) {
                call.touched(entry);
                call.event(EventClass.LIST, "ltrim", entry.key());
            } else {
                list.removeLast(kept == 0 ? size : size - from - kept, call.limits());
                list.removeFirst(kept == 0 ? 0 : from, call.limits());
                call.changedOrEmptied(entry, EventClass.LIST, "ltrim");
            }
        }
        call.reply().ok();
    }

    // ---- by value ----

    private static void insert(Call call) {
        boolean behind = Arguments.is(call.argument(2), "after");
        if (!behind && !Arguments.is(call.argument(2), "before")) {
            throw CommandException.syntax();
        }
        Entry entry = call.write(call.argument(1), ListValue.class);
        if (entry == null) {
            call.reply().integer(0);
            return;
        }
        ListValue list = (ListValue) entry.value();
        long pivot = list.indexOf(call.argument(3));
        if (pivot < 0) {
            call.reply().integer(-1);
            return;
        }
        list.insert(behind ? pivot + 1 : pivot, call.argument(4), call.limits());
        call.changed(entry, EventClass.LIST, "linsert");
        call.reply().integer(list.size());
    }

    private static void remove(Call call) {
        long count = call.longArgument(2);
        Entry entry = call.write(call.argument(1), ListValue.class);
        long removed = entry == null ? 0 : ((ListValue) entry.value()).remove(call.argument(3), count, call.limits());
        if (entry != null && removed > 0) {
            call.changedOrEmptied(entry, EventClass.LIST, "lrem");
        }
        call.reply().integer(removed);
    }

    /** The options of LPOS. */
    private record Search(long rank, @Nullable Long count, long mostCompared) {
        static Search parse(Call call) {
            long rank = 1;
            Long count = null;
            long mostCompared = 0;
            for (int i = 3; i < call.count(); i += 2) {
                byte[] option = call.argument(i);
                if (i + 1 == call.count()) {
                    throw CommandException.syntax();
                }
                byte[] value = call.argument(i + 1);
                if (Arguments.is(option, "rank")) {
                    rank = rank(value);
                } else if (Arguments.is(option, "count")) {
                    count = Arguments.toLong(value, 0, Long.MAX_VALUE, "ERR COUNT can't be negative");
                } else if (Arguments.is(option, "maxlen")) {
                    mostCompared = Arguments.toLong(value, 0, Long.MAX_VALUE, "ERR MAXLEN can't be negative");
                } else {
                    throw CommandException.syntax();
                }
            }
            return new Search(rank, count, mostCompared);
        }

        private static long rank(byte[] argument) {
            long rank = Arguments.toLong(argument);
            if (rank == Long.MIN_VALUE) {
                throw new CommandException(
                        "ERR value is out of range, value must between " + -Long.MAX_VALUE + " and " + Long.MAX_VALUE);
            }
            if (rank == 0) {
                throw new CommandException("ERR RANK can't be zero: use 1 to start from the first match, 2 from"
                        + " the second ... or use negative to start from the end of the list");
            }
            return rank;
        }

        private static long orAll(long number) {
            return number == 0 ? Long.MAX_VALUE : number;
        }

        /** Replies with the indices found: an array where a count was given. */
        void run(@Nullable ListValue list, byte[] element, ReplyWriter reply) {
            int mark = reply.mark();
            int[] found = {0};
            if (list != null) {
                long most = count == null ? 1 : orAll(count);
                list.find(element, rank < 0, Math.abs(rank) - 1, most, orAll(mostCompared), index -> {
                    reply.integer(index);
                    found[0]++;
                });
            }
            if (count != null) {
                reply.arrayAt(mark, found[0]);
            } else if (found[0] == 0) {
                reply.nullBulk();
            }
        }
    }

    private static void position(Call call) {
        Search search = Search.parse(call);
        search.run(call.read(call.argument(1), ListValue.class), call.argument(2), call.reply());
    }
}
