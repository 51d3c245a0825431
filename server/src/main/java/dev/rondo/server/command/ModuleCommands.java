package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;
import static dev.rondo.server.command.CommandSpec.subcommand;

import java.util.List;

/** MODULE: there are none, and none can be loaded. */
final class ModuleCommands {
    private static final String MODULE = "module";

    private ModuleCommands() {}

    static List<CommandSpec> commands() {
        return List.of(command(MODULE, -2)
                .subcommands(
                        Help.of(MODULE, new Category[0], "LIST", "Show the modules, of which there are none."),
                        subcommand(MODULE, "list", 2)
                                .flags(Flag.ADMIN, Flag.NOSCRIPT)
                                .tips("nondeterministic_output_order")
                                .runs(call -> call.reply().array(0)),
                        loading("load", -3),
                        loading("loadex", -3),
                        loading("unload", 3))
                .container());
    }

    private static CommandSpec loading(String name, int arity) {
        return subcommand(MODULE, name, arity)
                .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.NO_ASYNC_LOADING)
                .runs(ModuleCommands::refuse);
    }

    private static void refuse(Call call) {
        throw new CommandException("ERR Modules of Redis can't run here");
    }
}
