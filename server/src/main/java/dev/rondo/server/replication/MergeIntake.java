package dev.rondo.server.replication;

import dev.rondo.membership.NodeId;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Takes the entries and deletions of slots that others have lost to this node: for each key the later write wins. Only
 * a slot's primary takes them, and not in the middle of a script; the loser learns at their end whether it must send
 * them again. Called on the bus's threads, one sender at a time.
 */
final class MergeIntake {
    /** Who merges a slot into this node's. */
    private record Sender(NodeId node, int slot) {}

    private final Keyspace keyspace;
    private final Bus bus;
    private final Feeds feeds;
    private final Set<Sender> refused = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<RecordWriter> writers = ThreadLocal.withInitial(RecordWriter::new);

    MergeIntake(Keyspace keyspace, Bus bus, Feeds feeds) {
        this.keyspace = keyspace;
        this.bus = bus;
        this.feeds = feeds;
    }

    /** MERGE_ENTRIES. */
    void entries(NodeId from, RecordReader record) {
        Slot slot = keyspace.slot(record.slot());
        slot.lock();
        try {
            if (slot.isPrimary() && !slot.isOccupied()) {
                take(slot, record);
            } else {
                refused.add(new Sender(from, slot.index()));
            }
        } finally {
            slot.unlock();
        }
    }

    /** MERGE_END. */
    void end(NodeId from, RecordReader record) {
        Sender sender = new Sender(from, record.slot());
        byte[] answer = Messages.mergeAnswer(record.number(), !refused.remove(sender));
        bus.sendUnordered(from, answer, answer.length);
    }

    /** What changes here goes on to this node's replicas. */
    private void take(Slot slot, RecordReader record) {
        List<KeyState> winners = new ArrayList<>();
        while (record.hasMore()) {
            KeyState state = KeyState.read(record);
            if (state.isNewsTo(slot)) {
                state.applyTo(slot);
                winners.add(state);
            }
        }
        if (winners.isEmpty()) {
            return;
        }
        long newest = winners.stream().mapToLong(KeyState::version).max().orElse(0);
        long sequence = slot.nextSequence();
        slot.sequence(sequence, newest);
        RecordWriter out = writers.get();
        out.begin(RecordKind.STATES).number(slot.index()).number(sequence).number(slot.lastVersion());
        for (KeyState winner : winners) {
            out.put(Replicator.StateMark.KEY);
            winner.writeAsIn(slot, out);
        }
        out.end();
        for (Feeds.Feed feed : feeds.of(slot.index())) {
            feed.stream.append(out);
        }
    }
}
