package dev.rondo.server.type;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A group of consumers that share the entries of a stream: up to which id they were delivered, and which of them are
 * pending, with whom. Every pending entry is with one consumer; consumers are in the order of their names.
 */
public final class StreamGroup {
    /** The counter of a group of which it is not known how many entries it has read. */
    public static final long UNKNOWN = -1;

    private static final long OBJECT_BYTES = ObjectSize.of(4 * ObjectSize.REFERENCE + 8) + ObjectSize.of(2 * 8);
    private static final long TREE_NODE_BYTES = ObjectSize.of(5 * ObjectSize.REFERENCE + 1);
    private static final long PENDING_BYTES = ObjectSize.of(ObjectSize.REFERENCE + 4 * 8);

    private final byte[] name;
    private final PendingEntries pending = new PendingEntries();
    private final NavigableMap<byte[], StreamConsumer> consumers = new TreeMap<>(Arrays::compareUnsigned);
    private StreamId lastId;
    private long entriesRead;

    StreamGroup(byte[] name, StreamId lastId, long entriesRead) {
        this.name = name;
        this.lastId = lastId;
        this.entriesRead = entriesRead;
    }

    public byte[] name() {
        return name;
    }

    /** The last entry that was delivered to anybody. */
    public StreamId lastId() {
        return lastId;
    }

    /** How many entries of all that were ever added are not behind {@link #lastId}, or {@link #UNKNOWN}. */
    public long entriesRead() {
        return entriesRead;
    }

    public void lastId(StreamId newLastId) {
        lastId = newLastId;
    }

    public void entriesRead(long newEntriesRead) {
        entriesRead = newEntriesRead;
    }

    // ---- consumers ----

    public Collection<StreamConsumer> consumers() {
        return Collections.unmodifiableCollection(consumers.values());
    }

    public @Nullable StreamConsumer consumer(byte[] consumerName) {
        return consumers.get(consumerName);
    }

    /** Adds a consumer whose name is not present. The caller gives the array away. */
    public StreamConsumer addConsumer(byte[] consumerName, long nowMs) {
        StreamConsumer consumer = new StreamConsumer(consumerName, nowMs);
        consumers.put(consumerName, consumer);
        return consumer;
    }

    /** Removes a consumer with all that is pending with it. */
    public void removeConsumer(StreamConsumer consumer) {
        consumers.remove(consumer.name());
        consumer.pending.forEach(StreamId.MIN, entry -> {
            pending.remove(entry.id());
            return true;
        });
    }

    // ---- pending entries ----

    /** What was delivered and is not acknowledged. */
    public PendingEntries pending() {
        return pending;
    }

    /** From now on an entry is pending with this consumer, whether or not it was with anybody before. */
    public void assign(StreamId id, StreamConsumer consumer, long deliveredAtMs, long deliveries) {
        PendingEntry entry = pending.find(id);
        if (entry == null) {
            entry = new PendingEntry(id, consumer, deliveredAtMs, deliveries);
            pending.add(entry);
            consumer.pending.add(entry);
            return;
        }
        entry.deliveredAgain(deliveredAtMs, deliveries);
        if (entry.consumer != consumer) {
            entry.consumer.pending.remove(id);
            entry.consumer = consumer;
            consumer.pending.add(entry);
        }
    }

    /** An entry is pending no more; false when it was not. */
    public boolean acknowledge(StreamId id) {
        PendingEntry entry = pending.remove(id);
        if (entry == null) {
            return false;
        }
        entry.consumer.pending.remove(id);
        return true;
    }

    // ---- as a whole ----

    StreamGroup copy() {
        StreamGroup copy = new StreamGroup(name, lastId, entriesRead);
        for (StreamConsumer consumer : consumers.values()) {
            StreamConsumer same = copy.addConsumer(consumer.name(), consumer.seenAtMs());
            same.active(consumer.activeAtMs());
        }
        pending.forEach(StreamId.MIN, entry -> {
            StreamConsumer owner = copy.consumers.get(entry.consumer.name());
            copy.assign(entry.id(), owner, entry.deliveredAtMs, entry.deliveries);
            return true;
        });
        return copy;
    }

    long footprintBytes() {
        long bytes = OBJECT_BYTES + TREE_NODE_BYTES + ObjectSize.ofArray(name.length);
        bytes += pending.footprintBytes() + pending.size() * PENDING_BYTES;
        for (StreamConsumer consumer : consumers.values()) {
            bytes += TREE_NODE_BYTES + StreamConsumer.BYTES + ObjectSize.ofArray(consumer.name().length);
            bytes += consumer.pending.footprintBytes();
        }
        return bytes;
    }
}
