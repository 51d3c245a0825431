package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.Glob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** COMMAND and its subcommands: what the command table holds, for clients that route or complete by it. */
final class IntrospectionCommands {
    private static final String COMMAND = "command";
    private static final Category[] CONNECTION = {Category.CONNECTION};

    private final NodeParts parts;
    private volatile @Nullable CommandDocs docs;

    IntrospectionCommands(NodeParts parts) {
        this.parts = parts;
    }

    List<CommandSpec> commands() {
        return List.of(command(COMMAND, -1)
                .flags(Flag.LOADING, Flag.STALE)
                .acl(Category.CONNECTION)
                .tips("nondeterministic_output_order")
                .subcommands(
                        sub("count", 2).runs(call -> call.reply()
                                .integer(table().commands().size())),
                        sub("docs", -2).tips("nondeterministic_output_order").runs(this::docs),
                        sub("getkeys", -3).runs(call -> keys(call, false)),
                        sub("getkeysandflags", -3).runs(call -> keys(call, true)),
                        help(),
                        sub("info", -2).tips("nondeterministic_output_order").runs(this::info),
                        sub("list", -2).tips("nondeterministic_output_order").runs(this::list))
                .runs(call -> entries(call.reply())));
    }

    private static CommandSpec sub(String name, int arity) {
        return CommandSpec.subcommand(COMMAND, name, arity)
                .flags(Flag.LOADING, Flag.STALE)
                .acl(Category.CONNECTION);
    }

    private static CommandSpec help() {
        return Help.of(
                COMMAND,
                CONNECTION,
                "(no subcommand)",
                "Describe every command: arity, flags, keys, categories.",
                "COUNT",
                "Tell how many commands there are.",
                "DOCS [<command> ...]",
                "Document the commands named, or all.",
                "GETKEYS <command> [<arg> ...]",
                "Pick the keys out of a full command.",
                "GETKEYSANDFLAGS <command> [<arg> ...]",
                "Pick the keys out of a full command, with what it does to them.",
                "INFO [<command> ...]",
                "Describe the commands named, or all.",
                "LIST [FILTERBY (ACLCAT <category> | PATTERN <pattern> | MODULE <name>)]",
                "List the names of the commands.");
    }

    private CommandTable table() {
        return parts.node().get().commands();
    }

    private void entries(ReplyWriter reply) {
        reply.array(table().commands().size());
        table().commands().forEach(spec -> CommandEntry.write(reply, spec));
    }

    private void info(Call call) {
        ReplyWriter reply = call.reply();
        if (call.count() == 2) {
            entries(reply);
            return;
        }
        reply.array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            CommandSpec spec = table().findFull(Ascii.string(call.argument(i)));
            if (spec == null) {
                reply.nullBulk();
            } else {
                CommandEntry.write(reply, spec);
            }
        }
    }

    private void docs(Call call) {
        ReplyWriter reply = call.reply();
        List<CommandSpec> documented = new ArrayList<>();
        if (call.count() == 2) {
            documented.addAll(table().commands());
        }
        for (int i = 2; i < call.count(); i++) {
            CommandSpec spec = table().findFull(Ascii.string(call.argument(i)));
            if (spec != null) {
                documented.add(spec);
            }
        }
        reply.map(documented.size());
        for (CommandSpec spec : documented) {
            reply.bulk(spec.fullName());
            documentation().write(reply, spec);
        }
    }

    /** Read when it is first asked for; event loops that ask at the same moment may read it twice. */
    private CommandDocs documentation() {
        CommandDocs present = docs;
        if (present == null) {
            present = CommandDocs.load();
            docs = present;
        }
        return present;
    }

    private void keys(Call call, boolean withFlags) {
        byte[][] arguments = Arrays.copyOfRange(call.arguments(), 2, call.count());
        CommandSpec spec = table().named(arguments);
        if (spec == null) {
            throw new CommandException("ERR Invalid command specified");
        }
        if (spec.keySpecs().stream().allMatch(KeySpec::isNotKey)) {
            throw new CommandException("ERR The command has no key arguments");
        }
        if (!spec.acceptsArity(arguments.length)) {
            throw new CommandException("ERR Invalid number of arguments specified for command");
        }
        byte[][] keys = spec.documentedKeys(arguments);
        boolean none = keys == null || keys.length == 0;
        if (none && !spec.is(Flag.NO_MANDATORY_KEYS)) {
            throw new CommandException("ERR Invalid arguments specified for command");
        }
        writeKeys(call.reply(), spec, arguments, none ? new byte[0][] : keys, withFlags);
    }

    private static void writeKeys(
            ReplyWriter reply, CommandSpec spec, byte[][] arguments, byte[][] keys, boolean withFlags) {
        reply.array(keys.length);
        for (byte[] key : keys) {
            if (withFlags) {
                reply.array(2);
            }
            reply.bulk(key);
            if (withFlags) {
                List<String> flags = new ArrayList<>(flagsOf(spec, arguments, key));
                flags.remove("incomplete"); // which is said of a spec, not of a key
                CommandEntry.keyFlags(reply, flags);
            }
        }
    }

    /** What a command does with a key that no spec finds, the last one says. */
    private static List<String> flagsOf(CommandSpec spec, byte[][] arguments, byte[] key) {
        List<String> flags = List.of();
        for (KeySpec each : spec.keySpecs()) {
            byte[][] keys = each.keys(arguments);
            if (keys != null && Arrays.asList(keys).contains(key)) { // the very array, not one like it
                return spec.keyFlags(each, arguments);
            }
            flags = each.flags();
        }
        return flags;
    }

    private void list(Call call) {
        Predicate<CommandSpec> filter = spec -> true;
        if (call.count() == 5 && Arguments.is(call.argument(2), "filterby")) {
            filter = filter(call.argument(3), call.argument(4));
        } else if (call.count() != 2) {
            throw CommandException.syntax();
        }
        List<String> names = new ArrayList<>();
        for (CommandSpec spec : table().all()) {
            if (filter.test(spec)) {
                names.add(spec.fullName());
            }
        }
        call.reply().array(names.size());
        names.forEach(call.reply()::bulk);
    }

    private static Predicate<CommandSpec> filter(byte[] kind, byte[] value) {
        if (Arguments.is(kind, "module")) {
            return spec -> false;
        }
        if (Arguments.is(kind, "aclcat")) {
            String wanted = Ascii.string(value).toLowerCase(Locale.ROOT);
            return spec ->
                    spec.categories().stream().anyMatch(c -> c.redisName().equals(wanted));
        }
        if (Arguments.is(kind, "pattern")) {
            return spec -> Glob.matchesIgnoringCase(value, Ascii.bytes(spec.fullName()));
        }
        throw CommandException.syntax();
    }
}
