package dev.rondo.server.replication;

import dev.rondo.membership.NodeId;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes slots over from their primaries, the other side of {@link Handovers}: only with a complete copy that ends where
 * the old primary's effects do. A question that comes twice gets the answer that it got, since the slot may have gone
 * on from here by then. What concerns a slot is guarded by the slot's lock.
 */
final class Takeovers {
    private static final Logger log = LoggerFactory.getLogger(Takeovers.class);

    private final Keyspace keyspace;
    private final Bus bus;
    private final Streams streams;
    private final Feeds feeds;
    private final ReplicationListener listener;
    private final Inbound inbound;
    /** From whom the slot was last taken over, and the number of that handover. */
    private final @Nullable NodeId[] takenFrom = new NodeId[KeySlot.SLOTS];

    private final long[] takenNumbers = new long[KeySlot.SLOTS];
    /**
     * Whether this node serves the slot since a handover, and so has all that was written before. One that a table has
     * promoted may have less, if that was made in spite of the former primary.
     */
    private final boolean[] servesHandedOver = new boolean[KeySlot.SLOTS];

    Takeovers(Keyspace keyspace, Bus bus, Streams streams, Feeds feeds, ReplicationListener listener, Inbound inbound) {
        this.keyspace = keyspace;
        this.bus = bus;
        this.streams = streams;
        this.feeds = feeds;
        this.listener = listener;
        this.inbound = inbound;
    }

    /** A table makes this node serve the (locked) slot. */
    void promoted(Slot slot) {
        servesHandedOver[slot.index()] = false;
    }

    /** The node is gone; another life of it counts its handovers anew. The slot is locked. */
    void forget(Slot slot, NodeId gone) {
        if (gone.equals(takenFrom[slot.index()])) {
            takenFrom[slot.index()] = null;
        }
    }

    /**
     * HANDOVER: this node is to serve a slot; the old primary waits for the answer, and may ask twice. Returns the
     * slot.
     */
    int handover(NodeId from, RecordReader record) {
        Slot slot = keyspace.slot(record.slot());
        long sequence = record.number();
        long number = record.number();
        long epoch = record.number();
        boolean taken;
        boolean isNews = false;
        slot.lock();
        try {
            if (from.equals(takenFrom[slot.index()]) && takenNumbers[slot.index()] == number) {
                taken = true; // asked twice; it may be on its way back to the sender, who has not got it again by this
            } else {
                inbound.noteHeir(from, slot);
                boolean serves = slot.isPrimary() || slot.role() == Slot.Role.PARKED;
                taken = serves ? servesHandedOver[slot.index()] : takeOver(from, slot, sequence, epoch);
                isNews = taken && !serves;
                if (taken) {
                    takenFrom[slot.index()] = from;
                    takenNumbers[slot.index()] = number;
                }
            }
        } finally {
            slot.unlock();
        }
        byte[] answer = Messages.handoverAnswer(number, taken);
        bus.sendUnordered(from, answer, answer.length);
        if (isNews) {
            tellOthers(from, slot);
        }
        return slot.index();
    }

    /** Clients ask any node where slots are served; the next table, which says so too, may be half a second away. */
    private void tellOthers(NodeId giver, Slot slot) {
        byte[] news = Messages.served(slot.index());
        for (NodeId peer : streams.reachable()) {
            if (!peer.equals(giver)) {
                bus.sendUnordered(peer, news, news.length);
            }
        }
    }

    /** This node serves the slot from here, if its copy is what the old primary says it must be. */
    private boolean takeOver(NodeId from, Slot slot, long sequence, long epoch) {
        String flaw = flawOfCopy(from, slot, sequence, epoch);
        if (flaw != null) {
            log.info("Slot {}: handover from {} refused, {}", slot.index(), from.hex(), flaw);
            if (from.equals(inbound.source(slot))) {
                inbound.voidCopy(slot);
            }
            return false;
        }
        inbound.source(slot, null);
        PeerStream back = streams.to(from);
        if (back != null) {
            feeds.start(slot.index(), back, false);
        }
        servesHandedOver[slot.index()] = true;
        slot.become(Slot.Role.PRIMARY, true);
        listener.taken(slot, epoch);
        return true;
    }

    /** Why the copy is not what the slot can be served from; null when it is. */
    private @Nullable String flawOfCopy(NodeId from, Slot slot, long sequence, long epoch) {
        if (slot.role() != Slot.Role.REPLICA || !slot.isInSync()) {
            return "there is no complete copy here";
        } else if (!from.equals(inbound.source(slot))) {
            return "the copy follows " + inbound.source(slot);
        } else if (slot.sequence() != sequence) {
            return "the copy ends at " + slot.sequence() + " instead of " + sequence;
        }
        return listener.isOutdated(slot, epoch) ? "a newer table gives the slot to another" : null;
    }
}
