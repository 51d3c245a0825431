package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;
import static dev.rondo.server.command.CommandSpec.subcommand;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.EvictionRules;
import dev.rondo.server.keyspace.UseMark;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.DataType;
import java.util.List;
import java.util.function.ToLongFunction;

/** OBJECT: how the value of a key is held. */
final class ObjectCommands {
    /** What Redis answers for the small integers that it shares among keys, all numbers below this one. */
    private static final long SHARED_INTEGERS = 10_000;

    private static final String AFTER_A_SWITCH = " Please note that when switching between policies at runtime LRU and"
            + " LFU data will take some time to adjust.";

    private static final String[] HELP = {
        "OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
        "ENCODING <key>",
        "    Return the kind of internal representation used in order to store the value",
        "    associated with a <key>.",
        "FREQ <key>",
        "    Return the access frequency index of the <key>. The returned integer is",
        "    proportional to the logarithm of the recent access frequency of the key.",
        "IDLETIME <key>",
        "    Return the idle time of the <key>, that is the approximated number of",
        "    seconds elapsed since the last access to the key.",
        "REFCOUNT <key>",
        "    Return the number of references of the value associated with the specified",
        "    <key>.",
        "HELP",
        "    Prints this help."
    };

    private ObjectCommands() {}

    static List<CommandSpec> commands() {
        return List.of(command("object", -2)
                .subcommands(
                        subcommand("object", "encoding", 3)
                                .flags(Flag.READONLY)
                                .acl(Category.KEYSPACE)
                                .keys(2, 2, 1, "RO")
                                .tips("nondeterministic_output")
                                .runs(ObjectCommands::encoding),
                        subcommand("object", "freq", 3)
                                .flags(Flag.READONLY)
                                .acl(Category.KEYSPACE)
                                .keys(2, 2, 1, "RO")
                                .tips("nondeterministic_output")
                                .runs(ObjectCommands::frequency),
                        subcommand("object", "idletime", 3)
                                .flags(Flag.READONLY)
                                .acl(Category.KEYSPACE)
                                .keys(2, 2, 1, "RO")
                                .tips("nondeterministic_output")
                                .runs(ObjectCommands::idleTime),
                        subcommand("object", "refcount", 3)
                                .flags(Flag.READONLY)
                                .acl(Category.KEYSPACE)
                                .keys(2, 2, 1, "RO")
                                .tips("nondeterministic_output")
                                .runs(call -> reply(call, ObjectCommands::references)),
                        subcommand("object", "help", 2)
                                .flags(Flag.LOADING, Flag.STALE)
                                .acl(Category.KEYSPACE)
                                .runs(ObjectCommands::help))
                .container());
    }

    private static void encoding(Call call) {
        Entry entry = call.inspect(call.argument(2));
        if (entry == null) {
            call.reply().nullBulk();
        } else {
            call.reply().bulk(DataType.encoding(entry.value()));
        }
    }

    private static void frequency(Call call) {
        Entry entry = call.inspect(call.argument(2));
        if (entry == null) {
            call.reply().nullBulk();
            return;
        }
        EvictionRules rules = call.databases().memory().rules();
        if (!rules.policy().countsUses()) {
            throw new CommandException(
                    "ERR An LFU maxmemory policy is not selected, access frequency not tracked." + AFTER_A_SWITCH);
        }
        call.reply().integer(UseMark.frequency(entry.useMark(), call.nowMs(), rules.lfuDecayMinutes()));
    }

    private static void idleTime(Call call) {
        Entry entry = call.inspect(call.argument(2));
        if (entry == null) {
            call.reply().nullBulk();
            return;
        }
        if (call.databases().memory().rules().policy().countsUses()) {
            throw new CommandException(
                    "ERR An LFU maxmemory policy is selected, idle time not tracked." + AFTER_A_SWITCH);
        }
        call.reply().integer(UseMark.idleSeconds(entry.useMark(), call.nowMs()));
    }

    private static void reply(Call call, ToLongFunction<Entry> number) {
        Entry entry = call.inspect(call.argument(2));
        if (entry == null) {
            call.reply().nullBulk();
        } else {
            call.reply().integer(number.applyAsLong(entry));
        }
    }

    private static long references(Entry entry) {
        boolean shared = entry.value() instanceof Long number && number >= 0 && number < SHARED_INTEGERS;
        return shared ? Integer.MAX_VALUE : 1;
    }

    private static void help(Call call) {
        ReplyWriter reply = call.reply();
        reply.array(HELP.length);
        for (String line : HELP) {
            reply.simple(line);
        }
    }
}
