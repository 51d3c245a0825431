package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;

/**
 * Why a user may not run a request.
 *
 * @param at which argument is the key or channel refused; 0 where it is the command
 */
public record Denial(Reason reason, int at) {
    /** What was refused. The order says which counts when several selectors refuse for different reasons. */
    public enum Reason {
        COMMAND("command", "no permission to execute the command or subcommand"),
        KEY("key", "no permission to touch the specified keys"),
        CHANNEL("channel", "no permission to access one of the channels used as arguments"),
        /** Not a request, but a name or password. */
        AUTH("auth", "no permission");

        private final String logName;
        private final String atExec;

        Reason(String logName, String atExec) {
            this.logName = logName;
            this.atExec = atExec;
        }

        /** The name in ACL LOG. */
        public String logName() {
            return logName;
        }

        /** What EXEC says of a command that may not be run any more. */
        public String atExec() {
            return atExec;
        }
    }

    static final Denial COMMAND = new Denial(Reason.COMMAND, 0);

    /** Of two selectors' refusals the one to tell. */
    Denial orWorse(Reason otherReason, int otherAt) {
        int order = otherReason.compareTo(reason);
        return order > 0 || order == 0 && otherAt > at ? new Denial(otherReason, otherAt) : this;
    }

    /** The sentence for the user, which doesn't repeat what was asked for. */
    public String sentence(User user, CommandFacts command) {
        return switch (reason) {
            case COMMAND, AUTH ->
                "User " + user.name() + " has no permissions to run the '" + command.name() + "' command";
            case KEY -> "No permissions to access a key";
            case CHANNEL -> "No permissions to access a channel";
        };
    }

    /** The sentence for an administrator, which names the key or channel. */
    public String detailedSentence(User user, CommandFacts command, byte[][] arguments) {
        return reason == Reason.COMMAND
                ? sentence(user, command)
                : "User " + user.name() + " has no permissions to access the '" + Ascii.cString(arguments[at]) + "' "
                        + reason.logName;
    }
}
