package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.StreamConsumer;
import dev.rondo.server.type.StreamGroup;
import dev.rondo.server.type.StreamId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Collects what a command does to the pending entries of a group, and names it in effects that do the same anywhere:
 * XCLAIM for those that a consumer gets, as Redis does, of all that were delivered at one time and as often in one;
 * XACK for those that are pending no more. Used by one command, which must call {@link #end}.
 */
final class Claims {
    private static final byte[] XCLAIM = Ascii.bytes("XCLAIM");
    private static final byte[] XACK = Ascii.bytes("XACK");
    private static final byte[] XGROUP = Ascii.bytes("XGROUP");
    private static final byte[] SETID = Ascii.bytes("SETID");
    private static final byte[] ENTRIESREAD = Ascii.bytes("ENTRIESREAD");
    private static final byte[] CREATECONSUMER = Ascii.bytes("CREATECONSUMER");
    private static final byte[] ZERO = Ascii.bytes("0");
    private static final byte[] TIME = Ascii.bytes("TIME");
    private static final byte[] RETRYCOUNT = Ascii.bytes("RETRYCOUNT");
    private static final byte[] FORCE = Ascii.bytes("FORCE");
    private static final byte[] JUSTID = Ascii.bytes("JUSTID");
    private static final byte[] LASTID = Ascii.bytes("LASTID");
    /** The entries that one effect names at most. */
    private static final int IDS_PER_EFFECT = 1024;

    private final Call call;
    private final Entry entry;
    private final StreamGroup group;
    private final List<byte[]> claimed = new ArrayList<>();
    private final List<byte[]> dropped = new ArrayList<>();
    private byte[] consumer = {};
    private long deliveredAtMs;
    private long deliveries;
    private boolean isNewConsumer;
    private boolean isChanged;

    Claims(Call call, Entry entry, StreamGroup group) {
        this.call = call;
        this.entry = entry;
        this.group = group;
    }

    /** The consumer that the command is for, who has been seen now; a new one if there is none of this name. */
    StreamConsumer consumer(byte[] name) {
        consumer = name;
        StreamConsumer present = group.consumer(name);
        if (present == null) {
            isNewConsumer = true;
            call.event(EventClass.STREAM, StreamGroupCommands.CONSUMER_CREATED, entry.key());
            return group.addConsumer(name, call.nowMs());
        }
        present.seen(call.nowMs());
        return present;
    }

    /** The consumer has got this entry. */
    void claim(StreamId id, long atMs, long times) {
        if (!claimed.isEmpty() && (atMs != deliveredAtMs || times != deliveries || claimed.size() == IDS_PER_EFFECT)) {
            propagateClaimed();
        }
        deliveredAtMs = atMs;
        deliveries = times;
        claimed.add(id.toBytes());
    }

    /** The entry is pending no more. */
    void drop(StreamId id) {
        dropped.add(id.toBytes());
    }

    /** The group has been set on without entries that are pending. */
    void setOn() {
        propagateConsumer();
        propagate(
                XGROUP,
                SETID,
                entry.key(),
                group.name(),
                group.lastId().toBytes(),
                ENTRIESREAD,
                Ascii.decimal(group.entriesRead()));
    }

    /**
     * The command is done: what is left becomes effects. What replicas need not know, such as a glance, becomes none.
     */
    void end() {
        propagateClaimed();
        propagateConsumer();
        for (int from = 0; from < dropped.size(); from += IDS_PER_EFFECT) {
            List<byte[]> effect = new ArrayList<>(Arrays.asList(XACK, entry.key(), group.name()));
            effect.addAll(dropped.subList(from, Math.min(dropped.size(), from + IDS_PER_EFFECT)));
            propagate(effect.toArray(new byte[0][]));
        }
        if (isChanged) {
            call.changedQuietly(entry);
        } else {
            call.propagateNothing();
        }
    }

    private void propagateClaimed() {
        if (claimed.isEmpty()) {
            return;
        }
        isNewConsumer = false; // the effect makes it
        List<byte[]> effect = new ArrayList<>(Arrays.asList(XCLAIM, entry.key(), group.name(), consumer, ZERO));
        effect.addAll(claimed);
        effect.addAll(Arrays.asList(TIME, Ascii.decimal(deliveredAtMs), RETRYCOUNT, Ascii.decimal(deliveries)));
        effect.addAll(Arrays.asList(FORCE, JUSTID, LASTID, group.lastId().toBytes()));
        claimed.clear();
        propagate(effect.toArray(new byte[0][]));
    }

    private void propagateConsumer() {
        if (isNewConsumer) {
            isNewConsumer = false;
            propagate(XGROUP, CREATECONSUMER, entry.key(), group.name(), consumer);
        }
    }

    private void propagate(byte[]... effect) {
        isChanged = true;
        call.propagate(call.slotOf(entry.key()), effect);
    }
}
