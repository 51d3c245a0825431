package dev.rondo.server.keyspace;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client that caches what it has read, and wants to be told when that is no longer true. */
public interface KeyTracker {
    /**
     * A key that it has read was changed, and is no longer tracked for it. Called under the slot's lock; it must only
     * schedule work.
     *
     * @param by the client that did so; null where that was none
     */
    void changed(byte[] key, @Nullable Object by);

    /**
     * Every key is gone.
     *
     * @param by the client that did so; null where that was none
     */
    void flushed(@Nullable Object by);

    /** Keys that it has read are no longer tracked for it, changed or not; any thread. */
    void untracked(List<byte[]> keys);
}
