package dev.rondo.server.persistence;

import dev.rondo.server.type.DataType;
import dev.rondo.server.type.PendingEntries;
import dev.rondo.server.type.PendingEntry;
import dev.rondo.server.type.StreamConsumer;
import dev.rondo.server.type.StreamGroup;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The forms of a stream: nodes, counters, and groups with their consumers. The second, of Redis 7.0, added counters to
 * the first; the third, of Redis 7.2, added when consumers last got something. The second is written: 7.2 reads it as
 * well, and 7.0 refuses the third. What it lacks is reckoned to be when the consumer last asked. Stateless.
 */
final class StreamCodec implements ValueCodec<StreamValue> {
    private static final int WITHOUT_COUNTERS = 15;
    private static final int WITH_COUNTERS = 19;
    private static final int WITH_ACTIVE_TIMES = 21;
    private static final int ID_BYTES = 2 * Long.BYTES;

    @Override
    public DataType dataType() {
        return DataType.STREAM;
    }

    @Override
    public List<Integer> types() {
        return List.of(WITHOUT_COUNTERS, WITH_COUNTERS, WITH_ACTIVE_TIMES);
    }

    // ---- reading ----

    @Override
    public StreamValue read(int type, RdbReader in) throws RdbFormatException {
        StreamValue stream = new StreamValue();
        for (int left = in.readCount(); left > 0; left--) {
            readNode(stream, in);
        }
        long length = in.readLength();
        stream.lastId(readNumbers(in));
        if (type == WITHOUT_COUNTERS) {
            stream.entriesAdded(length);
        } else {
            readNumbers(in); // the first entry's id, which the nodes tell
            stream.maxDeletedId(readNumbers(in));
            stream.entriesAdded(in.readLength());
        }
        check(
                length == stream.size() && !stream.topId().isAfter(stream.lastId()),
                "counters of a stream that are wrong");
        for (int left = in.readCount(); left > 0; left--) {
            readGroup(type, stream, in);
        }
        return stream;
    }

    private static void readNode(StreamValue stream, RdbReader in) throws RdbFormatException {
        byte[] id = in.readStringBytes();
        check(id.length == ID_BYTES, "node of a stream without an id");
        StreamId nodeId = readId(new RdbReader(id, 0, ID_BYTES));
        check(stream.addNode(nodeId, in.readListpack()), "damaged node of a stream");
    }

    private static StreamId readNumbers(RdbReader in) throws RdbFormatException {
        return new StreamId(in.readLength(), in.readLength());
    }

    private static StreamId readId(RdbReader in) throws RdbFormatException {
        long ms = Long.reverseBytes(in.readLittleEndian(Long.BYTES));
        return new StreamId(ms, Long.reverseBytes(in.readLittleEndian(Long.BYTES)));
    }

    private static void readGroup(int type, StreamValue stream, RdbReader in) throws RdbFormatException {
        byte[] name = in.readStringBytes();
        StreamId lastId = readNumbers(in);
        long entriesRead = type == WITHOUT_COUNTERS ? stream.entriesUpTo(lastId) : in.readLength();
        check(stream.group(name) == null, "group of a stream repeated");
        StreamGroup group = stream.addGroup(name, lastId, entriesRead);
        int pending = in.readCount();
        StreamId[] ids = new StreamId[pending];
        long[] times = new long[pending];
        long[] deliveries = new long[pending];
        for (int i = 0; i < pending; i++) {
            ids[i] = readId(in);
            times[i] = in.readLittleEndian(Long.BYTES);
            deliveries[i] = in.readLength();
            check(i == 0 || ids[i].isAfter(ids[i - 1]), "pending entries out of order");
        }
        for (int left = in.readCount(); left > 0; left--) {
            StreamConsumer consumer = readConsumer(type, group, in);
            for (int own = in.readCount(); own > 0; own--) {
                StreamId id = readId(in);
                int index = Arrays.binarySearch(ids, id);
                check(index >= 0 && group.pending().find(id) == null, "pending entry of another consumer, or of none");
                group.assign(id, consumer, times[index], deliveries[index]);
            }
        }
        check(group.pending().size() == pending, "pending entry of no consumer");
    }

    private static StreamConsumer readConsumer(int type, StreamGroup group, RdbReader in) throws RdbFormatException {
        byte[] name = in.readStringBytes();
        check(group.consumer(name) == null, "consumer of a group repeated");
        long seenAtMs = in.readLittleEndian(Long.BYTES);
        StreamConsumer consumer = group.addConsumer(name, seenAtMs);
        consumer.active(type == WITH_ACTIVE_TIMES ? in.readLittleEndian(Long.BYTES) : seenAtMs);
        return consumer;
    }

    private static void check(boolean sound, String otherwise) throws RdbFormatException {
        if (!sound) {
            throw new RdbFormatException(otherwise);
        }
    }

    // ---- writing ----

    @Override
    public int typeOf(StreamValue value) {
        return WITH_COUNTERS;
    }

    @Override
    public void write(StreamValue value, RdbWriter out) {
        out.writeLength(value.nodes());
        for (int i = 0; i < value.nodes(); i++) {
            RdbWriter id = new RdbWriter(ID_BYTES);
            writeId(value.nodeId(i), id);
            out.writeString(id.toByteArray());
            out.writeListpack(value.node(i));
        }
        out.writeLength(value.size());
        writeNumbers(value.lastId(), out);
        writeNumbers(value.firstId(), out);
        writeNumbers(value.maxDeletedId(), out);
        out.writeLength(value.entriesAdded());
        out.writeLength(value.groups().size());
        value.groups().forEach(group -> writeGroup(group, out));
    }

    private static void writeNumbers(StreamId id, RdbWriter out) {
        out.writeLength(id.ms());
        out.writeLength(id.sequence());
    }

    private static void writeId(StreamId id, RdbWriter out) {
        out.writeLittleEndian(Long.reverseBytes(id.ms()), Long.BYTES);
        out.writeLittleEndian(Long.reverseBytes(id.sequence()), Long.BYTES);
    }

    private static void writeGroup(StreamGroup group, RdbWriter out) {
        out.writeString(group.name());
        writeNumbers(group.lastId(), out);
        out.writeLength(group.entriesRead());
        writePending(group.pending(), null, out);
        out.writeLength(group.consumers().size());
        for (StreamConsumer consumer : group.consumers()) {
            out.writeString(consumer.name());
            out.writeLittleEndian(consumer.seenAtMs(), Long.BYTES);
            writePending(consumer.pending(), consumer, out);
        }
    }

    /** The pending entries of a group, or of one of its consumers, with whom they stand but by their ids. */
    private static void writePending(PendingEntries pending, @Nullable StreamConsumer of, RdbWriter out) {
        out.writeLength(pending.size());
        pending.forEach(StreamId.MIN, entry -> {
            writeId(entry.id(), out);
            if (of == null) {
                writeDelivery(entry, out);
            }
            return true;
        });
    }

    private static void writeDelivery(PendingEntry entry, RdbWriter out) {
        out.writeLittleEndian(entry.deliveredAtMs(), Long.BYTES);
        out.writeLength(entry.deliveries());
    }
}
