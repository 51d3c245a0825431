package dev.rondo.server.command;

import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Lookahead;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.net.Connection;
import dev.rondo.server.net.Hold;
import dev.rondo.server.net.RequestHandler;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.CommandStats;
import java.util.SplittableRandom;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every request through all gates, in this order: known command, arity, authentication, permission,
 * subscriber mode, pause, memory, slot owner and queueing in MULTI, slot locks, run, commit. No command repeats a gate.
 * One instance serves one event loop; what loops share is in the {@link Node}. {@link Admission} has the gates that
 * depend on what the node serves, {@link TransactionRunner} MULTI and EXEC, {@link Execution} the run itself.
 *
 * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">for the redirections</a>
 */
public final class Dispatcher implements RequestHandler {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    private final Node node;
    private final CommandTable table;
    private final Databases databases;
    private final Ownership ownership;
    private final AccessControl access;
    private final CommandStats.Shard stats;
    private final Call call;
    private final @Nullable HeldReplies held;
    private final KeyWaits waits;
    private final SlotLocks locks = new SlotLocks();
    private final Lookahead lookahead = new Lookahead();
    private final Execution execution;
    private final Admission admission;
    private final TransactionRunner transactions;

    public Dispatcher(Node node) {
        this.node = node;
        this.table = node.commands();
        this.databases = node.databases();
        this.ownership = node.ownership();
        this.access = node.access();
        this.stats = node.commandStats().newShard();
        this.held = HeldReplies.of(node.commitMode(), System::nanoTime, this::countError);
        CommitPath path = held == null ? node.commitMode().path() : held.ledger();
        this.call = new Call(databases, path, stats, new SplittableRandom(), node.events(), ownership.isCluster());
        this.waits = new KeyWaits(this::answerLate, node, call, held == null ? null : held.ledger());
        call.waits(waits);
        call.access(access);
        this.execution = new Execution(node, call);
        this.admission = new Admission(node, execution, this::retry);
        this.transactions = new TransactionRunner(node, call, execution, admission, waits, locks);
    }

    private void countError(String error) {
        stats.errorReplies++;
        node.errorStats().count(error);
    }

    @Override
    public void beginBatch() {
        execution.beginBatch(node.clock().nowMs());
        if (databases.tracking().isOverfull()) {
            databases.tracking().shrink(databases);
        }
        if (held != null) {
            held.beginBatch();
        }
    }

    @Override
    public void upcoming(Connection connection, byte[][] @Nullable [] requests, int count) {
        if (count >= Lookahead.LEAST_KEYS) {
            int database = ((Client) connection.session()).database();
            lookahead.fetch(databases.get(database), requests, count);
        }
    }

    @Override
    public @Nullable Hold hold(Connection connection, ReplyWriter reply) {
        return held == null ? null : held.hold(connection, reply);
    }

    @Override
    public Object opened(Connection connection) {
        Client client = node.clients().opened(connection);
        client.home(this);
        return client;
    }

    @Override
    public boolean abandon(Connection connection) {
        Client client = (Client) connection.session();
        if (client.isOnLane()) {
            return false; // the script runs, and what it replies is still sent
        }
        return !(client.blocked() instanceof BlockedClient blocked) || blocked.claim();
    }

    @Override
    public void closed(Connection connection) {
        Client client = (Client) connection.session();
        client.gone();
        if (!client.isOnLane()) { // which otherwise works on the transaction
            client.transaction().close();
        }
        if (client.blocked() instanceof BlockedClient blocked) {
            blocked.leave();
        }
        node.clients().closed(client);
    }

    @Override
    public void request(Connection connection, byte[][] arguments, ReplyWriter reply) {
        Client client = (Client) connection.session();
        int start = reply.size();
        int firstCommit = held == null ? 0 : held.ledger().size();
        reply.resp3(client.protocol() == 3);
        reply.clearError();
        try {
            dispatch(client, arguments, reply);
        } catch (CommandException e) {
            reply.truncate(start);
            reply.error(e.getMessage());
        } catch (OutOfMemoryError e) {
            log.error("Out of memory in {}", Ascii.string(arguments[0]), e);
            reply.truncate(start);
            reply.error("OOM command not allowed: the server is out of memory");
        } catch (RuntimeException e) {
            log.error("Internal error in {}", Ascii.string(arguments[0]), e);
            reply.truncate(start);
            reply.error("ERR internal error: " + e);
        }
        answered(client, reply, start, firstCommit);
    }

    /** What stands in {@code reply} from {@code start} on is the reply to a request, unless that has to wait. */
    private void answered(Client client, ReplyWriter reply, int start, int firstCommit) {
        if (reply.lastError() != null) {
            countError(reply.lastError());
        }
        if (client.replies() != Client.Replies.ON && !client.connection().isSuspended()) {
            reply.truncate(start);
            client.replyDropped();
        }
        if (held != null) {
            held.answered(start, reply.size(), firstCommit);
        }
        ClientTracking tracking = client.tracking();
        if (tracking != null && !client.connection().isSuspended()) {
            tracking.answered(client, reply);
        }
    }

    /**
     * Writes the reply of a request that had to wait.
     *
     * @param commits made for it on another event loop; null if there are none
     */
    void answerLate(
            Client client, ReplyWriter reply, CommitLedger.@Nullable Parcel commits, Consumer<ReplyWriter> answer) {
        int start = reply.size();
        int firstCommit = held == null ? 0 : held.ledger().size();
        if (held != null && commits != null) {
            held.ledger().adopt(commits);
        }
        reply.resp3(client.protocol() == 3);
        reply.clearError();
        answer.accept(reply);
        answered(client, reply, start, firstCommit);
    }

    private void dispatch(Client client, byte[][] arguments, ReplyWriter reply) {
        CommandSpec spec = table.find(arguments[0]);
        if (spec != null && spec.isContainer() && arguments.length > 1) {
            CommandSpec container = spec;
            spec = container.subcommand(arguments[1]);
            if (spec == null) {
                execution.reject(client, container, reply, Errors.unknownSubcommand(container, arguments[1]));
                return;
            }
        }
        if (spec == null) {
            execution.reject(client, null, reply, Errors.unknownCommand(arguments));
            return;
        }
        if (!spec.acceptsArity(arguments.length)) {
            execution.reject(
                    client, spec, reply, "ERR wrong number of arguments for '" + spec.fullName() + "' command");
            return;
        }
        if (!client.isAuthenticated() && access.users().isLoginNeeded() && !spec.is(Flag.NO_AUTH)) {
            execution.reject(client, spec, reply, "NOAUTH Authentication required.");
            return;
        }
        if (!client.user().isUnrestricted()) {
            String refusal = access.refusal(client, spec, arguments, execution.nowMs());
            if (refusal != null) {
                execution.reject(client, spec, reply, refusal);
                return;
            }
        }
        if (client.isSubscribed() && client.protocol() == 2 && !Errors.isAllowedWhileSubscribed(spec)) {
            execution.reject(client, spec, reply, Errors.notWhileSubscribed(spec));
            return;
        }
        if (client.isMonitor() && (spec.is(Flag.READONLY) || spec.is(Flag.WRITE) || spec.is(Flag.MAY_REPLICATE))) {
            execution.reject(client, spec, reply, "ERR Replica can't interact with the keyspace");
            return;
        }
        if (admission.isHeldBack(client, spec, arguments)) {
            return;
        }
        admission.makeRoom();
        if (client.isInTransaction() && !spec.isNotQueued()) {
            transactions.enqueue(client, spec, arguments, reply);
            return;
        }
        boolean executes = client.isInTransaction() && execution.isExec(spec);
        CommandSpec.Lane lane = executes ? client.transaction().lane() : spec.lane();
        if (lane != CommandSpec.Lane.EVENT_LOOP) {
            sendToLane(new ScriptRequest(client, spec, arguments, lane), reply);
        } else if (executes) {
            transactions.run(client, spec, arguments, reply);
        } else {
            runCommand(client, spec, arguments, reply);
        }
    }

    // ---- scripts ----

    private void sendToLane(ScriptRequest request, ReplyWriter reply) {
        Client client = request.client();
        String refusal = node.scripts().refusal(request.lane());
        if (refusal != null) {
            execution.reject(client, request.spec(), reply, refusal);
            return;
        }
        client.requested(request.spec(), execution.nowMs());
        client.connection().suspend();
        client.entersLane(request);
        node.scripts().submit(request);
    }

    /**
     * A lane has done what it could with a request; any thread.
     *
     * @param bytes the reply; null when the request comes again
     * @param commits made for it; null if there are none
     */
    void leftLane(ScriptRequest request, byte @Nullable [] bytes, CommitLedger.@Nullable Parcel commits) {
        Client client = request.client();
        waits.schedule(client, () -> {
            client.leavesLane(request);
            if (client.isGone()) {
                client.transaction().close();
            }
        });
        if (bytes == null) {
            return;
        }
        try {
            client.connection().resumeAnswered(late -> answerLate(client, late, commits, writer -> writer.raw(bytes)));
        } catch (RejectedExecutionException e) {
            log.debug("The node stops, and its clients are gone", e);
        }
    }

    /** Runs a suspended request again from the first gate; any thread. */
    void retry(Client client, byte[][] arguments) {
        client.connection().retry(arguments);
    }

    // ---- single commands ----

    private void runCommand(Client client, CommandSpec spec, byte[][] arguments, ReplyWriter reply) {
        client.requested(spec, execution.nowMs());
        call.begin(client, databases.get(client.database()), reply, execution.nowMs());
        if (spec.hasSingleKey()) {
            runInSlot(client, spec, arguments, reply);
            return;
        }
        byte[][] keys = spec.hasKeys() ? spec.keys(arguments) : null;
        if (keys == null || keys.length == 0) {
            runWithoutKeys(client, spec, arguments, reply);
        } else {
            runOnKeys(client, spec, arguments, keys, reply);
        }
    }

    private void runInSlot(Client client, CommandSpec spec, byte[][] arguments, ReplyWriter reply) {
        Slot slot = call.keyspace().slotOf(arguments[1]);
        slot.lock();
        try {
            if (admission.admitVacant(client, spec, slot, arguments, reply)
                    && admission.admit(client, Admission.mayUseReplica(client, spec), slot, arguments, reply)
                    && admission.admitWrite(client, spec, spec.is(Flag.WRITE), slot, reply)) {
                call.locked(slot, slot);
                execution.run(spec, arguments, admission.admittedAtNs());
                call.commit();
                waits.serve(slot, execution.nowMs());
            }
        } finally {
            slot.unlock();
        }
    }

    private void runOnKeys(Client client, CommandSpec spec, byte[][] arguments, byte[][] keys, ReplyWriter reply) {
        locks.clear();
        transactions.addSlots(locks, call.keyspace(), keys, spec, arguments);
        if (ownership.isCluster() && locks.count() > 1) {
            execution.reject(client, spec, reply, Admission.CROSS_SLOT);
            return;
        }
        locks.lock();
        try {
            if (admission.admitVacant(client, spec, locks.all(), arguments, reply)
                    && admission.admit(client, Admission.mayUseReplica(client, spec), locks.first(), arguments, reply)
                    && admission.admitWrite(client, spec, spec.is(Flag.WRITE), locks.first(), reply)) {
                call.locked(locks.only(), locks.first());
                execution.run(spec, arguments, admission.admittedAtNs());
                call.commit();
                waits.serve(locks.all(), execution.nowMs());
            }
        } finally {
            locks.unlock();
        }
    }

    /** A command that goes through all slots starts anew when one of them was not to be touched. */
    private void runWithoutKeys(Client client, CommandSpec spec, byte[][] arguments, ReplyWriter reply) {
        int start = reply.size();
        while (true) {
            if (!admission.admitUnslotted(client, spec.is(Flag.WRITE), arguments)) {
                return;
            }
            try {
                execution.run(spec, arguments, admission.admittedAtNs());
                call.commit();
                return;
            } catch (SlotParkedException e) {
                reply.truncate(start);
                if (!admission.admitVacant(client, spec, e.slot(), arguments, reply)
                        || admission.park(client, e.slot(), arguments)) {
                    return;
                }
            }
        }
    }
}
