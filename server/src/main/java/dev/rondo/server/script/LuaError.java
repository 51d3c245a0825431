package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;

/**
 * An error that a function of the host raises in the script which called it. Has no stack trace: it is the script's
 * mistake, not a fault.
 */
final class LuaError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private enum Form {
        /** The message behind the place in the script, as of Lua's own functions. */
        PLACED,
        /** The message alone. */
        BARE,
        /** A table with the field "err", as of Redis's functions; its first word is the error's code. */
        REPLY
    }

    private final Form form;
    private final boolean counted;

    private LuaError(Form form, String message, boolean counted) {
        super(message, null, false, false);
        this.form = form;
        this.counted = counted;
    }

    static LuaError placed(String message) {
        return new LuaError(Form.PLACED, message, false);
    }

    static LuaError bare(String message) {
        return new LuaError(Form.BARE, message, false);
    }

    /** An error of Redis's library, without a code. */
    static LuaError reply(String message) {
        return new LuaError(Form.REPLY, "ERR " + message, false);
    }

    /** The error of a command, which the statistics of errors have counted already. */
    static LuaError ofCommand(String codeAndMessage) {
        return new LuaError(Form.REPLY, codeAndMessage, true);
    }

    /** Pushes the value that is raised. */
    void push(LuaStack stack) {
        switch (form) {
            case PLACED -> stack.pushPlaced(getMessage());
            case BARE -> stack.push(getMessage());
            case REPLY -> pushReply(stack);
        }
    }

    private void pushReply(LuaStack stack) {
        stack.newTable(0, 0);
        stack.push(Ascii.bytes(getMessage()));
        stack.setField("err");
        if (counted) {
            stack.push(true);
            stack.setField(ScriptReply.COUNTED);
        }
    }
}
