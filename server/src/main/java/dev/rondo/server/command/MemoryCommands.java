package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Footprint;
import java.util.List;

/** MEMORY: what keys cost. */
final class MemoryCommands {
    private static final String MEMORY = "memory";

    private MemoryCommands() {}

    static List<CommandSpec> commands() {
        return List.of(command(MEMORY, -2)
                .subcommands(
                        Help.of(
                                MEMORY,
                                new Category[0],
                                "USAGE <key> [SAMPLES <count>]",
                                "Estimate the bytes that a key and its value take in memory."),
                        CommandSpec.subcommand(MEMORY, "usage", -3)
                                .flags(Flag.READONLY)
                                .keys(2, 2, 1, "RO")
                                .runs(MemoryCommands::usage))
                .container());
    }

    private static void usage(Call call) {
        for (int i = 3; i < call.count(); i += 2) {
            if (!Arguments.is(call.argument(i), "samples") || i + 1 == call.count()) {
                throw CommandException.syntax();
            }
            if (call.longArgument(i + 1) < 0) {
                throw CommandException.syntax();
            }
        }
        Entry entry = call.peek(call.argument(2));
        if (entry == null) {
            call.reply().nullBulk();
        } else {
            call.reply().integer(Footprint.of(entry));
        }
    }
}
