package dev.rondo.membership;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the bus does not bring together what hears one another. Whoever leads those who went on without this
 * node says so twice a second, past all that the bus keeps of its connections; when that has lasted for much longer
 * than any merge takes, the bus is stuck inside, on one side or the other, and the smaller side is to join it anew. It
 * knows no network and no clock, and is confined to the membership thread.
 */
final class MergeWatch {

    /** Merging takes 1 to 5 s. */
    static final long PATIENCE_NS = 20_000_000_000L;
    /** Joining anew helps at once or not at all, so it is tried less and less often. */
    static final long MOST_PATIENCE_NS = 16 * PATIENCE_NS;
    /** After so long without a word the other is not heard any more. */
    private static final long SILENCE_NS = 2_500_000_000L;

    private @Nullable Identity other;
    private int otherSize;
    private long sinceNs;
    private long heardNs;
    private long patienceNs = PATIENCE_NS;

    /**
     * A word of the node that leads others.
     *
     * @param size how many they are
     */
    void heard(Identity from, int size, long nowNs) {
        if (!from.equals(other) || nowNs - heardNs > SILENCE_NS) {
            other = from;
            sinceNs = nowNs;
        }
        otherSize = size;
        heardNs = nowNs;
    }

    /**
     * The node that went on without this one, if the two are to be together by now and this one is to join; else null.
     */
    @Nullable Identity missing(List<Identity> view, long nowNs) {
        Identity from = other;
        if (from == null || view.isEmpty()) {
            return null;
        }
        if (view.contains(from)) {
            other = null;
            patienceNs = PATIENCE_NS;
            return null;
        }
        boolean heard = nowNs - heardNs <= SILENCE_NS;
        if (!heard || nowNs - sinceNs < patienceNs || !isSmaller(view, from)) {
            return null;
        }
        sinceNs = nowNs;
        patienceNs = Math.min(2 * patienceNs, MOST_PATIENCE_NS);
        return from;
    }

    private boolean isSmaller(List<Identity> view, Identity from) {
        return view.size() < otherSize
                || view.size() == otherSize && view.get(0).id().compareTo(from.id()) > 0;
    }
}
