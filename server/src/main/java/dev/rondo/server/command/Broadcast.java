package dev.rondo.server.command;

import dev.rondo.server.keyspace.ChangeListener;
import dev.rondo.server.keyspace.Key;
import dev.rondo.server.keyspace.TrackingTable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells clients that track by prefix (CLIENT TRACKING BCAST) of every changed key that begins with one of theirs. The
 * keys of a batch of requests gather and leave in one message, in order. Thread-safe; under a slot's lock a change
 * costs a look-up for each length of prefix there is, and an entry in a map.
 */
final class Broadcast implements ChangeListener {
    /** The keys that one message names at most: more make it leave at once. */
    private static final int KEYS_PER_MESSAGE = 4096;
    /** What is lost sight of within this time is told in one message. */
    private static final long SIGHT_MS = 10;

    private static final Object NOBODY = new Object();

    private final Supplier<TrackingTable> table;
    private final Timer timer;
    private final AtomicBoolean losingSight = new AtomicBoolean();
    private final AtomicBoolean sending = new AtomicBoolean();
    /** Copied on every change, which are rare. */
    private volatile Map<Integer, Map<Key, Prefix>> byLength = Map.of();
    /** The same in the order of their bytes, in which they are told of. */
    private volatile List<Prefix> inOrder = List.of();

    Broadcast(Supplier<TrackingTable> table, Timer timer) {
        this.table = table;
        this.timer = timer;
    }

    /** Those who want to hear of one prefix, and what they have not heard yet. */
    private static final class Prefix {
        final byte[] bytes;
        final Set<ClientTracking> clients = ConcurrentHashMap.newKeySet();
        private Map<byte[], Object> changed = newKeys();

        Prefix(byte[] bytes) {
            this.bytes = bytes;
        }

        byte[] bytes() {
            return bytes;
        }

        private static Map<byte[], Object> newKeys() {
            return new TreeMap<>(Comparator.comparing(key -> key, Arrays::compareUnsigned));
        }

        /** Notes a changed key and who changed it last; true for the first one, which needs somebody to send it. */
        synchronized boolean add(byte[] key, Object by) {
            changed.put(key, by);
            return changed.size() == 1;
        }

        synchronized boolean isFull() {
            return changed.size() >= KEYS_PER_MESSAGE;
        }

        private synchronized Map<byte[], Object> take() {
            Map<byte[], Object> taken = changed;
            changed = newKeys();
            return taken;
        }

        void send() {
            Map<byte[], Object> keys = take();
            if (keys.isEmpty()) {
                return;
            }
            Invalidation toAll = new Invalidation(keys.keySet());
            for (ClientTracking client : clients) {
                TrackingOptions options = client.options();
                if (options != null && options.noLoop()) {
                    sendOthers(client, keys);
                } else {
                    client.tell(toAll);
                }
            }
        }

        private void sendOthers(ClientTracking client, Map<byte[], Object> keys) {
            List<byte[]> others = new ArrayList<>();
            keys.forEach((key, by) -> {
                if (by != client) {
                    others.add(key);
                }
            });
            if (!others.isEmpty()) {
                client.tell(new Invalidation(others));
            }
        }
    }

    // ---- who listens ----

    synchronized void add(ClientTracking client, byte[] prefix) {
        Key name = new Key(prefix);
        Map<Key, Prefix> same = new HashMap<>(byLength.getOrDefault(prefix.length, Map.of()));
        same.computeIfAbsent(name, n -> new Prefix(prefix)).clients.add(client);
        replace(prefix.length, same);
    }

    synchronized void remove(ClientTracking client, byte[] prefix) {
        Key name = new Key(prefix);
        Map<Key, Prefix> same = new HashMap<>(byLength.getOrDefault(prefix.length, Map.of()));
        Prefix present = same.get(name);
        if (present != null) {
            present.clients.remove(client);
            if (present.clients.isEmpty()) {
                same.remove(name);
            }
            replace(prefix.length, same);
        }
    }

    private void replace(int length, Map<Key, Prefix> same) {
        Map<Integer, Map<Key, Prefix>> copy = new HashMap<>(byLength);
        if (same.isEmpty()) {
            copy.remove(length);
        } else {
            copy.put(length, same);
        }
        byLength = copy;
        inOrder = copy.values().stream()
                .flatMap(prefixes -> prefixes.values().stream())
                .sorted(Comparator.comparing(Prefix::bytes, Arrays::compareUnsigned))
                .toList();
        table.get().listener(copy.isEmpty() ? null : this, inOrder.size());
    }

    // ---- what changes ----

    @Override
    public void changed(byte[] key, @Nullable Object by) {
        byLength.forEach((length, prefixes) -> {
            if (length <= key.length) {
                Prefix prefix = prefixes.get(new Key(length == key.length ? key : Arrays.copyOf(key, length)));
                if (prefix != null) {
                    changed(prefix, key, by instanceof Client client ? client : null);
                }
            }
        });
    }

    /** The first key of many is sent behind the batch of requests that it belongs to, and the others with it. */
    private void changed(Prefix prefix, byte[] key, @Nullable Client by) {
        ClientTracking tracking = by == null ? null : by.tracking();
        boolean first = prefix.add(key, tracking == null ? NOBODY : tracking);
        if (first && sending.compareAndSet(false, true)) {
            if (by == null) {
                timer.after(0, this::send);
            } else {
                by.execute(this::send);
            }
        } else if (prefix.isFull()) {
            prefix.send();
        }
    }

    private void send() {
        sending.set(false); // before the look: what comes now is another one's
        inOrder.forEach(Prefix::send);
    }

    @Override
    public void lostSight() {
        if (losingSight.compareAndSet(false, true)) {
            timer.after(SIGHT_MS, () -> {
                losingSight.set(false);
                Invalidation everything = new Invalidation(null);
                inOrder.forEach(prefix -> prefix.clients.forEach(client -> client.tell(everything)));
            });
        }
    }
}
