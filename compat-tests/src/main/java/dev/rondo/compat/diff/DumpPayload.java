package dev.rondo.compat.diff;

import dev.rondo.compat.wire.Reply;

/**
 * The format of DUMP and RESTORE: type byte and value as in an RDB file, RDB version (2 bytes), CRC-64 (8 bytes), both
 * little-endian. Redis versions differ in the RDB version they write and accept, so payloads are never compared byte by
 * byte.
 */
public final class DumpPayload {
    /** An RDB version that every Redis 7 accepts. */
    public static final int COMMON_VERSION = 10;

    private static final int FOOTER_BYTES = 10;
    /** The reflected polynomial of CRC-64/Jones, which Redis uses. */
    private static final long POLYNOMIAL = 0x95AC9329AC4BC9B5L;

    private DumpPayload() {}

    /** A payload of this body (type byte first) with a correct checksum. */
    public static String of(String body, int version) {
        String versioned = body + littleEndian(version, 2);
        return versioned + littleEndian(checksum(versioned), 8);
    }

    /** The same value as the given payload, in the RDB version that every Redis 7 accepts. */
    static String inCommonVersion(String payload) {
        return of(body(payload), COMMON_VERSION);
    }

    /** The RDB version that a payload names. */
    public static int versionOf(String payload) {
        int at = payload.length() - FOOTER_BYTES;
        return payload.charAt(at) | payload.charAt(at + 1) << 8;
    }

    /** The type byte and the value. */
    public static String body(String payload) {
        return payload.substring(0, payload.length() - FOOTER_BYTES);
    }

    /** A short string (up to 63 bytes) as DUMP writes it. */
    static String ofString(String value) {
        return of("\0" + (char) value.length() + value, COMMON_VERSION);
    }

    /**
     * Both nil, or both payloads with correct checksums; the content itself is compared with the keyspace, by RESTORE.
     */
    static boolean sameContent(Reply model, Reply candidate) {
        if (model.isError() || model.isNil() || candidate.isNil() || candidate.type() != Reply.Type.BULK) {
            return model.equals(candidate);
        }
        String payload = candidate.asText();
        if (payload.length() < FOOTER_BYTES + 1) {
            return false;
        }
        int end = payload.length() - 8;
        return payload.substring(end).equals(littleEndian(checksum(payload.substring(0, end)), 8));
    }

    static long checksum(String bytes) {
        long crc = 0;
        for (int i = 0; i < bytes.length(); i++) {
            crc ^= bytes.charAt(i);
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) == 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL;
            }
        }
        return crc;
    }

    private static String littleEndian(long value, int bytes) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < bytes; i++) {
            out.append((char) (value >>> (8 * i) & 0xff));
        }
        return out.toString();
    }
}
