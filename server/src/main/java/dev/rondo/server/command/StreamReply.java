package dev.rondo.server.command;

import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.ListValue;
import dev.rondo.server.type.StreamEntry;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;

/** Writes entries of streams: each an id and a list of fields and values in turn. */
final class StreamReply implements ListValue.Visitor {
    private final ReplyWriter reply;

    StreamReply(ReplyWriter reply) {
        this.reply = reply;
    }

    @Override
    public void bytes(byte[] array, int offset, int length) {
        reply.bulk(array, offset, length);
    }

    @Override
    public void number(long value) {
        reply.bulkLong(value);
    }

    void id(StreamId id) {
        reply.bulk(id.toBytes());
    }

    void entry(StreamEntry entry) {
        reply.array(2);
        id(entry.id());
        reply.array(2 * entry.fields());
        entry.forEach(this);
    }

    /** Writes the entry of this id; false when there is none. */
    boolean entry(StreamValue stream, StreamId id) {
        return entries(stream, id, id, false, 1) == 1;
    }

    /** Writes an entry that a consumer has got, or its id alone. */
    void claimed(StreamValue stream, StreamId id, boolean justId) {
        if (justId) {
            id(id);
        } else {
            entry(stream, id);
        }
    }

    /** Writes a list of the entries of a range, so many at most. */
    void range(StreamValue stream, StreamId from, StreamId to, boolean reverse, long most) {
        int mark = reply.mark();
        int count = entries(stream, from, to, reverse, most);
        reply.arrayAt(mark, count);
    }

    /** As {@link #range} without the header of the list; returns the number of entries. */
    int entries(StreamValue stream, StreamId from, StreamId to, boolean reverse, long most) {
        int[] count = {0};
        stream.forEach(from, to, reverse, entry -> {
            entry(entry);
            return ++count[0] < most;
        });
        return count[0];
    }
}
