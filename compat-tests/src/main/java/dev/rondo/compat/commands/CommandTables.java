package dev.rondo.compat.commands;

import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.util.Map;
import java.util.TreeMap;

/** What servers answer to COMMAND, by the full names of commands and subcommands. */
public final class CommandTables {
    private static final int SUBCOMMANDS = 9;

    private CommandTables() {}

    public static Map<String, Reply> of(ServerProcess server) {
        return of(server.ask("COMMAND"));
    }

    /** Of the server that listens on a port of this machine. */
    public static Map<String, Reply> of(int port) {
        try (RespConnection connection = RespConnection.to(port)) {
            return of(connection.command("COMMAND"));
        }
    }

    static Map<String, Reply> of(Reply command) {
        Map<String, Reply> entries = new TreeMap<>();
        for (Reply entry : command.asList()) {
            entries.put(name(entry), entry);
            for (Reply subcommand : entry.asList().get(SUBCOMMANDS).asList()) {
                entries.put(name(subcommand), subcommand);
            }
        }
        return entries;
    }

    private static String name(Reply entry) {
        return entry.asList().get(0).asText();
    }
}
