package dev.rondo.server.command;

import dev.rondo.server.resp.ReplyWriter;
import java.util.List;
import java.util.Locale;

/** The subcommand HELP that every container has: its lines are status replies, as in Redis. */
final class Help {
    private Help() {}

    /** The declaration; {@code lines} alternate between a form and its explanation. */
    static CommandSpec of(String container, Category[] categories, String... lines) {
        List<String> text = List.of(lines);
        return CommandSpec.subcommand(container, "help", 2)
                .flags(Flag.LOADING, Flag.STALE)
                .acl(categories)
                .runs(call -> write(call.reply(), container.toUpperCase(Locale.ROOT), text));
    }

    /** Writes the lines for a command. */
    static void write(ReplyWriter reply, String container, List<String> text) {
        reply.array(text.size() + 3);
        reply.simple(container + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
        for (int i = 0; i < text.size(); i++) {
            reply.simple(i % 2 == 0 ? text.get(i) : "    " + text.get(i));
        }
        reply.simple("HELP");
        reply.simple("    Print this help.");
    }
}
