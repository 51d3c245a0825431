package dev.rondo.server.keyspace;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Those who watch keys of a slot. There only while somebody does; guarded by the slot's lock. */
final class KeyWatchers {
    private final Map<Key, List<Slot.KeyWatcher>> byKey = new HashMap<>();

    void add(byte[] key, Slot.KeyWatcher watcher) {
        byKey.computeIfAbsent(new Key(key), k -> new ArrayList<>(1)).add(watcher);
    }

    void remove(byte[] key, Slot.KeyWatcher watcher) {
        Key watched = new Key(key);
        List<Slot.KeyWatcher> present = byKey.get(watched);
        if (present != null && present.remove(watcher) && present.isEmpty()) {
            byKey.remove(watched);
        }
    }

    boolean isEmpty() {
        return byKey.isEmpty();
    }

    /** Tells those who watch the key. */
    void touched(byte[] key) {
        byKey.getOrDefault(new Key(key), List.of()).forEach(Slot.KeyWatcher::keyTouched);
    }

    /** Tells those who watch any of the chosen keys. */
    void touched(Predicate<byte[]> chosen) {
        byKey.forEach((key, those) -> {
            if (chosen.test(key.bytes())) {
                those.forEach(Slot.KeyWatcher::keyTouched);
            }
        });
    }
}
