package dev.rondo.server.command;

import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.ReplyWriter;
import org.jspecify.annotations.Nullable;

/**
 * Queues the commands of transactions and runs them: all under the locks of their slots, with one commit. In a cluster
 * they have one slot. Confined to an event loop.
 */
final class TransactionRunner {
    private final Databases databases;
    private final AccessControl access;
    private final boolean cluster;
    private final Call call;
    private final Execution execution;
    private final Admission admission;
    private final KeyWaits waits;
    private final SlotLocks locks;

    /** {@code locks} is the event loop's, as long as it runs one request. */
    TransactionRunner(Node node, Call call, Execution execution, Admission admission, KeyWaits waits, SlotLocks locks) {
        this.databases = node.databases();
        this.access = node.access();
        this.cluster = node.ownership().isCluster();
        this.call = call;
        this.execution = execution;
        this.admission = admission;
        this.waits = waits;
        this.locks = locks;
    }

    /** Keeps a command for EXEC, if it may be part of the transaction. */
    void enqueue(Client client, CommandSpec spec, byte[][] arguments, ReplyWriter reply) {
        if (spec.is(Flag.NO_MULTI)) {
            execution.reject(client, spec, reply, "ERR Command not allowed inside a transaction");
            return;
        }
        String refusal = admission.refusalWhenQueued(client, spec, arguments);
        if (refusal != null) {
            execution.reject(client, spec, reply, refusal);
            return;
        }
        if (!admission.admitGrowth(client, spec, true, reply)) { // even what is queued takes memory
            return;
        }
        client.requested(spec, execution.nowMs());
        client.transaction().queue(spec, arguments);
        reply.queued();
    }

    /** EXEC. */
    void run(Client client, CommandSpec exec, byte[][] arguments, ReplyWriter reply) {
        Transaction transaction = client.transaction();
        client.requested(exec, execution.nowMs());
        call.begin(client, databases.get(client.database()), reply, execution.nowMs());
        int keySlots = chooseSlots(transaction, exec);
        if (keySlots < 0) {
            return;
        }
        locks.lock();
        boolean admitted = false;
        try {
            admitted = admit(client, exec, arguments, keySlots);
            if (admitted) {
                if (transaction.isTouched(execution.nowMs())) {
                    reply.nullArray();
                } else {
                    runQueued(client, transaction, reply);
                }
                execution.executed(exec, arguments);
            }
        } finally {
            locks.unlock();
            if (admitted || !admission.hasSuspended()) { // a suspended one comes again
                transaction.close();
            }
        }
    }

    /**
     * EXEC of a transaction with scripts, on their lane: its slots are kept, and each command takes their locks by
     * itself. What it did is still to be committed then.
     *
     * @return false when the client is suspended and comes again
     */
    boolean run(ScriptRun run, ScriptRequest request, ReplyWriter reply) {
        Client client = request.client();
        Transaction transaction = client.transaction();
        int keySlots = chooseSlots(transaction, request.spec());
        if (keySlots < 0) {
            return true;
        }
        boolean admitted;
        boolean touched = false;
        locks.lock();
        try {
            admitted = admit(client, request.spec(), request.arguments(), keySlots);
            if (admitted) {
                touched = transaction.isTouched(execution.nowMs());
                locks.all().forEach(run::keep);
                if (keySlots > 0) {
                    run.home(keySlot(transaction));
                }
            }
        } finally {
            locks.unlock();
        }
        if (!admitted && admission.hasSuspended()) {
            return false;
        }
        if (touched) {
            reply.nullArray();
        } else if (admitted) {
            runQueued(run, transaction, reply);
        }
        if (admitted) {
            execution.executed(request.spec(), request.arguments());
        }
        transaction.close();
        return true;
    }

    private void runQueued(ScriptRun run, Transaction transaction, ReplyWriter reply) {
        Client client = call.client();
        reply.array(transaction.queue().size());
        for (Transaction.Queued queued : transaction.queue()) {
            call.keyspace(databases.get(client.database()));
            String forbidden = access.refusalAtExec(client, queued.spec(), queued.arguments(), execution.nowMs());
            if (forbidden != null) {
                reply.error(forbidden);
            } else if (queued.spec().lane() != CommandSpec.Lane.EVENT_LOOP) {
                execution.run(queued.spec(), queued.arguments(), System.nanoTime());
            } else {
                String refusal = run.run(queued.spec(), queued.arguments(), reply);
                if (refusal != null) {
                    reply.error(refusal.startsWith("-") ? refusal.substring(1) : "ERR " + refusal);
                }
            }
        }
    }

    /**
     * Finds the slots to lock.
     *
     * @return how many hold keys of commands; -1 when the transaction can't be, which its client was told
     */
    private int chooseSlots(Transaction transaction, CommandSpec exec) {
        locks.clear();
        int keySlots = addSlots(transaction);
        boolean crossesSlots = cluster && keySlots > 1;
        if (!crossesSlots && !transaction.isBroken()) {
            return keySlots;
        }
        if (!crossesSlots && !admission.admitGrowth(call.client(), exec, transaction.grows(), call.reply())) {
            return -1;
        }
        transaction.close();
        execution.failed(exec);
        call.reply()
                .error(
                        crossesSlots
                                ? Admission.CROSS_SLOT
                                : "EXECABORT Transaction discarded because of previous errors.");
        return -1;
    }

    /** Whether the transaction may run now, with its slots locked; otherwise its client is told, or suspended. */
    private boolean admit(Client client, CommandSpec exec, byte[][] arguments, int keySlots) {
        Transaction transaction = client.transaction();
        ReplyWriter reply = call.reply();
        if (!admission.admitVacant(client, exec, locks.all(), arguments, reply)) {
            return false;
        }
        if (cluster && keySlots == 1) {
            Slot slot = keySlot(transaction);
            boolean onReplica = client.isReadOnly() && !transaction.writes();
            if (!admission.admit(client, onReplica, slot, arguments, reply)
                    || !admission.admitGrowth(client, exec, transaction.grows(), reply)
                    || !admission.admitWrite(client, exec, transaction.writes(), slot, reply)) {
                return false;
            }
            call.locked(slot, slot);
        } else if (!admission.admitGrowth(client, exec, transaction.grows(), reply)) {
            return false;
        } else if (locks.count() > 0) {
            call.locked(locks.only(), locks.first());
        }
        if (!transaction.isWholeKeyspace()) {
            return true;
        }
        if (!admission.admitUnslotted(client, true, arguments)) {
            return false;
        }
        Slot parked = parkedSlot();
        return parked == null || !admission.park(client, parked, arguments);
    }

    /** Adds the slots to lock and returns how many hold keys of commands. */
    private int addSlots(Transaction transaction) {
        Keyspace keyspace = call.keyspace();
        for (Transaction.Queued queued : transaction.queue()) {
            byte[][] keys = queued.spec().hasKeys() ? queued.spec().keys(queued.arguments()) : null;
            if (keys != null) {
                addSlots(locks, keyspace, keys, queued.spec(), queued.arguments());
            } else if (queued.spec().name().equals("select") && !cluster) {
                Keyspace selected = database(queued.arguments()[1]);
                keyspace = selected != null ? selected : keyspace;
            }
            for (int argument : queued.spec().databaseArguments()) {
                database(queued.arguments()[argument]); // made now, so that its slots are locked with the others
            }
        }
        int keySlots = locks.count();
        transaction.watchedSlots().forEach(locks::add);
        if (transaction.isWholeKeyspace()) {
            for (Keyspace each : databases.existing()) {
                locks.addAll(each);
            }
        }
        return keySlots;
    }

    /**
     * Adds the slots of a command's keys; of one that reaches into another database, the same slots there too; of one
     * whose data names further keys, all there are.
     */
    void addSlots(SlotLocks to, Keyspace keyspace, byte[][] keys, CommandSpec spec, byte[][] arguments) {
        if (!cluster && spec.reachesAnyKey(arguments)) {
            to.addAll(keyspace);
        } else {
            to.add(keyspace, keys, otherKeyspace(spec, arguments));
        }
    }

    private @Nullable Keyspace database(byte[] text) {
        Long number = Arguments.longOrNull(text);
        boolean valid = number != null && number >= 0 && number < databases.count();
        return valid ? databases.get((int) (long) number) : null;
    }

    /** The other database that a command reaches into on a plain server; null when there is none. */
    private @Nullable Keyspace otherKeyspace(CommandSpec spec, byte[][] arguments) {
        int other = spec.hasOtherDatabase() && !cluster ? spec.otherDatabase(arguments) : -1;
        return other >= 0 && other < databases.count() ? databases.get(other) : null;
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

    private Slot keySlot(Transaction transaction) {
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
            String refusal = access.refusalAtExec(client, queued.spec(), queued.arguments(), execution.nowMs());
            if (refusal != null) {
                reply.error(refusal);
                continue;
            }
            execution.run(queued.spec(), queued.arguments(), System.nanoTime());
        }
        call.commit();
        waits.serve(locks.all(), execution.nowMs());
    }
}
