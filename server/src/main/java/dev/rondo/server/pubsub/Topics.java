package dev.rondo.server.pubsub;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** Who listens to which names; a name without a subscription is not kept. Thread-safe, without a common lock. */
final class Topics {
    private final Map<Name, Set<Subscription>> byName = new ConcurrentHashMap<>();

    void add(Name name, Subscription subscription) {
        byName.compute(name, (n, present) -> {
            Set<Subscription> all = present == null ? ConcurrentHashMap.newKeySet(1) : present;
            all.add(subscription);
            return all;
        });
    }

    void remove(Name name, Subscription subscription) {
        byName.computeIfPresent(name, (n, present) -> {
            present.remove(subscription);
            return present.isEmpty() ? null : present;
        });
    }

    Set<Subscription> of(Name name) {
        return byName.getOrDefault(name, Set.of());
    }

    int size() {
        return byName.size();
    }

    boolean isEmpty() {
        return byName.isEmpty();
    }

    void forEach(BiConsumer<Name, Set<Subscription>> action) {
        byName.forEach(action);
    }
}
