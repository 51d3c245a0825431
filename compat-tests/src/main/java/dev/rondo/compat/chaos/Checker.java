package dev.rondo.compat.chaos;

import dev.rondo.compat.chaos.Violation.What;
import dev.rondo.compat.wire.Reply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds what the nodes have against what the clients were told. To be run while no operation is under way and the
 * cluster is whole. A loss is a violation unless a fault excuses it; each is counted once. One thread.
 */
final class Checker {
    private final History history;
    private final Copies copies;
    private final Promise promise;
    private final long startNs = System.nanoTime();
    private final Verdict verdict = new Verdict();
    private final Set<String> diverged = new HashSet<>();
    private final Set<String> blamed = new HashSet<>();
    /** After which it looks. */
    private @Nullable Fault fault;

    Checker(History history, Copies copies, Promise promise) {
        this.history = history;
        this.copies = copies;
        this.promise = promise;
    }

    Verdict verdict() {
        return verdict;
    }

    /** Checks everything, knowing the faults until now. */
    void check(List<Fault> faults) {
        verdict.checks++;
        fault = faults.isEmpty() ? null : faults.get(faults.size() - 1);
        List<KeyLog> logs = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (KeyLog log : history.logs()) {
            if (log.size() > 0) {
                logs.add(log);
                keys.addAll(log.keys);
            }
        }
        verdict.keysCompared = keys.size();
        Map<String, List<Reply>> held = copies.read(keys);
        for (KeyLog log : logs) {
            checkCopies(log, held);
            Reply value = held.getOrDefault(log.key(), List.of(Reply.error("not read")))
                    .get(0);
            if (value.isError()) {
                continue; // told by checkCopies
            }
            switch (log.kind) {
                case APPENDS -> checkTokens(log, value, faults);
                case TRANSACTIONS -> {
                    Reply other = held.get(log.keys.get(1)).get(0);
                    if (!value.equals(other)) {
                        blame(
                                log,
                                What.TORN_TRANSACTION,
                                log.keys.get(0) + " is " + end(value) + " but the other " + end(other));
                    }
                    checkTokens(log, value, faults);
                }
                case REGISTER, RESTING -> checkRegister(log, value, faults);
                case COUNTER -> checkCounter(log, value, faults);
            }
        }
        for (Suspicion each = history.suspicions.poll(); each != null; each = history.suspicions.poll()) {
            judge(each, faults);
        }
    }

    private void checkCopies(KeyLog log, Map<String, List<Reply>> held) {
        for (String key : log.keys) {
            List<Reply> values = held.get(key);
            if (!Copies.agree(values) && diverged.add(key)) {
                tell(
                        What.DIVERGED,
                        log,
                        null,
                        "the owners of " + key + " hold "
                                + values.stream().map(Checker::end).toList());
            }
        }
    }

    // ---- tokens ----

    private void checkTokens(KeyLog log, Reply value, List<Fault> faults) {
        Map<Long, Integer> position = new HashMap<>();
        int index = 0;
        if (!value.isNil()) {
            for (String token : value.asText().split(";")) {
                if (position.put(Long.valueOf(token), index++) != null) {
                    blame(log, What.DOUBLED_APPEND, token + " is in " + log.key() + " twice: " + end(value));
                }
            }
        }
        Map<Long, Integer> newestOf = new HashMap<>();
        for (Op op : log.ops()) {
            Integer at = position.remove(op.number);
            if (at == null) {
                if (op.isAcknowledged()) {
                    lost(log, op, faults, "is missing in the value " + end(value));
                }
            } else if (op.status == Op.Status.REFUSED) {
                blame(log, What.REFUSED_BUT_DONE, "the append of " + op.number + " to " + log.key());
            } else if (op.isAcknowledged()) {
                Integer before = newestOf.put(op.number % Worker.MOST_CLIENTS, at);
                if (before != null && before > at) {
                    blame(log, What.OUT_OF_ORDER, op.number + " stands before what its client appended earlier");
                }
            }
        }
        if (!position.isEmpty()) {
            blame(log, What.WRITTEN_BY_NOBODY, position.keySet() + " in " + log.key());
        }
    }

    // ---- registers and counters ----

    private void checkRegister(KeyLog log, Reply value, List<Fault> faults) {
        Op shown = value.isNil() ? log.lastDeletion() : log.find(value.asLong());
        if (shown == null && !value.isNil()) {
            blame(log, What.WRITTEN_BY_NOBODY, log.key() + " holds " + value);
            return;
        }
        if (shown != null && shown.status == Op.Status.REFUSED) {
            blame(log, What.REFUSED_BUT_DONE, "the write of " + shown.number + " to " + log.key());
            return;
        }
        if (shown != null && shown.status == Op.Status.UNKNOWN
                || log.mayComeLate(value.isNil() ? null : value.asLong(), startNs)) {
            return; // it may have come at any time
        }
        long number = shown == null ? 0 : shown.number;
        for (Op op : log.ops()) {
            if (op.isAcknowledged() && op.number > number) {
                lost(log, op, faults, "is missing, the value is " + value);
            }
        }
    }

    private void checkCounter(KeyLog log, Reply value, List<Fault> faults) {
        long shown = value.isNil() ? 0 : value.asLong();
        for (Op op : log.newestAcknowledged(log.counted - shown)) {
            lost(log, op, faults, "is missing, the counter is " + shown + " after " + log.counted);
        }
        if (shown > log.counted + log.uncertain && explains(faults, log.countedNs, System.nanoTime()) == null) {
            blame(log, What.DOUBLED_INCREMENT, log.key() + " is " + shown + " after " + log.counted);
        }
        log.uncertain = Math.max(0, log.uncertain - Math.max(0, shown - log.counted));
        log.counted = shown;
        log.countedNs = System.nanoTime();
    }

    // ---- verdicts ----

    private void lost(KeyLog log, Op op, List<Fault> faults, String words) {
        if (op.lost) {
            return;
        }
        op.lost = true;
        Fault excuse = excuse(log, op, faults);
        verdict.losses.add(new Verdict.Loss(op, fault, excuse));
        if (excuse == null) {
            What what = op.deletes ? What.RETURNED : What.LOST;
            tell(
                    what,
                    log,
                    op,
                    (op.deletes ? "deletion " : "write ") + op.number + " of " + log.key() + ", acknowledged by node "
                            + op.node + " at " + seconds(op.endNs) + ", " + words + nearest(op, faults));
        }
    }

    private void judge(Suspicion suspicion, List<Fault> faults) {
        KeyLog log = suspicion.log();
        String words = log.key() + " at node " + suspicion.node() + " at " + seconds(suspicion.atNs()) + ": "
                + suspicion.words();
        switch (suspicion.what()) {
            case LOST -> suspicion.ops().forEach(op -> lost(log, op, faults, suspicion.words()));
            case STALE -> {
                Op op = suspicion.ops().get(0);
                boolean explained = op.lost
                        || excuse(log, op, faults) != null
                        || explains(faults, suspicion.fromNs(), suspicion.atNs()) != null;
                tellUnless(explained, log, What.STALE_READ, words);
            }
            case BACK_IN_TIME ->
                tellUnless(
                        explains(faults, suspicion.fromNs(), suspicion.atNs()) != null, log, What.BACK_IN_TIME, words);
            case DOUBLED ->
                tellUnless(
                        explains(faults, suspicion.fromNs(), suspicion.atNs()) != null,
                        log,
                        What.DOUBLED_INCREMENT,
                        words);
            case TORN -> blame(log, What.TORN_TRANSACTION, words);
            case PHANTOM -> blame(log, What.WRITTEN_BY_NOBODY, words);
        }
    }

    private void tellUnless(boolean explained, KeyLog log, What what, String words) {
        if (explained) {
            verdict.excusedReads++;
        } else {
            blame(log, what, words);
        }
    }

    /** Of each kind one violation for each key. */
    private void blame(KeyLog log, What what, String words) {
        if (blamed.add(what + log.key())) {
            tell(what, log, null, words);
        }
    }

    private void tell(What what, KeyLog log, @Nullable Op op, String words) {
        double sinceFaultMs = op == null || fault == null ? 0 : (op.endNs - fault.beginNs) / 1e6;
        verdict.violation(new Violation(what, occasion(), log, op, sinceFaultMs, "[" + now() + "] " + words));
    }

    private @Nullable Fault excuse(KeyLog log, Op op, List<Fault> faults) {
        return faults.stream()
                .filter(fault -> fault.excuses(log.kind, op, promise))
                .max(Comparator.comparing(fault -> fault.beginNs))
                .orElse(null);
    }

    /** A fault that explains why a client saw an older value: a crash, a frozen node, a split. */
    private static @Nullable Fault explains(List<Fault> faults, long fromNs, long atNs) {
        return faults.stream()
                .filter(fault -> fault.kind.cost != FaultKind.Cost.NOTHING && fault.touches(fromNs, atNs))
                .findFirst()
                .orElse(null);
    }

    private String nearest(Op op, List<Fault> faults) {
        return faults.stream()
                .min(Comparator.comparing(fault -> Math.abs(fault.beginNs - op.endNs)))
                .map(each -> {
                    long afterMs = Math.round((op.endNs - each.beginNs) / 1e6);
                    return "; " + Math.abs(afterMs) + " ms " + (afterMs < 0 ? "before" : "after") + " the begin of "
                            + each;
                })
                .orElse("");
    }

    private String occasion() {
        return fault == null ? "no fault" : fault.toString();
    }

    private String now() {
        return seconds(System.nanoTime());
    }

    private String seconds(long atNs) {
        return String.format(Locale.ROOT, "%.3f s", (atNs - startNs) / 1e9);
    }

    private static String end(Reply value) {
        String text = value.toString();
        return text.length() <= 60 ? text : text.substring(0, 6) + "..." + text.substring(text.length() - 50);
    }
}
