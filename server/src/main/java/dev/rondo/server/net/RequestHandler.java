package dev.rondo.server.net;

import dev.rondo.server.resp.ReplyWriter;
import org.jspecify.annotations.Nullable;

/** What answers requests. One instance serves one event loop and is called on that loop's thread only. */
public interface RequestHandler {
    /** A client has connected; the result is attached to the connection (see {@link Connection#session}). */
    Object opened(Connection connection);

    /** Requests that were received together follow. */
    default void beginBatch() {}

    /**
     * Requests of one client that are likely to follow; some of them may come again, or never.
     *
     * @param requests the first {@code count} of them; not to be kept
     */
    default void upcoming(Connection connection, byte[][] @Nullable [] requests, int count) {}

    /**
     * Answers one request by writing exactly one reply, unless the connection was suspended or the client wants none.
     *
     * @param arguments the command's name and arguments, never empty; the handler may keep the array
     */
    void request(Connection connection, byte[][] arguments, ReplyWriter reply);

    /**
     * Takes the replies of the requests answered since it was last asked (or since {@link #beginBatch}) if they may not
     * leave yet; it calls {@link Connection#releaseHeld} when they may.
     *
     * @return null when nothing has to wait
     */
    default @Nullable Hold hold(Connection connection, ReplyWriter reply) {
        return null;
    }

    /**
     * The client has hung up while its request waits.
     *
     * @return false when something was done for it already, so that its reply is on the way
     */
    default boolean abandon(Connection connection) {
        return true;
    }

    /** The connection is gone. */
    void closed(Connection connection);
}
