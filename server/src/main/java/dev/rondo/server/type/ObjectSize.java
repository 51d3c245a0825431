package dev.rondo.server.type;

/**
 * The memory that objects take in a 64-bit JVM with compressed references and without compact object headers: estimates
 * from their layout, a few bytes too high where headers are compact. Pure functions.
 */
public final class ObjectSize {
    public static final int REFERENCE = 4;

    private static final int HEADER_BYTES = 12;
    private static final int ARRAY_HEADER_BYTES = 16;
    /** The fields of {@link HashTable.Node}: two references and an int. */
    private static final int NODE_FIELD_BYTES = 2 * REFERENCE + 4;
    /** A table is between half and entirely full. */
    private static final int BUCKET_BYTES = 2 * REFERENCE;

    private ObjectSize() {}

    /** An object whose fields take so many bytes. */
    public static long of(int fieldBytes) {
        return aligned(HEADER_BYTES + (long) fieldBytes);
    }

    /**
     * A node of a {@link HashTable} with so many bytes of fields of its own, and its share of the table, without its
     * key.
     */
    public static long ofNode(int fieldBytes) {
        return of(NODE_FIELD_BYTES + fieldBytes) + BUCKET_BYTES;
    }

    /** An array of bytes. */
    public static long ofArray(long bytes) {
        return aligned(ARRAY_HEADER_BYTES + bytes);
    }

    private static long aligned(long bytes) {
        return bytes + 7 & ~7L;
    }
}
