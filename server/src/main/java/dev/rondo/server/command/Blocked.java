package dev.rondo.server.command;

/** The wait of a client whose command is not answered yet. Thread-safe. */
public interface Blocked {
    /** What the client gets instead of a reply when CLIENT UNBLOCK asks for an error. */
    String UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK";

    /** Whether the wait has ended, though its reply may still be on the way. */
    boolean isOver();

    /**
     * Ends the wait, as CLIENT UNBLOCK asks for.
     *
     * @param withError whether the client is to get an error, and not what it would get after its timeout
     * @return false when it has ended already
     */
    boolean unblock(boolean withError);
}
