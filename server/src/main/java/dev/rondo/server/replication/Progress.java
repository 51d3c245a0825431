package dev.rondo.server.replication;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/**
 * How many replicas have applied everything that was written to some slots until a moment: what WAIT asks. Thread-safe.
 */
public final class Progress {
    /** Of a node that nobody follows. */
    public static final Progress NO_REPLICAS = new Progress(List.of(), Map.of());

    private final Collection<Feeds.Feed[]> followers;
    private final Map<PeerStream, Long> ends;

    /**
     * Keeps a moment.
     *
     * @param followers for each slot those who follow it
     * @param ends where each stream ended
     */
    Progress(Collection<Feeds.Feed[]> followers, Map<PeerStream, Long> ends) {
        this.followers = followers;
        this.ends = ends;
    }

    /** The number of replicas that every one of the slots has reached by now. */
    public int replicas() {
        int least = Integer.MAX_VALUE;
        for (Feeds.Feed[] feeds : followers) {
            int reached = 0;
            for (Feeds.Feed feed : feeds) {
                if (!feed.copying && feed.hasReached(ends.get(feed.stream))) {
                    reached++;
                }
            }
            least = Math.min(least, reached);
        }
        return least == Integer.MAX_VALUE ? 0 : least;
    }
}
