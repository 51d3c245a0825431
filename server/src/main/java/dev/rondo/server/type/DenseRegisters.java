package dev.rondo.server.type;

/**
 * The registers of a HyperLogLog as 6 bits each, packed from the lowest bit of the first byte on, behind the header.
 * Pure functions on the bytes of the string.
 */
final class DenseRegisters {
    private static final int BITS = 6;
    private static final int MASK = (1 << BITS) - 1;

    /** The length of the whole string. */
    static final int STRING_BYTES = HyperLogLog.HEADER_BYTES + HyperLogLog.REGISTERS * BITS / 8;

    private DenseRegisters() {}

    static int get(byte[] bytes, int index) {
        int bit = index * BITS;
        int at = HyperLogLog.HEADER_BYTES + bit / 8;
        int shift = bit % 8;
        int low = (bytes[at] & 0xff) >> shift;
        return (shift <= 8 - BITS ? low : low | bytes[at + 1] << (8 - shift)) & MASK;
    }

    static void set(byte[] bytes, int index, int value) {
        int bit = index * BITS;
        int at = HyperLogLog.HEADER_BYTES + bit / 8;
        int shift = bit % 8;
        bytes[at] = (byte) (bytes[at] & ~(MASK << shift) | value << shift);
        if (shift > 8 - BITS) {
            bytes[at + 1] = (byte) (bytes[at + 1] & ~(MASK >> (8 - shift)) | value >> (8 - shift));
        }
    }

    /** Sets the register unless it holds as much; whether it did. */
    static boolean raise(byte[] bytes, int index, int value) {
        if (get(bytes, index) >= value) {
            return false;
        }
        set(bytes, index, value);
        return true;
    }

    /** Adds to {@code counts} how many registers hold the value of each index. */
    static void count(byte[] bytes, int[] counts) {
        for (int at = HyperLogLog.HEADER_BYTES; at < STRING_BYTES; at += 3) {
            int four = four(bytes, at);
            counts[four & MASK]++;
            counts[four >> BITS & MASK]++;
            counts[four >> 2 * BITS & MASK]++;
            counts[four >> 3 * BITS]++;
        }
    }

    /** Raises {@code registers}, a byte each, to these. */
    static void mergeInto(byte[] registers, byte[] bytes) {
        int at = HyperLogLog.HEADER_BYTES;
        for (int i = 0; i < registers.length; i += 4, at += 3) {
            int four = four(bytes, at);
            registers[i] = (byte) Math.max(registers[i], four & MASK);
            registers[i + 1] = (byte) Math.max(registers[i + 1], four >> BITS & MASK);
            registers[i + 2] = (byte) Math.max(registers[i + 2], four >> 2 * BITS & MASK);
            registers[i + 3] = (byte) Math.max(registers[i + 3], four >> 3 * BITS);
        }
    }

    /** The three bytes that hold four registers. */
    private static int four(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16;
    }
}
