package dev.rondo.server.replication;

import dev.rondo.membership.Identity;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams from this node to the others: one to each that can be reached, opened at once, since its first record
 * tells the peer that what it followed before was interrupted. Thread-safe.
 */
final class Streams implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Streams.class);

    private final ReplicationSettings settings;
    private final Bus bus;
    private final LongSupplier limitBytes;
    private final Consumer<PeerStream> whenOpened;
    private final Consumer<PeerStream> whenBroken;
    private final AtomicLong nextId;
    private final Map<NodeId, PeerStream> byPeer = new ConcurrentHashMap<>();
    /** The peers with the incarnation of each. */
    private volatile Map<NodeId, Long> reachable = Map.of();

    private volatile boolean closed;
    final LongAdder broken = new LongAdder();
    private final LongAdder ended = new LongAdder(); // bytes of streams that are closed

    /**
     * Makes no stream yet.
     *
     * @param firstId larger than every stream id of this node's former lives
     * @param limitBytes how much may wait for one peer; 0 = no limit
     * @param whenOpened appends what a peer is told first
     * @param whenBroken stops the feeds of a stream that is no more
     */
    Streams(
            ReplicationSettings settings,
            Bus bus,
            long firstId,
            LongSupplier limitBytes,
            Consumer<PeerStream> whenOpened,
            Consumer<PeerStream> whenBroken) {
        this.settings = settings;
        this.bus = bus;
        this.nextId = new AtomicLong(firstId);
        this.limitBytes = limitBytes;
        this.whenOpened = whenOpened;
        this.whenBroken = whenBroken;
    }

    /** The stream to a peer, null when it is not reachable. */
    @Nullable PeerStream to(NodeId peer) {
        PeerStream present = byPeer.get(peer);
        if (present != null && !present.isClosed()) {
            return present;
        }
        return !closed && reachable.containsKey(peer) ? byPeer.compute(peer, this::openUnlessOpen) : null;
    }

    /** The stream to a peer if it is open already. */
    @Nullable PeerStream present(NodeId peer) {
        return byPeer.get(peer);
    }

    private PeerStream openUnlessOpen(NodeId peer, @Nullable PeerStream present) {
        if (present != null && !present.isClosed()) {
            return present;
        }
        if (present != null) {
            ended.add(present.end());
        }
        long limit = limitBytes.getAsLong();
        PeerStream stream = new PeerStream(
                settings,
                peer,
                nextId.getAndIncrement(),
                limit == 0 ? Long.MAX_VALUE / 2 : limit,
                (message, length) -> bus.send(peer, message, length),
                this::broken);
        RecordWriter hello = new RecordWriter().begin(RecordKind.HELLO);
        hello.end();
        stream.append(hello);
        whenOpened.accept(stream);
        stream.start();
        return stream;
    }

    /** A stream that got nowhere is not opened anew at once: {@link #openMissing} does so in due time. */
    private void broken(PeerStream stream, String reason) {
        if (stream.acknowledged() > 0) {
            log.warn("The stream to {} is broken: {}", stream.peer().hex(), reason);
        } else {
            log.info("The stream to {} gets nowhere yet: {}", stream.peer().hex(), reason);
        }
        broken.increment();
        forget(stream);
        whenBroken.accept(stream);
        if (stream.acknowledged() > 0) {
            to(stream.peer());
        }
    }

    private void forget(PeerStream stream) {
        if (byPeer.remove(stream.peer(), stream)) {
            ended.add(stream.end());
        }
    }

    /** Closes the streams to peers that are gone or were started anew, and opens those to new ones. */
    void reachable(Map<NodeId, Long> peers) {
        Map<NodeId, Long> before = reachable;
        // In an order of their own, so that simulations repeat.
        reachable = Collections.unmodifiableMap(new TreeMap<>(peers));
        byPeer.forEach((peer, stream) -> {
            if (!peers.containsKey(peer) || !peers.get(peer).equals(before.get(peer))) {
                forget(stream);
                stream.close();
                whenBroken.accept(stream);
            }
        });
        openMissing();
    }

    /** Opens the streams that there should be and are not. */
    void openMissing() {
        reachable.keySet().forEach(this::to);
    }

    /** Whether the stream to this member leads to this life of it. */
    boolean isLife(Member member) {
        return isLife(member.id(), member.incarnation());
    }

    /** The present life of a peer; null when it can't be reached. */
    @Nullable Identity life(NodeId peer) {
        Long incarnation = reachable.get(peer);
        return incarnation == null ? null : new Identity(peer, incarnation);
    }

    boolean isLife(NodeId peer, long incarnation) {
        Long known = reachable.get(peer);
        return known != null && known == incarnation;
    }

    Set<NodeId> reachable() {
        return reachable.keySet();
    }

    Map<NodeId, PeerStream> open() {
        return byPeer;
    }

    /** Bytes appended to all streams since the start, closed ones included. */
    long appended() {
        return ended.sum() + byPeer.values().stream().mapToLong(PeerStream::end).sum();
    }

    @Override
    public void close() {
        closed = true;
        byPeer.values().forEach(PeerStream::close);
    }
}
