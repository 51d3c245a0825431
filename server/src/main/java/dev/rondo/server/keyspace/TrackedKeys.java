package dev.rondo.server.keyspace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one slot that clients have read and cache, and which clients. Who is told that a key has changed is
 * forgotten: the next read tracks it anew. Guarded by the slot's lock until it is taken from the slot.
 */
final class TrackedKeys {
    /** The keys that one message names at most. */
    private static final int KEYS_PER_MESSAGE = 512;
    /** So many readers of one key are kept in an array. */
    private static final int FEW = 8;

    private static final KeyTracker[] NOBODY = {};

    private final Map<Key, Readers> byKey = new HashMap<>();
    private final TrackingTable table;

    TrackedKeys(TrackingTable table) {
        this.table = table;
    }

    /** Those who have read one key: most keys have few, a hot one may have every client there is. */
    private static final class Readers {
        private KeyTracker[] few = new KeyTracker[1];
        private int count;
        private @Nullable Set<KeyTracker> many;

        boolean add(KeyTracker tracker) {
            if (many != null) {
                return many.add(tracker);
            }
            for (int i = 0; i < count; i++) {
                if (few[i] == tracker) {
                    return false;
                }
            }
            if (count == FEW) {
                many = new HashSet<>(List.of(few));
                few = NOBODY;
                return many.add(tracker);
            }
            if (count == few.length) {
                few = Arrays.copyOf(few, 2 * count);
            }
            few[count++] = tracker;
            return true;
        }

        List<KeyTracker> all() {
            return many != null ? List.copyOf(many) : List.of(few).subList(0, count);
        }

        int size() {
            return many != null ? many.size() : count;
        }
    }

    boolean isEmpty() {
        return byKey.isEmpty();
    }

    void add(byte[] key, KeyTracker tracker) {
        Key name = new Key(key);
        Readers readers = byKey.get(name);
        if (readers == null) {
            readers = new Readers();
            byKey.put(name, readers);
            table.added(1, 0);
        }
        if (readers.add(tracker)) {
            table.added(0, 1);
        }
    }

    /** A key was changed: tells its readers. */
    void changed(byte[] key, @Nullable Object by) {
        Readers readers = byKey.remove(new Key(key));
        if (readers != null) {
            table.added(-1, -readers.size());
            readers.all().forEach(reader -> reader.changed(key, by));
        }
    }

    /** Gives up keys, whichever, as long as all slots together remember too many, and tells their readers. */
    void evict(int most) {
        Iterator<Map.Entry<Key, Readers>> all = byKey.entrySet().iterator();
        for (int left = most; left > 0 && all.hasNext() && table.isOverfull(); left--) {
            Map.Entry<Key, Readers> victim = all.next();
            all.remove();
            table.added(-1, -victim.getValue().size());
            List<byte[]> key = List.of(victim.getKey().bytes());
            victim.getValue().all().forEach(reader -> reader.untracked(key));
        }
    }

    /** The slot has given these keys up: they count no longer. */
    void detached() {
        table.added(
                -byKey.size(), -byKey.values().stream().mapToLong(Readers::size).sum());
    }

    /** Tells the readers of all keys; after {@link #detached}, by any thread. */
    void tellAll() {
        Map<KeyTracker, List<byte[]>> byReader = new HashMap<>();
        byKey.forEach((key, readers) -> {
            for (KeyTracker reader : readers.all()) {
                List<byte[]> keys = byReader.computeIfAbsent(reader, r -> new ArrayList<>());
                keys.add(key.bytes());
                if (keys.size() == KEYS_PER_MESSAGE) {
                    reader.untracked(keys);
                    byReader.remove(reader);
                }
            }
        });
        byReader.forEach(KeyTracker::untracked);
    }
}
