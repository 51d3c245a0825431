package dev.rondo.server.security;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The commands and categories that rules can name. Immutable. */
public final class CommandCatalog {
    /** As in Redis: ids are below this. */
    public static final int MOST_COMMANDS = 1024;

    private final Map<String, CommandFacts> byName = new HashMap<>();
    private final @Nullable CommandFacts[] byId = new CommandFacts[MOST_COMMANDS];
    private final Map<String, List<CommandFacts>> subcommands = new HashMap<>();
    private final Map<String, List<CommandFacts>> byCategory = new HashMap<>();

    /** The {@code categories} are all there are, those that no command is in included. */
    public CommandCatalog(Collection<String> categories, Collection<CommandFacts> commands) {
        categories.forEach(name -> byCategory.put(name, new ArrayList<>()));
        for (CommandFacts command : commands) {
            byName.put(command.name(), command);
            byId[command.id()] = command;
            command.categories().forEach(name -> byCategory.get(name).add(command));
            if (command.isSubcommand()) {
                String container = command.name().substring(0, command.name().indexOf('|'));
                subcommands
                        .computeIfAbsent(container, name -> new ArrayList<>())
                        .add(command);
            }
        }
    }

    /** The command or subcommand of that name, in lower case; null when there is none. */
    @Nullable CommandFacts find(String name) {
        return byName.get(name);
    }

    /** The command or subcommand with that id. */
    public CommandFacts of(int id) {
        CommandFacts command = byId[id];
        if (command == null) {
            throw new IllegalArgumentException("no command has the id " + id);
        }
        return command;
    }

    /** The subcommands of a container; none of any other command. */
    List<CommandFacts> subcommandsOf(CommandFacts command) {
        return subcommands.getOrDefault(command.name(), List.of());
    }

    /** What is in a category, whose name is in lower case; null when there is no such category. */
    @Nullable List<CommandFacts> category(String name) {
        return byCategory.get(name);
    }
}
