package dev.rondo.server.script;

/** A script, or library of functions, that can't be taken: what is wrong with it, in Redis's words without a code. */
public final class ScriptException extends Exception {
    private static final long serialVersionUID = 1L;

    ScriptException(String message) {
        super(message, null, false, false);
    }
}
