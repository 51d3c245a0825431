package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.script.FunctionLibraries;
import dev.rondo.server.script.LibraryFunction;
import dev.rondo.server.script.LibraryNews;
import dev.rondo.server.script.Script;
import dev.rondo.server.script.ScriptCache;
import dev.rondo.server.script.ScriptFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads that run scripts. On a plain server there is one, so that scripts, whose keys nobody knows beforehand,
 * never wait for one another; in a cluster, where a script has one slot, there are several, and one more for functions.
 * They start with the first script. Thread-safe.
 */
public final class ScriptLanes implements AutoCloseable {
    private static final int LEAST_LANES = 2;
    private static final int MOST_LANES = 8;
    /** Lua's pattern matching and parser recurse on the native stack. */
    private static final long STACK_BYTES = 64L << 20;

    private final Supplier<Node> node;
    private final LongSupplier thresholdMs;
    private final ScriptCache cache = new ScriptCache();
    private final FunctionLibraries libraries;
    /** At most one request of each connection waits. */
    private final BlockingQueue<LaneTask> scripts = new LinkedBlockingQueue<>();

    private final BlockingQueue<LaneTask> functions = new LinkedBlockingQueue<>();
    private volatile List<ScriptLane> lanes = List.of(); // the first one has the functions
    private final List<Thread> threads = new ArrayList<>(); // guarded by this
    private boolean closed; // guarded by this

    /**
     * Runs nothing yet; {@code thresholdMs} says when a script has taken so long that others are not to wait for it.
     */
    public ScriptLanes(Supplier<Node> node, LongSupplier thresholdMs) {
        this.node = node;
        this.thresholdMs = thresholdMs;
        this.libraries = new FunctionLibraries(() -> node.get().clock().nowMs());
    }

    /** The scripts that are known. */
    public ScriptCache cache() {
        return cache;
    }

    /** The libraries of functions, which the first lane loads and calls. */
    public FunctionLibraries functions() {
        return libraries;
    }

    long thresholdMs() {
        return thresholdMs.getAsLong();
    }

    // ---- requests ----

    /** Takes a request whose client is suspended. */
    void submit(ScriptRequest request) {
        if (lanes.isEmpty()) {
            start();
        }
        boolean toFunctions = request.lane() == CommandSpec.Lane.FUNCTIONS || lanes.size() == 1;
        (toFunctions ? functions : scripts).add(request);
    }

    /** Another node has loaded, replaced or deleted a library. */
    public void libraryChanged(LibraryNews news) {
        if (lanes.isEmpty()) {
            start();
        }
        functions.add(lane -> libraries.take(news));
    }

    private synchronized void start() {
        if (!lanes.isEmpty() || closed) {
            return;
        }
        Node of = node.get();
        int count = 1;
        if (of.ownership().isCluster()) {
            int cores = Runtime.getRuntime().availableProcessors();
            count += Math.max(LEAST_LANES, Math.min(MOST_LANES, cores));
        }
        List<ScriptLane> started = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ScriptLane lane = new ScriptLane(of, this, i == 0 ? functions : scripts);
            Thread thread = new Thread(null, lane, "scripts-" + i, STACK_BYTES);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
            started.add(lane);
        }
        lanes = List.copyOf(started);
    }

    private List<ScriptLane> lanesFor(CommandSpec.Lane lane) {
        List<ScriptLane> all = lanes;
        return all.size() <= 1 || lane == CommandSpec.Lane.SCRIPTS
                ? all.subList(Math.min(1, Math.max(0, all.size() - 1)), all.size())
                : all.subList(0, 1);
    }

    /** Why a request can't be taken: every lane for it has run the same script for too long; null when one has not. */
    @Nullable String refusal(CommandSpec.Lane lane) {
        ScriptRun last = null;
        for (ScriptLane each : lanesFor(lane)) {
            last = each.present();
            if (last == null || !last.isOverdue()) {
                return null;
            }
        }
        return last == null ? null : last.busyError();
    }

    /** Whether a request may write, as far as its script says so itself; one that says nothing counts as if not. */
    boolean mayWrite(ScriptRequest request) {
        if (request.spec().is(Flag.READONLY) || request.arguments().length < 2) {
            return false;
        }
        if (request.spec().name().equals("fcall")) {
            LibraryFunction function = libraries.find(Ascii.string(request.arguments()[1]));
            return function != null && !function.flags().contains(ScriptFlag.NO_WRITES);
        }
        Script script = ScriptCommands.peek(cache, request.spec(), request.arguments()[1]);
        return script != null && script.flags() != null && script.mayWrite();
    }

    /** To be called several times a second: those who wait for a script that takes too long are told. */
    public void tick() {
        List<ScriptLane> all = lanes;
        for (ScriptLane lane : all) {
            ScriptRun run = lane.present();
            if (run != null && run.isOverdue()) {
                run.releaseWaiting();
            }
        }
        if (!all.isEmpty()) {
            sendBack(CommandSpec.Lane.FUNCTIONS, functions);
            sendBack(CommandSpec.Lane.SCRIPTS, scripts);
        }
    }

    private void sendBack(CommandSpec.Lane lane, BlockingQueue<LaneTask> queue) {
        if (queue.isEmpty() || refusal(lane) == null) {
            return;
        }
        List<LaneTask> waiting = new ArrayList<>();
        queue.drainTo(waiting);
        for (LaneTask task : waiting) {
            if (task instanceof ScriptRequest request) {
                Dispatcher home = request.client().home();
                home.leftLane(request, null, null);
                home.retry(request.client(), request.arguments());
            } else {
                queue.add(task);
            }
        }
    }

    // ---- what runs ----

    /** The scripts, or functions, that run for too long now. */
    private List<ScriptRun> overdue() {
        List<ScriptRun> runs = new ArrayList<>();
        for (ScriptLane lane : lanes) {
            ScriptRun run = lane.present();
            if (run != null && run.isOverdue()) {
                runs.add(run);
            }
        }
        return runs;
    }

    /**
     * SCRIPT KILL, or FUNCTION KILL.
     *
     * @throws CommandException when there is none to kill
     */
    void kill(boolean function) {
        List<ScriptRun> runs = overdue();
        if (runs.isEmpty()) {
            throw new CommandException("NOTBUSY No scripts in execution right now.");
        }
        boolean other = true;
        boolean killed = false;
        for (ScriptRun run : runs) {
            if (run.isFunction() == function) {
                other = false;
                killed |= run.kill();
            }
        }
        if (other) {
            throw new CommandException(Errors.busy(!function));
        }
        if (!killed) {
            throw new CommandException("UNKILLABLE Sorry the script already executed write commands against the"
                    + " dataset. You can either wait the script termination or kill the server in a hard way using the"
                    + " SHUTDOWN NOSAVE command.");
        }
    }

    /** Scripts that take too long, and can end, do so: the node is to hand over what they keep. */
    public void hurry() {
        overdue().forEach(ScriptRun::kill);
    }

    /** The function, or script, that runs on the lane of functions; null when none does. */
    @Nullable ScriptRun presentFunction() {
        List<ScriptLane> all = lanes;
        ScriptRun run = all.isEmpty() ? null : all.get(0).present();
        return run != null && run.isFunction() ? run : null;
    }

    /** Bytes of the interpreters of scripts. */
    public long memoryBytes() {
        return lanes.stream().mapToLong(ScriptLane::memoryBytes).sum();
    }

    /** Scripts end, and no other begins. */
    @Override
    public synchronized void close() {
        closed = true;
        for (ScriptLane lane : lanes) {
            ScriptRun run = lane.present();
            if (run != null) {
                run.abort();
            }
        }
        threads.forEach(Thread::interrupt);
    }
}
