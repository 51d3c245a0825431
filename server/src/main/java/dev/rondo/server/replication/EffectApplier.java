package dev.rondo.server.replication;

import dev.rondo.server.keyspace.Slot;

/** Applies a primary's effects to this node's copy of a slot. Thread-safe. */
@FunctionalInterface
public interface EffectApplier {
    /**
     * Runs one command on a slot whose lock is held.
     *
     * @param version what the keys it writes bear
     * @param nowMs the time at which the primary ran it
     */
    void apply(Slot slot, long version, long nowMs, byte[][] command);
}
