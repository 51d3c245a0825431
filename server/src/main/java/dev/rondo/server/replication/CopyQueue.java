package dev.rondo.server.replication;

import dev.rondo.server.keyspace.Slot;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a peer has asked for: the slots whose writes wait for a copy, then the others. Confined to the sync thread. */
final class CopyQueue {
    private final Map<Slot, Copy> awaited = new LinkedHashMap<>();
    private final Map<Slot, Copy> others = new LinkedHashMap<>();

    /** Puts it behind its like. */
    void put(Copy copy, boolean isAwaited) {
        (isAwaited ? awaited : others).put(copy.slot, copy);
    }

    @Nullable Copy remove(Slot slot) {
        Copy copy = awaited.remove(slot);
        return copy == null ? others.remove(slot) : copy;
    }

    int size() {
        return awaited.size() + others.size();
    }

    /** The first of those that are due, null when none is. */
    @Nullable Copy first(Predicate<Copy> isDue) {
        Copy copy = first(awaited, isDue);
        return copy == null ? first(others, isDue) : copy;
    }

    private static @Nullable Copy first(Map<Slot, Copy> copies, Predicate<Copy> isDue) {
        for (Copy copy : copies.values()) {
            if (isDue.test(copy)) {
                return copy;
            }
        }
        return null;
    }

    /** Nothing more comes of any. */
    void dropAll() {
        awaited.values().forEach(Copy::drop);
        others.values().forEach(Copy::drop);
    }
}
