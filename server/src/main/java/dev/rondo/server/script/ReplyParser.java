package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.Arrays;

/** Pushes the reply of a command as the value that a script gets, by the rules of Redis. */
final class ReplyParser {
    private final LuaStack stack;
    private final byte[] bytes;
    private int at;

    private ReplyParser(LuaStack stack, byte[] bytes) {
        this.stack = stack;
        this.bytes = bytes;
    }

    /** Pushes the reply, which must be whole. */
    static void push(LuaStack stack, ReplyWriter reply) {
        new ReplyParser(stack, reply.array()).value();
    }

    private void value() {
        if (!stack.ensure(6)) {
            throw LuaError.reply("too deep a reply for a script");
        }
        char type = (char) bytes[at++];
        switch (type) {
            case ':' -> stack.push((double) number());
            case '+' -> field("ok", line());
            case '-' -> error();
            case '$' -> string();
            case '*' -> array(number());
            case '%' -> map(number());
            case '~' -> set(number());
            case '_' -> {
                line();
                stack.pushNil();
            }
            case '#' -> stack.push(line()[0] == 't');
            case ',' -> {
                stack.newTable(0, 0);
                stack.push(NumberText.parse(line(), 0).value());
                stack.setField("double");
            }
            case '(' -> field("big_number", line());
            case '=' -> verbatim();
            default -> throw new IllegalStateException("no reply starts with " + type);
        }
    }

    private byte[] line() {
        int end = at;
        while (bytes[end] != '\r') {
            end++;
        }
        byte[] line = Arrays.copyOfRange(bytes, at, end);
        at = end + 2;
        return line;
    }

    private long number() {
        int end = at;
        while (bytes[end] != '\r') {
            end++;
        }
        long number = Ascii.toLong(bytes, at, end);
        at = end + 2;
        return number;
    }

    private void field(String name, byte[] value) {
        stack.newTable(0, 0);
        stack.push(value);
        stack.setField(name);
    }

    private void error() {
        LuaError.ofCommand(ScriptReply.withCode("-" + Ascii.string(line()))).push(stack);
    }

    private void string() {
        int length = (int) number();
        if (length < 0) {
            stack.push(false);
            return;
        }
        stack.push(bytes, at, length);
        at += length + 2;
    }

    private void array(long count) {
        if (count < 0) {
            stack.push(false);
            return;
        }
        stack.newTable((int) count, 0);
        for (int i = 1; i <= count; i++) {
            value();
            stack.setElement(-2, i);
        }
    }

    private void map(long pairs) {
        stack.newTable(0, 0);
        stack.newTable(0, 0); // not presized: its order is to be Redis's
        for (long i = 0; i < pairs; i++) {
            value();
            value();
            stack.set(-3);
        }
        stack.setField("map");
    }

    private void set(long members) {
        stack.newTable(0, 0);
        stack.newTable(0, 0);
        for (long i = 0; i < members; i++) {
            value();
            stack.push(true);
            stack.set(-3);
        }
        stack.setField("set");
    }

    private void verbatim() {
        int length = (int) number();
        stack.newTable(0, 0);
        stack.newTable(0, 0);
        stack.push(bytes, at + 4, length - 4);
        stack.setField("string");
        stack.push(bytes, at, 3);
        stack.setField("format");
        stack.setField("verbatim_string");
        at += length + 2;
    }
}
