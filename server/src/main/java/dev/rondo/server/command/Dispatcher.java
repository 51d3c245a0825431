package dev.rondo.server.command;

import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.net.Connection;
import dev.rondo.server.net.Hold;
import dev.rondo.server.net.RequestHandler;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.CommandStats;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes every request through all gates, in this order: known command, arity, authentication, subscriber mode,
 * pause, slot owner and queueing in MULTI, slot locks, run, commit. No command repeats a gate. One instance serves one
 * event loop; what loops share is in the {@link Node}.
 *
 * @see <a href="https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/">for the redirections</a>
 */
public final class Dispatcher implements RequestHandler {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final String CROSS_SLOT = "CROSSSLOT Keys in request don't hash to the same slot";

    private final Node node;
    private final CommandTable table;
    private final @Nullable CommandSpec exec;
    private final Databases databases;
    private final Ownership ownership;
    private final ServingLease lease;
    private final CommandStats.Shard stats;
    private final Call call;
    private final CommitMode commitMode;
    private final @Nullable HeldReplies held;
    private final KeyWaits waits;
    private final SlotLocks locks = new SlotLocks();
    private long nowMs; // the time of the batch: all commands of one read happen at once
    private long admittedAtNs;

    public Dispatcher(Node node) {
        this.node = node;
        this.table = node.commands();
        this.exec = table.find("exec");
        this.databases = node.databases();
        this.ownership = node.ownership();
        this.lease = ownership.lease();
        this.stats = node.commandStats().newShard();
        this.commitMode = node.commitMode();
        this.held = HeldReplies.of(commitMode, System::nanoTime, this::countError);
        CommitPath path = held == null ? commitMode.path() : held.ledger();
        this.call = new Call(databases, path, stats, new SplittableRandom(), ownership.isCluster());
        this.waits = new KeyWaits(this, node, call, held == null ? null : held.ledger());
        call.waits(waits);
    }

    private void countError(String error) {
        stats.errorReplies++;
        node.errorStats().count(error);
    }

    @Override
    public void beginBatch() {
        nowMs = node.clock().nowMs();
        if (held != null) {
            held.beginBatch();
        }
    }

    @Override
    public @Nullable Hold hold(Connection connection, ReplyWriter reply) {
        return held == null ? null : held.hold(connection, reply);
    }

    @Override
    public Object opened(Connection connection) {
        return node.clients().opened(connection);
    }

    @Override
    public boolean abandon(Connection connection) {
        return !(((Client) connection.session()).blocked() instanceof BlockedClient blocked) || blocked.claim();
    }

    @Override
    public void closed(Connection connection) {
        Client client = (Client) connection.session();
        client.transaction().close();
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

    /** Whether a client may wait for keys of the (locked) slot on this node. */
    boolean mayWait(Client client, CommandSpec spec, Slot slot) {
        return switch (slot.role()) {
            case PRIMARY, PARKED -> true;
            case REPLICA -> slot.isInSync() && mayUseReplica(client, spec);
            case ABSENT -> false;
        };
    }

    private void dispatch(Client client, byte[][] arguments, ReplyWriter reply) {
        CommandSpec spec = table.find(arguments[0]);
        if (spec != null && spec.isContainer() && arguments.length > 1) {
            CommandSpec container = spec;
            spec = container.subcommand(arguments[1]);
            if (spec == null) {
                reject(client, container, reply, Errors.unknownSubcommand(container, arguments[1]));
                return;
            }
        }
        if (spec == null) {
            reject(client, null, reply, Errors.unknownCommand(arguments));
            return;
        }
        if (!spec.acceptsArity(arguments.length)) {
            reject(client, spec, reply, "ERR wrong number of arguments for '" + spec.fullName() + "' command");
            return;
        }
        if (!client.isAuthenticated() && !spec.is(Flag.NO_AUTH)) {
            reject(client, spec, reply, "NOAUTH Authentication required.");
            return;
        }
        if (client.isSubscribed() && client.protocol() == 2 && !Errors.isAllowedWhileSubscribed(spec)) {
            reject(client, spec, reply, Errors.notWhileSubscribed(spec));
            return;
        }
        if (!node.pauseGate().isOpen() && isHeldBack(client, spec, arguments)) {
            return;
        }
        Transaction transaction = client.transaction();
        boolean queued = transaction.isOpen() && !spec.isNotQueued();
        if (queued) {
            enqueue(client, spec, arguments, reply);
            return;
        }
        if (spec == exec && transaction.isOpen()) {
            runTransaction(client, spec, arguments, reply);
        } else {
            runCommand(client, spec, arguments, reply);
        }
    }

    private void reject(Client client, @Nullable CommandSpec spec, ReplyWriter reply, String error) {
        if (spec != null) {
            stats.rejected[spec.id()]++;
            client.requested(spec, nowMs);
        }
        if (spec != null && spec == exec) {
            client.transaction().close();
            reply.error(Errors.execAborted(error));
        } else {
            client.transaction().markBroken();
            reply.error(error);
        }
    }

    private boolean isHeldBack(Client client, CommandSpec spec, byte[][] arguments) {
        boolean write = spec.is(Flag.WRITE)
                || spec.is(Flag.MAY_REPLICATE)
                || spec == exec && client.transaction().writes();
        boolean held = node.pauseGate().hold(write, () -> retry(client, arguments));
        if (held) {
            client.connection().suspend();
        }
        return held;
    }

    /** Runs a suspended request again from the first gate; any thread. */
    private void retry(Client client, byte[][] arguments) {
        client.connection().resume(reply -> request(client.connection(), arguments, reply));
    }

    // ---- single commands ----

    private void runCommand(Client client, CommandSpec spec, byte[][] arguments, ReplyWriter reply) {
        client.requested(spec, nowMs);
        call.begin(client, databases.get(client.database()), reply, nowMs);
        if (spec.hasSingleKey()) {
            Slot slot = call.keyspace().slotOf(arguments[1]);
            slot.lock();
            try {
                if (admit(client, mayUseReplica(client, spec), slot, arguments, reply)
                        && admitWrite(client, spec, spec.is(Flag.WRITE), slot, reply)) {
                    call.locked(slot, slot);
                    run(spec, arguments, admittedAtNs);
                    call.commit();
                    waits.serve(slot, nowMs);
                }
            } finally {
                slot.unlock();
            }
            return;
        }
        byte[][] keys = spec.hasKeys() ? spec.keys(arguments) : null;
        if (keys == null || keys.length == 0) {
            runWithoutKeys(client, spec, arguments, reply);
            return;
        }
        locks.clear();
        addSlots(call.keyspace(), keys, spec, arguments);
        if (ownership.isCluster() && locks.count() > 1) {
            reject(client, spec, reply, CROSS_SLOT);
            return;
        }
        locks.lock();
        try {
            if (admit(client, mayUseReplica(client, spec), locks.first(), arguments, reply)
                    && admitWrite(client, spec, spec.is(Flag.WRITE), locks.first(), reply)) {
                call.locked(locks.only(), locks.first());
                run(spec, arguments, admittedAtNs);
                call.commit();
                waits.serve(locks.all(), nowMs);
            }
        } finally {
            locks.unlock();
        }
    }

    /** A command that goes through all slots starts anew when one of them has been handed over meanwhile. */
    private void runWithoutKeys(Client client, CommandSpec spec, byte[][] arguments, ReplyWriter reply) {
        int start = reply.size();
        while (true) {
            admittedAtNs = System.nanoTime();
            if (spec.is(Flag.WRITE) && isInDoubt(client, arguments)) {
                return;
            }
            try {
                run(spec, arguments, admittedAtNs);
                call.commit();
                return;
            } catch (SlotParkedException e) {
                reply.truncate(start);
                if (park(client, e.slot(), arguments)) {
                    return;
                }
            }
        }
    }

    /** Suspends the client until the slot is no longer parked; false when it isn't any more. */
    private boolean park(Client client, Slot slot, byte[][] arguments) {
        slot.lock();
        try {
            if (slot.role() != Slot.Role.PARKED) {
                return false;
            }
            client.connection().suspend();
            slot.park(() -> retry(client, arguments));
            return true;
        } finally {
            slot.unlock();
        }
    }

    /** The slots of the keys; of a command that reaches into another database, the same slots there too. */
    private void addSlots(Keyspace keyspace, byte[][] keys, CommandSpec spec, byte[][] arguments) {
        int other = spec.hasOtherDatabase() && !ownership.isCluster() ? spec.otherDatabase(arguments) : -1;
        boolean reachesOther = other >= 0 && other < databases.count();
        for (byte[] key : keys) {
            int index = KeySlot.of(key);
            locks.add(keyspace.slot(index));
            if (reachesOther) {
                locks.add(databases.get(other).slot(index));
            }
        }
    }

    /** Reads after READONLY; shard channels always: their messages reach every node that holds the slot. */
    private static boolean mayUseReplica(Client client, CommandSpec spec) {
        return client.isReadOnly() && spec.is(Flag.READONLY) || spec.isOnShardChannels();
    }

    /** Whether this node may run the command on the (locked) slot now; otherwise the client is told or parked. */
    private boolean admit(Client client, boolean onReplica, Slot slot, byte[][] arguments, ReplyWriter reply) {
        Slot.Role role = slot.role();
        admittedAtNs = System.nanoTime();
        if (role == Slot.Role.PRIMARY) {
            return !isInDoubt(client, arguments);
        }
        if (role == Slot.Role.REPLICA && onReplica && slot.isInSync()) {
            return true;
        }
        if (role == Slot.Role.PARKED) {
            client.connection().suspend();
            slot.park(() -> retry(client, arguments));
            return false;
        }
        reply.error(ownership.refusal(slot.index()));
        return false;
    }

    /** Whether this node may have been replaced while it stood still; then the client waits until that is known. */
    private boolean isInDoubt(Client client, byte[][] arguments) {
        boolean waits =
                lease.isOver(admittedAtNs, nowMs) && lease.await(() -> retry(client, arguments), admittedAtNs, nowMs);
        if (waits) {
            client.connection().suspend();
        }
        return waits;
    }

    /** Whether the (locked) slot has the replicas that min-replicas-to-write wants; otherwise the client is told. */
    private boolean admitWrite(Client client, CommandSpec spec, boolean writes, Slot slot, ReplyWriter reply) {
        if (!writes || commitMode.mayWrite(slot)) {
            return true;
        }
        reject(client, spec, reply, Errors.NOT_ENOUGH_REPLICAS);
        return false;
    }

    /** Runs one command of the call: counts it, turns its exception into a reply, collects its effects. */
    private void run(CommandSpec spec, byte[][] arguments, long startNs) {
        ReplyWriter reply = call.reply();
        int start = reply.size();
        call.command(spec, arguments);
        try {
            spec.body().run(call);
        } catch (CommandException e) {
            reply.truncate(start);
            reply.error(e.getMessage());
            stats.failed[spec.id()]++;
        }
        call.collectEffects();
        stats.processed++;
        stats.calls[spec.id()]++;
        stats.nanoseconds[spec.id()] += System.nanoTime() - startNs;
    }

    // ---- transactions ----

    private void enqueue(Client client, CommandSpec spec, byte[][] arguments, ReplyWriter reply) {
        if (spec.is(Flag.NO_MULTI)) {
            reject(client, spec, reply, "ERR Command not allowed inside a transaction");
            return;
        }
        if (ownership.isCluster() && spec.hasKeys()) {
            String refusal = refusalWhenQueued(client, spec, arguments);
            if (refusal != null) {
                reject(client, spec, reply, refusal);
                return;
            }
        }
        client.requested(spec, nowMs);
        client.transaction().queue(spec, arguments);
        reply.queued();
    }

    private @Nullable String refusalWhenQueued(Client client, CommandSpec spec, byte[][] arguments) {
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
        Slot.Role role = databases.get(0).slot(index).role();
        boolean served = role == Slot.Role.PRIMARY
                || role == Slot.Role.PARKED
                || role == Slot.Role.REPLICA && mayUseReplica(client, spec);
        return served ? null : ownership.refusal(index);
    }

    private void runTransaction(Client client, CommandSpec spec, byte[][] arguments, ReplyWriter reply) {
        Transaction transaction = client.transaction();
        client.requested(spec, nowMs);
        call.begin(client, databases.get(client.database()), reply, nowMs);
        locks.clear();
        int keySlots = addTransactionSlots(transaction);
        boolean crossesSlots = ownership.isCluster() && keySlots > 1;
        if (crossesSlots || transaction.isBroken()) {
            transaction.close();
            stats.failed[spec.id()]++;
            reply.error(crossesSlots ? CROSS_SLOT : "EXECABORT Transaction discarded because of previous errors.");
            return;
        }
        locks.lock();
        boolean suspended = false;
        try {
            Slot first = locks.count() == 0 ? null : locks.first();
            if (ownership.isCluster() && keySlots == 1) {
                Slot keySlot = transactionSlot(transaction);
                if (!admit(client, client.isReadOnly() && !transaction.writes(), keySlot, arguments, reply)) {
                    suspended = client.connection().isSuspended();
                    return;
                }
                if (!admitWrite(client, spec, transaction.writes(), keySlot, reply)) {
                    return;
                }
                call.locked(keySlot, keySlot);
            } else if (first != null) {
                call.locked(locks.only(), first);
            }
            if (transaction.isWholeKeyspace()) {
                admittedAtNs = System.nanoTime();
                suspended = isInDoubt(client, arguments);
                if (suspended) {
                    return;
                }
            }
            Slot parked = transaction.isWholeKeyspace() ? parkedSlot() : null;
            if (parked != null) {
                suspended = park(client, parked, arguments);
                return;
            }
            if (transaction.isTouched(nowMs)) {
                reply.nullArray();
            } else {
                runQueued(client, transaction, reply);
            }
            stats.processed++;
            stats.calls[spec.id()]++;
        } finally {
            locks.unlock();
            if (!suspended) {
                transaction.close();
            }
        }
    }

    /** Adds the slots to lock and returns how many hold keys of commands. */
    private int addTransactionSlots(Transaction transaction) {
        Keyspace keyspace = call.keyspace();
        for (Transaction.Queued queued : transaction.queue()) {
            byte[][] keys = queued.spec().hasKeys() ? queued.spec().keys(queued.arguments()) : null;
            if (keys != null) {
                addSlots(keyspace, keys, queued.spec(), queued.arguments());
            } else if (queued.spec().name().equals("select") && !ownership.isCluster()) {
                Long number = Arguments.longOrNull(queued.arguments()[1]);
                boolean valid = number != null && number >= 0 && number < databases.count();
                keyspace = valid ? databases.get((int) (long) number) : keyspace;
            }
        }
        int keySlots = locks.count();
        transaction.watchedSlots().forEach(locks::add);
        if (transaction.isWholeKeyspace()) {
            for (Keyspace each : databases.existing()) {
                for (int i = 0; i < KeySlot.SLOTS; i++) {
                    locks.add(each.slot(i));
                }
            }
        }
        return keySlots;
    }

    /** A slot of database 0 that is being handed over, with all of them locked. */
    private @Nullable Slot parkedSlot() {
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = databases.get(0).slot(i);
            if (slot.role() == Slot.Role.PARKED) {
                return slot;
            }
        }
        return null;
    }

    private Slot transactionSlot(Transaction transaction) {
        for (Transaction.Queued queued : transaction.queue()) {
            byte[][] keys = queued.spec().hasKeys() ? queued.spec().keys(queued.arguments()) : null;
            if (keys != null && keys.length > 0) {
                return call.keyspace().slotOf(keys[0]);
            }
        }
        throw new IllegalStateException("no key in the transaction");
    }

    private void runQueued(Client client, Transaction transaction, ReplyWriter reply) {
        reply.array(transaction.queue().size());
        for (Transaction.Queued queued : transaction.queue()) {
            call.keyspace(databases.get(client.database())); // SELECT may stand among the commands
            run(queued.spec(), queued.arguments(), System.nanoTime());
        }
        call.commit();
        waits.serve(locks.all(), nowMs);
    }
}
