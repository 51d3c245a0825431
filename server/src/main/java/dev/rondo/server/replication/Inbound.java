package dev.rondo.server.replication;

import dev.rondo.membership.Identity;
import dev.rondo.membership.NodeId;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies what the other nodes' streams bring: effects and copies of slots that this node follows, handovers, merges.
 * A slot follows one source at a time, the one that was asked last or that it was handed to, and each effect must carry
 * the next sequence number; a gap voids the copy. A void copy keeps its entries, since they are what its numbers say,
 * unless it was not complete yet. Called on the bus's threads, one sender at a time.
 */
final class Inbound {
    /** What a stream brings that is not this class's business. */
    interface Others {
        void syncRequested(NodeId from, List<SyncRequest> requests);

        void published(byte[] channel, byte[] message);

        void publishedToShard(int slot, byte[] channel, byte[] message);

        void libraryChanged(byte[] name, long version, byte[] code);
    }

    private static final Logger log = LoggerFactory.getLogger(Inbound.class);

    private final Keyspace keyspace;
    private final EffectApplier applier;
    private final Bus bus;
    private final Streams streams;
    private final ReplicationListener listener;
    private final Others others;
    private final Map<NodeId, StreamReader> readers = new ConcurrentHashMap<>();
    private Map<NodeId, Long> reachable = Map.of(); // membership thread only
    private final Requests requests;
    private final LongSupplier nanoTime;
    private final @Nullable NodeId[] sources = new NodeId[KeySlot.SLOTS]; // each guarded by its slot's lock
    /** Whose copy the slot is, also when that one is gone; each guarded by its slot's lock. */
    private final @Nullable Identity[] origins = new Identity[KeySlot.SLOTS];

    private final long[] copiedAtNs = new long[KeySlot.SLOTS]; // each guarded by its slot's lock
    private final MergeIntake merges;
    private final Takeovers takeovers;
    final LongAdder recordsApplied = new LongAdder();
    final LongAdder gaps = new LongAdder();
    final LongAdder streamGaps = new LongAdder();

    Inbound(
            LongSupplier nanoTime,
            Keyspace keyspace,
            EffectApplier applier,
            Bus bus,
            Streams streams,
            Feeds feeds,
            Requests requests,
            ReplicationListener listener,
            Others others) {
        this.nanoTime = nanoTime;
        this.keyspace = keyspace;
        this.applier = applier;
        this.bus = bus;
        this.streams = streams;
        this.requests = requests;
        this.merges = new MergeIntake(keyspace, bus, feeds);
        this.listener = listener;
        this.others = others;
        this.takeovers = new Takeovers(keyspace, bus, streams, feeds, listener, this);
    }

    /** Whom the (locked) slot follows; null when it follows nobody. */
    @Nullable NodeId source(Slot slot) {
        return sources[slot.index()];
    }

    /** Makes the (locked) slot follow {@code source}, to whom it is handed over, or nobody. */
    void source(Slot slot, @Nullable NodeId source) {
        if (source == null) {
            sources[slot.index()] = null;
        } else {
            follow(slot, source);
        }
        requests.forget(slot);
    }

    /** A table makes this node serve the (locked) slot. */
    void promoted(Slot slot) {
        takeovers.promoted(slot);
        source(slot, null);
    }

    private void follow(Slot slot, NodeId source) {
        sources[slot.index()] = source;
        origins[slot.index()] = streams.life(source);
    }

    /** Whose copy the (locked) slot is if it is one: the source, or the last there was. */
    @Nullable Identity origin(Slot slot) {
        return origins[slot.index()];
    }

    /**
     * The (locked) slot, a replica, asks {@code primary} for a copy or a continuation; nobody else may send one. See
     * {@link Requests#ask}.
     */
    @Nullable SyncRequest ask(Slot slot, NodeId primary) {
        dropPart(slot);
        return requests.ask(slot, primary);
    }

    /** When a part of a copy of the (locked) slot last came in. */
    long copiedAtNs(Slot slot) {
        return copiedAtNs[slot.index()];
    }

    /** Takes a STREAM message. */
    void received(NodeId from, byte[] message, int offset, int length) {
        long streamId = Messages.streamId(message, offset);
        StreamReader reader = readers.computeIfAbsent(from, id -> new StreamReader());
        if (reader.isRefused(streamId)) {
            send(from, Messages.streamRefused(streamId)); // the first word of it may be lost
            return;
        }
        if (!reader.isCurrent(streamId)) {
            reader.restart(streamId);
            forgetSource(from);
        }
        long at = Messages.offset(message, offset);
        if (reader.isBeyond(at)) { // the bus gives up what it could not deliver while a link was broken
            streamGaps.increment();
            log.info(
                    "The stream from {} goes on at {} where {} was expected; its slots will be compared anew",
                    from.hex(),
                    at,
                    reader.offset());
            refuse(from, reader, streamId);
            return;
        }
        int header = PeerStream.HEADER_BYTES;
        try {
            reader.read(at, message, offset + header, length - header, record -> apply(from, reader, record));
        } catch (RuntimeException | Error e) {
            log.error("The stream from {} can't be applied; its slots will be copied anew", from.hex(), e);
            refuse(from, reader, streamId);
            return;
        }
        send(from, reader.acknowledgement());
    }

    private void refuse(NodeId from, StreamReader reader, long streamId) {
        reader.refuse(streamId);
        forgetSource(from);
        send(from, Messages.streamRefused(streamId));
    }

    /**
     * From nodes that were reachable and are no more, or live anew, nothing more is applied: their copies here stay as
     * they are, and follow nobody, since one of them may be the slot's next primary. A copy that was not complete is
     * worth nothing. To be called before streams from another life of such a node are taken.
     */
    void reachable(Map<NodeId, Long> peers) {
        reachable.forEach((peer, incarnation) -> {
            if (!incarnation.equals(peers.get(peer))) {
                orphan(peer);
            }
        });
        reachable = Map.copyOf(peers);
    }

    private void orphan(NodeId from) {
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot(i);
            slot.lock();
            try {
                if (requests.isAsked(slot, from)) {
                    requests.forget(slot);
                }
                takeovers.forget(slot, from);
                if (from.equals(sources[i]) && slot.role() == Slot.Role.REPLICA) {
                    if (isPart(slot)) {
                        voidCopy(slot);
                    } else {
                        sources[i] = null;
                    }
                }
            } finally {
                slot.unlock();
            }
        }
    }

    /** A stream of a life of a node that is not known here, which tries again. */
    void refuseStranger(NodeId from, long streamId) {
        send(from, Messages.streamRefused(streamId));
    }

    private void send(NodeId to, byte[] message) {
        bus.sendUnordered(to, message, message.length);
    }

    /** A new stream, or none: whatever followed the old one may have missed effects. */
    void forgetSource(NodeId from) {
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot(i);
            slot.lock();
            try {
                if (from.equals(sources[i])) {
                    voidCopy(slot);
                }
            } finally {
                slot.unlock();
            }
        }
    }

    /** The stream to a node is no more, and with it what the (locked) slot asked the node. */
    void streamBroken(Slot slot, NodeId to) {
        if (requests.isLost(slot, to)) {
            requests.forget(slot);
            listener.askedInVain(slot);
        }
    }

    /** What the (locked) slot holds is no copy any more that anybody keeps up to date. */
    void voidCopy(Slot slot) {
        dropPart(slot);
        sources[slot.index()] = null;
        if (slot.role() == Slot.Role.REPLICA) {
            slot.become(Slot.Role.REPLICA, false);
            listener.outOfSync(slot);
        }
    }

    /** Of a copy that has begun and not ended the numbers are not true; the entries may be of use to the next one. */
    private void dropPart(Slot slot) {
        if (isPart(slot)) {
            sources[slot.index()] = null;
            slot.reset(0, 0);
        }
    }

    private boolean isPart(Slot slot) {
        return slot.role() == Slot.Role.REPLICA && !slot.isInSync() && sources[slot.index()] != null;
    }

    /** What an effect that failed leaves behind is worth nothing. */
    private void dropBroken(Slot slot) {
        if (slot.role() == Slot.Role.REPLICA) {
            voidCopy(slot);
            requests.end(slot);
            slot.clear();
            slot.reset(0, 0);
        }
    }

    private void apply(NodeId from, StreamReader reader, RecordReader record) {
        RecordKind kind = record.kind();
        switch (kind) {
            case HELLO -> {}
            case PUBLISH -> others.published(record.bytes(), record.bytes());
            case SHARD_PUBLISH -> others.publishedToShard(record.slot(), record.bytes(), record.bytes());
            case LIBRARY -> others.libraryChanged(record.bytes(), record.number(), record.bytes());
            case SYNC_REQUEST -> others.syncRequested(from, SyncRequest.readAll(record));
            case HANDOVER -> reader.undrop(takeovers.handover(from, record));
            case MERGE_ENTRIES -> merges.entries(from, record);
            case MERGE_END -> merges.end(from, record);
            default -> {
                Slot slot = keyspace.slot(record.slot());
                slot.lock();
                try {
                    note(reader, kind, slot, applyToSlot(kind, from, slot, record));
                } catch (RuntimeException | Error e) {
                    dropBroken(slot);
                    throw e;
                } finally {
                    slot.unlock();
                }
            }
        }
    }

    /** An acknowledgement covers what was read; so it must name the slots of which something was not applied. */
    private static void note(StreamReader reader, RecordKind kind, Slot slot, boolean applied) {
        if (kind == RecordKind.UNFOLLOW) {
            reader.undrop(slot.index());
        } else if (!applied) {
            reader.drop(slot.index());
        } else if (kind.beginsCopy()) {
            reader.undrop(slot.index());
        }
    }

    /** Applies a record; false when the slot does not follow the sender, or not from there. */
    private boolean applyToSlot(RecordKind kind, NodeId from, Slot slot, RecordReader record) {
        noteHeir(from, slot);
        if (slot.role() != Slot.Role.REPLICA) {
            return false; // the slot table has changed since this was sent
        }
        boolean begins = kind.beginsCopy();
        if (begins ? !requests.isAsked(slot, from) : !from.equals(source(slot))) {
            return false;
        }
        switch (kind) {
            case EFFECTS -> {
                return effects(slot, record);
            }
            case STATES -> {
                return states(slot, record);
            }
            case SYNC_BEGIN -> {
                slot.clear();
                beginCopy(from, slot, record.number(), record.number());
            }
            case SYNC_DIFFERENCES -> {
                return differences(from, slot, record);
            }
            case SYNC_ENTRIES -> {
                if (slot.isInSync()) { // a copy that nobody here has asked for, of what is complete
                    return true;
                }
                copied(from, slot);
                while (record.hasMore()) {
                    KeyState.read(record).copyTo(slot);
                }
            }
            case CONTINUE -> {
                return goesOn(from, slot, record);
            }
            case SYNC_END -> synced(slot);
            case CONFIRM -> {
                return slot.isInSync() && slot.sequence() >= record.number();
            }
            case UNFOLLOW -> voidCopy(slot);
            default -> throw new IllegalArgumentException("unexpected record " + kind);
        }
        return true;
    }

    private void beginCopy(NodeId from, Slot slot, long sequence, long version) {
        requests.end(slot);
        slot.reset(sequence, version);
        slot.become(Slot.Role.REPLICA, false);
        follow(slot, from);
        copied(from, slot);
    }

    private void copied(NodeId from, Slot slot) {
        copiedAtNs[slot.index()] = nanoTime.getAsLong();
        requests.heard(from);
    }

    /** The entries of some buckets are void; the others are the primary's, if they are still those that it compared. */
    private boolean differences(NodeId from, Slot slot, RecordReader record) {
        long number = record.number();
        long sequence = record.number();
        long version = record.number();
        BitSet buckets = BitSet.valueOf(record.bytes());
        if (!isAnswer(from, slot, number)) {
            return false;
        }
        slot.discard(key -> buckets.get(requests.bucketOf(slot, key)));
        slot.forgetAllDeletions(); // the primary's follow
        beginCopy(from, slot, sequence, version);
        return true;
    }

    /** What this node had when it asked is what the primary has. */
    private boolean goesOn(NodeId from, Slot slot, RecordReader record) {
        long number = record.number();
        long sequence = record.number();
        long version = record.number();
        if (number == 0) {
            if (isPart(slot) || slot.size() > 0 || slot.sequence() != sequence || slot.lastVersion() != version) {
                voidCopy(slot); // it has changed since it asked
                return false;
            }
        } else if (!isAnswer(from, slot, number)) {
            return false;
        }
        requests.end(slot);
        requests.heard(from);
        slot.reset(sequence, version);
        follow(slot, from);
        synced(slot);
        return true;
    }

    /** Whether an answer that relies on what the slot held is to be taken; if not, and none is to come, it is void. */
    private boolean isAnswer(NodeId from, Slot slot, long number) {
        if (!requests.isNewest(slot, number)) { // another is to come
            if (isPart(slot) && from.equals(source(slot))) {
                voidCopy(slot); // what follows belongs to this answer, and not to the copy that has begun
            }
            return false;
        }
        if (requests.isUnchanged(slot)) {
            return true;
        }
        log.debug("Slot {} has changed since {} was asked for it", slot.index(), from.hex());
        requests.end(slot);
        requests.wholeNext(slot);
        voidCopy(slot);
        return false;
    }

    private void synced(Slot slot) {
        slot.become(Slot.Role.REPLICA, true);
        listener.inSync(slot);
    }

    /** Only who serves a slot sends records of it: the heir of a parked one has taken it, and its answer is to come. */
    void noteHeir(NodeId from, Slot slot) {
        if (slot.role() == Slot.Role.PARKED && from.equals(source(slot))) {
            handedOver(slot, from);
        }
    }

    /** Whether the record is the next one; a gap voids the copy. */
    private boolean isNext(Slot slot, long sequence) {
        if (sequence == slot.sequence() + 1) {
            return true;
        }
        gaps.increment();
        log.warn("Slot {}: effect {} came after {}", slot.index(), sequence, slot.sequence());
        voidCopy(slot);
        return false;
    }

    private boolean effects(Slot slot, RecordReader record) {
        long sequence = record.number();
        long version = record.number();
        long nowMs = record.number();
        if (!isNext(slot, sequence)) {
            return false;
        }
        for (long commands = record.number(); commands > 0; commands--) {
            byte[][] command = new byte[(int) record.number()][];
            for (int i = 0; i < command.length; i++) {
                command[i] = record.bytes();
            }
            applier.apply(slot, version, nowMs, command);
        }
        slot.sequence(sequence, version);
        recordsApplied.increment();
        return true;
    }

    private boolean states(Slot slot, RecordReader record) {
        long sequence = record.number();
        long version = record.number();
        if (!isNext(slot, sequence)) {
            return false;
        }
        while (record.hasMore()) {
            if (record.next() == Replicator.StateMark.CLEAR) {
                slot.flush(version, false);
            } else {
                KeyState.read(record).applyTo(slot);
            }
        }
        slot.sequence(sequence, version);
        recordsApplied.increment();
        return true;
    }

    /** The (locked, parked) slot is served by the heir; this node follows it. */
    void handedOver(Slot slot, NodeId heir) {
        boolean follows = heir.equals(source(slot));
        slot.become(Slot.Role.REPLICA, true);
        listener.handedOver(slot);
        if (!follows) { // its stream was interrupted meanwhile
            voidCopy(slot);
        }
    }
}
