package dev.rondo.server.command;

import dev.rondo.server.keyspace.Occupant;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.script.ScriptHost;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A request with scripts that a {@link ScriptLane} runs. It keeps every slot that it touches until it ends, so that
 * nobody sees it half done; their locks it holds for each command alone. Confined to the lane's thread, apart from what
 * {@link Occupant} asks for, and {@link #kill}.
 */
public final class ScriptRun implements Occupant, ScriptHost {
    /** Two scripts that want each other's slots would wait for ever: one of them gives up. */
    private static final long MOST_WAIT_MS = 5000;

    private static final String NOT_HERE = "Script attempted to access a non local key in a cluster node";
    private static final String TAKEN = "-BUSY another script keeps a slot that this one needs";
    static final String KILLED = "Script killed by user with SCRIPT KILL...";

    private final ScriptLane lane;
    private final ScriptRequest request;
    private final LongSupplier thresholdMs;
    private final long startedAtNs = System.nanoTime();
    private final SlotLocks kept = new SlotLocks();
    private final SlotLocks locks = new SlotLocks();
    private @Nullable Slot home; // in a cluster, the one slot whose keys it may touch
    private boolean inScript;
    private boolean readOnly;
    private boolean mayGrow;
    private boolean hasLeft;

    private boolean wrote; // guarded by this
    private volatile boolean killed; // set with this guarded
    private volatile boolean aborted;
    private final List<Runnable> waiting = new ArrayList<>(); // guarded by itself
    private boolean isOver; // guarded by waiting

    ScriptRun(ScriptLane lane, ScriptRequest request, LongSupplier thresholdMs) {
        this.lane = lane;
        this.request = request;
        this.thresholdMs = thresholdMs;
    }

    // ---- what others see ----

    ScriptRequest request() {
        return request;
    }

    /** The name of what runs: a script's digest, or a function's name. */
    String name() {
        return request.arguments().length > 1
                ? Ascii.string(request.arguments()[1])
                : request.spec().fullName();
    }

    boolean isFunction() {
        return request.lane() == CommandSpec.Lane.FUNCTIONS;
    }

    long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedAtNs);
    }

    /** The script ends where it next looks; false when it has begun to write, and must run to its end. */
    synchronized boolean kill() {
        killed |= !wrote;
        return killed;
    }

    /** The node stops: the script ends, and nothing of it is committed. */
    synchronized void abort() {
        aborted = true;
        killed = true;
    }

    boolean isAborted() {
        return aborted;
    }

    private synchronized boolean beginWrite() {
        wrote |= !killed;
        return !killed;
    }

    @Override
    public boolean isKilled() {
        return killed;
    }

    @Override
    public boolean isOverdue() {
        long most = thresholdMs.getAsLong();
        return most > 0 && elapsedMs() >= most;
    }

    @Override
    public String busyError() {
        return Errors.busy(isFunction());
    }

    @Override
    public void hurry() {
        kill();
    }

    @Override
    public void await(Runnable retry) {
        synchronized (waiting) {
            if (!isOver) {
                waiting.add(retry);
                return;
            }
        }
        retry.run();
    }

    /** Those who wait look again. */
    void releaseWaiting() {
        List<Runnable> released;
        synchronized (waiting) {
            released = List.copyOf(waiting);
            waiting.clear();
        }
        released.forEach(Runnable::run);
    }

    // ---- its slots ----

    /** In a cluster, the keys of this slot alone may be touched. */
    void home(Slot slot) {
        home = slot;
    }

    /** Keeps a (locked) slot until the end. */
    void keep(Slot slot) {
        if (slot.occupant() != this) {
            slot.occupy(this);
            kept.add(slot);
        }
    }

    /** Locks all that was kept, for what is done at the end. */
    List<Slot> lockKept() {
        kept.lock();
        return kept.all();
    }

    /** Gives back all that was kept, which is locked, and unlocks it. */
    void leave() {
        hasLeft = true;
        kept.all().forEach(Slot::vacate);
        kept.unlock();
    }

    /** Whoever waits goes on. */
    void end() {
        if (!hasLeft) {
            lockKept();
            leave();
        }
        synchronized (waiting) {
            isOver = true;
        }
        releaseWaiting();
    }

    // ---- commands of scripts ----

    ScriptLane lane() {
        return lane;
    }

    /** What comes are commands of a script. */
    void beginScript(boolean mustNotWrite, boolean mayUseMoreMemory) {
        inScript = true;
        readOnly = mustNotWrite;
        mayGrow = mayUseMoreMemory;
    }

    void endScript() {
        inScript = false;
    }

    boolean isInScript() {
        return inScript;
    }

    @Override
    public @Nullable Boolean mayRun(byte[][] command) {
        CommandSpec spec = find(command);
        return spec == null ? null : Boolean.valueOf(lane.mayRun(spec, command));
    }

    private @Nullable CommandSpec find(byte[][] command) {
        CommandSpec found = lane.table().find(command[0]);
        return found != null && found.isContainer() && command.length > 1 ? found.subcommand(command[1]) : found;
    }

    @Override
    public @Nullable String call(byte[][] command, ReplyWriter reply) {
        CommandSpec spec = find(command);
        String refusal = refusal(spec, command);
        if (spec != null && refusal == null) {
            refusal = run(spec, command, reply);
        }
        if (refusal != null) {
            lane.refused(spec, refusal);
        }
        return refusal;
    }

    private @Nullable String refusal(@Nullable CommandSpec spec, byte[][] command) {
        if (spec == null) {
            return "Unknown Redis command called from script";
        }
        if (!spec.acceptsArity(command.length)) {
            return "Wrong number of args calling Redis command from script";
        }
        if (spec.is(Flag.NOSCRIPT)) {
            return "This Redis command is not allowed from script";
        }
        String forbidden = lane.refusal(spec, command);
        if (forbidden != null) {
            return forbidden;
        }
        if (readOnly && (spec.is(Flag.WRITE) || spec.is(Flag.MAY_REPLICATE))) {
            return "Write commands are not allowed from read-only scripts.";
        }
        if (!mayGrow && spec.is(Flag.DENYOOM)) {
            return "-" + Errors.OUT_OF_MEMORY;
        }
        mayGrow |= spec.is(Flag.WRITE); // what has begun to write goes on
        return null;
    }

    /** Runs a command of a script, or one in a transaction with scripts; returns why it can't. */
    @Nullable String run(CommandSpec spec, byte[][] command, ReplyWriter reply) {
        if (spec.is(Flag.WRITE) && !beginWrite()) {
            return KILLED;
        }
        int start = reply.size();
        byte[][] keys = spec.hasKeys() ? spec.keys(command) : null;
        while (true) {
            Slot busy;
            try {
                lane.awaitLease();
                if (keys == null || keys.length == 0) {
                    lane.execute(spec, command, reply);
                    return null;
                }
                locks.clear();
                lane.addSlots(locks, keys, spec, command);
                locks.lock();
                try {
                    busy = firstBusy();
                    if (busy == null) {
                        return runLocked(spec, command, reply);
                    }
                } finally {
                    locks.unlock();
                }
            } catch (SlotParkedException e) {
                reply.truncate(start);
                busy = e.slot();
            }
            if (!awaitVacancy(busy)) {
                return TAKEN;
            }
        }
    }

    private @Nullable String runLocked(CommandSpec spec, byte[][] command, ReplyWriter reply) {
        Slot first = locks.first();
        if (lane.isCluster() && (locks.count() > 1 || !isServed(first, spec) || home != null && home != first)) {
            return NOT_HERE;
        }
        if (spec.is(Flag.WRITE) && !lane.mayWrite(first)) {
            return "-" + Errors.NOT_ENOUGH_REPLICAS;
        }
        home = first;
        locks.all().forEach(this::keep);
        lane.execute(spec, command, reply, locks);
        return null;
    }

    private boolean isServed(Slot slot, CommandSpec spec) {
        boolean readsReplica = request.client().isReadOnly() && !spec.is(Flag.WRITE);
        return slot.isPrimary() || slot.role() == Slot.Role.REPLICA && slot.isInSync() && readsReplica;
    }

    private boolean isBusy(Slot slot) {
        Occupant occupant = slot.occupant();
        return slot.role() == Slot.Role.PARKED || occupant != null && occupant != this;
    }

    private @Nullable Slot firstBusy() {
        for (Slot slot : locks.all()) {
            if (isBusy(slot)) {
                return slot;
            }
        }
        return null;
    }

    /** Waits until the slot is nobody else's; false when that takes too long. */
    private boolean awaitVacancy(Slot slot) {
        CountDownLatch vacant = new CountDownLatch(1);
        slot.lock();
        try {
            Occupant occupant = slot.occupant();
            if (occupant != null && occupant != this) {
                occupant.await(vacant::countDown);
            } else if (slot.role() == Slot.Role.PARKED) {
                slot.park(vacant::countDown);
            } else {
                return true;
            }
        } finally {
            slot.unlock();
        }
        return await(vacant);
    }

    /** Waits for what another thread tells; false when that takes too long. */
    static boolean await(CountDownLatch told) {
        try {
            return told.await(MOST_WAIT_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
