package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import java.util.List;

/** BGREWRITEAOF, BGSAVE, LASTSAVE and SAVE: nothing is kept on disk, and they say so. */
final class SnapshotCommands {
    private static final String NOTHING_KEPT = "ERR Nothing can be saved: this version keeps the data in memory only";

    private final long startedAtSeconds = System.currentTimeMillis() / 1000;

    List<CommandSpec> commands() {
        return List.of(
                saving("bgrewriteaof", 1).runs(SnapshotCommands::refuse),
                saving("bgsave", -1).runs(SnapshotCommands::save),
                saving("save", 1).flags(Flag.NO_MULTI).runs(SnapshotCommands::refuse),
                command("lastsave", 1)
                        .flags(Flag.LOADING, Flag.STALE, Flag.FAST)
                        .acl(Category.ADMIN, Category.DANGEROUS)
                        .tips("nondeterministic_output")
                        .runs(this::lastSave));
    }

    private static CommandSpec saving(String name, int arity) {
        return command(name, arity).flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.NO_ASYNC_LOADING);
    }

    private static void refuse(Call call) {
        throw new CommandException(NOTHING_KEPT);
    }

    private static void save(Call call) {
        if (call.count() > 2 || call.count() == 2 && !Arguments.is(call.argument(1), "schedule")) {
            throw CommandException.syntax();
        }
        refuse(call);
    }

    /** As in Redis before the first save, the time of the start. */
    private void lastSave(Call call) {
        call.reply().integer(startedAtSeconds);
    }
}
