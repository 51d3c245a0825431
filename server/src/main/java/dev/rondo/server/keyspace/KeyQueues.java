package dev.rondo.server.keyspace;

import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for keys of one slot, in the order in which they came, and which of these keys have changed since somebody
 * last looked after those who wait for them. Exists only while somebody waits; guarded by the slot's lock.
 */
final class KeyQueues {
    /** Those who wait for one key; how many of them also heed that it is gone. */
    private static final class Queue {
        final Set<KeyWaiter> waiters = new LinkedHashSet<>();
        int heedingDeletion;
    }

    private final Map<Key, Queue> queues = new HashMap<>();
    private final Map<Key, Long> touched = new LinkedHashMap<>();
    private boolean announced;

    boolean isEmpty() {
        return queues.isEmpty();
    }

    void join(byte[] key, KeyWaiter waiter) {
        Queue queue = queues.computeIfAbsent(new Key(key), k -> new Queue());
        if (queue.waiters.add(waiter) && waiter.heedsDeletion()) {
            queue.heedingDeletion++;
        }
    }

    void leave(byte[] key, KeyWaiter waiter) {
        Key wanted = new Key(key);
        Queue queue = queues.get(wanted);
        if (queue == null || !queue.waiters.remove(waiter)) {
            return;
        }
        queue.heedingDeletion -= waiter.heedsDeletion() ? 1 : 0;
        if (queue.waiters.isEmpty()) {
            queues.remove(wanted);
            touched.remove(wanted);
        }
    }

    /** The key has changed, or is gone. */
    void touched(byte[] key, boolean exists) {
        Key wanted = new Key(key);
        Queue queue = queues.get(wanted);
        if (queue != null && (exists || queue.heedingDeletion > 0)) {
            touched.putIfAbsent(wanted, System.nanoTime());
        }
    }

    /** Every key may have changed. */
    void changedAll(Predicate<byte[]> exists) {
        queues.keySet().forEach(key -> touched(key.bytes(), exists.test(key.bytes())));
    }

    /** Every key is gone. */
    void cleared() {
        queues.forEach((key, queue) -> {
            if (queue.heedingDeletion > 0) {
                touched.putIfAbsent(key, System.nanoTime());
            }
        });
    }

    boolean hasTouched() {
        return !touched.isEmpty();
    }

    /** When the first of the touched keys was touched, by {@link System#nanoTime}. */
    long firstTouchedAtNs() {
        return touched.values().iterator().next();
    }

    List<byte[]> touchedKeys() {
        return touched.keySet().stream().map(Key::bytes).toList();
    }

    byte @Nullable [] pollTouched() {
        announced = false;
        Iterator<Key> keys = touched.keySet().iterator();
        if (!keys.hasNext()) {
            return null;
        }
        byte[] key = keys.next().bytes();
        keys.remove();
        return key;
    }

    Collection<KeyWaiter> waiters(byte[] key) {
        Queue queue = queues.get(new Key(key));
        return queue == null ? List.of() : queue.waiters;
    }

    boolean isDeletionHeeded(byte[] key) {
        Queue queue = queues.get(new Key(key));
        return queue != null && queue.heedingDeletion > 0;
    }

    /** Has somebody look after the touched keys, unless that is so already. */
    void announce(Slot slot) {
        if (!touched.isEmpty() && !announced) {
            announced = true;
            waiters(touched.keySet().iterator().next().bytes())
                    .iterator()
                    .next()
                    .keysTouched(slot);
        }
    }

    /** What this node is for the slot has changed. */
    void roleChanged(Slot slot) {
        announced = false;
        Set<KeyWaiter> all = new LinkedHashSet<>();
        queues.values().forEach(queue -> all.addAll(queue.waiters));
        all.forEach(waiter -> waiter.slotChanged(slot));
    }
}
