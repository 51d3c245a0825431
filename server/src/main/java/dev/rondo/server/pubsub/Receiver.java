package dev.rondo.server.pubsub;

import java.util.function.BooleanSupplier;

/** One client as pub/sub sees it. */
public interface Receiver {
    /** Whether the client speaks RESP3; any thread. */
    boolean isResp3();

    /**
     * Sends a message that is no reply, unless {@code isWanted} says no when its turn comes; any thread. Messages keep
     * the order of the calls.
     */
    void push(byte[] message, BooleanSupplier isWanted);

    /** Runs {@code task} on the client's event loop, later; any thread. */
    void execute(Runnable task);

    /** Told, on the client's event loop, how many channels, patterns and shard channels it listens to now. */
    void subscriptions(int channels, int patterns, int shardChannels);
}
