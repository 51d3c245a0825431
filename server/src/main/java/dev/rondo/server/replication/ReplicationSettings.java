package dev.rondo.server.replication;

import java.util.function.LongSupplier;

/**
 * How replication paces itself.
 *
 * @param nanoTime the clock of its timeouts
 * @param messageBytes the largest message on the bus
 * @param unacknowledgedBytes the most that is on its way to a peer
 * @param lingerNs how long a stream's sender lets appends gather after a message, so that not each of them wakes it
 * @param chunkBytes about how much of a slot is copied while its lock is held
 * @param backlogBytes a peer that has so much to apply gets no further chunk until it has caught up
 * @param handoverBacklogBytes a peer that has more to apply is handed no slot until it has caught up
 * @param bucketEntries about how many entries share one sum of a {@link Digest}: fewer make digests longer, more have
 *     more equal entries copied along with one that differs
 * @param mostParked so many slots at once wait for their new primary's word: a bound on the requests that wait with
 *     them
 */
public record ReplicationSettings(
        Loops loops,
        LongSupplier nanoTime,
        int messageBytes,
        long unacknowledgedBytes,
        long lingerNs,
        int chunkBytes,
        long backlogBytes,
        long handoverBacklogBytes,
        int bucketEntries,
        int mostParked) {
    /** What a node runs with. */
    public static final ReplicationSettings DEFAULT = new ReplicationSettings(
            Loops.threads(), System::nanoTime, 32 * 1024, 8L << 20, 3_000_000, 64 * 1024, 1 << 20, 64 * 1024, 8, 16);
}
