package dev.rondo.server.persistence;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The payload of FUNCTION DUMP and FUNCTION RESTORE: the code of each library as RDB has it, with version and checksum.
 */
public final class FunctionPayload {
    /** RDB_OPCODE_FUNCTION2 of Redis. */
    private static final int FUNCTION = 245;
    /** The same before Redis 7.0 was released. */
    private static final int EARLY_FUNCTION = 246;

    private static final int FOOTER_BYTES = 10;

    private FunctionPayload() {}

    public static byte[] dump(List<byte[]> codes) {
        RdbWriter writer = new RdbWriter();
        for (byte[] code : codes) {
            writer.writeByte(FUNCTION);
            writer.writeString(code);
        }
        return DumpPayload.sealed(writer, RdbWriter.VERSION);
    }

    /** What is wrong with a payload's contents, in Redis's words. */
    public static final class FormatException extends Exception {
        private static final long serialVersionUID = 1L;

        FormatException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The code of the libraries in an {@linkplain DumpPayload#isIntact intact} payload. */
    public static List<byte[]> parse(byte[] payload) throws FormatException {
        RdbReader reader = new RdbReader(payload, 0, payload.length - FOOTER_BYTES);
        List<byte[]> codes = new ArrayList<>();
        try {
            while (reader.position() < payload.length - FOOTER_BYTES) {
                int type = reader.readByte();
                if (type == EARLY_FUNCTION) {
                    throw new FormatException("Pre-GA function format not supported", null);
                }
                if (type != FUNCTION) {
                    throw new FormatException("given type is not a function", null);
                }
                codes.add(reader.readStringBytes());
            }
        } catch (RdbFormatException e) {
            throw new FormatException("failed loading the given functions payload", e);
        }
        return codes;
    }
}
