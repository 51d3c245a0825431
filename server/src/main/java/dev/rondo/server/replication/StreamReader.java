package dev.rondo.server.replication;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Puts the records of one sender's stream together again. Confined to the thread that delivers that sender's messages.
 */
final class StreamReader {
    private static final int LENGTH_BYTES = 4;
    private static final byte[] NOTHING = {};

    private long streamId = -1;
    private long refusedId = -1;
    private long offset;
    private byte[] pending = NOTHING;
    private int pendingSize;
    /** Slots of which a record was not applied; the sender, told with each acknowledgement, ends their feeds. */
    private final Map<Integer, Long> dropped = new TreeMap<>();

    private long recordEnd; // the stream's offset behind the record at hand

    /** Whether a message belongs to the stream that is being read. */
    boolean isCurrent(long id) {
        return id == streamId;
    }

    /** Starts on a new stream. */
    void restart(long id) {
        streamId = id;
        offset = 0;
        pending = NOTHING;
        pendingSize = 0;
        dropped.clear();
    }

    /** Gives a stream up: what comes of it is ignored. */
    void refuse(long id) {
        restart(-1);
        refusedId = id;
    }

    boolean isRefused(long id) {
        return id == refusedId;
    }

    /** A record of the slot was not applied: from here on the stream says nothing about this node's copy. */
    void drop(int slot) {
        dropped.put(slot, recordEnd);
    }

    /** The sender knows that the slot's records were not applied, or begins anew with it. */
    void undrop(int slot) {
        dropped.remove(slot);
    }

    /** The message that says how far the stream was read, and of which slots in vain. */
    byte[] acknowledgement() {
        return Messages.acknowledge(streamId, offset, dropped);
    }

    /** How far the stream was read. */
    long offset() {
        return offset;
    }

    /** Whether bytes are missing in front of a message's that begin at this offset. */
    boolean isBeyond(long at) {
        return at > offset;
    }

    /**
     * Takes a message's bytes, of which the first may have been read before, and hands on each record that they
     * complete.
     *
     * @throws IllegalArgumentException when they make no sense
     */
    void read(long at, byte[] bytes, int from, int length, Consumer<RecordReader> records) {
        int known = (int) Math.min(length, offset - at);
        if (known < 0) {
            throw new IllegalArgumentException("stream offset " + at + " where " + offset + " was expected");
        }
        readNext(bytes, from + known, length - known, records);
    }

    private void readNext(byte[] bytes, int from, int length, Consumer<RecordReader> records) {
        if (pendingSize == 0) {
            int done = records(bytes, from, from + length, offset, records);
            keep(bytes, done, from + length - done);
        } else {
            long begin = offset - pendingSize;
            append(bytes, from, length);
            int done = records(pending, 0, pendingSize, begin, records);
            if (done > 0) {
                byte[] old = pending;
                int rest = pendingSize - done;
                pendingSize = 0;
                pending = NOTHING;
                keep(old, done, rest);
            }
        }
        offset += length;
    }

    private int records(byte[] bytes, int from, int to, long begin, Consumer<RecordReader> records) {
        int at = from;
        while (to - at >= LENGTH_BYTES) {
            int length = length(bytes, at);
            if (length < 1) {
                throw new IllegalArgumentException("record of " + length + " bytes");
            }
            if (to - at - LENGTH_BYTES < length) {
                break;
            }
            at += LENGTH_BYTES;
            recordEnd = begin + at + length - from;
            records.accept(new RecordReader(bytes, at, at + length));
            at += length;
        }
        return at;
    }

    private static int length(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }

    private void keep(byte[] bytes, int from, int length) {
        if (length > 0) {
            append(bytes, from, length);
        }
    }

    private void append(byte[] bytes, int from, int length) {
        if (pending.length - pendingSize < length) {
            long doubled = Math.max(pendingSize + (long) length, 2L * pending.length);
            pending = Arrays.copyOf(pending, (int) Math.min(doubled, Integer.MAX_VALUE - 16));
        }
        System.arraycopy(bytes, from, pending, pendingSize, length);
        pendingSize += length;
    }
}
