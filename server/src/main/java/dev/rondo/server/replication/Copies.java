package dev.rondo.server.replication;

import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.keyspace.Tombstones;
import java.util.BitSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies slots to the peers that asked for them, chunk by chunk: first those whose writes wait for a copy, then the
 * others. After each chunk a slot lets the others that its peer has asked for go first, so that they need not wait for
 * a large one. Confined to the sync thread, but for what says otherwise.
 */
final class Copies {
    private static final Logger log = LoggerFactory.getLogger(Copies.class);
    /** The sync thread sleeps for about a millisecond; of small slots many go in that time, whatever the rate. */
    private static final double BURST_NS = 2e6;

    private static final double NS_PER_SECOND = 1e9;

    private final ReplicationSettings settings;
    private final Feeds feeds;
    private final BiConsumer<Slot, PeerStream> followed;
    private final Predicate<PeerStream> mustCatchUp;
    private final RecordWriter record = new RecordWriter();
    private final RecordWriter scratch = new RecordWriter();
    private final Map<PeerStream, CopyQueue> byPeer = new LinkedHashMap<>();
    /** Writes to them wait until they have a copy. Any thread may add to it. */
    private final Set<Slot> awaited = ConcurrentHashMap.newKeySet();

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
        CopyQueue queue = byPeer.computeIfAbsent(stream, s -> new CopyQueue());
        Copy old = queue.remove(slot);
        if (old != null) {
            old.drop();
        }
        queue.put(new Copy(slot, stream, request, settings.nanoTime().getAsLong()), awaited.contains(slot));
        count();
    }

    /**
     * Writes to the slot wait until it has a copy. Any thread.
     *
     * @return false when this was known, and else {@link #hurry} is to be called
     */
    boolean isNewlyAwaited(Slot slot) {
        return awaited.add(slot);
    }

    /** The slot is awaited, and goes first if it was asked for. */
    void hurry(Slot slot) {
        for (CopyQueue queue : byPeer.values()) {
            Copy copy = queue.remove(slot);
            if (copy != null) {
                queue.put(copy, awaited.contains(slot));
            }
        }
    }

    private void count() {
        size = byPeer.values().stream().mapToInt(CopyQueue::size).sum();
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
        Iterator<Map.Entry<PeerStream, CopyQueue>> each = byPeer.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<PeerStream, CopyQueue> peer = each.next();
            PeerStream stream = peer.getKey();
            if (stream.isClosed() || peer.getValue().size() == 0) {
                peer.getValue().dropAll();
                each.remove();
            } else if (stream.backlog() < settings.backlogBytes() && !mustCatchUp.test(stream)) {
                progress |= step(peer.getValue());
            }
        }
        owedBytes += bytesCopied.sum() - before;
        count();
        return progress;
    }

    /** Sends the next part of the first copy that waits neither for the slot table nor for a script to end. */
    private boolean step(CopyQueue queue) {
        long nowNs = settings.nanoTime().getAsLong();
        Copy copy = queue.first(each -> each.isDue(nowNs));
        if (copy == null) {
            return false;
        }
        boolean over = isOver(copy);
        queue.remove(copy.slot);
        if (over) {
            copy.drop();
        } else {
            queue.put(copy, awaited.contains(copy.slot)); // behind the others
        }
        return true;
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
            if (over) {
                awaited.remove(copy.slot); // whoever still waits says so again
            }
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
