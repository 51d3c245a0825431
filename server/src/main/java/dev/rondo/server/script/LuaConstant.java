package dev.rondo.server.script;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import party.iroiro.luajava.lua51.Lua51Natives;

/**
 * Pushes strings of any bytes. The binding takes text only, without zero bytes; so a string that is not plain becomes
 * the one constant of a chunk of bytecode that returns it. Belongs to one interpreter.
 */
final class LuaConstant {
    private static final int PIECE_BYTES = 64 * 1024;
    private static final int HEADER_BYTES = 128;
    /** LOADK 0 0; RETURN 0 2. */
    private static final int[] CODE = {1, 30 | 2 << 23};

    private final ByteBuffer chunk =
            ByteBuffer.allocateDirect(HEADER_BYTES + PIECE_BYTES).order(ByteOrder.nativeOrder());

    /** Whether the bytes are ASCII without zeros, which the binding passes on as they are. */
    static boolean isPlain(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] <= 0) {
                return false;
            }
        }
        return true;
    }

    static String text(byte[] bytes, int from, int length) {
        return new String(bytes, from, length, StandardCharsets.ISO_8859_1);
    }

    /** Large strings are put together from pieces of equal size, two at a time. */
    void push(Lua51Natives lua, long thread, byte[] bytes, int from, int length) {
        int pieces = 0;
        int done = 0;
        do {
            int size = Math.min(length - done, PIECE_BYTES);
            pushPiece(lua, thread, bytes, from + done, size);
            done += size;
            pieces++;
            for (int i = pieces; (i & 1) == 0; i >>= 1) {
                lua.lua_concat(thread, 2);
            }
        } while (done < length);
        if (Integer.bitCount(pieces) > 1) {
            lua.lua_concat(thread, Integer.bitCount(pieces));
        }
    }

    private void pushPiece(Lua51Natives lua, long thread, byte[] bytes, int from, int length) {
        write(bytes, from, length);
        if (lua.luaJ_loadbuffer(thread, chunk, chunk.position(), "=constant") != 0
                || lua.lua_pcall(thread, 0, 1, 0) != 0) {
            throw new OutOfMemoryError("no room for a string of a script");
        }
    }

    /** The format of Lua 5.1's lundump.c, for a machine with 64-bit addresses. */
    private void write(byte[] bytes, int from, int length) {
        chunk.clear();
        chunk.put(new byte[] {27, 'L', 'u', 'a', 0x51, 0});
        chunk.put((byte) (ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? 1 : 0));
        chunk.put(new byte[] {Integer.BYTES, Long.BYTES, Integer.BYTES, Double.BYTES, 0});
        chunk.putLong(0); // no source
        chunk.putInt(0).putInt(0); // lines
        chunk.put(new byte[] {0, 0, 2, 2}); // upvalues, parameters, vararg, registers
        chunk.putInt(CODE.length).putInt(CODE[0]).putInt(CODE[1]);
        chunk.putInt(1).put((byte) LuaStack.STRING).putLong(length + 1L);
        chunk.put(bytes, from, length).put((byte) 0);
        chunk.putInt(0); // functions inside
        chunk.putInt(0).putInt(0).putInt(0); // nothing to debug with
    }
}
