package dev.rondo.compat.chaos;

/** What can happen to the cluster, and which acknowledged writes it may cost in a mode that promises no more. */
enum FaultKind {
    /** A node is killed without warning and comes back empty. */
    KILL(Cost.LAST_WRITES_OF_THE_VICTIM),
    /** A node reaches no other for a moment, too short to be noticed, and is killed; it comes back empty. */
    KILL_CUT_OFF(Cost.LAST_WRITES_OF_THE_VICTIM),
    /** A node joins, and in the middle of the moves a node is killed; it comes back. */
    KILL_WHILE_JOINING(Cost.LAST_WRITES_OF_THE_VICTIM),
    /** A node stands still for seconds while its sockets stay open, and goes on. */
    HANG(Cost.LAST_WRITES_OF_THE_VICTIM),
    /** A node is asked to stop, and starts again. */
    STOP(Cost.NOTHING),
    /** All nodes are stopped and started, one after another. */
    ROLLING_RESTART(Cost.NOTHING),
    /** One more node, with an empty folder. */
    JOIN(Cost.NOTHING),
    /** A node is asked to stop and does not come back. */
    LEAVE(Cost.NOTHING),
    /** The wall clock of a node jumps, and jumps back later. */
    CLOCK_JUMP(Cost.NOTHING),
    /** One node reaches no other, nor they it; the clients reach all. */
    ISOLATE(Cost.WRITES_OF_THE_SPLIT),
    /** Two halves that do not reach one another. */
    HALVES(Cost.WRITES_OF_THE_SPLIT),
    /** Two halves that only one node between them reaches. */
    BRIDGE(Cost.WRITES_OF_THE_SPLIT),
    /** One node hears the others and is not heard. */
    ONE_WAY(Cost.WRITES_OF_THE_SPLIT);

    /** Which acknowledged writes a fault may cost. */
    enum Cost {
        NOTHING,
        LAST_WRITES_OF_THE_VICTIM,
        WRITES_OF_THE_SPLIT
    }

    final Cost cost;

    FaultKind(Cost cost) {
        this.cost = cost;
    }

    String words() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }
}
