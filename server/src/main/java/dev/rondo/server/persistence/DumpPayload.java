package dev.rondo.server.persistence;

/**
 * What DUMP answers and RESTORE takes: the type and value in RDB encoding, two bytes of RDB version and eight of
 * {@link Crc64}, both little-endian. Pure functions.
 */
public final class DumpPayload {
    private static final int VERSION_BYTES = Short.BYTES;
    private static final int FOOTER_BYTES = VERSION_BYTES + Long.BYTES;

    private DumpPayload() {}

    public static byte[] of(Object value) {
        RdbWriter writer = new RdbWriter();
        int type = RdbWriter.typeOf(value);
        writer.writeByte(type);
        writer.writeValue(value);
        return sealed(writer, RdbWriter.versionOf(type));
    }

    /** What was written, with version and checksum behind it. */
    static byte[] sealed(RdbWriter writer, int version) {
        writer.writeLittleEndian(version, VERSION_BYTES);
        writer.writeLittleEndian(Crc64.update(0, writer.array(), 0, writer.size()), Long.BYTES);
        return writer.toByteArray();
    }

    /** Whether the version is one that can be read and the checksum is right. */
    public static boolean isIntact(byte[] payload) {
        int footer = payload.length - FOOTER_BYTES;
        if (footer < 0) {
            return false;
        }
        int checksum = footer + VERSION_BYTES;
        return littleEndian(payload, footer, VERSION_BYTES) <= RdbReader.MAX_VERSION
                && littleEndian(payload, checksum, Long.BYTES) == Crc64.update(0, payload, 0, checksum);
    }

    private static long littleEndian(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[from + i] & 0xffL) << 8 * i;
        }
        return value;
    }

    /** The value of an {@linkplain #isIntact intact} payload. As in Redis, bytes behind the value are not looked at. */
    public static Object parse(byte[] payload) throws RdbFormatException {
        RdbReader reader = new RdbReader(payload, 0, payload.length);
        return reader.readValue(reader.readByte());
    }
}
