package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.ScoreText;

/** Turns what a script returned, or failed with, into a reply, by the rules of Redis. */
final class ScriptReply {
    /** The field of an error that was counted when its command failed. */
    static final String COUNTED = "ignore_error_stats_update";

    private static final int MOST_UNTABLED_ERROR_CHARS = 100;

    private final LuaStack stack;
    private final ReplyWriter reply;
    private final boolean resp3;

    private ScriptReply(LuaStack stack, ReplyWriter reply, boolean resp3) {
        this.stack = stack;
        this.reply = reply;
        this.resp3 = resp3;
    }

    /**
     * Writes the value on top, which it takes.
     *
     * @param resp3 whether the script has chosen RESP3, in which false is no null
     */
    static void write(LuaStack stack, ReplyWriter reply, boolean resp3) {
        new ScriptReply(stack, reply, resp3).value();
    }

    private void value() {
        if (!stack.ensure(4)) {
            stack.pop(1);
            reply.error("ERR reached lua stack limit");
            return;
        }
        switch (stack.type(-1)) {
            case LuaStack.STRING -> reply.bulk(stack.toBytes(-1));
            case LuaStack.BOOLEAN -> bool(stack.toBoolean(-1));
            case LuaStack.NUMBER -> reply.integer(LuaStack.toLong(stack.toNumber(-1)));
            case LuaStack.TABLE -> table();
            default -> reply.nullBulk();
        }
        stack.pop(1);
    }

    private void bool(boolean value) {
        if (resp3) {
            reply.bool(value);
        } else if (value) {
            reply.integer(1);
        } else {
            reply.nullBulk();
        }
    }

    private void table() {
        if (pushed("err", LuaStack.STRING)) {
            stack.pop(1);
            error();
        } else if (pushed("ok", LuaStack.STRING)) {
            reply.simple(line(Ascii.cString(stack.toBytes(-1))));
            stack.pop(1);
        } else if (pushed("double", LuaStack.NUMBER)) {
            reply.doubleText(doubleText(stack.toNumber(-1)));
            stack.pop(1);
        } else if (pushed("big_number", LuaStack.STRING)) {
            reply.bigNumber(line(Ascii.string(stack.toBytes(-1))));
            stack.pop(1);
        } else if (!verbatim()) {
            if (pushed("map", LuaStack.TABLE)) {
                map();
            } else if (pushed("set", LuaStack.TABLE)) {
                set();
            } else {
                array();
            }
        }
    }

    private static String doubleText(double number) {
        return Double.isNaN(number) ? "nan" : ScoreText.text(number);
    }

    private static String line(String text) {
        return text.replace('\r', ' ').replace('\n', ' ');
    }

    /** Pushes a field of the table on top, if it has it and of that type. */
    private boolean pushed(String field, int type) {
        stack.getField(field);
        if (stack.type(-1) == type) {
            return true;
        }
        stack.pop(1);
        return false;
    }

    private boolean verbatim() {
        if (!pushed("verbatim_string", LuaStack.TABLE)) {
            return false;
        }
        boolean whole = false;
        if (pushed("format", LuaStack.STRING)) {
            String format = Ascii.cString(stack.toBytes(-1));
            stack.pop(1);
            if (pushed("string", LuaStack.STRING)) {
                reply.verbatim((format + "   ").substring(0, 3), stack.toBytes(-1));
                stack.pop(1);
                whole = true;
            }
        }
        stack.pop(1);
        return whole;
    }

    private void map() {
        int mark = reply.mark();
        int pairs = 0;
        stack.pushNil();
        while (stack.next(-2)) {
            stack.copy(-2);
            value();
            value();
            pairs++;
        }
        reply.mapAt(mark, pairs);
        stack.pop(1);
    }

    private void set() {
        int mark = reply.mark();
        int members = 0;
        stack.pushNil();
        while (stack.next(-2)) {
            stack.pop(1);
            stack.copy(-1);
            value();
            members++;
        }
        reply.setAt(mark, members);
        stack.pop(1);
    }

    /** Up to the first nil. */
    private void array() {
        int mark = reply.mark();
        int count = 0;
        while (true) {
            stack.getElement(-1, count + 1);
            if (stack.type(-1) == LuaStack.NIL) {
                stack.pop(1);
                break;
            }
            value();
            count++;
        }
        reply.arrayAt(mark, count);
    }

    private void error() {
        String message = text("err");
        if (isCounted()) {
            reply.countedError(message);
        } else {
            reply.error(message);
        }
    }

    /** A field of the table on top as text, "" when it has none. */
    private String text(String field) {
        stack.getField(field);
        String text = stack.isString(-1) ? Ascii.cString(stack.toBytes(-1)) : "";
        stack.pop(1);
        return text;
    }

    private boolean isCounted() {
        stack.getField(COUNTED);
        boolean counted = stack.type(-1) == LuaStack.BOOLEAN && stack.toBoolean(-1);
        stack.pop(1);
        return counted;
    }

    /**
     * Writes the error on top, which it takes, as the reply of a script that failed.
     *
     * @param name of the script: its digest, or the function's name
     */
    static void fail(LuaStack stack, ReplyWriter reply, String name) {
        new ScriptReply(stack, reply, false).fail(name);
        stack.pop(1);
    }

    private void fail(String name) {
        if (stack.type(-1) != LuaStack.TABLE) {
            String message = stack.isString(-1) ? Ascii.cString(stack.toBytes(-1)) : "execution failure";
            reply.error("ERR Error running script " + name + ", "
                    + message.substring(0, Math.min(message.length(), MOST_UNTABLED_ERROR_CHARS)));
            return;
        }
        String source = text("source");
        String line = text("line");
        String place =
                source.isEmpty() || line.isEmpty() ? "" : " script: " + name + ", on " + source + ":" + line + ".";
        String error = text("err");
        String message = (error.isEmpty() ? "ERR unknown error" : error) + place;
        if (isCounted()) {
            reply.countedError(message);
        } else {
            reply.error(message);
        }
    }

    /** What the error on top says, with its code. */
    static String error(LuaStack stack) {
        if (stack.isString(-1)) {
            return "ERR " + Ascii.cString(stack.toBytes(-1));
        }
        return stack.type(-1) == LuaStack.TABLE
                ? new ScriptReply(stack, new ReplyWriter(0), false).text("err")
                : "ERR unknown error";
    }

    /** An error's text as scripts see it: with the code behind the '-', if it starts with one, or "ERR". */
    static String withCode(String error) {
        String text = error;
        String code = "ERR";
        if (error.startsWith("-")) {
            int blank = error.indexOf(' ');
            code = blank < 0 ? code : error.substring(1, blank);
            text = blank < 0 ? error.substring(1) : error.substring(blank + 1);
        }
        return code + " " + trimmed(text);
    }

    private static String trimmed(String text) {
        int from = 0;
        int to = text.length();
        while (from < to && isLineBreak(text.charAt(from))) {
            from++;
        }
        while (to > from && isLineBreak(text.charAt(to - 1))) {
            to--;
        }
        return text.substring(from, to);
    }

    private static boolean isLineBreak(char c) {
        return c == '\r' || c == '\n';
    }
}
