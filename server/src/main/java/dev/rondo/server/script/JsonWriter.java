package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import java.io.ByteArrayOutputStream;

/** cjson.encode: the value on top of a stack as JSON, with the results and error words of lua-cjson 2.1. */
final class JsonWriter {
    /** Indexed by byte; null where the byte stands for itself. */
    private static final byte[][] ESCAPES = new byte[256][];

    static {
        for (int c = 0; c < 0x20; c++) {
            ESCAPES[c] = Ascii.bytes(String.format("\\u%04x", c));
        }
        ESCAPES[0x7f] = Ascii.bytes("\\u007f");
        String special = "\"\"\\\\//\bb\tt\nn\ff\rr";
        for (int i = 0; i < special.length(); i += 2) {
            ESCAPES[special.charAt(i)] = Ascii.bytes("\\" + special.charAt(i + 1));
        }
    }

    private final LuaStack stack;
    private final JsonSettings settings;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private JsonWriter(LuaStack stack, JsonSettings settings) {
        this.stack = stack;
        this.settings = settings;
    }

    static byte[] encode(LuaStack stack, JsonSettings settings) {
        JsonWriter writer = new JsonWriter(stack, settings);
        writer.value(0);
        return writer.out.toByteArray();
    }

    private void value(int depth) {
        switch (stack.type(-1)) {
            case LuaStack.STRING -> string(-1);
            case LuaStack.NUMBER -> number(-1);
            case LuaStack.BOOLEAN -> text(stack.toBoolean(-1) ? "true" : "false");
            case LuaStack.NIL -> text("null");
            case LuaStack.TABLE -> table(depth + 1);
            default -> {
                if (!stack.isNull(-1)) {
                    throw unable(-1, "type not supported");
                }
                text("null");
            }
        }
    }

    private void table(int depth) {
        if (depth > settings.encodeDepth() || !stack.ensure(3)) {
            throw LuaError.placed("Cannot serialise, excessive nesting (" + depth + ")");
        }
        int length = arrayLength();
        if (length > 0) {
            array(depth, length);
        } else {
            object(depth);
        }
    }

    /** The highest index of the table on top, -1 if it is no array. */
    private int arrayLength() {
        int highest = 0;
        int elements = 0;
        stack.pushNil();
        while (stack.next(-2)) {
            double key = stack.type(-2) == LuaStack.NUMBER ? stack.toNumber(-2) : 0;
            if (!(key >= 1) || Math.floor(key) != key) {
                stack.pop(2);
                return -1;
            }
            if (key > highest) {
                highest = LuaStack.toInt(key);
            }
            elements++;
            stack.pop(1);
        }
        if (settings.isTooSparse(highest, elements)) {
            if (!settings.isSparseAsObject()) {
                throw unable(-1, "excessively sparse array");
            }
            return -1;
        }
        return highest;
    }

    private void array(int depth, int length) {
        out.write('[');
        for (int i = 1; i <= length; i++) {
            if (i > 1) {
                out.write(',');
            }
            stack.getElement(-1, i);
            value(depth);
            stack.pop(1);
        }
        out.write(']');
    }

    private void object(int depth) {
        out.write('{');
        boolean first = true;
        stack.pushNil();
        while (stack.next(-2)) {
            if (!first) {
                out.write(',');
            }
            first = false;
            switch (stack.type(-2)) {
                case LuaStack.NUMBER -> {
                    out.write('"');
                    number(-2);
                    out.write('"');
                }
                case LuaStack.STRING -> string(-2);
                default -> throw unable(-2, "table key must be a number or string");
            }
            out.write(':');
            value(depth);
            stack.pop(1);
        }
        out.write('}');
    }

    private void number(int index) {
        double number = stack.toNumber(index);
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            if (!settings.encodesInvalid()) {
                throw unable(index, "must not be NaN or Inf");
            }
            text(settings.encodesInvalidAsNull() ? "null" : Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf");
        } else if (number == (int) number && (number != 0 || 1 / number > 0) && settings.digits() >= 10) {
            out.writeBytes(Ascii.decimal((long) number));
        } else {
            text(NumberText.general(number, settings.digits()));
        }
    }

    private void string(int index) {
        out.write('"');
        for (byte b : stack.toBytes(index)) {
            byte[] escape = ESCAPES[b & 0xff];
            if (escape == null) {
                out.write(b);
            } else {
                out.writeBytes(escape);
            }
        }
        out.write('"');
    }

    private void text(String ascii) {
        out.writeBytes(Ascii.bytes(ascii));
    }

    private LuaError unable(int index, String reason) {
        return LuaError.placed("Cannot serialise " + stack.typeName(index) + ": " + reason);
    }
}
