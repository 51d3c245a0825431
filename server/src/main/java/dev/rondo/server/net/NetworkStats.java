package dev.rondo.server.net;

import java.util.concurrent.atomic.LongAdder;

/** Counts of one server's network traffic, for INFO. Thread-safe. */
public final class NetworkStats {
    public final LongAdder connectionsReceived = new LongAdder();
    public final LongAdder connectionsRejected = new LongAdder();
    public final LongAdder bytesReceived = new LongAdder();
    public final LongAdder bytesSent = new LongAdder();
    public final LongAdder protocolErrors = new LongAdder();
    public final LongAdder outputLimitDisconnections = new LongAdder();
    public final LongAdder queryLimitDisconnections = new LongAdder();

    /** Sets every count to zero. */
    public void reset() {
        connectionsReceived.reset();
        connectionsRejected.reset();
        bytesReceived.reset();
        bytesSent.reset();
        protocolErrors.reset();
        outputLimitDisconnections.reset();
        queryLimitDisconnections.reset();
    }
}
