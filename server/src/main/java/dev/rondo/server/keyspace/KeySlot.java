package dev.rondo.server.keyspace;

/**
 * Maps a key to its slot: CRC16 (XMODEM: polynomial 0x1021, initial value 0) modulo 16384 of the key, or of its hash
 * tag where it has one. Pure functions.
 *
 * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">Redis cluster
 *     specification, "Key distribution model" and "Hash tags"</a>
 */
public final class KeySlot {
    public static final int SLOTS = 16384;

    private static final char[] CRC16 = crcTable();

    private KeySlot() {}

    /** The slot of {@code key}, 0 to 16383. */
    public static int of(byte[] key) {
        int open = indexOf(key, '{', 0);
        if (open >= 0) {
            int close = indexOf(key, '}', open + 1);
            if (close > open + 1) {
                return crc16(key, open + 1, close) & (SLOTS - 1);
            }
        }
        return crc16(key, 0, key.length) & (SLOTS - 1);
    }

    static int crc16(byte[] bytes, int from, int to) {
        int crc = 0;
        for (int i = from; i < to; i++) {
            crc = (crc << 8 & 0xffff) ^ CRC16[(crc >>> 8 ^ bytes[i]) & 0xff];
        }
        return crc;
    }

    private static int indexOf(byte[] bytes, char wanted, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }

    private static char[] crcTable() {
        char[] table = new char[256];
        for (int i = 0; i < table.length; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
            }
            table[i] = (char) crc;
        }
        return table;
    }
}
