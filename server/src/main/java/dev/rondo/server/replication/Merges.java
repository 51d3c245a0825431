package dev.rondo.server.replication;

import dev.rondo.membership.NodeId;
import dev.rondo.server.keyspace.Slot;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the entries and deletions of slots that this node lost in a merge to their winner, chunk by chunk, until the
 * winner has taken them all as the slots' primary. Confined to the sync thread.
 */
final class Merges {
    private static final Logger log = LoggerFactory.getLogger(Merges.class);
    /** An answer that has not come so long after everything was applied is lost, and the merge is made again. */
    private static final long ANSWER_NS = 1_000_000_000;

    /** The slots that one winner gets. */
    private static final class Merge {
        final List<Slot> slots;
        final NodeId winner;
        final Consumer<Boolean> after;
        final long number;

        @Nullable PeerStream stream;

        int next;
        long cursor;
        long tombstone;
        /** Up to where the winner must apply the stream. */
        long end;

        long sentAtNs;
        int answers;
        int taken;

        Merge(List<Slot> slots, NodeId winner, Consumer<Boolean> after, long number) {
            this.number = number;
            this.slots = slots;
            this.winner = winner;
            this.after = after;
        }
    }

    private final ReplicationSettings settings;
    private final Streams streams;
    private final Copies copies;
    private final RecordWriter end = new RecordWriter();
    private long lastNumber;
    private final Queue<Merge> queue = new ArrayDeque<>();

    Merges(ReplicationSettings settings, Streams streams, Copies copies) {
        this.settings = settings;
        this.streams = streams;
        this.copies = copies;
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Takes the slots; {@code after} is told whether the winner has them, or can't be reached any more. */
    void add(List<Slot> slots, NodeId winner, Consumer<Boolean> after) {
        queue.add(new Merge(slots, winner, after, ++lastNumber));
    }

    /** One chunk for each winner that has room; false when none had. */
    boolean step() {
        boolean progress = false;
        for (int left = queue.size(); left > 0; left--) {
            Merge merge = queue.remove();
            try {
                progress |= step(merge);
            } catch (RuntimeException | Error e) {
                log.error("The merge of {} slots fails; it is made again", merge.slots.size(), e);
                merge.after.accept(false);
            }
        }
        return progress;
    }

    private boolean step(Merge merge) {
        PeerStream stream = streams.to(merge.winner);
        if (merge.stream == null) {
            merge.stream = stream;
        }
        if (stream == null || merge.stream != stream) { // what was sent may be lost
            merge.after.accept(false);
            return false;
        }
        boolean progress = true;
        if (merge.next < merge.slots.size()) {
            progress = sendNext(merge, stream);
            queue.add(merge);
        } else if (merge.answers == merge.slots.size() || isOverdue(merge, stream)) {
            merge.after.accept(merge.taken == merge.slots.size());
        } else {
            progress = false;
            queue.add(merge);
        }
        return progress;
    }

    /** Whether the winner has applied everything, and its answers are lost. */
    private boolean isOverdue(Merge merge, PeerStream stream) {
        long nowNs = settings.nanoTime().getAsLong();
        if (stream.acknowledged() < merge.end) {
            merge.sentAtNs = nowNs;
        }
        return nowNs - merge.sentAtNs > ANSWER_NS;
    }

    /** The winner's answer to the end of one slot. */
    void answered(long number, boolean taken) {
        for (Merge merge : queue) {
            if (merge.number == number) {
                merge.answers++;
                merge.taken += taken ? 1 : 0;
            }
        }
    }

    private boolean sendNext(Merge merge, PeerStream stream) {
        if (stream.backlog() >= settings.backlogBytes()) {
            return false;
        }
        Slot slot = merge.slots.get(merge.next);
        slot.lock();
        try {
            long lastTombstone = Copies.deletions(slot); // nothing is deleted any more
            if (merge.tombstone < lastTombstone) {
                merge.tombstone =
                        copies.sendDeletions(slot, stream, merge.tombstone, lastTombstone, RecordKind.MERGE_ENTRIES);
            } else {
                merge.cursor = copies.sendChunk(slot, stream, merge.cursor, RecordKind.MERGE_ENTRIES);
                if (merge.cursor == 0) {
                    end.begin(RecordKind.MERGE_END).number(slot.index()).number(merge.number);
                    end.end();
                    stream.append(end);
                    merge.next++;
                    merge.tombstone = 0;
                }
            }
        } finally {
            slot.unlock();
        }
        merge.end = stream.end();
        merge.sentAtNs = settings.nanoTime().getAsLong();
        return true;
    }
}
