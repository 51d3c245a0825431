package dev.rondo.server.command;

import dev.rondo.server.net.Connection;
import dev.rondo.server.pubsub.Kind;
import dev.rondo.server.security.Account;
import dev.rondo.server.security.Users;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The clients connected to a node, by id. Thread-safe. */
public final class Clients {
    private final Map<Long, Client> byId = new ConcurrentHashMap<>();
    private final AtomicLong nextId = new AtomicLong(1);
    private final Clock clock;
    private final Users users;
    private final List<Consumer<Client>> whenOpened = new CopyOnWriteArrayList<>();
    private final List<Consumer<Client>> whenClosed = new CopyOnWriteArrayList<>();

    /** Clients that come are the user "default" of {@code users}. */
    public Clients(Clock clock, Users users) {
        this.clock = clock;
        this.users = users;
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
        boolean free = !users.isLoginNeeded();
        Client client = new Client(nextId.getAndIncrement(), connection, clock.nowMs(), users.defaultAccount(), free);
        connection.authenticated(free);
        byId.put(client.id(), client);
        whenOpened.forEach(action -> action.accept(client));
        return client;
    }

    void closed(Client client) {
        byId.remove(client.id());
        client.endSubscriptions();
        client.endMonitoring();
        if (client.tracking() != null) {
            client.tracking().close();
        }
        whenClosed.forEach(action -> action.accept(client));
    }

    /** Closes the connections of everybody who is logged in to one of the accounts, except for {@code caller}. */
    void disconnect(Collection<Account> accounts, Client caller) {
        for (Client client : byId.values()) {
            if (client != caller && accounts.contains(client.account())) {
                client.connection().close();
            }
        }
    }

    /** Has a client that has removed its own user go once it has got its reply; on its event loop. */
    static void closeIfDeleted(Client client) {
        if (client.account().isDeleted()) {
            client.connection().closeAfterReply();
        }
    }

    /** Closes the connections that listen to what their user may not listen to any more. */
    void enforce(Users.@Nullable Revocation revocation) {
        if (revocation == null) {
            return;
        }
        for (Client client : byId.values()) {
            if (client.account() == revocation.account() && client.isSubscribed()) {
                client.execute(() -> {
                    if (!client.listensOnlyTo((kind, name) -> revocation.allows(name, kind == Kind.PATTERN))) {
                        client.connection().close();
                    }
                });
            }
        }
    }

    public @Nullable Client find(long id) {
        return byId.get(id);
    }

    /** The clients connected now, in no particular order; a live view. */
    public Collection<Client> all() {
        return byId.values();
    }
}
