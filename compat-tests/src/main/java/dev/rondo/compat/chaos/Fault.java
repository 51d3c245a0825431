package dev.rondo.compat.chaos;

import java.util.Set;

/**
 * One fault that happened. Written by the scheduler's thread; the checker reads it once it is over.
 */
final class Fault {
    /** A reply that was on its way at the instant of the fault is counted this late. */
    private static final long REPLY_SLACK_NS = 500_000_000L;

    final int number;
    final FaultKind kind;
    final long plannedNs;
    /** What was done to whom, for the report. */
    String story = "";
    /** The nodes that were killed, frozen or cut off. */
    Set<Integer> victims = Set.of();
    /** When it struck; until then the cluster was healthy. */
    long beginNs;
    /** Whether a clock jumped so lately that of two writes in a split the later may not be the one that wins. */
    boolean clocksDisagree;
    /** When the victims were killed or frozen; until then they may have acknowledged what is gone. */
    long struckNs;
    /** When what caused it was taken back: the node went on, the links were mended. */
    long endNs = Long.MAX_VALUE;
    /** When the cluster was whole again; {@link Long#MAX_VALUE} before. */
    long wholeNs = Long.MAX_VALUE;

    Fault(int number, FaultKind kind, long nowNs) {
        this.number = number;
        this.kind = kind;
        this.plannedNs = nowNs;
        this.beginNs = nowNs;
        this.struckNs = nowNs;
    }

    /** The fault strikes now. */
    void strikes(Set<Integer> struck, String what) {
        beginNs = System.nanoTime();
        struckNs = beginNs;
        victims = struck;
        story = what;
    }

    /** Whether anything in this span of time may have felt it. */
    boolean touches(long fromNs, long toNs) {
        return fromNs <= wholeNs && toNs >= plannedNs;
    }

    /**
     * Whether the loss of an acknowledged write is within what the mode promises for such a fault. In a split a write
     * loses against a later one to the same key on the other side; but a register has one client, so its last write is
     * the latest everywhere.
     */
    boolean excuses(KeyLog.Kind use, Op op, Promise promise) {
        boolean beforeOrAt = op.endNs >= beginNs - promise.lossWindowNs() && op.endNs <= struckNs + REPLY_SLACK_NS;
        return switch (kind.cost) {
            case NOTHING -> false;
            case LAST_WRITES_OF_THE_VICTIM -> promise.mayLoseLastWrites() && beforeOrAt && victims.contains(op.node);
            case WRITES_OF_THE_SPLIT ->
                (!use.isRegister() || clocksDisagree)
                        && op.endNs >= beginNs - promise.lossWindowNs()
                        && op.startNs <= wholeNs;
        };
    }

    @Override
    public String toString() {
        return "fault " + number + " (" + kind.words() + (story.isEmpty() ? "" : ": " + story) + ")";
    }
}
