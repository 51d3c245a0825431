package dev.rondo.server.type;

import org.jspecify.annotations.Nullable;

/**
 * What is to be left of a stream, whose oldest entries go: either a number of entries or all from an id on. Immutable.
 *
 * @param mostEntries as many may stay; not looked at where there is an id
 * @param minId no entry in front of it stays; null where the number counts
 * @param wholeNodes whether only whole nodes go, so that more may be left
 * @param limit no more entries than these go, whole nodes at a time; 0 = no limit
 */
public record StreamTrim(long mostEntries, @Nullable StreamId minId, boolean wholeNodes, long limit) {
    /** Whether a stream of this length is short enough. */
    boolean isShortEnough(long length) {
        return minId == null && length <= mostEntries;
    }

    /** Whether the first node, of a stream of this length, goes as a whole. */
    boolean takesWhole(StreamNode node, long length) {
        return minId == null ? length - node.live() >= mostEntries : node.compare(node.last(), minId) < 0;
    }

    /** Up to which entry of the first node, of a stream of this length, entries go; {@link StreamNode#NONE} for all. */
    int end(StreamNode node, long length) {
        long left = length;
        int at = node.first();
        while (at != StreamNode.NONE && (minId == null ? left > mostEntries : node.compare(at, minId) < 0)) {
            left -= node.isDeleted(at) ? 0 : 1;
            at = node.next(at);
        }
        return at;
    }
}
