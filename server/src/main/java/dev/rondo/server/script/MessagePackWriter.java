package dev.rondo.server.script;

import java.io.ByteArrayOutputStream;

/**
 * cmsgpack.pack: values of a stack in the form of MessagePack, as lua-cmsgpack 0.4 writes them.
 *
 * @see <a href="https://github.com/msgpack/msgpack/blob/master/spec.md">MessagePack specification</a>
 */
final class MessagePackWriter {
    /** Tables nested deeper become nil. */
    private static final int MOST_NESTED = 16;

    private final LuaStack stack;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    private MessagePackWriter(LuaStack stack) {
        this.stack = stack;
    }

    /** The values {@code [1..count]}, one behind the other. */
    static byte[] pack(LuaStack stack, int count) {
        MessagePackWriter writer = new MessagePackWriter(stack);
        for (int i = 1; i <= count; i++) {
            stack.copy(i);
            writer.value(0);
            stack.pop(1);
        }
        return writer.out.toByteArray();
    }

    private void value(int level) {
        switch (stack.type(-1)) {
            case LuaStack.STRING -> string(stack.toBytes(-1));
            case LuaStack.BOOLEAN -> out.write(stack.toBoolean(-1) ? 0xc3 : 0xc2);
            case LuaStack.NUMBER -> number(stack.toNumber(-1));
            case LuaStack.TABLE -> {
                if (level == MOST_NESTED) {
                    out.write(0xc0);
                } else {
                    table(level);
                }
            }
            default -> out.write(0xc0);
        }
    }

    private void table(int level) {
        if (!stack.ensure(3)) {
            throw LuaError.placed("stack overflow (in function mp_encode_lua_table)");
        }
        int length = arrayLength();
        if (length >= 0) {
            header(length, 0x90, 0xdc);
            for (int i = 1; i <= length; i++) {
                stack.getElement(-1, i);
                value(level + 1);
                stack.pop(1);
            }
            return;
        }
        header(count(), 0x80, 0xde);
        stack.pushNil();
        while (stack.next(-2)) {
            stack.copy(-2);
            value(level + 1);
            stack.pop(1);
            value(level + 1);
            stack.pop(1);
        }
    }

    /** The number of elements if the keys are 1, 2, 3 and so on; else -1. */
    private int arrayLength() {
        int count = 0;
        int highest = 0;
        stack.pushNil();
        while (stack.next(-2)) {
            stack.pop(1);
            double key = stack.type(-1) == LuaStack.NUMBER ? stack.toNumber(-1) : 0;
            if (!(key > 0) || key != (int) key) {
                stack.pop(1);
                return -1;
            }
            highest = Math.max(highest, (int) key);
            count++;
        }
        return highest == count ? count : -1;
    }

    private int count() {
        int count = 0;
        stack.pushNil();
        while (stack.next(-2)) {
            stack.pop(1);
            count++;
        }
        return count;
    }

    /** Of an array or map; {@code wide} is the code for a length of 16 bits, the next one for 32. */
    private void header(int length, int small, int wide) {
        if (length <= 15) {
            out.write(small | length);
        } else if (length <= 0xffff) {
            out.write(wide);
            bigEndian(length, 2);
        } else {
            out.write(wide + 1);
            bigEndian(length, 4);
        }
    }

    private void string(byte[] bytes) {
        if (bytes.length < 32) {
            out.write(0xa0 | bytes.length);
        } else if (bytes.length <= 0xff) {
            out.write(0xd9);
            out.write(bytes.length);
        } else if (bytes.length <= 0xffff) {
            out.write(0xda);
            bigEndian(bytes.length, 2);
        } else {
            out.write(0xdb);
            bigEndian(bytes.length, 4);
        }
        out.writeBytes(bytes);
    }

    private void number(double number) {
        long integer = LuaStack.toLong(number);
        if (integer == number && !Double.isInfinite(number)) {
            integer(integer);
        } else if ((float) number == number) {
            out.write(0xca);
            bigEndian(Float.floatToRawIntBits((float) number), 4);
        } else {
            out.write(0xcb);
            bigEndian(Double.doubleToRawLongBits(number), 8);
        }
    }

    private void integer(long n) {
        if (n >= -32 && n <= 127) {
            out.write((int) n);
        } else if (n >= 0) {
            int code = n <= 0xff ? 0 : n <= 0xffff ? 1 : n <= 0xffffffffL ? 2 : 3;
            out.write(0xcc + code);
            bigEndian(n, 1 << code);
        } else {
            int code = n >= Byte.MIN_VALUE ? 0 : n >= Short.MIN_VALUE ? 1 : n >= Integer.MIN_VALUE ? 2 : 3;
            out.write(0xd0 + code);
            bigEndian(n, 1 << code);
        }
    }

    private void bigEndian(long value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.write((int) (value >> shift));
        }
    }
}
