package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.config.Config;
import dev.rondo.server.config.ConfigException;
import dev.rondo.server.config.Directive;
import dev.rondo.server.net.Connection;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.Glob;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** CONFIG and its subcommands. */
final class ConfigCommands {
    private static final String CONFIG = "config";
    private static final String FAILED = "ERR CONFIG SET failed ";

    private static final Logger log = LoggerFactory.getLogger(ConfigCommands.class);

    private final NodeParts parts;

    ConfigCommands(NodeParts parts) {
        this.parts = parts;
    }

    List<CommandSpec> commands() {
        return List.of(command(CONFIG, -2)
                .subcommands(
                        admin("get", -3).runs(this::get),
                        help(),
                        admin("resetstat", 2)
                                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                .runs(this::resetStat),
                        admin("rewrite", 2)
                                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                .runs(this::rewrite),
                        admin("set", -4)
                                .tips("request_policy:all_nodes", "response_policy:all_succeeded")
                                .runs(this::set))
                .container());
    }

    private static CommandSpec admin(String name, int arity) {
        return CommandSpec.subcommand(CONFIG, name, arity).flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    private static CommandSpec help() {
        return Help.of(
                CONFIG,
                new Category[0],
                "GET <pattern> [<pattern> ...]",
                "Show the directives whose names match, with their values.",
                "SET <directive> <value> [<directive> <value> ...]",
                "Change directives, all of them or none.",
                "RESETSTAT",
                "Set the counters of INFO to zero.",
                "REWRITE",
                "Write the present values to the configuration file.");
    }

    /** A name without a wildcard is shown as it was asked for, as Redis does. */
    private void get(Call call) {
        Map<String, Directive<?>> shown = new LinkedHashMap<>();
        for (int i = 2; i < call.count(); i++) {
            byte[] pattern = call.argument(i);
            String word = Ascii.string(pattern);
            Directive<?> exact = parts.config().find(word);
            if (exact != null) {
                if (shown.keySet().stream().noneMatch(word::equalsIgnoreCase)) {
                    shown.put(word, exact);
                }
                continue;
            }
            for (Directive<?> directive : Config.directives()) {
                for (String name : directive.names()) {
                    if (Glob.matchesIgnoringCase(pattern, Ascii.bytes(name))) {
                        shown.putIfAbsent(name, directive);
                    }
                }
            }
        }
        ReplyWriter reply = call.reply();
        reply.map(shown.size());
        shown.forEach((name, directive) -> {
            reply.bulk(name);
            reply.bulk(parts.config().text(directive).getBytes(StandardCharsets.UTF_8));
        });
    }

    private void set(Call call) {
        if (call.count() % 2 != 0) {
            throw CommandException.syntax();
        }
        Map<Directive<?>, String> values = new LinkedHashMap<>();
        for (int i = 2; i < call.count(); i += 2) {
            String name = Ascii.string(call.argument(i));
            Directive<?> directive = parts.config().find(name);
            if (directive == null) {
                throw new CommandException("ERR Unknown option or number of arguments for CONFIG SET - '" + name + "'");
            }
            if (!directive.isMutable()) {
                throw failed(name, "can't set immutable config");
            }
            if (values.put(directive, text(name, call.argument(i + 1))) != null) {
                throw failed(name, "duplicate parameter");
            }
        }
        try {
            parts.config().setAll(values);
        } catch (ConfigException e) {
            throw new CommandException(FAILED + e.getMessage());
        }
        call.reply().ok();
    }

    /** A value as it stands in the configuration file, which is one of text. */
    private static String text(String name, byte[] value) {
        String text = new String(value, StandardCharsets.UTF_8);
        if (!Arrays.equals(value, text.getBytes(StandardCharsets.UTF_8))) {
            throw failed(name, "argument must be text in UTF-8");
        }
        return text;
    }

    private static CommandException failed(String name, String why) {
        return new CommandException(
                FAILED + "(possibly related to argument '" + name.toLowerCase(Locale.ROOT) + "') - " + why);
    }

    private void resetStat(Call call) {
        Node node = parts.node().get();
        node.commandStats().reset();
        node.errorStats().reset();
        node.databases().memory().resetExceeded();
        node.access().log().resetCounts();
        parts.network().reset();
        call.reply().ok();
    }

    /** The file is written on a thread of its own; the reply waits for it, unless it is part of a transaction's. */
    private void rewrite(Call call) {
        if (parts.config().file() == null) {
            throw new CommandException("ERR The server is running without a config file");
        }
        Connection connection = call.client().connection();
        boolean delayed = !call.client().isInTransaction();
        if (delayed) {
            connection.suspend();
        } else {
            call.reply().ok();
        }
        Thread writer = new Thread(
                () -> {
                    String failure = rewrite();
                    if (delayed) {
                        connection.resume(reply -> answer(reply, failure));
                    }
                },
                "config-rewrite");
        writer.setDaemon(true);
        writer.start();
    }

    private static void answer(ReplyWriter reply, @Nullable String failure) {
        if (failure == null) {
            reply.ok();
        } else {
            reply.error("ERR Rewriting config file: " + failure);
        }
    }

    /** What went wrong, null when nothing did. */
    private synchronized @Nullable String rewrite() {
        try {
            parts.config().rewrite();
            log.info("CONFIG REWRITE executed with success");
            return null;
        } catch (IOException e) {
            log.error("CONFIG REWRITE failed", e);
            return String.valueOf(e.getMessage());
        }
    }
}
