package dev.rondo.server.cluster;

import dev.rondo.server.command.ServingLease;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows that the process runs: renews the lease by which this node serves its slots, ten times in its length, from a
 * thread that does nothing else. When the lease was over before it could be renewed, the process stood still, and the
 * others are asked what has become of this node.
 */
final class Pulse implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Pulse.class);
    private static final int BEATS_PER_LEASE = 10;

    private final ServingLease lease;
    private final long lengthNs;
    private final Runnable stoodStill;
    private final Thread thread;
    private volatile boolean closed;

    /**
     * Starts beating.
     *
     * @param lengthNs the longest standstill that no other node can take for this node's death
     * @param stoodStill called at every beat until the lease is restored
     */
    Pulse(ServingLease lease, long lengthNs, Runnable stoodStill) {
        this.lease = lease;
        this.lengthNs = lengthNs;
        this.stoodStill = stoodStill;
        this.thread = new Thread(this::beat, "pulse");
        thread.setDaemon(true);
        thread.start();
    }

    private void beat() {
        while (!closed) {
            try {
                if (!lease.renew(lengthNs, System.nanoTime(), System.currentTimeMillis())) {
                    stoodStill.run();
                }
            } catch (RuntimeException | Error e) { // without a pulse this node would serve nobody any more
                log.error("The lease could not be renewed", e);
            }
            LockSupport.parkNanos(lengthNs / BEATS_PER_LEASE);
        }
    }

    /** Others say that they went on without this node. */
    void doubt() {
        lease.end(System.nanoTime());
    }

    /** At {@code trueAtNs} this node was what it is now. */
    void restore(long trueAtNs) {
        lease.restore(lengthNs, trueAtNs, System.nanoTime(), System.currentTimeMillis());
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
