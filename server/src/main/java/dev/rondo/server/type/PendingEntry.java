package dev.rondo.server.type;

/** An entry that was delivered to a consumer of a group and is not acknowledged yet. */
public final class PendingEntry {
    final long ms;
    final long sequence;
    StreamConsumer consumer;
    long deliveredAtMs;
    long deliveries;

    PendingEntry(StreamId id, StreamConsumer consumer, long deliveredAtMs, long deliveries) {
        ms = id.ms();
        sequence = id.sequence();
        this.consumer = consumer;
        this.deliveredAtMs = deliveredAtMs;
        this.deliveries = deliveries;
    }

    public StreamId id() {
        return new StreamId(ms, sequence);
    }

    public StreamConsumer consumer() {
        return consumer;
    }

    /** When it was last delivered, a Unix time in milliseconds. */
    public long deliveredAtMs() {
        return deliveredAtMs;
    }

    /** How many times it was delivered. */
    public long deliveries() {
        return deliveries;
    }

    /** It was delivered once more, to the same consumer. */
    public void deliveredAgain(long atMs, long newDeliveries) {
        deliveredAtMs = atMs;
        deliveries = newDeliveries;
    }
}
