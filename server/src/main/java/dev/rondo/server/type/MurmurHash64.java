package dev.rondo.server.type;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** MurmurHash64A by Austin Appleby, which gives each element of a HyperLogLog its register. Pure functions. */
final class MurmurHash64 {
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long FACTOR = 0xc6a4a7935bd1e995L;
    private static final int SHIFT = 47;

    private MurmurHash64() {}

    static long hash(byte[] bytes, long seed) {
        long hash = seed ^ bytes.length * FACTOR;
        int at = 0;
        for (; at <= bytes.length - Long.BYTES; at += Long.BYTES) {
            hash = (hash ^ mix((long) WORDS.get(bytes, at) * FACTOR) * FACTOR) * FACTOR;
        }
        if (at < bytes.length) {
            long rest = 0;
            for (int i = bytes.length - 1; i >= at; i--) {
                rest = rest << 8 | bytes[i] & 0xff;
            }
            hash = (hash ^ rest) * FACTOR;
        }
        return mix(mix(hash) * FACTOR);
    }

    private static long mix(long word) {
        return word ^ word >>> SHIFT;
    }
}
