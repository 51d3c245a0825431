package dev.rondo.server.type;

/**
 * Up to which size collections take their compact forms: the directives of the same names. Beyond a limit a collection
 * changes its form when it next grows, and never back. Immutable.
 *
 * @param hashEntries hash-max-listpack-entries
 * @param hashValueBytes hash-max-listpack-value
 * @param intsetEntries set-max-intset-entries
 * @param setEntries set-max-listpack-entries
 * @param setValueBytes set-max-listpack-value
 * @param zsetEntries zset-max-listpack-entries
 * @param zsetValueBytes zset-max-listpack-value
 * @param listNodeSize list-max-listpack-size: elements of a list's node; negative: -1 to -5 for 4 to 64 KB
 * @param streamNodeBytes stream-node-max-bytes; 0 = no limit
 * @param streamNodeEntries stream-node-max-entries; 0 = no limit
 * @param hllSparseBytes hll-sparse-max-bytes
 */
public record Limits(
        long hashEntries,
        long hashValueBytes,
        long intsetEntries,
        long setEntries,
        long setValueBytes,
        long zsetEntries,
        long zsetValueBytes,
        int listNodeSize,
        long streamNodeBytes,
        long streamNodeEntries,
        long hllSparseBytes) {
    /** Those of Redis 7.2. */
    public static final Limits DEFAULT = new Limits(512, 64, 512, 128, 64, 128, 64, -2, 4096, 100, 3000);
}
