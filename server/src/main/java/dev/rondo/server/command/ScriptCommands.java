package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.script.Script;
import dev.rondo.server.script.ScriptCache;
import dev.rondo.server.script.ScriptException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** EVAL and its kin, and SCRIPT. */
final class ScriptCommands {
    private static final String SCRIPT = "script";
    private static final int SHA1_CHARS = 40;
    private static final Category[] SCRIPTING = {Category.SCRIPTING};

    private final ScriptLanes lanes;

    ScriptCommands(ScriptLanes lanes) {
        this.lanes = lanes;
    }

    List<CommandSpec> commands() {
        return List.of(
                writing("eval").runs(call -> eval(call, false)),
                writing("evalsha").runs(call -> evalSha(call, false)),
                reading("eval_ro").runs(call -> eval(call, true)),
                reading("evalsha_ro").runs(call -> evalSha(call, true)),
                command(SCRIPT, -2)
                        .subcommands(
                                help(),
                                sub("flush", -2)
                                        .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                        .runs(this::flush),
                                sub("exists", -3)
                                        .tips("request_policy:all_shards", "response_policy:agg_logical_and")
                                        .runs(this::exists),
                                sub("kill", 2)
                                        .flags(Flag.ALLOW_BUSY)
                                        .tips("request_policy:all_shards", "response_policy:one_succeeded")
                                        .runs(this::kill),
                                sub("debug", 3).runs(ScriptCommands::debug),
                                sub("load", 3)
                                        .flags(Flag.STALE)
                                        .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                        .on(CommandSpec.Lane.SCRIPTS)
                                        .runs(ScriptCommands::load))
                        .container());
    }

    /** The declaration of a command that runs scripts; what they do with their keys nobody knows. */
    private static CommandSpec running(String name) {
        return command(name, -3)
                .flags(Flag.NOSCRIPT, Flag.STALE, Flag.SKIP_MONITOR, Flag.NO_MANDATORY_KEYS, Flag.MOVABLEKEYS)
                .acl(Category.SCRIPTING)
                .on(CommandSpec.Lane.SCRIPTS);
    }

    private static CommandSpec writing(String name) {
        return running(name).flags(Flag.MAY_REPLICATE).countedKeys(2, "RW", "access", "update");
    }

    private static CommandSpec reading(String name) {
        return running(name).flags(Flag.READONLY).countedKeys(2, "RO", "access");
    }

    private static CommandSpec sub(String name, int arity) {
        return CommandSpec.subcommand(SCRIPT, name, arity).flags(Flag.NOSCRIPT).acl(Category.SCRIPTING);
    }

    private static CommandSpec help() {
        return Help.of(
                SCRIPT,
                SCRIPTING,
                "DEBUG NO",
                "Scripts can not be debugged here.",
                "EXISTS <sha1> [<sha1> ...]",
                "Tell which scripts the cache has.",
                "FLUSH [ASYNC|SYNC]",
                "Empty the cache of scripts.",
                "KILL",
                "End the scripts that take too long and have not written.",
                "LOAD <script>",
                "Put a script into the cache without running it.");
    }

    // ---- EVAL ----

    private static void eval(Call call, boolean onlyReads) {
        int keys = keys(call);
        try {
            evaluate(call, call.script().lane().evaluator().define(call.argument(1), false), keys, onlyReads);
        } catch (ScriptException e) {
            throw new CommandException("ERR " + e.getMessage());
        }
    }

    private void evalSha(Call call, boolean onlyReads) {
        byte[] sha1 = call.argument(1);
        if (sha1.length != SHA1_CHARS) {
            throw new CommandException(Errors.NO_SCRIPT);
        }
        int keys = keys(call);
        Script script = lanes.cache().find(Ascii.string(sha1));
        if (script == null) {
            throw new CommandException(Errors.NO_SCRIPT);
        }
        try {
            evaluate(call, script, keys, onlyReads);
        } catch (ScriptException e) {
            throw new CommandException("ERR " + e.getMessage());
        }
    }

    private static void evaluate(Call call, Script script, int keys, boolean onlyReads) throws ScriptException {
        ScriptLane lane = call.script().lane();
        lane.check(script.flags(), onlyReads);
        lane.evaluate(script, keys, onlyReads);
    }

    /** How many of the arguments behind the number are keys. */
    private static int keys(Call call) {
        return checkKeys(call, call.longArgument(2));
    }

    /** The number of keys, if there are so many arguments. */
    static int checkKeys(Call call, long keys) {
        if (keys > call.count() - 3) {
            throw new CommandException("ERR Number of keys can't be greater than number of args");
        }
        if (keys < 0) {
            throw new CommandException("ERR Number of keys can't be negative");
        }
        return (int) keys;
    }

    /**
     * The script that a command names, by its digest or its text; null when it is not known, or says nothing of itself.
     */
    static @Nullable Script peek(ScriptCache cache, CommandSpec spec, byte[] argument) {
        if (spec.name().startsWith("evalsha")) {
            return cache.find(Ascii.string(argument));
        }
        try {
            return spec.name().startsWith("eval") && Script.describesItself(argument) ? Script.of(argument) : null;
        } catch (ScriptException e) {
            return null; // the command will say what is wrong
        }
    }

    // ---- SCRIPT ----

    private static void load(Call call) {
        try {
            Script script = call.script().lane().evaluator().define(call.argument(2), true);
            call.reply().bulk(script.sha1());
        } catch (ScriptException e) {
            throw new CommandException("ERR " + e.getMessage());
        }
    }

    private void exists(Call call) {
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            call.reply().integer(lanes.cache().find(Ascii.string(call.argument(i))) == null ? 0 : 1);
        }
    }

    private void flush(Call call) {
        boolean known = call.count() == 3
                && (Arguments.is(call.argument(2), "sync") || Arguments.is(call.argument(2), "async"));
        if (call.count() > 2 && !known) {
            throw new CommandException("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
        }
        lanes.cache().flush();
        call.reply().ok();
    }

    private void kill(Call call) {
        lanes.kill(false);
        call.reply().ok();
    }

    private static void debug(Call call) {
        if (!Arguments.is(call.argument(2), "no")) {
            throw new CommandException(
                    Arguments.is(call.argument(2), "yes") || Arguments.is(call.argument(2), "sync")
                            ? "ERR Scripts can not be debugged here"
                            : "ERR Use SCRIPT DEBUG YES/SYNC/NO");
        }
        call.reply().ok();
    }
}
