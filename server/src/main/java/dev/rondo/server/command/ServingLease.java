package dev.rondo.server.command;

import java.util.ArrayList;
import java.util.List;

/**
 * The time for which this node may take itself for what it was: it serves slots only within it. The lease is renewed
 * while the process runs; a process that stood still finds it over before it does anything else, and requests wait
 * until the others have said whether they went on without this node. Reading it costs two volatile reads. Thread-safe.
 */
public final class ServingLease {
    private static final long NS_PER_MS = 1_000_000;
    /** As good as endless, and far from overflow. */
    private static final long ENDLESS_NS = Long.MAX_VALUE / 2;

    private volatile long overAtNs = System.nanoTime() + ENDLESS_NS;
    private volatile long overAtMs = Long.MAX_VALUE;
    private boolean doubted; // guarded by this
    private List<Runnable> waiting = new ArrayList<>(); // guarded by this; one request of each connection at most

    /** One without end, until it is renewed for the first time. */
    public ServingLease() {}

    /**
     * Whether this node must not serve slots now.
     *
     * @param nowNs {@link System#nanoTime}
     * @param nowMs the time of day, which goes on where a machine that sleeps stops the former
     */
    public boolean isOver(long nowNs, long nowMs) {
        return nowNs - overAtNs > 0 || nowMs > overAtMs;
    }

    /** Has {@code retry}, which must only schedule work, called once the node serves again; false when it does. */
    public synchronized boolean await(Runnable retry, long nowNs, long nowMs) {
        if (!isOver(nowNs, nowMs)) {
            return false;
        }
        waiting.add(retry);
        return true;
    }

    /** The process runs: the lease lasts longer, unless it is over; then false, and only {@link #restore} helps. */
    public synchronized boolean renew(long lengthNs, long nowNs, long nowMs) {
        if (doubted || isOver(nowNs, nowMs)) {
            end(nowNs);
            return false;
        }
        last(lengthNs, nowNs, nowMs);
        return true;
    }

    /** Ends the lease: there is reason to doubt that this node is still what it was. */
    public synchronized void end(long nowNs) {
        doubted = true;
        overAtNs = nowNs - 1;
    }

    /**
     * This node was what it takes itself for at {@code trueAtNs}; those who wait go on, unless the lease counted from
     * then is over as well.
     */
    public synchronized void restore(long lengthNs, long trueAtNs, long nowNs, long nowMs) {
        if (nowNs - trueAtNs > lengthNs) {
            return;
        }
        doubted = false;
        last(lengthNs, trueAtNs, nowMs - (nowNs - trueAtNs) / NS_PER_MS);
        List<Runnable> retries = waiting;
        waiting = new ArrayList<>();
        retries.forEach(Runnable::run);
    }

    private void last(long lengthNs, long fromNs, long fromMs) {
        overAtMs = fromMs + lengthNs / NS_PER_MS;
        overAtNs = fromNs + lengthNs;
    }
}
