package dev.rondo.server.replication;

import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.keyspace.Tombstones;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies slots to the peers that asked for them, chunk by chunk. After each chunk a slot lets the others that its peer
 * has asked for go first, so that they need not wait for a large one. Confined to the sync thread, apart from the
 * figures.
 */
final class Copies {
    private static final Logger log = LoggerFactory.getLogger(Copies.class);
    /** A request may come before the table that makes this node the slot's primary: it waits so long. */
    private static final long WAIT_FOR_TABLE_NS = 1_000_000_000;
    /** The sync thread sleeps for about a millisecond; of small slots many go in that time, whatever the rate. */
    private static final double BURST_NS = 2e6;

    private static final double NS_PER_SECOND = 1e9;

    /** One slot on its way to one peer. */
    private static final class Copy {
        final Slot slot;
        final PeerStream stream;
        final SyncRequest request;
        final long askedAtNs;
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
    }

    private final ReplicationSettings settings;
    private final Feeds feeds;
    private final BiConsumer<Slot, PeerStream> followed;
    private final Predicate<PeerStream> mustCatchUp;
    private final RecordWriter record = new RecordWriter();
    private final RecordWriter scratch = new RecordWriter();
    private final Map<PeerStream, Map<Slot, Copy>> byPeer = new LinkedHashMap<>();
    private volatile int size;
    private volatile CopyRate bytesPerSecond = () -> 0;
    /** What was sent beyond what the rate has allowed so far; while there is any, nothing is sent. */
    private double owedBytes;

    private long paidAtNs;
    final LongAdder slotsCopied = new LongAdder();
    final LongAdder bytesCopied = new LongAdder();
    final SyncFigures figures = new SyncFigures();

    /**
     * Copies nothing yet.
     *
     * @param followed told, under the slot's lock, that a peer has a copy and gets every effect from here on
     * @param mustCatchUp whether a peer gets nothing more until it has applied what it was sent
     */
    Copies(
            ReplicationSettings settings,
            Feeds feeds,
            BiConsumer<Slot, PeerStream> followed,
            Predicate<PeerStream> mustCatchUp) {
        this.mustCatchUp = mustCatchUp;
        this.settings = settings;
        this.feeds = feeds;
        this.followed = followed;
        this.paidAtNs = settings.nanoTime().getAsLong();
    }

    /** Bounds the bytes of copies per second; 0 = no bound. Any thread. */
    void limit(CopyRate rate) {
        bytesPerSecond = rate;
    }

    /** The sync thread has slept, though there may have been something to copy. */
    void slept(long wantedNs, long tookNs) {
        bytesPerSecond.slept(wantedNs, tookNs);
    }

    /** What the rate has allowed and was not sent may be sent later, but not more than that of {@link #BURST_NS}. */
    private boolean isOverRate() {
        long rate = bytesPerSecond.getAsLong();
        if (rate == 0) {
            owedBytes = 0;
            return false;
        }
        long nowNs = settings.nanoTime().getAsLong();
        owedBytes = Math.max(owedBytes - (nowNs - paidAtNs) / NS_PER_SECOND * rate, -BURST_NS / NS_PER_SECOND * rate);
        paidAtNs = nowNs;
        return owedBytes > 0;
    }

    /** Queues a request, in place of an older one of the same peer for the same slot. */
    void add(Slot slot, PeerStream stream, SyncRequest request) {
        Map<Slot, Copy> queue = byPeer.computeIfAbsent(stream, s -> new LinkedHashMap<>());
        Copy old = queue.remove(slot);
        if (old != null) {
            drop(old);
        }
        queue.put(slot, new Copy(slot, stream, request, settings.nanoTime().getAsLong()));
        count();
    }

    /** Nothing more comes of it. */
    private static void drop(Copy copy) {
        Comparison comparison = copy.comparison;
        if (comparison != null) {
            copy.slot.lock();
            try {
                comparison.close();
            } finally {
                copy.slot.unlock();
            }
        }
    }

    private void count() {
        size = byPeer.values().stream().mapToInt(Map::size).sum();
    }

    /** Slots to be copied. */
    int size() {
        return size;
    }

    /** One chunk for each peer that has room; false when none had. */
    boolean step() {
        if (byPeer.isEmpty() || isOverRate()) {
            return false;
        }
        long before = bytesCopied.sum();
        boolean progress = false;
        Iterator<Map.Entry<PeerStream, Map<Slot, Copy>>> each =
                byPeer.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<PeerStream, Map<Slot, Copy>> peer = each.next();
            PeerStream stream = peer.getKey();
            if (stream.isClosed() || peer.getValue().isEmpty()) {
                peer.getValue().values().forEach(Copies::drop);
                each.remove();
            } else if (stream.backlog() < settings.backlogBytes() && !mustCatchUp.test(stream)) {
                Copy copy = next(peer.getValue());
                if (copy != null) {
                    progress = true;
                    boolean over = isOver(copy);
                    peer.getValue().remove(copy.slot);
                    if (over) {
                        drop(copy);
                    } else {
                        peer.getValue().put(copy.slot, copy); // behind the others
                    }
                }
            }
        }
        owedBytes += bytesCopied.sum() - before;
        count();
        return progress;
    }

    /** The first copy that waits neither for the slot table nor for a script to end; null when there is none. */
    private @Nullable Copy next(Map<Slot, Copy> queue) {
        long nowNs = settings.nanoTime().getAsLong();
        for (Copy copy : queue.values()) {
            boolean due = copy.slot.isPrimary() || copy.feed != null || nowNs - copy.askedAtNs > WAIT_FOR_TABLE_NS;
            if (due && !copy.slot.isOccupied()) {
                return copy;
            }
        }
        return null;
    }

    /** Sends the next part of a slot; true when the copy has ended, one way or the other. */
    private boolean isOver(Copy copy) {
        copy.slot.lock();
        try {
            if (copy.slot.isOccupied()) {
                return false; // its contents are of the middle of a script, whose effects are to come
            }
            long before = bytesCopied.sum();
            boolean over = !copy.slot.isPrimary() || send(copy);
            figures.sentBytes.add(bytesCopied.sum() - before);
            if (over && copy.isComplete) {
                figures.synced(copy.comparison);
            }
            return over;
        } catch (RuntimeException e) {
            log.error(
                    "Slot {} can't be copied to {}",
                    copy.slot.index(),
                    copy.stream.peer().hex(),
                    e);
            feeds.end(copy.slot.index(), peer -> peer.equals(copy.stream.peer()));
            return true;
        } finally {
            copy.slot.unlock();
        }
    }

    private boolean send(Copy copy) {
        Slot slot = copy.slot;
        if (copy.feed == null && !hasBegun(copy)) {
            return false;
        }
        if (copy.feed == null || feeds.find(slot.index(), copy.stream) != copy.feed) {
            return true; // there is nothing to copy; or the feed was ended meanwhile, or the stream
        }
        if (copy.tombstone < copy.lastTombstone) {
            copy.tombstone =
                    sendDeletions(slot, copy.stream, copy.tombstone, copy.lastTombstone, RecordKind.SYNC_ENTRIES);
            return false;
        }
        BitSet buckets = copy.buckets;
        if (buckets == null || !buckets.isEmpty()) {
            copy.cursor = buckets == null
                    ? sendChunk(slot, copy.stream, copy.cursor, RecordKind.SYNC_ENTRIES)
                    : sendChunk(copy, buckets);
            if (copy.cursor != 0) {
                return false;
            }
        }
        append(copy.stream, record.begin(RecordKind.SYNC_END).number(slot.index()));
        slotsCopied.increment();
        copy.isComplete = true;
        feeds.start(slot.index(), copy.stream, false);
        followed.accept(slot, copy.stream);
        return true;
    }

    /**
     * Begins the copy, once it is known what differs; false until then. The feed begins with it, in the same hold of
     * the lock as the end of the comparison: the entries that are not to be copied are at this moment the same on both
     * sides. If all are, there is nothing to copy, and {@link Copy#feed} stays null.
     */
    private boolean hasBegun(Copy copy) {
        Slot slot = copy.slot;
        SyncRequest request = copy.request;
        boolean numbersEqual = request.sequence() == slot.sequence() && request.version() == slot.lastVersion();
        boolean equal = numbersEqual && request.form() == SyncRequest.Form.EMPTY && slot.size() == 0;
        Digest digest = request.digest();
        if (digest != null && (copy.comparison != null || slot.size() > 0)) {
            Comparison comparison = copy.comparison;
            if (comparison == null) {
                comparison = new Comparison(slot, digest, scratch);
                copy.comparison = comparison;
            }
            if (!comparison.step(settings.chunkBytes())) {
                return false;
            }
            BitSet differing = comparison.differences();
            copy.buckets = differing;
            equal = differing.isEmpty() && (numbersEqual || !slot.hasDeletions()); // else the deletions are to be sent
            comparison.close();
        }
        if (equal) {
            record.begin(RecordKind.CONTINUE).number(slot.index()).number(request.number());
            append(copy.stream, record.number(slot.sequence()).number(slot.lastVersion()));
        } else if (copy.buckets == null) {
            record.begin(RecordKind.SYNC_BEGIN).number(slot.index());
            append(copy.stream, record.number(slot.sequence()).number(slot.lastVersion()));
        } else {
            record.begin(RecordKind.SYNC_DIFFERENCES).number(slot.index()).number(request.number());
            record.number(slot.sequence()).number(slot.lastVersion());
            append(copy.stream, record.bytes(copy.buckets.toByteArray()));
        }
        Feeds.Feed feed = feeds.start(slot.index(), copy.stream, !equal);
        if (equal) {
            copy.isComplete = true;
            followed.accept(slot, copy.stream);
        } else {
            copy.feed = feed;
            copy.lastTombstone = deletions(slot); // later ones travel as effects
        }
        return true;
    }

    /** As the other, only entries of buckets that differ. */
    private long sendChunk(Copy copy, BitSet buckets) {
        Comparison comparison = Objects.requireNonNull(copy.comparison);
        record.begin(RecordKind.SYNC_ENTRIES).number(copy.slot.index());
        int empty = record.size();
        Chunk chunk = new Chunk(settings.chunkBytes());
        long cursor = chunk.scan(copy.slot, copy.cursor, entry -> {
            int before = record.size();
            if (buckets.get(comparison.bucketOf(entry.key()))) {
                KeyState.write(record, entry);
            }
            return record.size() - before;
        });
        if (record.size() > empty) {
            append(copy.stream, record);
            bytesCopied.add(record.size());
        }
        return cursor;
    }

    private static void append(PeerStream stream, RecordWriter finished) {
        finished.end();
        stream.append(finished);
    }

    /** Up to which number {@link #sendDeletions} must go on from 0 to send all that the (locked) slot remembers. */
    static long deletions(Slot slot) {
        Tombstones tombstones = slot.tombstones();
        return tombstones == null || !slot.hasDeletions() ? 0 : Math.max(1, tombstones.end());
    }

    /** Sends tombstones from a number on, and returns the number to go on with. The slot is locked. */
    long sendDeletions(Slot slot, PeerStream stream, long from, long to, RecordKind kind) {
        record.begin(kind).number(slot.index());
        if (slot.flushedAt() != 0) {
            KeyState.writeFlush(record, slot.flushedAt());
        }
        long next = Objects.requireNonNull(slot.tombstones()).visit(from, to, (key, version) -> {
            KeyState.writeAbsent(record, key, version);
            return record.size() < settings.chunkBytes();
        });
        append(stream, record);
        bytesCopied.add(record.size());
        return next;
    }

    /** Sends entries from the cursor on and returns the next cursor, 0 at the end. The slot is locked. */
    long sendChunk(Slot slot, PeerStream stream, long from, RecordKind kind) {
        record.begin(kind).number(slot.index());
        long cursor = from;
        do {
            cursor = slot.scan(cursor, entry -> KeyState.write(record, entry));
        } while (cursor != 0 && record.size() < settings.chunkBytes());
        append(stream, record);
        bytesCopied.add(record.size());
        return cursor;
    }
}
