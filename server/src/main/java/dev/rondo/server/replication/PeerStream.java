package dev.rondo.server.replication;

import dev.rondo.membership.NodeId;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ordered byte stream of records from this node to one other. Any thread appends, and never waits; one sender
 * loop packs what has gathered into messages, with a bounded number of bytes on the way. When the
 * peer does not keep up and more than the limit waits, the stream breaks: everything unsent is dropped, and the owner
 * is told, who must have the peer's slots synced anew over a new stream.
 */
final class PeerStream implements AutoCloseable {
    /** Takes messages for the peer; called by the sender thread, may block for a bound. */
    @FunctionalInterface
    interface Transport {
        /** False when the peer is not reachable. */
        boolean send(byte[] message, int length);
    }

    /** Called once, on the sender thread, when the stream is broken: by overflow, or because the peer is gone. */
    @FunctionalInterface
    interface BreakListener {
        void broken(PeerStream stream, String reason);
    }

    /** STREAM messages start with their kind, the stream's id and the offset of their first byte in the stream. */
    static final int HEADER_BYTES = 1 + Long.BYTES + Long.BYTES;

    private static final Logger log = LoggerFactory.getLogger(PeerStream.class);
    private static final long IDLE_PARK_NS = 100_000_000;
    /** Nothing sent and nothing acknowledged for so long: the peer is asked where it stands. */
    private static final long PROBE_NS = 1_000_000_000;

    private final long id;
    private final long limitBytes;
    private final Transport transport;
    private final BreakListener breakListener;
    private final ReplicationSettings settings;
    private final NodeId peer;
    private @Nullable Runnable wake; // set before anybody else knows the stream

    // Guarded by this.
    private final ArrayDeque<byte[]> full = new ArrayDeque<>();
    private byte[] tail;
    private int tailSize = HEADER_BYTES;
    private long appended;
    private boolean overflowed;

    private volatile long acknowledged;
    private volatile long acknowledgedAtNs;
    /** Offsets that somebody wants to hear of once they are acknowledged, the next one and the last. */
    private volatile long nextAwaited = Long.MAX_VALUE; // written under this

    private long lastAwaited; // guarded by this
    private volatile boolean senderIdle;
    private volatile boolean urgent;
    private volatile boolean refused;
    private volatile boolean closed;
    private long sent; // sender thread only
    private long sentAtNs; // sender thread only

    /**
     * Makes a stream that gathers; {@link #start} lets it send.
     *
     * @param peer to whom the transport leads
     * @param id tells this stream from former ones of the same two nodes
     * @param limitBytes how much may wait
     */
    PeerStream(
            ReplicationSettings settings,
            NodeId peer,
            long id,
            long limitBytes,
            Transport transport,
            BreakListener breakListener) {
        this.settings = settings;
        this.acknowledgedAtNs = settings.nanoTime().getAsLong();
        this.peer = peer;
        this.tail = new byte[settings.messageBytes()];
        this.id = id;
        this.limitBytes = limitBytes;
        this.transport = transport;
        this.breakListener = breakListener;
    }

    /** Starts the sender. */
    void start() {
        wake = settings.loops().start("stream-to-" + peer.hex().substring(0, 8), new Sender());
    }

    private void wake() {
        Runnable waker = wake;
        if (waker != null) {
            waker.run();
        }
    }

    long id() {
        return id;
    }

    NodeId peer() {
        return peer;
    }

    /** Appends a record and returns the stream's offset behind it. */
    long append(RecordWriter record) {
        long end = append(record.array(), record.size());
        if (senderIdle) {
            wake();
        }
        return end;
    }

    private synchronized long append(byte[] bytes, int length) {
        appended += length;
        if (closed || overflowed) {
            return appended;
        }
        if (appended - acknowledged > limitBytes + length) {
            overflowed = true;
            full.clear();
            return appended;
        }
        int from = 0;
        while (from < length) {
            if (tailSize == tail.length) {
                full.add(tail);
                tail = new byte[settings.messageBytes()];
                tailSize = HEADER_BYTES;
            }
            int part = Math.min(length - from, tail.length - tailSize);
            System.arraycopy(bytes, from, tail, tailSize, part);
            tailSize += part;
            from += part;
        }
        return appended;
    }

    /** Somebody waits for what was appended so far to be acknowledged: it is sent without gathering more. */
    void hurry() {
        urgent = true;
        wake();
    }

    /** {@link #hasReachedAwaited} will tell when the offset is acknowledged. */
    synchronized void await(long offset) {
        lastAwaited = Math.max(lastAwaited, offset);
        nextAwaited = Math.min(nextAwaited, offset);
    }

    /** Whether an awaited offset was acknowledged since this was last asked. */
    boolean hasReachedAwaited() {
        if (acknowledged < nextAwaited) {
            return false;
        }
        synchronized (this) {
            boolean reached = acknowledged >= nextAwaited;
            nextAwaited = lastAwaited > acknowledged ? lastAwaited : Long.MAX_VALUE;
            return reached;
        }
    }

    /** The offset behind the last record. */
    synchronized long end() {
        return appended;
    }

    /** How far the peer has applied the stream. */
    long acknowledged() {
        return acknowledged;
    }

    /** Bytes that the peer has not applied yet. */
    long backlog() {
        return end() - acknowledged;
    }

    long secondsSinceAcknowledged() {
        return (settings.nanoTime().getAsLong() - acknowledgedAtNs) / 1_000_000_000L;
    }

    boolean isClosed() {
        return closed;
    }

    /** Takes an acknowledgement; they may come in any order and on several threads at once. */
    void acknowledge(long offset) {
        synchronized (this) {
            if (offset <= acknowledged) {
                return;
            }
            acknowledged = offset;
            acknowledgedAtNs = settings.nanoTime().getAsLong();
        }
        if (senderIdle) {
            wake();
        }
    }

    /** The peer can't make sense of this stream. */
    void refuse() {
        refused = true;
        wake();
    }

    private final class Sender implements Loops.Loop {
        @Override
        public boolean step() {
            try {
                return sendNext();
            } catch (RuntimeException | Error e) { // a thread that ended here would leave the stream open and dumb
                log.error("The stream to {} fails", peer.hex(), e);
                breakOff("internal error: " + e);
                return false;
            }
        }

        @Override
        public void await() {
            awaitWork();
        }

        @Override
        public boolean isOver() {
            return closed;
        }
    }

    /** Sends one message if there is something to send and the peer has acknowledged enough. */
    private boolean sendNext() {
        if (refused) {
            breakOff("it could not be followed");
            return true;
        }
        if (sent - acknowledged >= settings.unacknowledgedBytes()) {
            return probe();
        }
        byte[] message;
        int size;
        urgent = false; // before the look at what there is: a later hurry concerns a later look
        synchronized (this) {
            if (overflowed) {
                message = null;
                size = 0;
            } else if (!full.isEmpty()) {
                message = full.poll();
                size = message.length;
            } else if (tailSize > HEADER_BYTES) {
                message = Arrays.copyOf(tail, tailSize); // the bus keeps what it was given
                size = tailSize;
                tailSize = HEADER_BYTES;
            } else {
                return probe();
            }
        }
        if (message == null) {
            breakOff("it did not keep up: more than " + limitBytes + " bytes waited");
            return true;
        }
        send(message, size);
        if (size < settings.messageBytes() && !urgent && settings.lingerNs() > 0) {
            LockSupport.parkNanos(settings.lingerNs());
        }
        return true;
    }

    private void send(byte[] message, int size) {
        Messages.streamHeader(message, id, sent);
        sent += size - HEADER_BYTES;
        sentAtNs = settings.nanoTime().getAsLong();
        if (!transport.send(message, size)) {
            breakOff("it is not reachable");
        }
    }

    /**
     * An empty message when the peer owes an acknowledgement: it answers again, or refuses the stream if it lacks a
     * message, or refused it before and the word of it was lost with a link.
     */
    private boolean probe() {
        long nowNs = settings.nanoTime().getAsLong();
        if (sent == acknowledged || nowNs - sentAtNs < PROBE_NS || nowNs - acknowledgedAtNs < PROBE_NS) {
            return false;
        }
        send(new byte[HEADER_BYTES], HEADER_BYTES);
        return true;
    }

    private void awaitWork() {
        senderIdle = true;
        if (!hasWork()) {
            LockSupport.parkNanos(IDLE_PARK_NS);
        }
        senderIdle = false;
    }

    private synchronized boolean hasWork() {
        return closed
                || refused
                || sent - acknowledged < settings.unacknowledgedBytes()
                        && (overflowed || !full.isEmpty() || tailSize > HEADER_BYTES);
    }

    private void breakOff(String reason) {
        if (!closed) {
            close();
            breakListener.broken(this, reason);
        }
    }

    /** Drops everything unsent and ends the sender. */
    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            full.clear();
            tailSize = HEADER_BYTES;
        }
        wake();
    }
}
