package dev.rondo.server.pubsub;

/**
 * Takes published messages to other nodes, where {@link Broker#deliver} and {@link Broker#deliverShard} hand them to
 * the subscribers. Called on event loops, so it must not block; it keeps the order of the calls of one thread.
 */
public interface Relay {
    /** To every other node. */
    void publish(byte[] channel, byte[] message);

    /** To the other nodes that hold the slot. */
    void publishShard(int slot, byte[] channel, byte[] message);

    /** Of a server without other nodes. */
    Relay NONE = new Relay() {
        @Override
        public void publish(byte[] channel, byte[] message) {}

        @Override
        public void publishShard(int slot, byte[] channel, byte[] message) {}
    };
}
