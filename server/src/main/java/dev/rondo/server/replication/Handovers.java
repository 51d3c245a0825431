package dev.rondo.server.replication;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.Slot;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands slots over to the owner that the slot table wants. When that peer has caught up but for a little, so that
 * clients need not wait for all that is on its way to it, the slot is parked and the heir is asked to take it, again
 * and again until it answers; it follows the last effect of the old primary with the first of its own. A parked slot is
 * set free by the heir's answer or its first effect, or by a slot table that no longer knows the heir. Confined to the
 * sync thread, apart from the figures.
 */
final class Handovers {
    private static final Logger log = LoggerFactory.getLogger(Handovers.class);
    /** A heir that has not answered for so long is asked again. */
    private static final long ANSWER_TIMEOUT_NS = 500_000_000;
    /** For so long a slot waits for its heir to catch up; where the effects alone keep it behind, that must do. */
    private static final long PATIENCE_NS = 1_000_000_000;

    /** A slot whose heir must catch up to an offset before the slot is parked. */
    private record Ready(PeerStream stream, long offset, long sinceNs) {}

    /** A parked slot. */
    private static final class Asked {
        final NodeId heir;
        final long number;
        final long sequence;
        final long epoch;
        PeerStream stream;
        long askedAtNs;

        Asked(PeerStream stream, long number, long sequence, long epoch) {
            this.epoch = epoch;
            this.heir = stream.peer();
            this.stream = stream;
            this.number = number;
            this.sequence = sequence;
        }
    }

    private final ReplicationSettings settings;
    private final Feeds feeds;
    private final Streams streams;
    private final Inbound inbound;
    private final ReplicationListener listener;
    private final Supplier<SlotTable> table;
    private final RecordWriter record = new RecordWriter();
    private final Map<Slot, Ready> ready = new LinkedHashMap<>();
    private final Map<PeerStream, Integer> readyByPeer = new HashMap<>();
    private final Map<Slot, Asked> asked = new LinkedHashMap<>();
    private long lastNumber;
    private volatile int size;
    final LongAdder handedOver = new LongAdder();

    Handovers(
            ReplicationSettings settings,
            Feeds feeds,
            Streams streams,
            Inbound inbound,
            ReplicationListener listener,
            Supplier<SlotTable> table) {
        this.settings = settings;
        this.feeds = feeds;
        this.streams = streams;
        this.inbound = inbound;
        this.listener = listener;
        this.table = table;
    }

    /** Slots about to be handed over, or parked. */
    int size() {
        return size;
    }

    /** The slot is to be handed to the stream's peer, if that follows it. */
    void prepare(Slot slot, PeerStream stream) {
        slot.lock();
        try {
            if (slot.isPrimary() && follows(slot, stream)) {
                long nowNs = settings.nanoTime().getAsLong();
                Ready former = ready.put(slot, new Ready(stream, stream.end(), nowNs));
                count(stream, former == null ? null : former.stream);
            }
        } finally {
            slot.unlock();
        }
        size = ready.size() + asked.size();
    }

    /** One more slot is ready for a peer, or one less. */
    private void count(@Nullable PeerStream more, @Nullable PeerStream less) {
        if (less != null) {
            readyByPeer.computeIfPresent(less, (stream, slots) -> slots == 1 ? null : slots - 1);
        }
        if (more != null) {
            readyByPeer.merge(more, 1, Integer::sum);
        }
    }

    /**
     * Whether so many slots are about to be handed to the peer that it is to catch up first: the clients of a parked
     * slot wait until the heir has applied all that is in front of the word of its handover.
     */
    boolean isWaitedFor(PeerStream stream) {
        return readyByPeer.getOrDefault(stream, 0) >= settings.mostParked();
    }

    private boolean follows(Slot slot, PeerStream stream) {
        Feeds.Feed feed = feeds.find(slot.index(), stream);
        return feed != null && !feed.copying;
    }

    boolean step() {
        boolean progress = false;
        Iterator<Map.Entry<Slot, Ready>> each = ready.entrySet().iterator();
        while (each.hasNext() && asked.size() < settings.mostParked()) {
            Map.Entry<Slot, Ready> next = each.next();
            PeerStream stream = next.getValue().stream;
            if (stream.isClosed()) {
                each.remove();
                count(null, stream);
            } else if (hasCaughtUp(next.getValue())) {
                progress |= handOverUnlessOccupied(each, next.getKey(), stream);
            }
        }
        askAgain();
        size = ready.size() + asked.size();
        return progress;
    }

    private boolean hasCaughtUp(Ready next) {
        PeerStream stream = next.stream;
        return stream.acknowledged() >= next.offset
                && (stream.backlog() <= settings.handoverBacklogBytes()
                        || settings.nanoTime().getAsLong() - next.sinceNs > PATIENCE_NS);
    }

    /** A slot whose script has not ended stays what it is until it has. */
    private boolean handOverUnlessOccupied(Iterator<?> place, Slot slot, PeerStream stream) {
        slot.lock();
        try {
            if (slot.isOccupied()) {
                return false;
            }
            place.remove();
            count(null, stream);
            return handOver(slot, stream);
        } finally {
            slot.unlock();
        }
    }

    private boolean handOver(Slot slot, PeerStream stream) {
        slot.lock();
        try {
            SlotTable now = table.get();
            List<Member> target = now.target(slot.index());
            Member heir = target.isEmpty() ? null : target.get(0);
            if (!slot.isPrimary()
                    || heir == null
                    || !heir.id().equals(stream.peer())
                    || !streams.isLife(heir)
                    || listener.isTakenSince(slot, now.epoch())
                    || !follows(slot, stream)) {
                return false;
            }
            listener.handingOver(slot, heir);
            slot.become(Slot.Role.PARKED, true);
            feeds.stop(slot.index(), stream);
            feeds.end(slot.index(), peer -> true);
            inbound.source(slot, heir.id());
            Asked question = new Asked(stream, ++lastNumber, slot.sequence(), now.epoch());
            asked.put(slot, question);
            ask(slot, question);
            return true;
        } finally {
            slot.unlock();
        }
    }

    private void ask(Slot slot, Asked question) {
        record.begin(RecordKind.HANDOVER)
                .number(slot.index())
                .number(question.sequence)
                .number(question.number)
                .number(question.epoch);
        record.end();
        question.stream.append(record);
        question.stream.hurry();
        question.askedAtNs = settings.nanoTime().getAsLong();
    }

    /** Asks anew over a new stream where the old one broke, and everywhere after a while. */
    private void askAgain() {
        if (asked.isEmpty()) {
            return;
        }
        asked.entrySet().removeIf(each -> each.getKey().role() != Slot.Role.PARKED);
        long nowNs = settings.nanoTime().getAsLong();
        asked.forEach((slot, question) -> {
            if (question.stream.isClosed() || nowNs - question.askedAtNs > ANSWER_TIMEOUT_NS) {
                PeerStream stream = streams.to(question.heir);
                if (stream != null) {
                    question.stream = stream;
                    ask(slot, question);
                }
            }
        });
    }

    /** The heir's answer: requests for the slot go on. */
    void answered(NodeId from, long number, boolean taken) {
        Slot slot = find(from, number);
        if (slot == null) {
            return; // an answer to a question that was answered
        }
        slot.lock();
        try {
            if (slot.role() != Slot.Role.PARKED) {
                return;
            }
            if (taken) {
                inbound.handedOver(slot, from);
                handedOver.increment();
            } else {
                log.info("Slot {}: {} refused the handover", slot.index(), from.hex());
                inbound.source(slot, null);
                slot.become(Slot.Role.PRIMARY, true);
                listener.kept(slot);
            }
        } finally {
            if (slot.role() != Slot.Role.PARKED) { // else it is asked again
                asked.remove(slot);
            }
            slot.unlock();
        }
    }

    private @Nullable Slot find(NodeId from, long number) {
        for (Map.Entry<Slot, Asked> each : asked.entrySet()) {
            if (each.getValue().number == number && each.getValue().heir.equals(from)) {
                return each.getKey();
            }
        }
        return null;
    }
}
