package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.DataType;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a command waits for that found nothing to take, and what it does then. Immutable.
 *
 * @param keys any of these will do; the first one that is ready is taken from
 * @param target another key that taking writes to; null if there is none
 * @param timeoutMs how long to wait; 0 = for ever
 * @param taker takes what a key has got
 * @param giveUp writes the reply when the time is over, or when the command must not wait
 */
public record KeyWait(
        byte[][] keys, byte @Nullable [] target, long timeoutMs, Taker taker, Consumer<ReplyWriter> giveUp) {
    /** For a command that writes to no other key than those it waits for, and answers a null array in vain. */
    static KeyWait on(byte[][] keys, long timeoutMs, Taker taker) {
        return new KeyWait(keys, null, timeoutMs, taker, ReplyWriter::nullArray);
    }

    /** Whether taking reaches one key only. */
    boolean hasOneKey() {
        return target == null && keys.length == 1;
    }

    /** What the command does with a key. Called under the lock of its slot, and of the target's. */
    public interface Taker {
        /** Whether the key has something for the client; the client is then certain to be served. */
        boolean isReady(@Nullable Entry entry);

        /** Whether a key that is gone may be something to be told. */
        default boolean heedsDeletion() {
            return false;
        }

        /** Takes from a key that is ready, and replies; names its effects as the command does that would not wait. */
        void take(Call call, byte[] key);
    }

    /** Takes from collections of one type, which are ready as soon as they exist. */
    @FunctionalInterface
    interface Popper {
        /** Takes from the collection that the entry holds, and replies. */
        void pop(Call call, Entry entry);

        default Taker from(DataType type) {
            return new Taker() {
                @Override
                public boolean isReady(@Nullable Entry entry) {
                    return entry != null && DataType.of(entry.value()) == type;
                }

                @Override
                public void take(Call call, byte[] key) {
                    Entry entry = call.write(key);
                    if (entry != null) {
                        pop(call, entry);
                    }
                }
            };
        }
    }

    /** Takes from the first of the keys that exists, which must be ready; false when none does. */
    boolean take(Call call) {
        for (byte[] key : keys) {
            Entry entry = call.write(key);
            if (entry != null) {
                if (!taker.isReady(entry)) {
                    throw CommandException.wrongType();
                }
                taker.take(call, key);
                return true;
            }
        }
        return false;
    }

    /** As {@link #take}, but where none of the keys exists, the client waits for one. */
    void takeOrWait(Call call) {
        if (!take(call)) {
            call.await(this);
        }
    }
}
