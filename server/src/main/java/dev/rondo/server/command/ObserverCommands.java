package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.SlowLog;
import java.util.List;

/** Watching the commands that a node runs: MONITOR and SLOWLOG. */
final class ObserverCommands {
    private static final Category[] NONE = {};
    private static final String SLOWLOG = "slowlog";
    private static final long ENTRIES = 10;

    private final NodeParts parts;
    private final OutputPolicy outputPolicy;

    ObserverCommands(NodeParts parts) {
        this.parts = parts;
        this.outputPolicy = new OutputPolicy(parts.config());
    }

    List<CommandSpec> commands() {
        return List.of(
                command("monitor", 1)
                        .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                        .runs(this::monitor),
                command(SLOWLOG, -2)
                        .subcommands(
                                slowLog("get", -2)
                                        .tips("request_policy:all_nodes", "nondeterministic_output")
                                        .runs(this::get),
                                Help.of(
                                        SLOWLOG,
                                        NONE,
                                        "GET [<count>]",
                                        "Show the latest slow commands (10 unless told, -1 for all): id, Unix time,"
                                                + " microseconds, arguments, address and name of the client.",
                                        "LEN",
                                        "Tell how many slow commands are kept.",
                                        "RESET",
                                        "Forget them."),
                                slowLog("len", 2)
                                        .tips(
                                                "request_policy:all_nodes",
                                                "response_policy:agg_sum",
                                                "nondeterministic_output")
                                        .runs(call ->
                                                call.reply().integer(slowLog().size())),
                                slowLog("reset", 2)
                                        .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                        .runs(this::reset))
                        .container());
    }

    private static CommandSpec slowLog(String name, int arity) {
        return CommandSpec.subcommand(SLOWLOG, name, arity).flags(Flag.ADMIN, Flag.LOADING, Flag.STALE);
    }

    private SlowLog slowLog() {
        return parts.node().get().observers().slowLog();
    }

    /** A client that monitors already is not answered, as in Redis. */
    private void monitor(Call call) {
        Client client = call.client();
        if (client.isInTransaction()) {
            throw new CommandException("ERR MONITOR isn't allowed for DENY BLOCKING client");
        }
        if (!client.isMonitor()) {
            client.monitors(parts.node().get().observers().monitors());
            outputPolicy.apply(client);
            call.reply().ok();
        }
    }

    private void get(Call call) {
        if (call.count() > 3) {
            throw new CommandException(
                    "ERR unknown subcommand or wrong number of arguments for 'get'." + " Try SLOWLOG HELP.");
        }
        long count = ENTRIES;
        if (call.count() == 3) {
            count = Arguments.toLong(
                    call.argument(2), -1, Long.MAX_VALUE, "ERR count should be greater than or equal to -1");
        }
        List<SlowLog.Entry> entries = slowLog().latest(count < 0 ? Long.MAX_VALUE : count);
        ReplyWriter reply = call.reply();
        reply.array(entries.size());
        for (SlowLog.Entry entry : entries) {
            reply.array(6);
            reply.integer(entry.id());
            reply.integer(entry.second());
            reply.integer(entry.microseconds());
            reply.array(entry.arguments().size());
            entry.arguments().forEach(reply::bulk);
            reply.bulk(entry.address());
            reply.bulk(entry.clientName());
        }
    }

    private void reset(Call call) {
        slowLog().reset();
        call.reply().ok();
    }
}
