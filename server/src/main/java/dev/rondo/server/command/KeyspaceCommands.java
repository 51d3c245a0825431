package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.resp.Ascii;
import java.util.List;

/** Databases as a whole: how many keys they have, emptying, selecting and swapping them. */
final class KeyspaceCommands {
    private static final byte[] FLUSHDB = Ascii.bytes("FLUSHDB");

    private KeyspaceCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("dbsize", 1)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.KEYSPACE)
                        .tips("request_policy:all_shards", "response_policy:agg_sum")
                        .wholeKeyspace()
                        .runs(KeyspaceCommands::dbSize),
                flush("flushdb").runs(KeyspaceCommands::flushDb),
                flush("flushall").runs(KeyspaceCommands::flushAll),
                command("swapdb", 3)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.KEYSPACE, Category.DANGEROUS)
                        .wholeKeyspace()
                        .databases(1, 2)
                        .runs(KeyspaceCommands::swap),
                command("select", 2)
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .acl(Category.CONNECTION)
                        .runs(KeyspaceCommands::select));
    }

    private static CommandSpec flush(String name) {
        return command(name, -1)
                .flags(Flag.WRITE)
                .acl(Category.KEYSPACE, Category.DANGEROUS)
                .tips("request_policy:all_shards", "response_policy:all_succeeded")
                .wholeKeyspace();
    }

    private static void dbSize(Call call) {
        call.reply().integer(call.keyspace().primaryKeys());
    }

    private static void flushDb(Call call) {
        checkFlushOptions(call);
        if (call.isApplying()) {
            call.clear(call.appliedSlot());
        } else {
            flush(call, List.of(call.keyspace()));
        }
        call.reply().ok();
    }

    private static void flushAll(Call call) {
        checkFlushOptions(call);
        if (call.isApplying()) {
            call.clear(call.appliedSlot());
        } else {
            flush(call, call.databases().existing());
        }
        call.reply().ok();
    }

    /** ASYNC and SYNC are the same here: the memory is the garbage collector's to free. */
    private static void checkFlushOptions(Call call) {
        boolean known = call.count() == 2
                && (Arguments.is(call.argument(1), "async") || Arguments.is(call.argument(1), "sync"));
        if (call.count() > 1 && !known) {
            throw CommandException.syntax();
        }
    }

    private static void flush(Call call, List<Keyspace> keyspaces) {
        try {
            keyspaces.forEach(keyspace -> call.servedSlots().each(keyspace, slot -> {
                if (slot.size() > 0) {
                    call.clear(slot);
                    call.propagate(slot, FLUSHDB);
                }
            }));
        } finally { // also of some slots only: one that is being handed over has the command start anew
            call.flushed();
        }
    }

    private static void select(Call call) {
        int index = Arguments.toInt(call.argument(1));
        if (call.isCluster() && index != 0) {
            throw new CommandException("ERR SELECT is not allowed in cluster mode");
        }
        if (index < 0 || index >= call.databases().count()) {
            throw new CommandException("ERR DB index is out of range");
        }
        call.select(index);
        call.reply().ok();
    }

    private static void swap(Call call) {
        if (call.isCluster()) {
            throw new CommandException("ERR SWAPDB is not allowed in cluster mode");
        }
        int one = swapped(call, 1, "ERR invalid first DB index");
        int other = swapped(call, 2, "ERR invalid second DB index");
        if (Math.min(one, other) < 0 || Math.max(one, other) >= call.databases().count()) {
            throw new CommandException("ERR DB index is out of range");
        }
        if (one != other) {
            swap(call, call.databases().get(one), call.databases().get(other));
        }
        call.reply().ok();
    }

    private static int swapped(Call call, int argument, String error) {
        return (int) Arguments.toLong(call.argument(argument), Integer.MIN_VALUE, Integer.MAX_VALUE, error);
    }

    /** With every slot of both locked, nobody sees a part of it, or is in the middle of a command. */
    private static void swap(Call call, Keyspace one, Keyspace other) {
        SlotLocks locks = new SlotLocks();
        locks.addAll(one);
        locks.addAll(other);
        locks.lock();
        try {
            locks.all().forEach(call.servedSlots()::checkVacant);
            for (int i = 0; i < KeySlot.SLOTS; i++) {
                call.swap(one.slot(i), other.slot(i));
            }
            call.propagate(locks.first(), call.arguments());
            call.commitUnlessOneOfSeveral();
        } finally {
            locks.unlock();
        }
    }
}
