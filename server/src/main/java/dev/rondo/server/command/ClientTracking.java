package dev.rondo.server.command;

import dev.rondo.server.keyspace.KeyTracker;
import dev.rondo.server.keyspace.TrackingTable;
import dev.rondo.server.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What CLIENT TRACKING makes of one client: has what it reads remembered, and tells it, or the client it redirects to,
 * when that has changed. What the client changes itself it is told behind the reply, that of EXEC in a transaction. The
 * slots keep this after the client has gone, which it then has forgotten. Confined to the client's event loop, apart
 * from the methods of {@link KeyTracker}, {@link #tell} and the getters.
 */
final class ClientTracking implements KeyTracker {
    private final Clients clients;
    private final TrackingTable table;
    private final Broadcast broadcast;
    private final Set<byte[]> prefixes = new TreeSet<>(Arrays::compareUnsigned);
    private volatile @Nullable Client client;
    private volatile @Nullable TrackingOptions options;
    private volatile boolean redirectionBroken;
    private boolean cachingGiven;
    /** Own changes of the present request, by whatever thread runs the client's command; null for all keys. */
    private final List<byte @Nullable []> pending = new ArrayList<>(0);

    ClientTracking(Client client, Clients clients, TrackingTable table, Broadcast broadcast) {
        this.client = client;
        this.clients = clients;
        this.table = table;
        this.broadcast = broadcast;
    }

    /** How the client is told; null while it is not. */
    @Nullable TrackingOptions options() {
        return options;
    }

    boolean isRedirectionBroken() {
        return redirectionBroken;
    }

    /** Whether CLIENT CACHING was given for the next command or transaction. */
    boolean isCachingGiven() {
        return cachingGiven;
    }

    void giveCaching() {
        cachingGiven = true;
    }

    /** The prefixes that the client listens to, in order. */
    Set<byte[]> prefixes() {
        return prefixes;
    }

    void start(TrackingOptions newOptions) {
        options = newOptions;
        redirectionBroken = false;
        table.add(this);
    }

    void listen(byte[] prefix) {
        if (prefixes.add(prefix)) {
            broadcast.add(this, prefix);
        }
    }

    void stop() {
        prefixes.forEach(prefix -> broadcast.remove(this, prefix));
        prefixes.clear();
        table.remove(this);
        options = null;
        redirectionBroken = false;
        cachingGiven = false;
        pending.clear();
    }

    /** The client is gone. */
    void close() {
        stop();
        client = null;
    }

    // ---- reading ----

    /** After a command that reads, its slots still locked: remembers the keys that it names. */
    void remember(Call call) {
        TrackingOptions present = options;
        if (present == null
                || present.broadcast()
                || present.optIn() && !cachingGiven
                || present.optOut() && cachingGiven
                || !call.spec().hasKeys()
                || call.spec().is(Flag.PUBSUB)) {
            return;
        }
        byte[][] keys = call.spec().keys(call.arguments());
        if (keys != null) {
            for (byte[] key : keys) {
                call.slotOf(key).track(key, this);
            }
        }
    }

    // ---- telling ----

    @Override
    public void changed(byte[] key, @Nullable Object by) {
        TrackingOptions present = options;
        if (present == null || present.broadcast()) {
            return;
        }
        if (by != null && by == client) {
            if (!present.noLoop()) {
                pending.add(key);
            }
        } else {
            tell(new Invalidation(List.of(key)));
        }
    }

    @Override
    public void untracked(List<byte[]> keys) {
        TrackingOptions present = options;
        if (present != null && !present.broadcast()) {
            tell(new Invalidation(keys));
        }
    }

    @Override
    public void flushed(@Nullable Object by) {
        if (options == null) {
            return;
        }
        if (by != null && by == client) {
            pending.add(null);
        } else {
            tell(new Invalidation(null));
        }
    }

    /** Sends a message to whoever is told for this client; any thread. */
    void tell(Invalidation message) {
        Client self = client;
        Client target = self == null ? null : target(self);
        if (target == null) {
            return;
        }
        if (target.isResp3()) {
            target.push(message.bytes(true), () -> true);
        } else if (target != self && target.isSubscribed()) {
            target.push(message.bytes(false), target::isSubscribed);
        }
    }

    /** Who is told; null, and the client hears of that, when it is another one that has gone. */
    private @Nullable Client target(Client self) {
        TrackingOptions present = options;
        long redirect = present == null ? 0 : present.redirect();
        Client target = redirect == 0 ? self : clients.find(redirect);
        if (target == null) {
            redirectionBroken = true;
            if (self.isResp3()) {
                self.push(brokenRedirection(redirect), () -> true);
            }
        }
        return target;
    }

    private static byte[] brokenRedirection(long to) {
        ReplyWriter writer = new ReplyWriter(64);
        writer.resp3(true);
        writer.push(2);
        writer.bulk("tracking-redir-broken");
        writer.integer(to);
        return writer.toByteArray();
    }

    /**
     * The client's request is answered: what it changed itself follows the reply, and CLIENT CACHING was meant for it.
     */
    void answered(Client self, ReplyWriter reply) {
        TrackingOptions present = options;
        boolean inReply = present != null && present.redirect() == 0 && self.isResp3();
        for (byte[] key : pending) {
            Invalidation message = new Invalidation(key == null ? null : List.of(key));
            if (inReply) {
                reply.raw(message.bytes(true));
            } else {
                tell(message);
            }
        }
        pending.clear();
        CommandSpec last = self.lastCommand();
        if (cachingGiven
                && !self.isInTransaction()
                && !(last != null && last.fullName().startsWith("client|"))) {
            cachingGiven = false;
        }
    }
}
