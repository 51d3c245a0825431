package dev.rondo.server.replication;

import dev.rondo.membership.Identity;
import dev.rondo.membership.Member;
import dev.rondo.server.keyspace.Slot;

/** Told what the streams change of this node's slots. Called with the slot's lock held; must not block. */
public interface ReplicationListener {
    /** The copy of the slot is complete now. */
    void inSync(Slot slot);

    /** Another node has a complete copy of a slot that this one serves. Called with no or any slot's lock held. */
    void followed();

    /** The copy of the slot is not complete any more: a new one must be asked for. */
    void outOfSync(Slot slot);

    /** The copy of the slot that was asked for does not come: the request went with a stream that is no more. */
    void askedInVain(Slot slot);

    /** Whether a newer slot table than that of {@code epoch} wants the slot to be served by another member. */
    boolean isOutdated(Slot slot, long epoch);

    /**
     * Whether this node took the slot over by a slot table newer than that of {@code epoch}, which says nothing then.
     */
    boolean isTakenSince(Slot slot, long epoch);

    /** This node serves the slot, handed over as the slot table of {@code epoch} wanted. */
    void taken(Slot slot, long epoch);

    /** Another node serves the slot since a handover, of which the slot table may not tell yet. No lock is held. */
    void served(Identity by, int slot);

    /** The slot is parked: {@code heir} is asked to serve it. */
    void handingOver(Slot slot, Member heir);

    /** The heir serves the slot; this node holds a copy of it. */
    void handedOver(Slot slot);

    /** The heir has not taken the slot: this node serves it on. */
    void kept(Slot slot);
}
