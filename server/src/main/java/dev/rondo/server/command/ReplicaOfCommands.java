package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import java.util.List;
import java.util.Locale;

/**
 * The commands by which an operator makes one Redis the replica of another, and those that such a replica sends:
 * FAILOVER, PSYNC, REPLCONF, REPLICAOF, SLAVEOF, SYNC. The nodes of a cluster copy slots among themselves, in a form of
 * their own, so all are refused, and say what to do instead.
 */
final class ReplicaOfCommands {
    private ReplicaOfCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                manual("failover", -1).runs(ReplicaOfCommands::failover),
                manual("replicaof", 3).flags(Flag.NO_ASYNC_LOADING).runs(ReplicaOfCommands::replicaOf),
                manual("slaveof", 3).flags(Flag.NO_ASYNC_LOADING).runs(ReplicaOfCommands::replicaOf),
                sync("psync", -3),
                sync("sync", 1),
                command("replconf", -1)
                        .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE, Flag.ALLOW_BUSY)
                        .runs(ReplicaOfCommands::refuseSync));
    }

    private static CommandSpec manual(String name, int arity) {
        return command(name, arity).flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.STALE);
    }

    private static CommandSpec sync(String name, int arity) {
        return command(name, arity)
                .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.NO_ASYNC_LOADING, Flag.NO_MULTI)
                .runs(ReplicaOfCommands::refuseSync);
    }

    private static void failover(Call call) {
        refuseInCluster(call);
        boolean abort = call.count() == 2 && Arguments.is(call.argument(1), "abort");
        throw new CommandException(
                abort ? "ERR No failover in progress." : "ERR FAILOVER requires connected replicas.");
    }

    /** REPLICAOF NO ONE asks for what is so already. */
    private static void replicaOf(Call call) {
        refuseInCluster(call);
        if (!Arguments.is(call.argument(1), "no") || !Arguments.is(call.argument(2), "one")) {
            throw new CommandException(
                    "ERR A plain server has no replicas and can't be one: start it with --join to have"
                            + " it keep copies for a cluster, or fetch keys from elsewhere by MIGRATE");
        }
        call.reply().ok();
    }

    private static void refuseInCluster(Call call) {
        if (call.isCluster()) {
            String name = call.spec().name().equals("failover") ? "FAILOVER" : "REPLICAOF";
            throw new CommandException("ERR " + name + " not allowed in cluster mode.");
        }
    }

    private static void refuseSync(Call call) {
        throw new CommandException(
                "ERR " + call.spec().name().toUpperCase(Locale.ROOT) + " is refused: a Redis server can't"
                        + " replicate from this one; fetch its keys by SCAN and DUMP, or have it sent them by MIGRATE");
    }
}
