package dev.rondo.server.replication;

import dev.rondo.membership.Identity;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.commit.CommitRules;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Everything that travels between this node and the others over streams: effects out and in, copies of slots,
 * handovers, and published messages. Thread-safe.
 */
public final class Replication implements AutoCloseable {
    /** Takes messages published on other nodes. */
    public interface MessageSink {
        void published(byte[] channel, byte[] message);

        void publishedToShard(int slot, byte[] channel, byte[] message);

        /** Another node has changed a library of functions, or tells what it knows of one. */
        default void libraryChanged(Library library) {}

        /** What this node knows of libraries, for a peer that may know less. */
        default List<Library> libraries() {
            return List.of();
        }
    }

    /** What a node knows of a library of functions; without code it was deleted. */
    public record Library(byte[] name, long version, byte[] code) {}

    private final Keyspace keyspace;
    private final Feeds feeds;
    private final ReplicationListener listener;
    private final Streams streams;
    private final Requests requests;
    private final Inbound inbound;
    private final SlotSync sync;
    private final Replicator replicator;
    private final List<Runnable> acknowledged = new CopyOnWriteArrayList<>();
    private final ThreadLocal<RecordWriter> writers = ThreadLocal.withInitial(RecordWriter::new);

    /**
     * Starts with no peer.
     *
     * @param firstStreamId larger than those of this node's former lives: its incarnation
     * @param limitBytes the most that may wait for one peer before its slots are copied anew
     * @param table the newest slot table
     * @param keysOf the keys among the arguments of a command; none for a command on the whole slot
     */
    public Replication(
            Keyspace keyspace,
            NodeId self,
            Bus bus,
            long firstStreamId,
            LongSupplier limitBytes,
            Supplier<SlotTable> table,
            UnaryOperator<byte[][]> keysOf,
            EffectApplier applier,
            ReplicationListener listener,
            MessageSink messages) {
        this(
                ReplicationSettings.DEFAULT,
                keyspace,
                self,
                bus,
                firstStreamId,
                limitBytes,
                table,
                keysOf,
                applier,
                listener,
                messages);
    }

    /** As the other, with other settings. */
    public Replication(
            ReplicationSettings settings,
            Keyspace keyspace,
            NodeId self,
            Bus bus,
            long firstStreamId,
            LongSupplier limitBytes,
            Supplier<SlotTable> table,
            UnaryOperator<byte[][]> keysOf,
            EffectApplier applier,
            ReplicationListener listener,
            MessageSink messages) {
        this.keyspace = keyspace;
        this.listener = listener;
        this.feeds = new Feeds(KeySlot.SLOTS, listener::followed);
        this.streams = new Streams(
                settings,
                bus,
                firstStreamId,
                limitBytes,
                stream -> messages.libraries().forEach(library -> append(library, stream)),
                this::broken);
        this.requests = new Requests(settings, streams, firstStreamId);
        this.inbound = new Inbound(
                settings.nanoTime(), keyspace, applier, bus, streams, feeds, requests, listener, new Inbound.Others() {
                    @Override
                    public void syncRequested(NodeId from, List<SyncRequest> requests) {
                        sync.syncRequested(from, requests);
                    }

                    @Override
                    public void published(byte[] channel, byte[] message) {
                        messages.published(channel, message);
                    }

                    @Override
                    public void publishedToShard(int slot, byte[] channel, byte[] message) {
                        messages.publishedToShard(slot, channel, message);
                    }

                    @Override
                    public void libraryChanged(byte[] name, long version, byte[] code) {
                        messages.libraryChanged(new Library(name, version, code));
                    }
                });
        this.sync = new SlotSync(settings, keyspace, self, feeds, streams, inbound, requests, listener, table);
        this.replicator = new Replicator(feeds, keysOf);
        sync.start();
    }

    /** The commit path of mode {@code async}. */
    public CommitPath commitPath() {
        return replicator;
    }

    /** The commit mode {@code replica}: as {@link #commitPath}, and tells when the replicas have what was committed. */
    public CommitMode replicaMode(CommitRules rules) {
        ReplicaMode mode = new ReplicaMode(replicator, feeds, rules, sync::copyAwaited);
        whenAcknowledged(mode::progress);
        return mode;
    }

    /** The commit mode {@code async}. */
    public CommitMode asyncMode(CommitRules rules) {
        return CommitMode.async(replicator, slot -> feeds.followers(slot.index()), rules);
    }

    // ---- bus ----

    /**
     * A message of another node's {@link Replication}. Called in order for each sender. What comes from a life of a
     * node that this one has not heard of yet, or knows to be over, is refused: what it would be told belongs to
     * another.
     */
    public void received(NodeId from, long incarnation, byte[] message, int offset, int length) {
        long id = Messages.streamId(message, offset);
        if (!streams.isLife(from, incarnation)) {
            if (message[offset] == Messages.STREAM) {
                inbound.refuseStranger(from, id);
            }
            return;
        }
        PeerStream stream = streams.present(from);
        boolean concernsStream = stream != null && stream.id() == id;
        switch (message[offset]) {
            case Messages.STREAM -> inbound.received(from, message, offset, length);
            case Messages.ACKNOWLEDGE -> {
                if (concernsStream) {
                    Messages.dropped(message, offset, length, (slot, behind) -> endFeed(stream, slot, behind));
                    stream.acknowledge(
                            Messages.offset(message, offset)); // not before: the feeds that ended don't count
                    acknowledged.forEach(Runnable::run);
                    if (stream.hasReachedAwaited()) {
                        listener.followed();
                    }
                }
            }
            case Messages.STREAM_REFUSED -> {
                if (concernsStream) {
                    stream.refuse();
                }
            }
            case Messages.HANDOVER_ANSWER -> sync.answered(from, id, Messages.offset(message, offset) == 1);
            case Messages.MERGE_ANSWER -> sync.mergeAnswered(id, Messages.offset(message, offset) == 1);
            case Messages.SERVED -> listener.served(new Identity(from, incarnation), (int) id);
            default -> throw new IllegalArgumentException("unknown message " + message[offset]);
        }
    }

    /** The peer has not taken a record of a slot, which ends at the offset {@code behind}. */
    private void endFeed(PeerStream stream, int index, long behind) {
        Slot slot = keyspace.slot(index);
        slot.lock();
        try {
            feeds.refused(index, stream, behind);
        } finally {
            slot.unlock();
        }
    }

    /**
     * The other nodes that can be reached, with the incarnation of each, changed. From a node that is gone nothing is
     * applied any more when this returns, so what this node reports of its copies then stays true.
     */
    public void reachable(Map<NodeId, Long> peers) {
        inbound.reachable(peers);
        streams.reachable(peers);
    }

    /** Nothing more comes of what the stream was to bring the peer. */
    private void broken(PeerStream stream) {
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot(i);
            slot.lock();
            try {
                feeds.stop(i, stream);
                inbound.streamBroken(slot, stream.peer());
            } finally {
                slot.unlock();
            }
        }
    }

    // ---- slots ----

    /**
     * Asks {@code primary} for the effects of slots from now on, and for what differs of their contents. Slots of which
     * it was asked and is still to answer are left as they are.
     */
    public void requestSync(NodeId primary, BitSet slots) {
        PeerStream stream = streams.to(primary);
        if (stream == null) {
            return;
        }
        List<SyncRequest> empty = new ArrayList<>();
        List<Slot> filled = new ArrayList<>();
        slots.stream().mapToObj(keyspace::slot).forEach(slot -> {
            slot.lock();
            try {
                if (slot.role() == Slot.Role.REPLICA && !requests.isPending(slot, primary)) {
                    SyncRequest request = inbound.ask(slot, primary);
                    if (request == null) {
                        filled.add(slot);
                    } else {
                        empty.add(request);
                    }
                }
            } finally {
                slot.unlock();
            }
        });
        if (!empty.isEmpty()) {
            Requests.send(empty, writers.get(), stream);
        }
        if (!filled.isEmpty()) {
            sync.compare(primary, filled);
        }
    }

    /** Hands over what the new table gives to others. */
    public void tableChanged() {
        sync.tableChanged();
    }

    /** Has the thread that moves slots run a task soon. */
    public void execute(Runnable task) {
        sync.execute(task);
    }

    /** See {@link SlotSync#merge}. */
    public void merge(List<Slot> slots, NodeId winner, Consumer<Boolean> after) {
        sync.merge(slots, winner, after);
    }

    /** Whom the (locked) slot follows. */
    public @Nullable NodeId source(Slot slot) {
        return inbound.source(slot);
    }

    /** The primary whose copy the (locked) slot is, or was to the last. */
    public @Nullable Identity origin(Slot slot) {
        return inbound.origin(slot);
    }

    /** Adds the (locked) slot, served here, to those of which each peer has a complete copy, as it has said itself. */
    public void addFollowers(Map<NodeId, BitSet> complete, Slot slot) {
        feeds.addTo(complete, slot.index());
    }

    /** The present life of a node; null when it can't be reached. */
    public @Nullable Identity life(NodeId peer) {
        return streams.life(peer);
    }

    /** The (locked) slot follows nobody and feeds nobody any more. */
    public void detach(Slot slot) {
        if (slot.isPrimary() || slot.role() == Slot.Role.PARKED) {
            feeds.endTenure(slot.index());
        }
        inbound.source(slot, null);
        feeds.end(slot.index(), peer -> true);
    }

    /** Nobody but these follows the (locked) slot any more. */
    public void retainFollowers(Slot slot, List<Member> owners) {
        feeds.retain(slot.index(), owners);
    }

    /** When a part of a copy of the (locked) slot last came in. */
    public long copiedAtNs(Slot slot) {
        return inbound.copiedAtNs(slot);
    }

    /** A table makes this node serve the (locked) slot, from what it has. */
    public void promoted(Slot slot) {
        inbound.promoted(slot);
    }

    /** Bounds the bytes per second of the copies made here for others; 0 = no bound. */
    public void limitCopies(CopyRate bytesPerSecond) {
        sync.copies.limit(bytesPerSecond);
    }

    // ---- progress ----

    /** How far the replicas of slots are to come to have everything written until now. */
    public Progress progress(BitSet slots) {
        List<Feeds.Feed[]> followers = new ArrayList<>();
        Map<PeerStream, Long> ends = new HashMap<>();
        slots.stream().mapToObj(keyspace::slot).forEach(slot -> {
            Feeds.Feed[] each = followers(slot);
            followers.add(each);
            for (Feeds.Feed feed : each) {
                ends.computeIfAbsent(feed.stream, PeerStream::end);
            }
        });
        ends.keySet().forEach(PeerStream::hurry);
        return new Progress(followers, ends);
    }

    private Feeds.Feed[] followers(Slot slot) {
        slot.lock();
        try {
            return feeds.of(slot.index());
        } finally {
            slot.unlock();
        }
    }

    /** Has {@code action} run, on a bus thread, after each acknowledgement of a peer. */
    public void whenAcknowledged(Runnable action) {
        acknowledged.add(action);
    }

    // ---- figures ----

    /** Bytes of all streams since the start. */
    public long offset() {
        return streams.appended();
    }

    /** Seconds since the peer last acknowledged anything, 0 when it has nothing to acknowledge. */
    public long lagSeconds(NodeId peer) {
        PeerStream stream = streams.present(peer);
        return stream == null || stream.backlog() == 0 ? 0 : stream.secondsSinceAcknowledged();
    }

    /** Waits until every peer has applied what was appended so far, or {@code timeoutMs} is over. */
    public void drain(long timeoutMs) {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000L;
        for (PeerStream stream : streams.open().values()) {
            long end = stream.end();
            stream.hurry();
            while (stream.acknowledged() < end && !stream.isClosed() && System.nanoTime() < deadlineNs) {
                LockSupport.parkNanos(1_000_000L);
            }
        }
    }

    /** Bytes that wait for a peer or that it has not applied yet. */
    public long backlog(NodeId peer) {
        PeerStream stream = streams.present(peer);
        return stream == null ? 0 : stream.backlog();
    }

    /** How many streams broke because a peer did not keep up or could not be reached. */
    public long brokenStreams() {
        return streams.broken.sum();
    }

    /** Slots on their way from this node to others now. */
    public int slotsMoving() {
        return sync.slotsMoving();
    }

    /** Slots copied from this node to others since the start. */
    public long slotsCopied() {
        return sync.copies.slotsCopied.sum();
    }

    /** Bytes of copies sent since the start. */
    public long bytesCopied() {
        return sync.copies.bytesCopied.sum();
    }

    /** What the copies have cost and saved. */
    public SyncFigures syncFigures() {
        return sync.copies.figures;
    }

    /** Slots handed over to other nodes since the start. */
    public long slotsHandedOver() {
        return sync.handovers.handedOver.sum();
    }

    /** Effects of other nodes applied since the start. */
    public long effectsApplied() {
        return inbound.recordsApplied.sum();
    }

    /** Copies voided by a gap in the sequence since the start. */
    public long gaps() {
        return inbound.gaps.sum();
    }

    /** Streams of other nodes that had to begin anew since a message of theirs was lost. */
    public long streamGaps() {
        return inbound.streamGaps.sum();
    }

    // ---- messages ----

    /** Tells every other node of a change of a library of functions. */
    public void publish(Library library) {
        for (NodeId peer : streams.reachable()) {
            PeerStream stream = streams.to(peer);
            if (stream != null) {
                append(library, stream);
            }
        }
    }

    private static void append(Library library, PeerStream stream) {
        RecordWriter record = new RecordWriter().begin(RecordKind.LIBRARY);
        record.bytes(library.name()).number(library.version()).bytes(library.code());
        record.end();
        stream.append(record);
    }

    /** Sends a published message to every other node. */
    public void publish(byte[] channel, byte[] message) {
        RecordWriter record =
                writers.get().begin(RecordKind.PUBLISH).bytes(channel).bytes(message);
        record.end();
        for (NodeId peer : streams.reachable()) {
            PeerStream stream = streams.to(peer);
            if (stream != null) {
                stream.append(record);
            }
        }
    }

    /** Sends a message published on a shard channel to nodes. */
    public void publishToShard(List<NodeId> peers, int slot, byte[] channel, byte[] message) {
        RecordWriter record = writers.get()
                .begin(RecordKind.SHARD_PUBLISH)
                .number(slot)
                .bytes(channel)
                .bytes(message);
        record.end();
        for (NodeId peer : peers) {
            PeerStream stream = streams.to(peer);
            if (stream != null) {
                stream.append(record);
            }
        }
    }

    @Override
    public void close() {
        sync.close();
        streams.close();
    }
}
