package dev.rondo.server.command;

import dev.rondo.server.keyspace.KeyWaiter;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A client that waits for keys. Whoever {@linkplain #claim claims} it first decides how the wait ends: a write that
 * serves it, its timeout, CLIENT UNBLOCK, a slot that this node lost, or the end of its connection. Nothing is taken
 * for a client before it is claimed, and none is claimed whose connection is known to be closed. While it waits, no
 * thread but the one that has claimed it touches the client's state. Thread-safe.
 */
final class BlockedClient implements KeyWaiter, Blocked {
    private final KeyWaits home;
    private final Client client;
    private final Keyspace keyspace;
    private final CommandSpec spec;
    private final byte[][] arguments;
    private final KeyWait wait;
    private final AtomicBoolean over = new AtomicBoolean();
    private @Nullable Future<?> alarm; // confined to the client's event loop

    BlockedClient(KeyWaits home, Client client, Keyspace keyspace, CommandSpec spec, byte[][] arguments, KeyWait wait) {
        this.home = home;
        this.client = client;
        this.keyspace = keyspace;
        this.spec = spec;
        this.arguments = arguments;
        this.wait = wait;
    }

    /** What serves the client's event loop. */
    KeyWaits home() {
        return home;
    }

    Client client() {
        return client;
    }

    Keyspace keyspace() {
        return keyspace;
    }

    CommandSpec spec() {
        return spec;
    }

    byte[][] arguments() {
        return arguments;
    }

    KeyWait keyWait() {
        return wait;
    }

    void alarm(Future<?> newAlarm) {
        alarm = newAlarm;
    }

    /** Ends the wait, unless somebody else has; then the caller owes the client an answer. */
    boolean claim() {
        return client.connection().isServed() && over.compareAndSet(false, true);
    }

    @Override
    public boolean isOver() {
        return over.get();
    }

    @Override
    public boolean unblock(boolean withError) {
        return home.unblock(this, withError);
    }

    /** Leaves every queue. On the client's event loop, with no slot locked. */
    void leave() {
        over.set(true);
        if (alarm != null) {
            alarm.cancel(false);
        }
        client.blocked(null);
        for (byte[] key : wait.keys()) {
            Slot slot = keyspace.slotOf(key);
            slot.lock();
            try {
                slot.leave(key, this);
            } finally {
                slot.unlock();
            }
        }
    }

    @Override
    public boolean heedsDeletion() {
        return wait.taker().heedsDeletion();
    }

    @Override
    public void keysTouched(Slot slot) {
        home.schedule(client, () -> home.serveTouched(slot, client));
    }

    @Override
    public void slotChanged(Slot slot) {
        home.schedule(client, () -> home.redirect(this, slot));
    }
}
