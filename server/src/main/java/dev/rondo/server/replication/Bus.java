package dev.rondo.server.replication;

import dev.rondo.membership.NodeId;

/** Sends messages to other nodes. Thread-safe; not to be called on an event loop. */
public interface Bus {
    /** Sends {@code message[0..length)} in order and reliably; false when the node can't be reached. */
    boolean send(NodeId to, byte[] message, int length);

    /** As {@link #send}, overtaking what was sent before; never waits, and is lost if the link breaks. */
    boolean sendUnordered(NodeId to, byte[] message, int length);
}
