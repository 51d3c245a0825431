package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.persistence.DumpPayload;
import dev.rondo.server.persistence.FunctionPayload;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.script.FunctionLibraries;
import dev.rondo.server.script.FunctionLibrary;
import dev.rondo.server.script.LibraryFunction;
import dev.rondo.server.script.ScriptException;
import dev.rondo.server.type.Glob;
import java.util.List;
import java.util.Locale;

/** FCALL, FCALL_RO and FUNCTION. */
final class FunctionCommands {
    private static final String FUNCTION = "function";
    private static final Category[] SCRIPTING = {Category.SCRIPTING};

    private final ScriptLanes lanes;
    private final FunctionLibraries libraries;

    FunctionCommands(ScriptLanes lanes) {
        this.lanes = lanes;
        this.libraries = lanes.functions();
    }

    List<CommandSpec> commands() {
        return List.of(
                running("fcall")
                        .flags(Flag.MAY_REPLICATE)
                        .countedKeys(2, "RW", "access", "update")
                        .runs(call -> call(call, false)),
                running("fcall_ro")
                        .flags(Flag.READONLY)
                        .countedKeys(2, "RO", "access")
                        .runs(call -> call(call, true)),
                command(FUNCTION, -2)
                        .subcommands(
                                changing("delete", 3).runs(this::delete),
                                help(),
                                telling("kill", 2)
                                        .flags(Flag.ALLOW_BUSY)
                                        .tips("request_policy:all_shards", "response_policy:one_succeeded")
                                        .runs(this::kill),
                                changing("restore", -3).flags(Flag.DENYOOM).runs(this::restore),
                                changing("load", -3).flags(Flag.DENYOOM).runs(this::load),
                                changing("flush", -2).runs(this::flush),
                                telling("dump", 2).runs(this::dump),
                                telling("list", -2)
                                        .tips("nondeterministic_output_order")
                                        .runs(this::list),
                                telling("stats", 2)
                                        .flags(Flag.ALLOW_BUSY)
                                        .tips(
                                                "nondeterministic_output",
                                                "request_policy:all_shards",
                                                "response_policy:special")
                                        .runs(this::stats))
                        .container());
    }

    private static CommandSpec running(String name) {
        return command(name, -3)
                .flags(Flag.NOSCRIPT, Flag.STALE, Flag.SKIP_MONITOR, Flag.NO_MANDATORY_KEYS, Flag.MOVABLEKEYS)
                .acl(Category.SCRIPTING)
                .on(CommandSpec.Lane.FUNCTIONS);
    }

    private static CommandSpec telling(String name, int arity) {
        return CommandSpec.subcommand(FUNCTION, name, arity)
                .flags(Flag.NOSCRIPT)
                .acl(Category.SCRIPTING);
    }

    /** A subcommand that changes the libraries, on the lane that has them. */
    private static CommandSpec changing(String name, int arity) {
        return telling(name, arity)
                .flags(Flag.WRITE)
                .tips("request_policy:all_shards", "response_policy:all_succeeded")
                .on(CommandSpec.Lane.FUNCTIONS);
    }

    private static CommandSpec help() {
        return Help.of(
                FUNCTION,
                SCRIPTING,
                "DELETE <library>",
                "Delete a library.",
                "DUMP",
                "Return all libraries in a form that RESTORE takes.",
                "FLUSH [ASYNC|SYNC]",
                "Delete all libraries.",
                "KILL",
                "End the function that takes too long and has not written.",
                "LIST [LIBRARYNAME <pattern>] [WITHCODE]",
                "Describe the libraries and their functions.",
                "LOAD [REPLACE] <code>",
                "Load a library.",
                "RESTORE <payload> [FLUSH|APPEND|REPLACE]",
                "Load the libraries that DUMP has returned.",
                "STATS",
                "Tell what function runs, and how many there are.");
    }

    // ---- FCALL ----

    private void call(Call call, boolean onlyReads) {
        LibraryFunction function = libraries.find(Ascii.string(call.argument(1)));
        if (function == null) {
            throw new CommandException("ERR Function not found");
        }
        Long keys = Arguments.longOrNull(call.argument(2));
        if (keys == null) {
            throw new CommandException("ERR Bad number of keys provided");
        }
        int count = ScriptCommands.checkKeys(call, keys);
        ScriptLane lane = call.script().lane();
        lane.check(function.flags(), onlyReads);
        try {
            lane.call(function, count, onlyReads);
        } catch (ScriptException e) {
            throw new CommandException("ERR " + e.getMessage());
        }
    }

    // ---- libraries ----

    private void load(Call call) {
        boolean replaces = false;
        for (int i = 2; i < call.count() - 1; i++) {
            if (!Arguments.is(call.argument(i), "replace")) {
                throw new CommandException("ERR Unknown option given: " + Ascii.cString(call.argument(i)));
            }
            replaces = true;
        }
        try {
            call.reply().bulk(libraries.load(call.argument(call.count() - 1), replaces));
        } catch (ScriptException e) {
            throw new CommandException("ERR " + e.getMessage());
        }
    }

    private void delete(Call call) {
        try {
            libraries.delete(Ascii.string(call.argument(2)));
        } catch (ScriptException e) {
            throw new CommandException("ERR " + e.getMessage());
        }
        call.reply().ok();
    }

    private void flush(Call call) {
        if (call.count() > 3) {
            throw wrongForm(call);
        }
        boolean known =
                call.count() == 2 || Arguments.is(call.argument(2), "sync") || Arguments.is(call.argument(2), "async");
        if (!known) {
            throw new CommandException("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
        }
        libraries.flush();
        call.reply().ok();
    }

    private static CommandException wrongForm(Call call) {
        return new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                + Ascii.cString(call.argument(1)) + "'. Try FUNCTION HELP.");
    }

    private void dump(Call call) {
        call.reply()
                .bulk(FunctionPayload.dump(
                        libraries.all().stream().map(FunctionLibrary::code).toList()));
    }

    private void restore(Call call) {
        if (call.count() > 4) {
            throw wrongForm(call);
        }
        FunctionLibraries.Restoring how =
                call.count() == 3 ? FunctionLibraries.Restoring.APPEND : restoring(call.argument(3));
        byte[] payload = call.argument(2);
        if (!DumpPayload.isIntact(payload)) {
            throw new CommandException("ERR DUMP payload version or checksum are wrong");
        }
        try {
            libraries.restore(FunctionPayload.parse(payload), how);
        } catch (FunctionPayload.FormatException | ScriptException e) {
            throw new CommandException("ERR " + e.getMessage());
        }
        call.reply().ok();
    }

    private static FunctionLibraries.Restoring restoring(byte[] word) {
        for (FunctionLibraries.Restoring each : FunctionLibraries.Restoring.values()) {
            if (Arguments.is(word, each.name().toLowerCase(Locale.ROOT))) {
                return each;
            }
        }
        throw new CommandException("ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.");
    }

    // ---- telling ----

    private void kill(Call call) {
        lanes.kill(true);
        call.reply().ok();
    }

    private void list(Call call) {
        byte[] pattern = null;
        boolean withCode = false;
        for (int i = 2; i < call.count(); i++) {
            if (!withCode && Arguments.is(call.argument(i), "withcode")) {
                withCode = true;
            } else if (pattern == null && Arguments.is(call.argument(i), "libraryname")) {
                if (i + 1 == call.count()) {
                    throw new CommandException("ERR library name argument was not given");
                }
                pattern = call.argument(++i);
            } else {
                throw new CommandException("ERR Unknown argument " + Ascii.cString(call.argument(i)));
            }
        }
        ReplyWriter reply = call.reply();
        int mark = reply.mark();
        int count = 0;
        for (FunctionLibrary library : libraries.all()) {
            if (pattern == null || Glob.matchesIgnoringCase(pattern, Ascii.bytes(library.name()))) {
                write(reply, library, withCode);
                count++;
            }
        }
        reply.arrayAt(mark, count);
    }

    private static void write(ReplyWriter reply, FunctionLibrary library, boolean withCode) {
        reply.map(withCode ? 4 : 3);
        reply.bulk("library_name");
        reply.bulk(library.name());
        reply.bulk("engine");
        reply.bulk("LUA");
        reply.bulk("functions");
        reply.array(library.functions().size());
        for (LibraryFunction function : library.functions().values()) {
            reply.map(3);
            reply.bulk("name");
            reply.bulk(function.name());
            reply.bulk("description");
            reply.bulkOrNull(function.description());
            reply.bulk("flags");
            reply.set(function.flags().size());
            function.flags().forEach(flag -> reply.simple(flag.redisName()));
        }
        if (withCode) {
            reply.bulk("library_code");
            reply.bulk(library.code());
        }
    }

    private void stats(Call call) {
        ReplyWriter reply = call.reply();
        reply.map(2);
        reply.bulk("running_script");
        ScriptRun run = lanes.presentFunction();
        if (run == null) {
            reply.nullBulk();
        } else {
            reply.map(3);
            reply.bulk("name");
            reply.bulk(run.name());
            reply.bulk("command");
            reply.array(run.request().arguments().length);
            for (byte[] argument : run.request().arguments()) {
                reply.bulk(argument);
            }
            reply.bulk("duration_ms");
            reply.integer(run.elapsedMs());
        }
        reply.bulk("engines");
        reply.map(1);
        reply.bulk("LUA");
        reply.map(2);
        reply.bulk("libraries_count");
        reply.integer(libraries.all().size());
        reply.bulk("functions_count");
        reply.integer(libraries.functionCount());
    }
}
