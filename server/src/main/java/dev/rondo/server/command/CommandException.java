package dev.rondo.server.command;

/**
 * Ends a command with an error reply: the client's mistake, in Redis's words. Thrown before the command has changed
 * anything. Has no stack trace: it is an answer, not a fault.
 */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An error whose first word is its code, such as "ERR syntax error". */
    public CommandException(String codeAndMessage) {
        super(codeAndMessage, null, false, false);
    }

    public static CommandException syntax() {
        return new CommandException("ERR syntax error");
    }

    public static CommandException notAnInteger() {
        return new CommandException("ERR value is not an integer or out of range");
    }

    public static CommandException wrongType() {
        return new CommandException("WRONGTYPE Operation against a key holding the wrong kind of value");
    }

    public static CommandException wrongArity(String fullName) {
        return new CommandException("ERR wrong number of arguments for '" + fullName + "' command");
    }
}
