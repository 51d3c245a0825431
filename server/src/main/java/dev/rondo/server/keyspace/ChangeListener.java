package dev.rondo.server.keyspace;

import org.jspecify.annotations.Nullable;

/** Told of every change of every key of a node; called under the slot's lock, it must only schedule work. */
public interface ChangeListener {
    /**
     * What a key holds has changed.
     *
     * @param by the client that did so; null where that was none
     */
    void changed(byte[] key, @Nullable Object by);

    /** From here on changes of many keys are not heard of, or they were not. */
    void lostSight();
}
