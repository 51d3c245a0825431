package dev.rondo.server.command;

import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Occupant;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.ReplyWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request of one event loop may run now: the gates that depend on what the node serves. A request that may
 * not is refused with Redis's words, or its client waits and the request goes through all gates again, which is when
 * its client is left suspended. Confined to the event loop.
 */
final class Admission {
    static final String CROSS_SLOT = "CROSSSLOT Keys in request don't hash to the same slot";

    /** Runs a suspended client's request again from the first gate; called by any thread. */
    @FunctionalInterface
    interface Retry {
        void again(Client client, byte[][] arguments);
    }

    private final Node node;
    private final Ownership ownership;
    private final ServingLease lease;
    private final CommitMode commitMode;
    private final Execution execution;
    private final Retry retry;
    private final Evictor evictor;
    private boolean outOfMemory;
    private long admittedAtNs;
    private boolean suspended;

    Admission(Node node, Execution execution, Retry retry) {
        this.node = node;
        this.ownership = node.ownership();
        this.lease = ownership.lease();
        this.commitMode = node.commitMode();
        this.execution = execution;
        this.retry = retry;
        this.evictor = new Evictor(node);
    }

    /** Evicts keys, if that is needed, in front of a request; no slot may be locked. */
    void makeRoom() {
        outOfMemory = !evictor.makeRoom();
    }

    /** Whether memory is used up, as it was found in front of the present request. */
    boolean isOutOfMemory() {
        return outOfMemory;
    }

    /** Whether there is memory for a command that may need more of it; otherwise the client is told. */
    boolean admitGrowth(Client client, CommandSpec spec, boolean grows, ReplyWriter reply) {
        suspended = false;
        if (outOfMemory && grows) {
            execution.reject(client, spec, reply, Errors.OUT_OF_MEMORY);
            return false;
        }
        return true;
    }

    /** {@link System#nanoTime} of the last answer. */
    long admittedAtNs() {
        return admittedAtNs;
    }

    /** Whether the last client that was not admitted is suspended, and comes again; otherwise it was told why. */
    boolean hasSuspended() {
        return suspended;
    }

    private void suspend(Client client) {
        suspended = true;
        client.connection().suspend();
    }

    /** Reads after READONLY; shard channels always: their messages reach every node that holds the slot. */
    static boolean mayUseReplica(Client client, CommandSpec spec) {
        return client.isReadOnly() && spec.is(Flag.READONLY) || spec.isOnShardChannels();
    }

    /** Whether a client may wait for keys of the (locked) slot on this node. */
    static boolean mayWait(Client client, CommandSpec spec, Slot slot) {
        return switch (slot.role()) {
            case PRIMARY, PARKED -> true;
            case REPLICA -> slot.isInSync() && mayUseReplica(client, spec);
            case ABSENT -> false;
        };
    }

    /** Whether CLIENT PAUSE holds the request back; its client is suspended then. */
    boolean isHeldBack(Client client, CommandSpec spec, byte[][] arguments) {
        if (node.pauseGate().isOpen()) {
            return false;
        }
        boolean write = spec.is(Flag.WRITE)
                || spec.is(Flag.MAY_REPLICATE)
                || execution.isExec(spec) && client.transaction().writes();
        boolean held = node.pauseGate().hold(write, () -> retry.again(client, arguments));
        if (held) {
            client.connection().suspend();
        }
        return held;
    }

    /**
     * Whether no script keeps the (locked) slots; otherwise the client waits for its end, or is told that it takes
     * long.
     */
    boolean admitVacant(Client client, CommandSpec spec, List<Slot> slots, byte[][] arguments, ReplyWriter reply) {
        for (Slot slot : slots) {
            if (slot.isOccupied()) {
                return admitVacant(client, spec, slot, arguments, reply);
            }
        }
        return true;
    }

    /** As the other, for one slot. */
    boolean admitVacant(Client client, CommandSpec spec, Slot slot, byte[][] arguments, ReplyWriter reply) {
        Occupant occupant = slot.occupant();
        suspended = false;
        if (occupant == null) {
            return true;
        }
        if (occupant.isOverdue()) {
            execution.reject(client, spec, reply, occupant.busyError());
        } else {
            suspend(client);
            occupant.await(() -> retry.again(client, arguments));
        }
        return false;
    }

    /** Whether this node may run a command on the (locked) slot now; otherwise the client is told or parked. */
    boolean admit(Client client, boolean onReplica, Slot slot, byte[][] arguments, ReplyWriter reply) {
        Slot.Role role = slot.role();
        admittedAtNs = System.nanoTime();
        suspended = false;
        if (role == Slot.Role.PRIMARY) {
            return !isInDoubt(client, arguments);
        }
        if (role == Slot.Role.REPLICA && onReplica && slot.isInSync()) {
            return true;
        }
        if (role == Slot.Role.PARKED || ownership.isDue(slot)) {
            suspend(client);
            slot.park(() -> retry.again(client, arguments));
            return false;
        }
        reply.error(ownership.refusal(slot.index()));
        return false;
    }

    /** As {@link #admit} for a command that names no slot: whether it may change what this node serves. */
    boolean admitUnslotted(Client client, boolean writes, byte[][] arguments) {
        admittedAtNs = System.nanoTime();
        suspended = false;
        return !writes || !isInDoubt(client, arguments);
    }

    /** Whether this node may have been replaced while it stood still; then the client waits until that is known. */
    private boolean isInDoubt(Client client, byte[][] arguments) {
        long nowMs = execution.nowMs();
        boolean waits = lease.isOver(admittedAtNs, nowMs)
                && lease.await(() -> retry.again(client, arguments), admittedAtNs, nowMs);
        if (waits) {
            suspend(client);
        }
        return waits;
    }

    /**
     * Whether there is memory for a write to the (locked) slot, and it has the replicas that min-replicas-to-write
     * wants; otherwise the client is told.
     */
    boolean admitWrite(Client client, CommandSpec spec, boolean writes, Slot slot, ReplyWriter reply) {
        if (!admitGrowth(client, spec, spec.is(Flag.DENYOOM), reply)) {
            return false;
        }
        if (!writes || commitMode.mayWrite(slot)) {
            return true;
        }
        execution.reject(client, spec, reply, Errors.NOT_ENOUGH_REPLICAS);
        return false;
    }

    /** Suspends the client until the slot is no longer parked; false when it isn't any more. */
    boolean park(Client client, Slot slot, byte[][] arguments) {
        slot.lock();
        try {
            if (slot.role() != Slot.Role.PARKED) {
                return false;
            }
            suspend(client);
            slot.park(() -> retry.again(client, arguments));
            return true;
        } finally {
            slot.unlock();
        }
    }

    /** Why a command can't be queued in a transaction of a cluster's client; null when it can. */
    @Nullable String refusalWhenQueued(Client client, CommandSpec spec, byte[][] arguments) {
        if (!ownership.isCluster() || !spec.hasKeys()) {
            return null;
        }
        byte[][] keys = spec.keys(arguments);
        if (keys == null || keys.length == 0) {
            return null;
        }
        int index = KeySlot.of(keys[0]);
        for (byte[] key : keys) {
            if (KeySlot.of(key) != index) {
                return CROSS_SLOT;
            }
        }
        Slot slot = node.databases().get(0).slot(index);
        Slot.Role role = slot.role();
        boolean served = role == Slot.Role.PRIMARY
                || role == Slot.Role.PARKED
                || role == Slot.Role.REPLICA && mayUseReplica(client, spec)
                || isDue(slot);
        return served ? null : ownership.refusal(index);
    }

    private boolean isDue(Slot slot) {
        slot.lock();
        try {
            return ownership.isDue(slot);
        } finally {
            slot.unlock();
        }
    }
}
