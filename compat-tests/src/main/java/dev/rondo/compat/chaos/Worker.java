package dev.rondo.compat.chaos;

import dev.rondo.compat.wire.Reply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/** One client: the operations it does and what it holds the replies to. For one thread. */
final class Worker implements AutoCloseable {
    private static final int REGISTERS = 6;
    private static final int COUNTERS = 4;
    private static final int TAGS = 4;
    private static final int MOST_TOKENS = 300;
    private static final int SOWN = 300;
    private static final int MOST_RESTING = 1500;
    /** So late may come what was sent without an answer. */
    private static final long LATEST_NS = 60_000_000_000L;

    /** Numbers of operations end in the number of the client. */
    static final int MOST_CLIENTS = 1000;

    private final int client;
    private final ChaosCluster cluster;
    private final History history;
    private final SharedLogs shared;
    private final SplittableRandom random;
    private final ChaosClient connection;
    private final List<KeyLog> registers = new ArrayList<>();
    private final List<KeyLog> counters = new ArrayList<>();
    /** Registers that were written once. */
    private final List<KeyLog> resting = new ArrayList<>();
    /** Registers that were written once and deleted once. */
    private final List<KeyLog> deleted = new ArrayList<>();

    private final KeyLog[] transactions = new KeyLog[TAGS];
    private final Map<String, Sight> sights = new HashMap<>();
    private int generation;
    private long sequence;

    /** The newest value of a register that one node has shown. */
    private record Sight(long number, long atNs) {}

    Worker(
            int client,
            ChaosCluster cluster,
            History history,
            SharedLogs shared,
            SplittableRandom random,
            int timeoutMs) {
        this.client = client;
        this.cluster = cluster;
        this.history = history;
        this.shared = shared;
        this.random = random;
        this.connection = new ChaosClient(cluster, timeoutMs, random.split());
        for (int i = 0; i < REGISTERS; i++) {
            registers.add(history.newLog(KeyLog.Kind.REGISTER, "register:" + client + ":" + i));
        }
        for (int i = 0; i < COUNTERS; i++) {
            counters.add(history.newLog(KeyLog.Kind.COUNTER, "counter:" + client + ":" + i));
        }
        for (int i = 0; i < TAGS; i++) {
            transactions[i] = newTransactionLog(i);
        }
    }

    /**
     * Writes the first of the registers that are left alone from then on: what only a busy key would reveal is no loss.
     */
    void sow() {
        for (int i = 0; i < SOWN; i++) {
            plant();
        }
    }

    /** Does one operation. */
    void step() {
        int dice = random.nextInt(100);
        if (dice < 24) {
            append();
        } else if (dice < 46) {
            writeRegister(pick(registers), random.nextInt(6) == 0);
        } else if (dice < 54) {
            visitResting();
        } else if (dice < 64) {
            readRegister(pick(registers));
        } else if (dice < 72) {
            readRegisterAtAnyNode(pick(registers));
        } else if (dice < 82) {
            count(pick(counters));
        } else if (dice < 95) {
            transact(random.nextInt(TAGS));
        } else {
            readTransaction(transactions[random.nextInt(TAGS)]);
        }
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private Op begin(KeyLog log, boolean deletes) {
        return log.begin(++sequence * MOST_CLIENTS + client, deletes);
    }

    private void end(Op op, Answer answer) {
        op.endNs = System.nanoTime();
        op.node = answer.node();
        op.status = answer.status();
        if (!answer.isAcknowledged()) {
            history.trouble(answer.trouble());
        }
    }

    private void append() {
        KeyLog log = shared.pick(random);
        Op op = begin(log, false);
        end(op, connection.ask(log.key(), "APPEND", log.key(), op.number + ";"));
    }

    private void transact(int tag) {
        KeyLog log = transactions[tag];
        Op op = begin(log, false);
        List<List<String>> commands = log.keys.stream()
                .map(key -> List.of("APPEND", key, op.number + ";"))
                .toList();
        end(op, connection.transaction(log.key(), commands));
        if (log.size() >= MOST_TOKENS) {
            transactions[tag] = newTransactionLog(tag);
        }
    }

    private KeyLog newTransactionLog(int tag) {
        String hashTag = "{pair:" + client + ":" + tag + ":" + generation++ + "}";
        return history.newLog(KeyLog.Kind.TRANSACTIONS, hashTag + ":a", hashTag + ":b");
    }

    private void readTransaction(KeyLog log) {
        long fromNs = System.nanoTime();
        String[] command = {"MGET", log.keys.get(0), log.keys.get(1)};
        Answer answer = random.nextBoolean() ? connection.ask(log.key(), command) : atAnyNode(command);
        if (!answer.isAcknowledged()) {
            return;
        }
        history.reads.increment();
        List<Reply> pair = answer.acknowledged().asList();
        if (!Objects.equals(pair.get(0).text(), pair.get(1).text())) {
            suspect(Suspicion.What.TORN, log, List.of(), fromNs, answer.node(), "MGET answered " + pair);
        }
    }

    private void count(KeyLog log) {
        Op op = begin(log, false);
        Answer answer = connection.ask(log.key(), "INCR", log.key());
        if (answer.isAcknowledged()) {
            counted(log, op, answer.acknowledged().asLong(), answer.node());
        } else if (answer.status() == Op.Status.UNKNOWN) {
            log.uncertain++;
        }
        end(op, answer);
    }

    private void counted(KeyLog log, Op op, long value, int node) {
        long missing = log.counted + 1 - value;
        String words = "INCR answered " + value + " after " + log.counted + " and " + log.uncertain + " uncertain";
        if (missing > 0) {
            List<Op> lost = log.newestAcknowledged(missing);
            suspect(Suspicion.What.LOST, log, lost, log.countedNs, node, words);
        } else if (missing < -log.uncertain) {
            suspect(Suspicion.What.DOUBLED, log, List.of(), log.countedNs, node, words);
        }
        log.uncertain += Math.min(0, Math.max(missing, -log.uncertain)); // those that turned out to have happened
        log.counted = value;
        log.countedNs = op.startNs;
    }

    /** Sets the register to the operation's number, or deletes it. */
    void writeRegister(KeyLog log, boolean deletes) {
        Op op = begin(log, deletes);
        end(
                op,
                deletes
                        ? connection.ask(log.key(), "DEL", log.key())
                        : connection.ask(log.key(), "SET", log.key(), Long.toString(op.number)));
    }

    private void plant() {
        KeyLog log = history.newLog(KeyLog.Kind.RESTING, "resting:" + client + ":" + (resting.size() + deleted.size()));
        writeRegister(log, false);
        resting.add(log);
    }

    /** Adds one, deletes one for good, or reads one. */
    private void visitResting() {
        int dice = random.nextInt(4);
        if (dice == 0 && resting.size() + deleted.size() < MOST_RESTING) {
            plant();
        } else if (dice == 1 && resting.size() > SOWN / 2) {
            int index = random.nextInt(resting.size());
            KeyLog log = resting.set(index, resting.get(resting.size() - 1));
            resting.remove(resting.size() - 1);
            deleted.add(log);
            writeRegister(log, true);
        } else {
            KeyLog log = pick(deleted.isEmpty() || random.nextBoolean() ? resting : deleted);
            if (random.nextBoolean()) {
                readRegister(log);
            } else {
                readRegisterAtAnyNode(log);
            }
        }
    }

    private void readRegister(KeyLog log) {
        Op last = log.lastAcknowledged();
        long fromNs = System.nanoTime();
        Answer answer = connection.ask(log.key(), "GET", log.key());
        if (!answer.isAcknowledged()) {
            history.trouble(answer.trouble());
            return;
        }
        history.reads.increment();
        Reply reply = answer.acknowledged();
        Op deletion = reply.isNil() ? log.lastDeletion() : null;
        long shown = reply.isNil() ? deletion == null ? 0 : deletion.number : reply.asLong();
        if (last != null && shown < last.number && !last.lost && !mayComeLate(log, reply)) {
            suspect(
                    Suspicion.What.STALE,
                    log,
                    List.of(last),
                    fromNs,
                    answer.node(),
                    "GET answered " + reply + " after " + last.number + " was acknowledged by node " + last.node);
        }
        see(log, answer.node(), reply);
    }

    private static boolean mayComeLate(KeyLog log, Reply reply) {
        return log.mayComeLate(reply.isNil() ? null : reply.asLong(), System.nanoTime() - LATEST_NS);
    }

    private void readRegisterAtAnyNode(KeyLog log) {
        Answer answer = atAnyNode("GET", log.key());
        if (answer.isAcknowledged()) {
            history.reads.increment();
            see(log, answer.node(), answer.acknowledged());
        }
    }

    private Answer atAnyNode(String... command) {
        return connection.readAt(pick(cluster.members()), command);
    }

    /** What one node shows never gets older. A missing value may be that of any deletion. */
    private void see(KeyLog log, int node, Reply reply) {
        String place = log.key() + "@" + node;
        Sight before = sights.get(place);
        long known = before == null ? 0 : before.number;
        Op deletion = reply.isNil() ? log.firstDeletionFrom(known) : null;
        long shown = reply.isNil() ? deletion == null ? 0 : deletion.number : reply.asLong();
        if (shown > sequence * MOST_CLIENTS + client) {
            suspect(Suspicion.What.PHANTOM, log, List.of(), 0, node, "GET answered " + reply);
        }
        if (before != null && shown < known && !mayComeLate(log, reply)) {
            String words = "GET answered " + reply + " after " + known;
            suspect(Suspicion.What.BACK_IN_TIME, log, List.of(), before.atNs, node, words);
        }
        sights.put(place, new Sight(shown, System.nanoTime()));
    }

    private void suspect(Suspicion.What what, KeyLog log, List<Op> ops, long fromNs, int node, String words) {
        history.suspicions.add(new Suspicion(what, log, ops, fromNs, System.nanoTime(), node, words));
    }

    @Override
    public void close() {
        connection.close();
    }
}
