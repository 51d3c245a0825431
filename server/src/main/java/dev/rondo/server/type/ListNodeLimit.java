package dev.rondo.server.type;

/**
 * How much one node of a list holds, by {@link Limits#listNodeSize}: a number of elements, or from -1 to -5 a size of
 * 4, 8, 16, 32 or 64 KB. Pure functions; sizes are those of listpacks.
 */
final class ListNodeLimit {
    private static final int SMALLEST_BYTES = 4096;
    private static final int LARGEST_FORM = -5;
    /** However many elements a node may have, it takes no more than this. */
    private static final int SAFETY_BYTES = 8192;
    /** What Redis reckons an element to take beside its bytes. */
    static final int ELEMENT_OVERHEAD_BYTES = 8;

    private ListNodeLimit() {}

    private static boolean limitsElements(Limits limits) {
        return limits.listNodeSize() >= 0;
    }

    private static int mostElements(Limits limits) {
        return Math.max(1, limits.listNodeSize());
    }

    private static int mostBytes(Limits limits) {
        return SMALLEST_BYTES << -Math.max(limits.listNodeSize(), LARGEST_FORM) - 1;
    }

    static boolean isExceeded(Limits limits, long bytes, long elements) {
        return limitsElements(limits)
                ? bytes > SAFETY_BYTES || elements > mostElements(limits)
                : bytes > mostBytes(limits);
    }

    /** Whether a list that has shrunk to this is held as one listpack again: at half the limit, against flapping. */
    static boolean isWellWithin(Limits limits, long bytes, long elements) {
        return limitsElements(limits) ? elements <= mostElements(limits) / 2 : bytes <= mostBytes(limits) / 2;
    }

    /** Whether an element must stand alone in its node. */
    static boolean isLarge(Limits limits, int elementBytes) {
        return elementBytes > (limitsElements(limits) ? SAFETY_BYTES : mostBytes(limits));
    }

    /** Whether the node may take one element more. */
    static boolean takes(Limits limits, Listpack node, int elementBytes) {
        return !isLarge(limits, elementBytes)
                && !isExceeded(
                        limits, (long) node.sizeBytes() + elementBytes + ELEMENT_OVERHEAD_BYTES, node.count() + 1L);
    }
}
