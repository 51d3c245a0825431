package dev.rondo.server.command;

import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.KeyWaiter;
import dev.rondo.server.keyspace.Occupant;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks the clients of one event loop in commands that wait for keys, and serves those who wait, of whatever event
 * loop, from what this loop's commands have written: under the same lock, in the order in which they came, before
 * anybody else sees what was written. The reply then goes to the client's own event loop. Confined to its event loop,
 * apart from {@link #unblock} and {@link #schedule}.
 *
 * <p>On a plain server the target of a move may lie in a slot that somebody else has locked; waiting for it here could
 * deadlock. Such a client is served a moment later, by a task that locks both in order.
 */
final class KeyWaits {
    private static final Logger log = LoggerFactory.getLogger(KeyWaits.class);

    /** Writes a reply that was late to a client of the event loop. */
    @FunctionalInterface
    interface LateAnswer {
        /** Where no clients live. */
        LateAnswer NONE = (client, reply, commits, answer) -> {
            throw new IllegalStateException("no client waits here");
        };

        void write(
                Client client, ReplyWriter reply, CommitLedger.@Nullable Parcel commits, Consumer<ReplyWriter> answer);
    }

    private final LateAnswer lateAnswer;
    private final Node node;
    private final Call call;
    private final @Nullable CommitLedger ledger;
    private final ReplyWriter reply = new ReplyWriter(1024);
    private final SlotLocks locks = new SlotLocks();

    KeyWaits(LateAnswer lateAnswer, Node node, Call call, @Nullable CommitLedger ledger) {
        this.lateAnswer = lateAnswer;
        this.node = node;
        this.call = call;
        this.ledger = ledger;
    }

    // ---- blocking ----

    /** Blocks the client of the present call, the slots of whose keys are locked. */
    void block(KeyWait wait) {
        Client client = call.client();
        BlockedClient blocked = new BlockedClient(this, client, call.keyspace(), call.spec(), call.arguments(), wait);
        client.connection().suspend();
        client.blocked(blocked);
        for (byte[] key : wait.keys()) {
            call.slotOf(key).join(key, blocked);
        }
        if (wait.timeoutMs() > 0) {
            blocked.alarm(client.connection()
                    .loop()
                    .schedule(() -> end(blocked, wait.giveUp()), wait.timeoutMs(), TimeUnit.MILLISECONDS));
        }
    }

    boolean unblock(BlockedClient blocked, boolean withError) {
        return end(
                blocked,
                withError
                        ? late -> late.error(Blocked.UNBLOCKED)
                        : blocked.keyWait().giveUp());
    }

    /** Ends a wait with a reply, from any thread; false when it has ended already. */
    private boolean end(BlockedClient blocked, Consumer<ReplyWriter> answer) {
        if (!blocked.claim()) {
            return false;
        }
        answer(blocked, null, answer);
        return true;
    }

    /** Writes the reply of a claimed client on its event loop. */
    private void answer(BlockedClient blocked, CommitLedger.@Nullable Parcel commits, Consumer<ReplyWriter> answer) {
        blocked.client().connection().resumeAnswered(late -> {
            blocked.leave();
            lateAnswer.write(blocked.client(), late, commits, answer);
        });
    }

    /** Runs a task on the client's event loop, with no slot locked. */
    void schedule(Client client, Runnable task) {
        try {
            client.execute(task);
        } catch (RejectedExecutionException e) {
            log.debug("The node stops, and its clients are gone", e);
        }
    }

    /** The slot has another role: its clients are sent to who serves it now. */
    void redirect(BlockedClient blocked, Slot slot) {
        slot.lock();
        try {
            if (blocked.isOver() || Admission.mayWait(blocked.client(), blocked.spec(), slot)) {
                return;
            }
        } finally {
            slot.unlock();
        }
        end(blocked, late -> late.error(node.ownership().refusal(slot.index())));
    }

    // ---- serving ----

    /** Serves those who wait for what a command of this event loop wrote to the (locked) slot. */
    void serve(Slot slot, long nowMs) {
        if (slot.hasTouchedQueues()) {
            serveAll(List.of(slot), nowMs);
        }
    }

    /** As {@link #serve(Slot, long)}, for several slots: first who waits for what was changed first. */
    void serve(List<Slot> locked, long nowMs) {
        for (Slot slot : locked) {
            if (slot.hasTouchedQueues()) {
                serveAll(locked, nowMs);
                return;
            }
        }
    }

    private void serveAll(List<Slot> locked, long nowMs) {
        List<Slot> borrowed = new ArrayList<>(0);
        List<Runnable> postponed = new ArrayList<>(0);
        try {
            for (Slot slot = next(locked, borrowed); slot != null; slot = next(locked, borrowed)) {
                byte[] key = slot.pollTouchedQueue();
                if (key != null && !serve(slot, key, borrowed, nowMs)) {
                    Slot home = slot;
                    postponed.add(() -> home.touchQueue(key));
                }
            }
        } finally {
            postponed.forEach(Runnable::run);
            borrowed.forEach(Slot::unlock);
        }
    }

    private static @Nullable Slot next(List<Slot> locked, List<Slot> borrowed) {
        Slot next = null;
        for (List<Slot> some : List.of(locked, borrowed)) {
            for (Slot slot : some) {
                boolean ready = slot.hasTouchedQueues();
                next = ready && (next == null || slot.firstTouchedAtNs() - next.firstTouchedAtNs() < 0) ? slot : next;
            }
        }
        return next;
    }

    /** Serves the queue of one key as far as what it holds goes; false when a slot was missing for that. */
    private boolean serve(Slot slot, byte[] key, List<Slot> borrowed, long nowMs) {
        List<KeyWaiter> done = new ArrayList<>();
        boolean complete = true;
        for (KeyWaiter waiter : slot.waiters(key)) {
            Entry entry = slot.find(key);
            entry = entry != null && entry.isExpired(nowMs) ? null : entry;
            if (entry == null && !slot.isDeletionHeeded(key)) {
                break;
            }
            BlockedClient blocked = (BlockedClient) waiter;
            if (blocked.isOver()) {
                done.add(blocked);
            } else if (blocked.keyWait().taker().isReady(entry)
                    && (slot.isPrimary() || Admission.mayWait(blocked.client(), blocked.spec(), slot))) {
                complete = isTargetLocked(blocked, slot, borrowed);
                if (!complete) {
                    break;
                }
                if (blocked.claim()) {
                    take(blocked, slot, key, nowMs);
                    done.add(blocked);
                }
            }
        }
        done.forEach(waiter -> slot.leave(key, waiter));
        return complete;
    }

    private static boolean isTargetLocked(BlockedClient blocked, Slot slot, List<Slot> borrowed) {
        byte[] target = blocked.keyWait().target();
        Slot other = target == null ? slot : blocked.keyspace().slotOf(target);
        if (other.isLockedByMe()) {
            return true;
        }
        if (!other.tryLock()) {
            return false;
        }
        if (other.isOccupied()) {
            other.unlock();
            return false;
        }
        borrowed.add(other);
        return true;
    }

    /** Runs the rest of a claimed client's command as a command of its own. */
    private void take(BlockedClient blocked, Slot slot, byte[] key, long nowMs) {
        Client client = blocked.client();
        reply.reset();
        reply.resp3(client.protocol() == 3);
        reply.clearError();
        int kept = ledger == null ? 0 : ledger.size();
        call.begin(client, blocked.keyspace(), reply, nowMs);
        call.locked(blocked.keyWait().hasOneKey() || node.ownership().isCluster() ? slot : null, slot);
        call.command(blocked.spec(), blocked.arguments());
        String refusal = node.access().refusal(client, blocked.spec(), blocked.arguments(), nowMs);
        try {
            if (refusal != null) { // its rules have changed since it began to wait
                throw new CommandException(refusal);
            }
            blocked.keyWait().taker().take(call, key);
        } catch (CommandException e) {
            reply.reset();
            reply.error(e.getMessage());
        } catch (RuntimeException | OutOfMemoryError e) { // the client is claimed, and must get an answer
            log.error("Internal error in {}", Ascii.string(blocked.arguments()[0]), e);
            reply.reset();
            reply.error("ERR internal error: " + e);
        }
        call.collectEffects();
        call.commit();
        String error = reply.lastError();
        byte[] bytes = reply.toByteArray();
        CommitLedger.Parcel commits = ledger == null ? null : ledger.handOver(kept);
        blocked.home().answer(blocked, commits, late -> {
            if (error == null) {
                late.raw(bytes);
            } else {
                late.error(error);
            }
        });
    }

    /**
     * Keys of the slot were changed by somebody who serves nobody (a merge, a copy, expiry), or could not.
     *
     * @param via a client of this event loop
     */
    void serveTouched(Slot slot, Client via) {
        locks.clear();
        locks.add(slot);
        addTargets(slot);
        locks.lock();
        try {
            long nowNs = System.nanoTime();
            long nowMs = node.clock().nowMs();
            ServingLease lease = node.ownership().lease();
            Runnable later = () -> schedule(via, () -> serveTouched(slot, via));
            boolean waits =
                    isOccupied(locks.all(), later) || lease.isOver(nowNs, nowMs) && lease.await(later, nowNs, nowMs);
            if (!waits && (slot.isPrimary() || slot.role() == Slot.Role.REPLICA)) {
                serve(locks.all(), nowMs);
            }
        } finally {
            locks.unlock();
        }
    }

    /** Whether a script keeps one of the slots; what is to be done then comes when it has ended. */
    private static boolean isOccupied(List<Slot> slots, Runnable later) {
        for (Slot slot : slots) {
            Occupant occupant = slot.occupant();
            if (occupant != null) {
                occupant.await(later);
                return true;
            }
        }
        return false;
    }

    /** Adds the slots that those need who are the first in their queues. */
    private void addTargets(Slot slot) {
        slot.lock();
        try {
            for (byte[] key : slot.touchedQueues()) {
                slot.waiters(key).stream().limit(1).forEach(waiter -> {
                    BlockedClient first = (BlockedClient) waiter;
                    byte[] target = first.keyWait().target();
                    if (target != null) {
                        locks.add(first.keyspace().slotOf(target));
                    }
                });
            }
        } finally {
            slot.unlock();
        }
    }
}
