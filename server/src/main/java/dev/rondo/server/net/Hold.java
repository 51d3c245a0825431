package dev.rondo.server.net;

/**
 * Replies of one connection that may not leave yet; those that follow wait behind them. Confined to the connection's
 * event loop.
 */
public interface Hold {
    /** Whether they may leave. */
    boolean isSettled();

    /** Their bytes; once they may leave, as they are to be sent. */
    byte[] replies();

    /** What they cost in memory, about. */
    int sizeBytes();
}
