package dev.rondo.server.replication;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The loop that moves slots: {@link Requests} asks for them, and {@link Copies} gives to those who ask, {@link
 * Handovers} to the owner that the slot table wants, {@link Merges} to the winner of a slot. All of it happens in this
 * loop, which never waits for a peer; every lock it takes is held for one chunk. The public methods may be called by
 * any thread.
 */
final class SlotSync implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SlotSync.class);
    /** Between two looks at peers that are to catch up or to answer. */
    private static final long POLL_NS = 1_000_000;

    private static final long IDLE_PARK_NS = 200_000_000;
    /** Streams that could not be opened are tried again after this time. */
    private static final long REOPEN_NS = 100_000_000;

    private final ReplicationSettings settings;
    private final Keyspace keyspace;
    private final NodeId self;
    private final Streams streams;
    private final Requests requests;
    private final Supplier<SlotTable> table;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    final Copies copies;
    final Handovers handovers;
    final Merges merges;
    private long reopenedAtNs;
    private volatile @Nullable Runnable wake;
    private volatile boolean closed;

    SlotSync(
            ReplicationSettings settings,
            Keyspace keyspace,
            NodeId self,
            Feeds feeds,
            Streams streams,
            Inbound inbound,
            Requests requests,
            ReplicationListener listener,
            Supplier<SlotTable> table) {
        this.settings = settings;
        this.keyspace = keyspace;
        this.self = self;
        this.streams = streams;
        this.requests = requests;
        this.table = table;
        this.handovers = new Handovers(settings, feeds, streams, inbound, listener, table);
        this.copies = new Copies(settings, feeds, this::followed, handovers::isWaitedFor);
        this.merges = new Merges(settings, streams, copies);
        this.reopenedAtNs = settings.nanoTime().getAsLong();
    }

    /** Starts the work. */
    void start() {
        wake = settings.loops().start("slot-sync", new Worker());
    }

    private void submit(Runnable task) {
        tasks.add(task);
        Runnable waker = wake;
        if (waker != null) {
            waker.run();
        }
    }

    // ---- from other threads ----

    void execute(Runnable task) {
        submit(task);
    }

    void syncRequested(NodeId from, List<SyncRequest> requests) {
        submit(() -> {
            PeerStream stream = streams.to(from);
            if (stream != null) {
                log.debug("{} asks for {} slots", from.hex(), requests.size());
                requests.forEach(request -> copies.add(keyspace.slot(request.slot()), stream, request));
            }
        });
    }

    /** Writes to the (locked) slot wait until it has a copy: that one is made first. */
    void copyAwaited(Slot slot) {
        if (copies.isNewlyAwaited(slot)) {
            submit(() -> copies.hurry(slot));
        }
    }

    /** Asks the primary for slots, with digests of what they hold. */
    void compare(NodeId primary, List<Slot> slots) {
        submit(() -> requests.add(primary, slots));
    }

    /** The answer to a handover. */
    void answered(NodeId from, long number, boolean taken) {
        submit(() -> handovers.answered(from, number, taken));
    }

    /** The answer to the end of a slot's entries. */
    void mergeAnswered(long number, boolean taken) {
        submit(() -> merges.answered(number, taken));
    }

    /** Slots whose first owner should now be a peer that already follows them are handed over. */
    void tableChanged() {
        submit(() -> {
            SlotTable now = table.get();
            for (int i = 0; i < SlotTable.SLOTS; i++) {
                Member heir = heir(now, i);
                PeerStream stream = heir == null ? null : streams.present(heir.id());
                if (stream != null) {
                    handovers.prepare(keyspace.slot(i), stream);
                }
            }
        });
    }

    /** The other member that should serve the slot instead of this one; null when there is none. */
    private @Nullable Member heir(SlotTable now, int slot) {
        List<Member> target = now.target(slot);
        boolean moves = !target.isEmpty() && !target.get(0).id().equals(self) && now.isPrimary(self, slot);
        return moves ? target.get(0) : null;
    }

    /** The peer has a copy of the (locked) slot from here on. */
    private void followed(Slot slot, PeerStream stream) {
        List<Member> target = table.get().target(slot.index());
        if (!target.isEmpty() && target.get(0).id().equals(stream.peer())) {
            handovers.prepare(slot, stream);
        }
    }

    /**
     * Sends the slots' entries to the primary that won them in a merge; then runs {@code after} on the sync thread,
     * with whether the winner has all of them.
     */
    void merge(List<Slot> slots, NodeId winner, Consumer<Boolean> after) {
        submit(() -> merges.add(slots, winner, after));
    }

    // ---- the loop ----

    private final class Worker implements Loops.Loop {
        @Override
        public boolean step() {
            boolean progress = part(SlotSync.this::reopenStreams);
            progress |= part(SlotSync.this::runTasks);
            progress |= part(requests::step);
            progress |= part(copies::step);
            progress |= part(merges::step);
            progress |= part(handovers::step);
            return progress;
        }

        /** Does one part of the work; if it fails, the others go on, and so does this one the next time. */
        private boolean part(BooleanSupplier work) {
            try {
                return work.getAsBoolean();
            } catch (RuntimeException | Error e) {
                log.error("Moving slots fails", e);
                return false;
            }
        }

        @Override
        public void await() {
            if (!tasks.isEmpty()) {
                return;
            }
            if (isIdle()) {
                LockSupport.parkNanos(IDLE_PARK_NS);
            } else {
                long fromNs = settings.nanoTime().getAsLong();
                LockSupport.parkNanos(POLL_NS);
                copies.slept(POLL_NS, settings.nanoTime().getAsLong() - fromNs);
            }
        }

        @Override
        public boolean isOver() {
            return closed;
        }
    }

    private boolean isIdle() {
        return slotsMoving() == 0 && merges.isEmpty() && requests.isEmpty();
    }

    private boolean reopenStreams() {
        long nowNs = settings.nanoTime().getAsLong();
        if (nowNs - reopenedAtNs > REOPEN_NS) {
            reopenedAtNs = nowNs;
            streams.openMissing();
        }
        return false;
    }

    private boolean runTasks() {
        boolean some = false;
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
            some = true;
        }
        return some;
    }

    /** Slots on their way: being copied, about to be handed over, or parked. */
    int slotsMoving() {
        return copies.size() + handovers.size();
    }

    @Override
    public void close() {
        closed = true;
        submit(() -> {});
    }
}
