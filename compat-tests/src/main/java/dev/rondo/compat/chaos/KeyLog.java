package dev.rondo.compat.chaos;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was ever tried on one key, or on the two keys of a transaction. Clients add to it; the checker reads
 * it while all clients rest. A register and a counter have one client only.
 */
final class KeyLog {
    /** How the key is used. */
    enum Kind {
        /** Many clients append tokens, each once. */
        APPENDS,
        /** One client appends the same token to two keys in a transaction. */
        TRANSACTIONS,
        /** One client sets ascending values, or deletes. */
        REGISTER,
        /** One client sets it once, later perhaps deletes it once, and leaves it alone. */
        RESTING,
        /** One client adds one. */
        COUNTER;

        /** Whether its operations have one order, and the last one that happened decides what it holds. */
        boolean isRegister() {
            return this == REGISTER || this == RESTING;
        }
    }

    final Kind kind;
    final List<String> keys;
    private final List<Op> ops = new ArrayList<>();

    // Of a counter: what the last reply said, and how many increments since then may have happened.
    long counted;
    long uncertain;
    /** When {@link #counted} was true. */
    long countedNs;

    KeyLog(Kind kind, String... keys) {
        this.kind = kind;
        this.keys = List.of(keys);
    }

    String key() {
        return keys.get(0);
    }

    synchronized Op begin(long number, boolean deletes) {
        Op op = new Op(number, deletes, System.nanoTime());
        ops.add(op);
        return op;
    }

    synchronized int size() {
        return ops.size();
    }

    /** A copy, in the order in which the operations began. */
    synchronized List<Op> ops() {
        return List.copyOf(ops);
    }

    /** The newest operation that was acknowledged; null when none was. */
    synchronized @Nullable Op lastAcknowledged() {
        for (int i = ops.size() - 1; i >= 0; i--) {
            if (ops.get(i).isAcknowledged()) {
                return ops.get(i);
            }
        }
        return null;
    }

    /** The operation that wrote this value of a register; null when there was none. */
    synchronized @Nullable Op find(long number) {
        for (int i = ops.size() - 1; i >= 0 && ops.get(i).number >= number; i--) {
            if (ops.get(i).number == number) {
                return ops.get(i);
            }
        }
        return null;
    }

    /** The newest deletion that may have happened; null when there is none. */
    synchronized @Nullable Op lastDeletion() {
        for (int i = ops.size() - 1; i >= 0; i--) {
            if (ops.get(i).deletes && ops.get(i).status != Op.Status.REFUSED) {
                return ops.get(i);
            }
        }
        return null;
    }

    /** The oldest deletion from {@code number} on that may have happened; null when there is none. */
    synchronized @Nullable Op firstDeletionFrom(long number) {
        Op first = null;
        for (int i = ops.size() - 1; i >= 0 && ops.get(i).number >= number; i--) {
            if (ops.get(i).deletes && ops.get(i).status != Op.Status.REFUSED) {
                first = ops.get(i);
            }
        }
        return first;
    }

    /** Whether an operation without an answer, begun since then, may be what a register shows late. */
    synchronized boolean mayComeLate(@Nullable Long value, long sinceNs) {
        for (int i = ops.size() - 1; i >= 0 && ops.get(i).startNs >= sinceNs; i--) {
            Op op = ops.get(i);
            if (op.status == Op.Status.UNKNOWN && (value == null ? op.deletes : op.number == value)) {
                return true;
            }
        }
        return false;
    }

    /** The newest acknowledged operations that are not known to be lost, at most so many. */
    synchronized List<Op> newestAcknowledged(long most) {
        List<Op> newest = new ArrayList<>();
        for (int i = ops.size() - 1; i >= 0 && newest.size() < most; i--) {
            Op op = ops.get(i);
            if (op.isAcknowledged() && !op.lost) {
                newest.add(op);
            }
        }
        return newest;
    }
}
