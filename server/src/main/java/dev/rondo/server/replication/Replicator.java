package dev.rondo.server.replication;

import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.commit.Effects;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Slot;
import java.util.function.UnaryOperator;

/**
 * The commit path of mode {@code async}: numbers each batch of effects in its slot and appends it to the stream of
 * every replica that follows the slot. The client is not made to wait. Any thread that holds the slot's lock.
 */
public final class Replicator implements CommitPath {
    private final Feeds feeds;
    private final UnaryOperator<byte[][]> keysOf;
    private final ThreadLocal<RecordWriter> writers = ThreadLocal.withInitial(RecordWriter::new);

    /**
     * Takes effects for those who follow slots.
     *
     * @param keysOf the keys among the arguments of a command; none for a command on the whole slot
     */
    Replicator(Feeds feeds, UnaryOperator<byte[][]> keysOf) {
        this.feeds = feeds;
        this.keysOf = keysOf;
    }

    @Override
    public void commit(Effects effects, long nowMs) {
        append(effects, nowMs);
    }

    /** Commits, and returns those who follow the slot; the array must not be changed. */
    Feeds.Feed[] append(Effects effects, long nowMs) {
        Slot slot = effects.slot(0);
        long sequence = slot.nextSequence();
        Feeds.Feed[] followers = feeds.of(slot.index());
        if (followers.length == 0) {
            return followers;
        }
        RecordWriter record = writers.get();
        boolean copying = false;
        boolean encoded = false;
        for (Feeds.Feed feed : followers) {
            if (feed.copying && readsOtherKeys(effects)) {
                copying = true;
                continue;
            }
            if (!encoded) {
                writeEffects(record, slot, sequence, effects, nowMs);
                encoded = true;
            }
            feed.stream.append(record);
        }
        if (copying) {
            writeStates(record, slot, sequence, effects);
            for (Feeds.Feed feed : followers) {
                if (feed.copying) {
                    feed.stream.append(record);
                }
            }
        }
        return followers;
    }

    private static void writeEffects(RecordWriter record, Slot slot, long sequence, Effects effects, long nowMs) {
        record.begin(RecordKind.EFFECTS)
                .number(slot.index())
                .number(sequence)
                .number(slot.lastVersion())
                .number(nowMs)
                .number(effects.size());
        for (int i = 0; i < effects.size(); i++) {
            byte[][] command = effects.command(i);
            record.number(command.length);
            for (byte[] argument : command) {
                record.bytes(argument);
            }
        }
        record.end();
    }

    /**
     * Whether the effects could need a key that a replica which is still being copied does not have: a batch, or a
     * command of several keys. A command of one key may fail there too, but then the copy of that key is yet to come.
     */
    private boolean readsOtherKeys(Effects effects) {
        return effects.size() > 1 || keysOf.apply(effects.command(0)).length != 1;
    }

    private void writeStates(RecordWriter record, Slot slot, long sequence, Effects effects) {
        record.begin(RecordKind.STATES).number(slot.index()).number(sequence).number(slot.lastVersion());
        for (int i = 0; i < effects.size(); i++) {
            byte[][] keys = keysOf.apply(effects.command(i));
            if (keys.length == 0) { // the slot was emptied
                record.put(StateMark.CLEAR);
            }
            for (byte[] key : keys) {
                Entry entry = slot.find(key);
                record.put(StateMark.KEY);
                if (entry == null) { // perhaps for long: a command may name keys that it only reads
                    KeyState.writeAbsent(record, key, slot.deletedAt(key));
                } else {
                    KeyState.write(record, entry);
                }
            }
        }
        record.end();
    }

    /** What stands before each part of a STATES record. */
    static final class StateMark {
        static final byte KEY = 0;
        static final byte CLEAR = 1;

        private StateMark() {}
    }
}
