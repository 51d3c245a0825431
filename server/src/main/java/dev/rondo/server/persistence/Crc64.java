package dev.rondo.server.persistence;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The checksum of RDB files and DUMP payloads: CRC-64 of Jones (polynomial 0xad93d23594c935a9, bits reflected, start
 * value 0). Pure functions; eight bytes at a time ("slicing-by-8", Kounavis and Berry, 2005).
 */
public final class Crc64 {
    private static final long REFLECTED_POLYNOMIAL = Long.reverse(0xad93d23594c935a9L);
    private static final int SLICES = 8;
    private static final long[][] TABLES = tables();
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Crc64() {}

    private static long[][] tables() {
        long[][] tables = new long[SLICES][256];
        for (int i = 0; i < 256; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? crc >>> 1 ^ REFLECTED_POLYNOMIAL : crc >>> 1;
            }
            tables[0][i] = crc;
        }
        for (int slice = 1; slice < SLICES; slice++) {
            for (int i = 0; i < 256; i++) {
                long before = tables[slice - 1][i];
                tables[slice][i] = before >>> 8 ^ tables[0][(int) before & 0xff];
            }
        }
        return tables;
    }

    /** The checksum of what {@code crc} covers (0: nothing yet) and {@code bytes[from..to)} behind it. */
    public static long update(long crc, byte[] bytes, int from, int to) {
        long result = crc;
        int at = from;
        for (; at + Long.BYTES <= to; at += Long.BYTES) {
            long word = result ^ (long) LONGS.get(bytes, at);
            result = 0;
            for (int i = 0; i < SLICES; i++) {
                result ^= TABLES[SLICES - 1 - i][(int) (word >>> 8 * i) & 0xff];
            }
        }
        for (; at < to; at++) {
            result = result >>> 8 ^ TABLES[0][(int) (result ^ bytes[at]) & 0xff];
        }
        return result;
    }
}
