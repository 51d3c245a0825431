package dev.rondo.server.command;

import dev.rondo.server.keyspace.Slot;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client has queued since MULTI and watches since WATCH. Confined to the client's event loop, apart from the
 * mark that a watched key was touched.
 */
public final class Transaction implements Slot.KeyWatcher {
    /** Bounds the memory a client can take by queueing without ever executing. */
    static final int MAX_QUEUED_COMMANDS = 1_000_000;

    record Queued(CommandSpec spec, byte[][] arguments) {}

    private record Watched(Slot slot, byte[] key, boolean expiredWhenWatched) {}

    private final List<Queued> queue = new ArrayList<>();
    private final List<Watched> watched = new ArrayList<>();
    private boolean open;
    private boolean broken;
    private boolean grows;
    private boolean writes;
    private boolean wholeKeyspace;
    private CommandSpec.Lane lane = CommandSpec.Lane.EVENT_LOOP;
    private volatile boolean touched;
    private long queuedBytes;

    boolean isOpen() {
        return open;
    }

    void open() {
        open = true;
    }

    /** A command could not be queued: EXEC will refuse. */
    void markBroken() {
        broken = open;
    }

    boolean isBroken() {
        return broken;
    }

    /** Keeps a command for EXEC, unless it is certain already that EXEC will not run it. */
    void queue(CommandSpec spec, byte[][] arguments) {
        if (broken || touched) {
            return;
        }
        if (queue.size() == MAX_QUEUED_COMMANDS) {
            broken = true;
            throw new CommandException("ERR too many commands in one transaction");
        }
        queue.add(new Queued(spec, arguments));
        for (byte[] argument : arguments) {
            queuedBytes += argument.length;
        }
        grows |= spec.is(Flag.DENYOOM);
        writes |= spec.is(Flag.WRITE) || spec.is(Flag.MAY_REPLICATE);
        wholeKeyspace |= spec.isWholeKeyspace();
        lane = spec.lane().compareTo(lane) > 0 ? spec.lane() : lane;
    }

    List<Queued> queue() {
        return queue;
    }

    /** The bytes of the queued commands' arguments. */
    long queuedBytes() {
        return queuedBytes;
    }

    /** Whether a watched key was reported as changed. */
    boolean isMarkedTouched() {
        return touched;
    }

    /** Whether a queued command may write. */
    boolean writes() {
        return writes;
    }

    /** Whether a queued command may need more memory. */
    boolean grows() {
        return grows;
    }

    /** Which threads can run all that is queued. */
    CommandSpec.Lane lane() {
        return lane;
    }

    boolean isWholeKeyspace() {
        return wholeKeyspace;
    }

    /** Ends the transaction, executed or not, and every watch. */
    void close() {
        queue.clear();
        queuedBytes = 0;
        open = false;
        broken = false;
        grows = false;
        writes = false;
        wholeKeyspace = false;
        lane = CommandSpec.Lane.EVENT_LOOP;
        unwatch();
    }

    /** Watches a key whose slot is locked. */
    void watch(Slot slot, byte[] key, long nowMs) {
        for (Watched present : watched) {
            if (present.slot == slot && java.util.Arrays.equals(present.key, key)) {
                return;
            }
        }
        slot.watch(key, this);
        var entry = slot.find(key);
        watched.add(new Watched(slot, key, entry != null && entry.isExpired(nowMs)));
    }

    /** Takes each slot's lock in turn: not to be called with another slot locked. */
    void unwatch() {
        for (Watched watch : watched) {
            watch.slot.lock();
            try {
                watch.slot.unwatch(watch.key, this);
            } finally {
                watch.slot.unlock();
            }
        }
        watched.clear();
        touched = false;
    }

    boolean isWatching() {
        return !watched.isEmpty();
    }

    /** The slots that hold watched keys. */
    List<Slot> watchedSlots() {
        return watched.stream().map(Watched::slot).toList();
    }

    @Override
    public void keyTouched() {
        touched = true;
    }

    /** Whether a watched key was changed or has expired since; with the watched slots locked the answer stays true. */
    boolean isTouched(long nowMs) {
        if (touched) {
            return true;
        }
        for (Watched watch : watched) {
            var entry = watch.slot.find(watch.key);
            if (entry != null && entry.isExpired(nowMs) && !watch.expiredWhenWatched) {
                return true;
            }
        }
        return false;
    }
}
