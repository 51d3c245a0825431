package dev.rondo.server.replication;

import dev.rondo.server.keyspace.Slot;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** How far a slot has come on its way to a peer that asked for it. Confined to the sync thread. */
final class Copy {
    /** A request may come before the table that makes this node the slot's primary: it waits so long. */
    private static final long WAIT_FOR_TABLE_NS = 1_000_000_000;

    final Slot slot;
    final PeerStream stream;
    final SyncRequest request;
    private final long askedAtNs;
    long cursor;
    long tombstone;
    long lastTombstone;
    boolean isComplete;

    @Nullable Comparison comparison;

    @Nullable BitSet buckets; // those to be copied; null = all

    Feeds.@Nullable Feed feed; // once the copy has begun

    Copy(Slot slot, PeerStream stream, SyncRequest request, long askedAtNs) {
        this.slot = slot;
        this.stream = stream;
        this.request = request;
        this.askedAtNs = askedAtNs;
    }

    /** Whether it waits neither for the slot table nor for a script to end. */
    boolean isDue(long nowNs) {
        boolean isKnown = slot.isPrimary() || feed != null || nowNs - askedAtNs > WAIT_FOR_TABLE_NS;
        return isKnown && !slot.isOccupied();
    }

    /** Nothing more comes of it. */
    void drop() {
        Comparison open = comparison;
        if (open != null) {
            slot.lock();
            try {
                open.close();
            } finally {
                slot.unlock();
            }
        }
    }
}
