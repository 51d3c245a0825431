package dev.rondo.server.script;

import java.nio.ByteBuffer;

/** cmsgpack.unpack: pushes the values that bytes in the form of MessagePack mean, as lua-cmsgpack 0.4 reads them. */
final class MessagePackReader {
    private static final String TOO_MANY =
            "stack overflow (too many return values at once; use unpack_one or unpack_limit instead.)";

    private final LuaStack stack;
    private final ByteBuffer in;

    MessagePackReader(LuaStack stack, byte[] bytes, int offset) {
        this.stack = stack;
        this.in = ByteBuffer.wrap(bytes, offset, bytes.length - offset);
    }

    boolean isAtEnd() {
        return !in.hasRemaining();
    }

    int position() {
        return in.position();
    }

    /** Pushes the next value. */
    void value() {
        if (!stack.ensure(1)) {
            throw LuaError.placed(TOO_MANY);
        }
        int code = (int) unsigned(1);
        switch (code) {
            case 0xc0 -> stack.pushNil();
            case 0xc2, 0xc3 -> stack.push(code == 0xc3);
            case 0xca -> stack.push(Float.intBitsToFloat((int) unsigned(4)));
            case 0xcb -> stack.push(Double.longBitsToDouble(unsigned(8)));
            case 0xcc, 0xcd, 0xce, 0xcf -> stack.push((double) unsigned(1 << code - 0xcc));
            case 0xd0 -> stack.push((byte) unsigned(1));
            case 0xd1 -> stack.push((short) unsigned(2));
            case 0xd2 -> stack.push((int) unsigned(4));
            case 0xd3 -> stack.push((double) unsigned(8));
            case 0xd9, 0xda, 0xdb -> string(unsigned(1 << code - 0xd9));
            case 0xdc, 0xdd -> array(unsigned(2 << code - 0xdc));
            case 0xde, 0xdf -> map(unsigned(2 << code - 0xde));
            default -> valueWithin(code);
        }
    }

    /** A value whose code holds some of it. */
    private void valueWithin(int code) {
        if (code < 0x80 || code >= 0xe0) {
            stack.push((byte) code);
        } else if (code >= 0xa0 && code < 0xc0) {
            string(code & 0x1f);
        } else if (code >= 0x90 && code < 0xa0) {
            array(code & 0xf);
        } else if (code < 0x90) {
            map(code & 0xf);
        } else {
            throw LuaError.placed("Bad data format in input.");
        }
    }

    private void need(long bytes) {
        if (in.remaining() < bytes) {
            throw LuaError.placed("Missing bytes in input.");
        }
    }

    private long unsigned(int bytes) {
        need(bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | in.get() & 0xff;
        }
        return value;
    }

    private void string(long length) {
        need(length);
        stack.push(in.array(), in.position(), (int) length);
        in.position(in.position() + (int) length);
    }

    private void array(long length) {
        stack.newTable(0, 0);
        if (!stack.ensure(1)) {
            throw LuaError.placed("stack overflow (in function mp_decode_to_lua_array)");
        }
        for (int i = 1; i <= length; i++) {
            stack.push(i);
            value();
            stack.set(-3);
        }
    }

    private void map(long length) {
        stack.newTable(0, 0);
        for (long i = 0; i < length; i++) {
            value();
            if (stack.isNothing(-1)) {
                value();
                throw LuaError.bare("table index is nil");
            }
            boolean noNumber = stack.type(-1) == LuaStack.NUMBER && Double.isNaN(stack.toNumber(-1));
            value();
            if (noNumber) {
                throw LuaError.bare("table index is NaN");
            }
            stack.set(-3);
        }
    }
}
