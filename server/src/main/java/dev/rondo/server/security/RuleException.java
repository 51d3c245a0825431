package dev.rondo.server.security;

/** A rule can't be followed; the message says why, in Redis's words. */
public final class RuleException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean unknownName;

    private RuleException(String message, boolean unknownName) {
        super(message);
        this.unknownName = unknownName;
    }

    public RuleException(String message) {
        this(message, false);
    }

    static RuleException syntax() {
        return new RuleException("Syntax error");
    }

    static RuleException unknownName() {
        return new RuleException("Unknown command or category name in ACL", true);
    }

    /** Whether it names a command or category that doesn't exist, and so has no secret in it. */
    boolean isUnknownName() {
        return unknownName;
    }
}
