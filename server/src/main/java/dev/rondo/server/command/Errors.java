package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import java.util.Locale;
import java.util.Set;

/** Error replies of the dispatcher, in Redis's words. */
final class Errors {
    static final String NOT_ENOUGH_REPLICAS = "NOREPLICAS Not enough good replicas to write.";
    static final String NOT_REPLICATED = "NOREPLICAS The write was applied here, but its replicas did not confirm it in"
            + " time: it may or may not last.";
    static final String LOST_TO_ANOTHER = "NOREPLICAS The write was applied here, but another node has taken the slot"
            + " over: it may or may not last.";
    static final String NO_SCRIPT = "NOSCRIPT No matching script. Please use EVAL.";
    private static final int MOST_ARGUMENT_CHARS = 128;
    private static final Set<String> WHILE_SUBSCRIBED = Set.of(
            "subscribe",
            "unsubscribe",
            "psubscribe",
            "punsubscribe",
            "ssubscribe",
            "sunsubscribe",
            "ping",
            "quit",
            "reset");

    static final String OUT_OF_MEMORY = "OOM command not allowed when used memory > 'maxmemory'.";

    static final String SCRIPT_WITHOUT_ALLOW_OOM =
            "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'";

    private Errors() {}

    /** What clients are told while a script, or a function, runs for too long. */
    static String busy(boolean isFunction) {
        return "BUSY Redis is busy running a script. You can only call " + (isFunction ? "FUNCTION" : "SCRIPT")
                + " KILL or SHUTDOWN NOSAVE.";
    }

    static String unknownCommand(byte[][] arguments) {
        StringBuilder text = new StringBuilder("ERR unknown command '");
        text.append(cut(arguments[0])).append("', with args beginning with: ");
        int prefix = text.length();
        for (int i = 1; i < arguments.length && text.length() - prefix < MOST_ARGUMENT_CHARS; i++) {
            int room = MOST_ARGUMENT_CHARS - (text.length() - prefix);
            String argument = Ascii.cString(arguments[i]);
            text.append('\'')
                    .append(argument, 0, Math.min(argument.length(), room))
                    .append("' ");
        }
        return text.toString();
    }

    static String unknownSubcommand(CommandSpec container, byte[] word) {
        return "ERR unknown subcommand '" + cut(word) + "'. Try "
                + container.name().toUpperCase(Locale.ROOT) + " HELP.";
    }

    /** The answer to an EXEC that can't run at all, which ends the transaction. */
    static String execAborted(String error) {
        String reason = error.startsWith("ERR ") ? error.substring("ERR ".length()) : error;
        return "EXECABORT Transaction discarded because of: " + reason;
    }

    private static String cut(byte[] word) {
        String text = Ascii.cString(word);
        return text.length() > MOST_ARGUMENT_CHARS ? text.substring(0, MOST_ARGUMENT_CHARS) : text;
    }

    static boolean isAllowedWhileSubscribed(CommandSpec spec) {
        return WHILE_SUBSCRIBED.contains(spec.name());
    }

    static String notWhileSubscribed(CommandSpec spec) {
        return "ERR Can't execute '" + spec.fullName()
                + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context";
    }
}
