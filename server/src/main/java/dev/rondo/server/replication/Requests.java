package dev.rondo.server.replication;

import dev.rondo.membership.NodeId;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Slot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node has asked of slots' primaries: of each slot the newest request counts. Where the slot holds entries, a
 * digest of them goes along, summed up by {@link #step} on the sync thread, chunk by chunk; and no more digests are on
 * their way to a primary than {@link #UNANSWERED_BYTES}, so that they are young when their turn comes. An answer that
 * relies on what this node had is taken only if it answers the newest request and the entries are still those.
 * What concerns a slot is guarded by the slot's lock.
 */
final class Requests {
    private static final Logger log = LoggerFactory.getLogger(Requests.class);
    /** Digests that a primary has not answered. */
    static final long UNANSWERED_BYTES = 1 << 20;

    /** A primary that has sent no part of any copy for so long has lost the request, and it may be made again. */
    private static final long QUIET_NS = 3_000_000_000L;
    /** So much longer for each bucket that the primary must sum up itself. */
    private static final long BUCKET_NS = 1_000_000;
    /** Entries that change so often while they are summed up are copied as a whole. */
    private static final int MOST_ATTEMPTS = 3;

    private static final int RECORD_BYTES = 16 * 1024;
    private static final int REQUEST_BYTES = 40; // without its digest

    /** One request. */
    private static final class Request {
        final Slot slot;
        final NodeId primary;
        final long number;

        volatile boolean isOver; // answered, replaced, or of no use any more
        long sequence; // from here on guarded by the slot's lock
        long version;
        boolean hasDigest;
        boolean isSent;
        long sentAtNs;
        long patienceNs = QUIET_NS;
        int buckets;
        int bytes; // from here on confined to the sync thread
        int attempts;
        long cursor;

        @Nullable Digest digest;

        Request(Slot slot, NodeId primary, long number) {
            this.slot = slot;
            this.primary = primary;
            this.number = number;
        }

        SyncRequest as(SyncRequest.Form form) {
            boolean hasDigest = form == SyncRequest.Form.DIGEST;
            return new SyncRequest(
                    slot.index(), hasDigest ? number : 0, sequence, version, form, hasDigest ? digest : null);
        }
    }

    /** The requests with digests to one primary. */
    private static final class Queued {
        final Queue<Request> waiting = new ArrayDeque<>();
        final List<Request> sent = new ArrayList<>();
        long sentBytes;

        void forgetAnswered() {
            sent.removeIf(request -> request.isOver);
            sentBytes = sent.stream().mapToLong(request -> request.bytes).sum();
        }
    }

    private final ReplicationSettings settings;
    private final Streams streams;
    private final @Nullable Request[] bySlot = new Request[KeySlot.SLOTS]; // each guarded by its slot's lock
    private final boolean[] wholeNext = new boolean[KeySlot.SLOTS]; // each guarded by its slot's lock
    private final AtomicLong lastNumber;
    private final Map<NodeId, Long> heardAtNs = new ConcurrentHashMap<>();
    private final Map<NodeId, Queued> queues = new TreeMap<>(); // sync thread only
    private final RecordWriter record = new RecordWriter(); // sync thread only
    private final RecordWriter scratch = new RecordWriter(); // sync thread only

    /**
     * Has asked nobody yet.
     *
     * @param firstNumber larger than that of any request of this node's former lives
     */
    Requests(ReplicationSettings settings, Streams streams, long firstNumber) {
        this.lastNumber = new AtomicLong(firstNumber);
        this.settings = settings;
        this.streams = streams;
    }

    // ---- under the slot's lock, any thread ----

    /** Whether the primary was asked for the slot and may still answer: no need to ask again. */
    boolean isPending(Slot slot, NodeId primary) {
        Request request = bySlot[slot.index()];
        if (request == null || request.isOver || !request.primary.equals(primary) || !request.hasDigest) {
            return false;
        }
        long lastNs = Math.max(request.sentAtNs, heardAtNs.getOrDefault(primary, request.sentAtNs));
        return !request.isSent || settings.nanoTime().getAsLong() - lastNs < request.patienceNs;
    }

    /**
     * Notes that the slot, a replica, asks the primary. Returns what to send at once, null if a digest must be made:
     * then the slot is to be given to {@link #add}.
     */
    @Nullable SyncRequest ask(Slot slot, NodeId primary) {
        forget(slot);
        Request request = new Request(slot, primary, lastNumber.incrementAndGet());
        bySlot[slot.index()] = request;
        request.sequence = slot.sequence();
        request.version = slot.lastVersion();
        boolean whole = wholeNext[slot.index()];
        wholeNext[slot.index()] = false;
        if (slot.size() > 0 && !whole) {
            request.hasDigest = true;
            return null;
        }
        return request.as(slot.size() == 0 ? SyncRequest.Form.EMPTY : SyncRequest.Form.WHOLE);
    }

    /** Nobody is asked for the slot any more. */
    void forget(Slot slot) {
        end(slot);
        bySlot[slot.index()] = null;
    }

    /** The request was answered, or what it says is not so any more: only a whole copy can answer it now. */
    void end(Slot slot) {
        Request request = bySlot[slot.index()];
        if (request != null) {
            request.isOver = true;
        }
    }

    /** Whether the node was asked last, and may begin a copy. */
    boolean isAsked(Slot slot, NodeId node) {
        Request request = bySlot[slot.index()];
        return request != null && request.primary.equals(node);
    }

    /** Whether the stream to the node, when it broke, may have taken the request with it. */
    boolean isLost(Slot slot, NodeId node) {
        Request request = bySlot[slot.index()];
        boolean open = request != null && !request.isOver && request.primary.equals(node);
        return open && (request.isSent || !request.hasDigest);
    }

    /** Whether this is the number of the newest request, and that was not answered yet. */
    boolean isNewest(Slot slot, long number) {
        Request request = bySlot[slot.index()];
        return request != null && !request.isOver && request.number == number;
    }

    /** Whether the slot holds what it held when it asked. */
    boolean isUnchanged(Slot slot) {
        Request request = bySlot[slot.index()];
        return request != null && request.sequence == slot.sequence() && request.version == slot.lastVersion();
    }

    /** The bucket of a key in the newest request's digest. */
    int bucketOf(Slot slot, byte[] key) {
        Request request = bySlot[slot.index()];
        return Digest.bucketOf(request.number, key, request.buckets);
    }

    /** The next request will be one for a whole copy. */
    void wholeNext(Slot slot) {
        wholeNext[slot.index()] = true;
    }

    /** The primary goes on with its copies. */
    void heard(NodeId primary) {
        heardAtNs.put(primary, settings.nanoTime().getAsLong());
    }

    // ---- on the sync thread ----

    /** Takes slots to make digests of. */
    void add(NodeId primary, List<Slot> slots) {
        Queued queue = queues.computeIfAbsent(primary, p -> new Queued());
        for (Slot slot : slots) {
            slot.lock();
            try {
                Request request = bySlot[slot.index()];
                if (request != null && !request.isOver && request.primary.equals(primary)) {
                    queue.waiting.add(request);
                }
            } finally {
                slot.unlock();
            }
        }
    }

    /** Whether no digest waits to be made. */
    boolean isEmpty() {
        return queues.values().stream().allMatch(queue -> queue.waiting.isEmpty());
    }

    /** One chunk for each primary that may get more; false when there was none. */
    boolean step() {
        boolean progress = false;
        Iterator<Map.Entry<NodeId, Queued>> each = queues.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<NodeId, Queued> next = each.next();
            Queued queue = next.getValue();
            Request request = queue.waiting.peek();
            if (request == null) {
                queue.forgetAnswered();
                if (queue.sent.isEmpty()) {
                    each.remove();
                }
                continue;
            }
            PeerStream stream = streams.to(next.getKey());
            if (stream == null || mayGetMore(queue, stream)) {
                progress = true;
                if (isDone(request, queue, stream)) {
                    queue.waiting.remove();
                }
            }
        }
        return progress;
    }

    private boolean mayGetMore(Queued queue, PeerStream stream) {
        if (queue.sentBytes >= UNANSWERED_BYTES) {
            queue.forgetAnswered();
        }
        return queue.sentBytes < UNANSWERED_BYTES && stream.backlog() < settings.backlogBytes();
    }

    /** Sums the next entries up, and sends the request with the last; true when it needs no more of this. */
    private boolean isDone(Request request, Queued queue, @Nullable PeerStream stream) {
        Slot slot = request.slot;
        if (stream == null) {
            request.isOver = true; // it will be made again
            return true;
        }
        slot.lock();
        try {
            return request.isOver || isSent(request, queue, stream);
        } catch (RuntimeException e) {
            log.error("Slot {} has no digest", slot.index(), e);
            send(request, SyncRequest.Form.WHOLE, stream);
            return true;
        } finally {
            slot.unlock();
        }
    }

    private boolean isSent(Request request, Queued queue, PeerStream stream) {
        Slot slot = request.slot;
        Digest digest = request.digest;
        if (digest == null || request.sequence != slot.sequence() || request.version != slot.lastVersion()) {
            if (request.attempts++ == MOST_ATTEMPTS) {
                send(request, SyncRequest.Form.WHOLE, stream);
                return true;
            }
            digest = begin(request);
        }
        Digest sums = digest;
        Chunk chunk = new Chunk(settings.chunkBytes());
        request.cursor = chunk.scan(slot, request.cursor, entry -> sums.add(entry, scratch));
        if (request.cursor != 0) {
            return false;
        }
        request.bytes = REQUEST_BYTES + digest.buckets() * Long.BYTES;
        request.buckets = digest.buckets();
        request.patienceNs = QUIET_NS + digest.buckets() * BUCKET_NS;
        send(request, SyncRequest.Form.DIGEST, stream);
        request.digest = null;
        queue.sent.add(request);
        queue.sentBytes += request.bytes;
        return true;
    }

    /** Begins, or begins anew since an effect of the former primary has come in. */
    private Digest begin(Request request) {
        Slot slot = request.slot;
        request.sequence = slot.sequence();
        request.version = slot.lastVersion();
        request.cursor = 0;
        Digest digest = new Digest(request.number, Digest.buckets(slot.size(), settings.bucketEntries()));
        request.digest = digest;
        return digest;
    }

    private void send(Request request, SyncRequest.Form form, PeerStream stream) {
        record.begin(RecordKind.SYNC_REQUEST);
        request.as(form).write(record);
        record.end();
        stream.append(record);
        request.isSent = true;
        request.sentAtNs = settings.nanoTime().getAsLong();
    }

    /** Sends requests that need no digest. */
    static void send(List<SyncRequest> requests, RecordWriter record, PeerStream stream) {
        record.begin(RecordKind.SYNC_REQUEST);
        for (SyncRequest request : requests) {
            if (record.size() >= RECORD_BYTES) {
                record.end();
                stream.append(record);
                record.begin(RecordKind.SYNC_REQUEST);
            }
            request.write(record);
        }
        record.end();
        stream.append(record);
    }
}
