package dev.rondo.server.replication;

import java.util.function.LongSupplier;

/** Bytes per second at which a node copies slots to others; 0 = no bound. Confined to the sync thread. */
@FunctionalInterface
public interface CopyRate extends LongSupplier {
    /** The thread that copies has slept: it wanted to for {@code wantedNs}, and did for {@code tookNs}. */
    default void slept(long wantedNs, long tookNs) {}
}
