package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.resp.Ascii;
import java.util.List;

/** Databases as a whole: how many keys they have, emptying and selecting them. */
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
            keyspaces.forEach(keyspace -> call.eachServedSlot(keyspace, slot -> {
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
}
