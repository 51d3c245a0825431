package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import java.util.List;

/** MULTI, EXEC, DISCARD, WATCH and UNWATCH. The dispatcher queues commands and runs an open transaction's EXEC. */
final class TransactionCommands {
    private TransactionCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                spec("multi", 1).flags(Flag.FAST, Flag.ALLOW_BUSY).notQueued().runs(TransactionCommands::multi),
                spec("exec", 1).flags(Flag.SKIP_SLOWLOG).notQueued().runs(TransactionCommands::exec),
                spec("discard", 1).flags(Flag.FAST, Flag.ALLOW_BUSY).notQueued().runs(TransactionCommands::discard),
                spec("watch", -2)
                        .flags(Flag.FAST, Flag.ALLOW_BUSY)
                        .keys(1, -1, 1, "RO")
                        .notQueued()
                        .runs(TransactionCommands::watch),
                spec("unwatch", 1).flags(Flag.FAST, Flag.ALLOW_BUSY).runs(TransactionCommands::unwatch));
    }

    private static CommandSpec spec(String name, int arity) {
        return command(name, arity)
                .flags(Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                .acl(Category.TRANSACTION);
    }

    private static void multi(Call call) {
        Transaction transaction = call.client().transaction();
        if (transaction.isOpen()) {
            throw new CommandException("ERR MULTI calls can not be nested");
        }
        transaction.open();
        call.reply().ok();
    }

    /** Runs only when there is no transaction to execute. */
    private static void exec(Call call) {
        throw new CommandException("ERR EXEC without MULTI");
    }

    private static void discard(Call call) {
        Transaction transaction = call.client().transaction();
        if (!transaction.isOpen()) {
            throw new CommandException("ERR DISCARD without MULTI");
        }
        transaction.close();
        call.reply().ok();
    }

    private static void watch(Call call) {
        Transaction transaction = call.client().transaction();
        if (transaction.isOpen()) {
            throw new CommandException("ERR WATCH inside MULTI is not allowed");
        }
        for (int i = 1; i < call.count(); i++) {
            byte[] key = call.argument(i);
            call.peek(key); // removes an expired key now, so that its removal later is no change
            transaction.watch(call.slotOf(key), key, call.nowMs());
        }
        call.reply().ok();
    }

    private static void unwatch(Call call) {
        call.client().transaction().unwatch();
        call.reply().ok();
    }
}
