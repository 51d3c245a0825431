package dev.rondo.server.replication;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * The messages between two nodes: a piece of a stream, in order; and, overtaking others, how far a stream was applied,
 * that it can't be, whether a handover or a merged slot was taken, and that the sender serves a slot now.
 */
final class Messages {
    static final byte STREAM = 1;
    static final byte ACKNOWLEDGE = 2;
    /** The receiver can't make sense of the stream with this id: it must be begun anew. */
    static final byte STREAM_REFUSED = 3;
    /** The number of a handover, and 1 if the slot was taken. */
    static final byte HANDOVER_ANSWER = 4;

    /** The number of a merge, and 1 if all entries of a slot of it were taken. */
    static final byte MERGE_ANSWER = 5;

    /** The sender serves this slot since a handover. */
    static final byte SERVED = 6;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final int HEADER_BYTES = 1 + Long.BYTES + Long.BYTES;
    private static final int DROPPED_BYTES = Integer.BYTES + Long.BYTES;

    private Messages() {}

    static void streamHeader(byte[] message, long streamId, long offset) {
        message[0] = STREAM;
        LONGS.set(message, 1, streamId);
        LONGS.set(message, 9, offset);
    }

    /**
     * How far a stream was applied.
     *
     * @param dropped slots of which a record was not applied, with the stream's offset behind the last such record
     */
    static byte[] acknowledge(long streamId, long offset, Map<Integer, Long> dropped) {
        byte[] plain = message(ACKNOWLEDGE, streamId, offset);
        if (dropped.isEmpty()) {
            return plain;
        }
        ByteBuffer message = ByteBuffer.allocate(HEADER_BYTES + dropped.size() * DROPPED_BYTES);
        message.put(plain);
        dropped.forEach((slot, behind) -> message.putInt(slot).putLong(behind));
        return message.array();
    }

    /** Hands on each slot of which the peer has not applied a record, with the offset behind that record. */
    static void dropped(byte[] message, int offset, int length, BiConsumer<Integer, Long> each) {
        ByteBuffer slots = ByteBuffer.wrap(message, offset + HEADER_BYTES, length - HEADER_BYTES);
        while (slots.remaining() >= DROPPED_BYTES) {
            each.accept(slots.getInt(), slots.getLong());
        }
    }

    static byte[] streamRefused(long streamId) {
        return message(STREAM_REFUSED, streamId, 0);
    }

    static byte[] handoverAnswer(long number, boolean taken) {
        return message(HANDOVER_ANSWER, number, taken ? 1 : 0);
    }

    static byte[] mergeAnswer(long number, boolean taken) {
        return message(MERGE_ANSWER, number, taken ? 1 : 0);
    }

    static byte[] served(int slot) {
        return message(SERVED, slot, 0);
    }

    private static byte[] message(byte kind, long first, long second) {
        byte[] message = new byte[HEADER_BYTES];
        message[0] = kind;
        LONGS.set(message, 1, first);
        LONGS.set(message, 9, second);
        return message;
    }

    /** A stream's id, a handover's or merge's number, or a slot. */
    static long streamId(byte[] message, int offset) {
        return (long) LONGS.get(message, offset + 1);
    }

    /** An offset, or 1 for what was taken. */
    static long offset(byte[] message, int offset) {
        return (long) LONGS.get(message, offset + 9);
    }
}
