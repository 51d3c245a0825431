package dev.rondo.server.command;

import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.script.Evaluator;
import dev.rondo.server.script.LibraryFunction;
import dev.rondo.server.script.Script;
import dev.rondo.server.script.ScriptException;
import dev.rondo.server.script.ScriptFlag;
import dev.rondo.server.script.ScriptHost;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that runs scripts, one request after the other, so that no event loop ever waits for one. It has what an
 * event loop has to run commands with, and an interpreter. Confined to its thread, apart from {@link #present} and the
 * figures.
 */
final class ScriptLane implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(ScriptLane.class);

    private final Node node;
    private final ScriptLanes lanes;
    private final BlockingQueue<LaneTask> queue;
    private final Databases databases;
    private final boolean cluster;
    private final @Nullable CommitLedger ledger;
    private final Call call;
    private final KeyWaits waits;
    private final SlotLocks locks = new SlotLocks();
    private final Execution execution;
    private final Admission admission;
    private final TransactionRunner transactions;
    private final ReplyWriter reply = new ReplyWriter();
    private final Evaluator evaluator;
    private volatile @Nullable ScriptRun present;

    ScriptLane(Node node, ScriptLanes lanes, BlockingQueue<LaneTask> queue) {
        this.node = node;
        this.lanes = lanes;
        this.queue = queue;
        this.databases = node.databases();
        this.cluster = node.ownership().isCluster();
        this.ledger = node.commitMode().newLedger(() -> {}); // replies are held on the event loops of their clients
        CommitPath path = ledger == null ? node.commitMode().path() : ledger;
        this.call = new Call(
                databases, path, node.commandStats().newShard(), new SplittableRandom(), node.events(), cluster);
        this.waits = new KeyWaits(KeyWaits.LateAnswer.NONE, node, call, ledger);
        call.access(node.access());
        this.execution = new Execution(node, call);
        this.admission = new Admission(
                node, execution, (client, arguments) -> client.home().retry(client, arguments));
        this.transactions = new TransactionRunner(node, call, execution, admission, waits, locks);
        this.evaluator = new Evaluator(lanes.cache());
    }

    /** What runs now; null when nothing does. Any thread. */
    @Nullable ScriptRun present() {
        return present;
    }

    /** Bytes of its interpreter. Any thread. */
    long memoryBytes() {
        return evaluator.memoryBytes();
    }

    // ---- requests ----

    @Override
    public void run() {
        try {
            while (true) {
                queue.take().runOn(this);
            }
        } catch (InterruptedException e) {
            log.debug("The node stops", e);
        }
    }

    void serve(ScriptRequest request) {
        Client client = request.client();
        ScriptRun run = new ScriptRun(this, request, lanes::thresholdMs);
        execution.beginBatch(node.clock().nowMs());
        admission.makeRoom();
        reply.reset();
        reply.resp3(client.protocol() == 3);
        reply.clearError();
        call.begin(client, databases.get(client.database()), reply, execution.nowMs());
        call.script(run);
        present = run;
        boolean answered = true;
        try {
            answered = execution.isExec(request.spec()) ? transactions.run(run, request, reply) : runOne(run, request);
            commit(run);
        } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
            log.error("Internal error in {}", Ascii.string(request.arguments()[0]), e);
            reply.reset();
            reply.error("ERR internal error: " + e);
        } finally {
            present = null;
            run.end();
        }
        if (reply.lastError() != null) {
            countError(reply.lastError());
        }
        CommitLedger.Parcel commits = ledger == null || ledger.size() == 0 ? null : ledger.handOver(0);
        client.home().leftLane(request, answered ? reply.toByteArray() : null, commits);
    }

    /** A request that is no transaction; false when its client is suspended and comes again. */
    private boolean runOne(ScriptRun run, ScriptRequest request) {
        CommandSpec spec = request.spec();
        byte[][] keys = spec.hasKeys() ? spec.keys(request.arguments()) : null;
        locks.clear();
        if (keys != null) {
            addSlots(locks, keys, spec, request.arguments());
        }
        if (cluster && locks.count() > 1) {
            execution.reject(request.client(), spec, reply, Admission.CROSS_SLOT);
            return true;
        }
        if (!admit(run, request)) {
            return !admission.hasSuspended();
        }
        if (!admission.admitGrowth(request.client(), spec, spec.is(Flag.DENYOOM), reply)) {
            return true;
        }
        execution.run(spec, request.arguments(), System.nanoTime());
        return true;
    }

    /** Keeps the slots of the keys that are named, if the script may run now. */
    private boolean admit(ScriptRun run, ScriptRequest request) {
        Client client = request.client();
        boolean writes = lanes.mayWrite(request);
        if (locks.count() == 0) {
            return admission.admitUnslotted(client, writes, request.arguments());
        }
        locks.lock();
        try {
            boolean onReplica = client.isReadOnly() && !writes;
            boolean admitted = admission.admitVacant(client, request.spec(), locks.all(), request.arguments(), reply)
                    && admission.admit(client, onReplica, locks.first(), request.arguments(), reply);
            if (admitted) {
                locks.all().forEach(run::keep);
                run.home(locks.first());
            }
            return admitted;
        } finally {
            locks.unlock();
        }
    }

    /** All effects together, with what they mean for those who wait for keys; then the slots are free. */
    private void commit(ScriptRun run) {
        List<Slot> kept = run.lockKept();
        try {
            if (run.isAborted()) {
                return;
            }
            call.commit();
            if (!kept.isEmpty()) {
                waits.serve(kept, execution.nowMs());
            }
        } finally {
            run.leave();
        }
    }

    private void countError(String error) {
        call.stats().errorReplies++;
        node.errorStats().count(error);
    }

    // ---- scripts ----

    Evaluator evaluator() {
        return evaluator;
    }

    /**
     * Runs a script for the present command, which writes its reply.
     *
     * @param keys how many of the arguments behind the third are keys
     * @param onlyReads whether the command must not write
     */
    void evaluate(Script script, int keys, boolean onlyReads) throws ScriptException {
        Set<ScriptFlag> flags = script.flags();
        boolean mayGrow = flags != null && flags.contains(ScriptFlag.ALLOW_OOM);
        run(
                onlyReads || !script.mayWrite(),
                mayGrow,
                (arguments, host, to) -> evaluator.run(script, arguments, keys, host, to));
    }

    /** As {@link #evaluate}, for a function; only on the lane that has them. */
    void call(LibraryFunction function, int keys, boolean onlyReads) throws ScriptException {
        boolean mustNotWrite = onlyReads || function.flags().contains(ScriptFlag.NO_WRITES);
        boolean mayGrow = function.flags().contains(ScriptFlag.ALLOW_OOM);
        run(mustNotWrite, mayGrow, (arguments, host, to) -> lanes.functions()
                .call(function, arguments, keys, host, to));
    }

    /** Runs the code of a script. */
    @FunctionalInterface
    private interface Code {
        void run(byte[][] arguments, ScriptHost host, ReplyWriter to) throws ScriptException;
    }

    private void run(boolean mustNotWrite, boolean mayGrow, Code code) throws ScriptException {
        ScriptRun run = call.script();
        CommandSpec spec = call.spec();
        byte[][] arguments = call.arguments();
        ReplyWriter outer = call.reply();
        int start = outer.size();
        run.beginScript(mustNotWrite, mayGrow || !admission.isOutOfMemory());
        try {
            code.run(arguments, run, outer);
        } finally {
            run.endScript();
            call.reply(outer);
            call.command(spec, arguments); // its effects are those of the commands in it
        }
        if (outer.size() > start && outer.array()[start] == '-') {
            execution.failed(spec);
        }
    }

    /** Whether a script that says what it is may run here; its command is refused otherwise. */
    void check(@Nullable Set<ScriptFlag> flags, boolean onlyReads) {
        if (flags == null) {
            return;
        }
        boolean writes = !flags.contains(ScriptFlag.NO_WRITES);
        if (cluster && flags.contains(ScriptFlag.NO_CLUSTER)) {
            throw new CommandException("ERR Can not run script on cluster, 'no-cluster' flag is set.");
        }
        if (writes && onlyReads) {
            throw new CommandException("ERR Can not execute a script with write flag using *_ro command.");
        }
        if (writes && locks.count() > 0) {
            locks.lock();
            try {
                if (!mayWrite(locks.first())) {
                    throw new CommandException(Errors.NOT_ENOUGH_REPLICAS);
                }
            } finally {
                locks.unlock();
            }
        }
        if (writes && admission.isOutOfMemory() && !flags.contains(ScriptFlag.ALLOW_OOM)) {
            throw new CommandException(
                    call.client().isInTransaction() ? Errors.SCRIPT_WITHOUT_ALLOW_OOM : Errors.OUT_OF_MEMORY);
        }
    }

    // ---- commands of scripts ----

    CommandTable table() {
        return node.commands();
    }

    /** Whether the client of the script may run a command. */
    boolean mayRun(CommandSpec spec, byte[][] command) {
        return node.access().mayRun(call.client().user(), spec, command);
    }

    /** Why the client of the script may not run a command; null when it may. */
    @Nullable String refusal(CommandSpec spec, byte[][] command) {
        return node.access().refusalInScript(call.client(), spec, command, execution.nowMs());
    }

    boolean isCluster() {
        return cluster;
    }

    /** Whether enough replicas follow the (locked) slot. */
    boolean mayWrite(Slot slot) {
        return node.commitMode().mayWrite(slot);
    }

    void addSlots(SlotLocks to, byte[][] keys, CommandSpec spec, byte[][] arguments) {
        transactions.addSlots(to, call.keyspace(), keys, spec, arguments);
    }

    /** A command of a script was refused. */
    void refused(@Nullable CommandSpec spec, String refusal) {
        countError(refusal.startsWith("-") ? refusal.substring(1) : "ERR " + refusal);
        if (spec != null) {
            execution.refused(spec);
        }
    }

    /** Runs a command of a script on slots that are locked. */
    void execute(CommandSpec spec, byte[][] command, ReplyWriter to, SlotLocks on) {
        call.locked(on.only(), on.first());
        execute(spec, command, to);
    }

    /** Runs a command of a script that has no keys. */
    void execute(CommandSpec spec, byte[][] command, ReplyWriter to) {
        ReplyWriter outer = call.reply();
        call.reply(to);
        try {
            execution.runInScript(spec, command);
        } finally {
            call.reply(outer);
        }
        if (to != outer && to.lastError() != null) {
            countError(to.lastError());
        }
    }

    /** Waits while this node does not know whether it was replaced. */
    void awaitLease() {
        ServingLease lease = node.ownership().lease();
        while (lease.isOver(System.nanoTime(), node.clock().nowMs())) {
            CountDownLatch renewed = new CountDownLatch(1);
            if (!lease.await(renewed::countDown, System.nanoTime(), node.clock().nowMs())) {
                return;
            }
            ScriptRun.await(renewed);
        }
    }
}
