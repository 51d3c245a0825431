package dev.rondo.server.command;

import dev.rondo.server.net.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The clients connected to a node, by id. Thread-safe. */
public final class Clients {
    private final Map<Long, Client> byId = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong(1);
    private final Clock clock;
    private final BooleanSupplier passwordRequired;
    private final List<Consumer<Client>> whenOpened = new CopyOnWriteArrayList<>();
    private final List<Consumer<Client>> whenClosed = new CopyOnWriteArrayList<>();

    public Clients(Clock clock, BooleanSupplier passwordRequired) {
        this.clock = clock;
        this.passwordRequired = passwordRequired;
    }

    /** Has {@code action} run, on the client's event loop, for each client that comes. */
    public void whenOpened(Consumer<Client> action) {
        whenOpened.add(action);
    }

    /** Has {@code action} run, on the client's event loop, for each client that goes. */
    public void whenClosed(Consumer<Client> action) {
        whenClosed.add(action);
    }

    Client opened(Connection connection) {
        boolean free = !passwordRequired.getAsBoolean();
        Client client = new Client(nextId.getAndIncrement(), connection, clock.nowMs(), free);
        connection.authenticated(free);
        byId.put(client.id(), client);
        whenOpened.forEach(action -> action.accept(client));
        return client;
    }

    void closed(Client client) {
        byId.remove(client.id());
        client.endSubscriptions();
        if (client.tracking() != null) {
            client.tracking().close();
        }
        whenClosed.forEach(action -> action.accept(client));
    }

    public @Nullable Client find(long id) {
        return byId.get(id);
    }

    /** The clients connected now, in no particular order; a live view. */
    public Collection<Client> all() {
        return byId.values();
    }
}
