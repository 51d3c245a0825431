package dev.rondo.server.command;

import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.CommandStats;
import org.jspecify.annotations.Nullable;

/**
 * Runs the commands of one event loop on its {@link Call}, one after the other, and counts what became of each:
 * processed, failed, rejected. Whoever runs a command has taken it through the gates and locked its slots. Confined to
 * the event loop.
 */
final class Execution {
    private final Call call;
    private final CommandStats.Shard stats;
    private final Observers observers;
    private final @Nullable CommandSpec exec;
    private long nowMs; // the time of the batch: all commands of one read happen at once

    Execution(Node node, Call call) {
        this.call = call;
        this.stats = call.stats();
        this.observers = node.observers();
        this.exec = node.commands().find("exec");
    }

    void beginBatch(long newNowMs) {
        nowMs = newNowMs;
    }

    /** Unix time in milliseconds of everything that runs now. */
    long nowMs() {
        return nowMs;
    }

    /** Whether the command is EXEC. */
    boolean isExec(CommandSpec spec) {
        return spec == exec;
    }

    /** Runs one command of the call: counts it, turns its exception into a reply, collects its effects. */
    void run(CommandSpec spec, byte[][] arguments, long startNs) {
        if (spec.is(Flag.SKIP_MONITOR)) { // a script is shown in front of its commands
            observers.show(call, spec, arguments, false);
        }
        run(spec, arguments, startNs, false);
    }

    /** As {@link #run(CommandSpec, byte[][], long)}, for a command of a script. */
    void runInScript(CommandSpec spec, byte[][] arguments) {
        run(spec, arguments, System.nanoTime(), true);
    }

    private void run(CommandSpec spec, byte[][] arguments, long startNs, boolean inScript) {
        ReplyWriter reply = call.reply();
        int start = reply.size();
        call.command(spec, arguments);
        try {
            spec.body().run(call);
        } catch (CommandException e) {
            reply.truncate(start);
            reply.error(e.getMessage());
            stats.failed[spec.id()]++;
        }
        call.collectEffects();
        if (spec.is(Flag.READONLY)) {
            remember(spec);
        }
        processed(spec);
        long tookNs = System.nanoTime() - startNs;
        stats.nanoseconds[spec.id()] += tookNs;
        if (observers.isTimingCommands()) {
            stats.took(spec.id(), tookNs);
        }
        observers.ran(call, spec, arguments, tookNs, inScript);
    }

    /** EXEC has run its commands. */
    void executed(CommandSpec spec, byte[][] arguments) {
        processed(spec);
        observers.show(call, spec, arguments, false);
    }

    /** A client that caches is told when what it has just read changes; of a script, each command reads for itself. */
    private void remember(CommandSpec spec) {
        Client client = call.clientOrNull();
        ClientTracking tracking = client == null ? null : client.tracking();
        if (tracking != null && !spec.categories().contains(Category.SCRIPTING)) {
            tracking.remember(call);
        }
    }

    /** A command was run. */
    void processed(CommandSpec spec) {
        stats.processed++;
        stats.calls[spec.id()]++;
    }

    /** A command that was run ended in an error. */
    void failed(CommandSpec spec) {
        stats.failed[spec.id()]++;
    }

    /** A command of a script was not run. */
    void refused(CommandSpec spec) {
        stats.rejected[spec.id()]++;
    }

    /** A gate refuses a command (null: an unknown one) and thereby the transaction that it was meant for. */
    void reject(Client client, @Nullable CommandSpec spec, ReplyWriter reply, String error) {
        if (spec != null) {
            stats.rejected[spec.id()]++;
            client.requested(spec, nowMs);
        }
        if (spec != null && spec == exec) {
            client.transaction().close();
            reply.error(Errors.execAborted(error));
        } else {
            client.transaction().markBroken();
            reply.error(error);
        }
    }
}
