package dev.rondo.server.commit;

/** Some commits on their way to the replicas. Confined to one event loop. */
public interface Unconfirmed {
    /** What is known of a commit. */
    enum State {
        WAITING,
        /** Every replica has it. */
        CONFIRMED,
        /** There is no replica, and the rules say to go on. */
        UNREPLICATED,
        /** Another node serves the slot, and may not have it. */
        LOST
    }

    /** Looks what was acknowledged, at little cost; true when nothing is {@link State#WAITING} any more. */
    boolean decide();

    /**
     * As {@link #decide}; and what waits for a replica that is gone, or had none, is decided by who follows the slot
     * now. No slot may be locked.
     */
    boolean reconsider();

    /** As {@link #reconsider}, even if not everything that is waited for was acknowledged. */
    boolean decideEach();

    /** What was found of a commit when it was last looked at. */
    State state(int commit);

    /** The number of commits. */
    int size();
}
