package dev.rondo.server.replication;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.server.keyspace.Slot;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which peers get the effects of which slots. Each slot's feeds are guarded by that slot's lock. A feed that ends while
 * its stream goes on is announced to the peer, whose copy is void from there.
 */
final class Feeds {
    /** The copying or following of one slot by one peer. */
    static final class Feed {
        final PeerStream stream;
        /** While the peer gets its first copy in parts. */
        final boolean copying;
        /** Where the stream was when the feed began: what the peer read before concerns an older feed. */
        final long startedAt;
        /** Set before anything is acknowledged that came behind the end of the feed, or that the peer did not take. */
        private volatile boolean ended;
        /** Set before anything is acknowledged that the peer read and did not take. */
        private volatile boolean refused;

        Feed(PeerStream stream, boolean copying, long startedAt) {
            this.stream = stream;
            this.copying = copying;
            this.startedAt = startedAt;
        }

        /** Whether the peer's acknowledgements say nothing about the slot any more; any thread. */
        boolean isOver() {
            return ended || stream.isClosed();
        }

        /** Whether the peer has said that its copy is complete, and nothing to the contrary since; any thread. */
        boolean isComplete() {
            return !copying && !ended && hasReached(startedAt);
        }

        /** Whether the peer has applied the slot's effects up to an offset; any thread. */
        boolean hasReached(long offset) {
            return stream.acknowledged() >= offset && !refused && !stream.isClosed();
        }
    }

    private static final Feed[] NONE = {};

    private final Feed[][] bySlot;
    private final int[] tenures; // each guarded by its slot's lock
    private final ThreadLocal<RecordWriter> writers = ThreadLocal.withInitial(RecordWriter::new);

    private final Runnable completed;

    /**
     * Starts with none.
     *
     * @param completed told, under the slot's lock, when a peer that is to follow has a complete copy already; of those
     *     that have it later the stream tells
     */
    Feeds(int slots, Runnable completed) {
        this.completed = completed;
        bySlot = new Feed[slots][];
        Arrays.fill(bySlot, NONE);
        tenures = new int[slots];
    }

    /** Changes whenever what this node wrote to the (locked) slot as its primary may be lost here. */
    int tenure(int slot) {
        return tenures[slot];
    }

    /** What this node wrote to the (locked) slot counts no longer: another primary has won it. */
    void endTenure(int slot) {
        tenures[slot]++;
    }

    /** How many peers have a complete copy of the (locked) slot that is kept up to date. */
    int followers(int slot) {
        int count = 0;
        for (Feed feed : bySlot[slot]) {
            count += feed.copying || feed.isOver() ? 0 : 1;
        }
        return count;
    }

    /** Adds the (locked) slot to those of which each peer has a complete copy that is kept up to date. */
    void addTo(Map<NodeId, BitSet> complete, int slot) {
        for (Feed feed : bySlot[slot]) {
            if (feed.isComplete()) {
                complete.computeIfAbsent(feed.stream.peer(), peer -> new BitSet(bySlot.length))
                        .set(slot);
            }
        }
    }

    /** The slot's feeds; the array must not be changed. */
    Feed[] of(int slot) {
        return bySlot[slot];
    }

    @Nullable Feed find(int slot, PeerStream stream) {
        for (Feed feed : bySlot[slot]) {
            if (feed.stream == stream) {
                return feed;
            }
        }
        return null;
    }

    /** Starts a feed, instead of one over the same stream if there is one. None is started over a closed stream. */
    Feed start(int slot, PeerStream stream, boolean copying) {
        stop(slot, stream);
        Feed[] old = bySlot[slot];
        Feed[] grown = Arrays.copyOf(old, old.length + 1);
        Feed feed = new Feed(stream, copying, stream.end());
        grown[old.length] = feed;
        bySlot[slot] = grown;
        if (!copying) {
            stream.await(feed.startedAt);
            if (feed.isComplete()) {
                completed.run();
            }
        }
        if (stream.isClosed()) { // those who stop the feeds of a stream look here only after it is closed
            stop(slot, stream);
        }
        return feed;
    }

    /** Stops a feed without a word: the stream is closed, or the peer knows. */
    void stop(int slot, PeerStream stream) {
        Feed[] feeds = bySlot[slot];
        if (feeds.length > 0) {
            for (Feed feed : feeds) {
                if (feed.stream == stream) {
                    feed.ended = true;
                }
            }
            bySlot[slot] =
                    Arrays.stream(feeds).filter(feed -> feed.stream != stream).toArray(Feed[]::new);
        }
    }

    /** The peer has not taken a record of the (locked) slot that ends at {@code offset}: its feed is of no use. */
    void refused(int slot, PeerStream stream, long offset) {
        Feed feed = find(slot, stream);
        if (feed != null && feed.startedAt < offset) { // else the record was one of an older feed
            feed.refused = true;
            end(slot, peer -> peer.equals(stream.peer()));
        }
    }

    /** Ends the feeds to the peers of whom the predicate is true. */
    void end(int slot, Predicate<NodeId> peers) {
        for (Feed feed : bySlot[slot]) {
            if (peers.test(feed.stream.peer())) {
                end(slot, feed);
            }
        }
    }

    /** Ends the feeds to all but these. */
    void retain(int slot, List<Member> owners) {
        for (Feed feed : bySlot[slot]) {
            if (!isAmong(owners, feed.stream.peer())) {
                end(slot, feed);
            }
        }
    }

    private static boolean isAmong(List<Member> owners, NodeId peer) {
        for (int i = 0; i < owners.size(); i++) { // asked for every slot whenever a table comes: without an iterator
            if (owners.get(i).id().equals(peer)) {
                return true;
            }
        }
        return false;
    }

    /** Asks the feed's peer whether it has all of the (locked) slot; if not, its acknowledgement ends the feed. */
    void confirm(Slot slot, Feed feed) {
        RecordWriter record =
                writers.get().begin(RecordKind.CONFIRM).number(slot.index()).number(slot.sequence());
        record.end();
        feed.stream.append(record);
    }

    private void end(int slot, Feed feed) {
        RecordWriter record = writers.get().begin(RecordKind.UNFOLLOW).number(slot);
        record.end();
        feed.stream.append(record);
        stop(slot, feed.stream);
    }
}
