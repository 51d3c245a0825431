package dev.rondo.server.command;

import dev.rondo.server.net.Connection;
import dev.rondo.server.pubsub.Broker;
import dev.rondo.server.pubsub.Kind;
import dev.rondo.server.pubsub.Receiver;
import dev.rondo.server.pubsub.Subscriber;
import dev.rondo.server.security.Account;
import dev.rondo.server.security.User;
import java.util.BitSet;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The protocol-side state of one client. Confined to its connection's event loop, apart from the getters that CLIENT
 * LIST reads from other loops (values a moment old are fine there).
 */
public final class Client implements Receiver {
    /** What CLIENT REPLY has asked for. */
    public enum Replies {
        ON,
        OFF,
        SKIP_NEXT,
        SKIP_THIS
    }

    private final long id;
    private final Connection connection;
    private final long connectedAtMs;
    private final Transaction transaction = new Transaction();

    private volatile String name = "";
    private volatile String libraryName = "";
    private volatile String libraryVersion = "";
    private volatile Account account;
    private volatile int protocol = 2;
    private volatile int database;
    private volatile long lastRequestMs;
    private volatile @Nullable CommandSpec lastCommand;
    private volatile int channels;
    private volatile int patterns;
    private volatile int shardChannels;
    private boolean authenticated;
    private boolean readOnly;
    private boolean noEvict;
    private boolean noTouch;
    private Replies replies = Replies.ON;
    private volatile @Nullable Blocked blocked;
    private @Nullable Migration migration;
    private @Nullable BitSet writtenSlots;
    private @Nullable Dispatcher home;
    private @Nullable ScriptRequest onLane; // confined to the event loop, as the next one
    private boolean isGone;
    private @Nullable Subscriber subscriber;
    private volatile @Nullable ClientTracking tracking;
    private volatile @Nullable Monitors monitors;

    public Client(long id, Connection connection, long connectedAtMs, Account account, boolean authenticated) {
        this.id = id;
        this.connection = connection;
        this.connectedAtMs = connectedAtMs;
        this.lastRequestMs = connectedAtMs;
        this.account = account;
        this.authenticated = authenticated;
    }

    public long id() {
        return id;
    }

    public Connection connection() {
        return connection;
    }

    public long connectedAtMs() {
        return connectedAtMs;
    }

    Transaction transaction() {
        return transaction;
    }

    public boolean isInTransaction() {
        return transaction.isOpen();
    }

    /** Whether WATCH has named keys for the next transaction. */
    public boolean isWatching() {
        return transaction.isWatching();
    }

    /** The commands queued since MULTI, -1 outside a transaction. */
    public int queuedCommands() {
        return transaction.isOpen() ? transaction.queue().size() : -1;
    }

    public String name() {
        return name;
    }

    public void name(String newName) {
        name = newName;
    }

    public String libraryName() {
        return libraryName;
    }

    public void libraryName(String newName) {
        libraryName = newName;
    }

    public String libraryVersion() {
        return libraryVersion;
    }

    public void libraryVersion(String newVersion) {
        libraryVersion = newVersion;
    }

    /** What the client is logged in to. */
    public Account account() {
        return account;
    }

    void account(Account newAccount) {
        account = newAccount;
    }

    /** What the client's user is and may do now; the next request may meet another. */
    public User user() {
        return account.user();
    }

    /** 2 or 3. */
    public int protocol() {
        return protocol;
    }

    public void protocol(int version) {
        protocol = version;
    }

    public int database() {
        return database;
    }

    public void database(int number) {
        database = number;
    }

    public long lastRequestMs() {
        return lastRequestMs;
    }

    public @Nullable CommandSpec lastCommand() {
        return lastCommand;
    }

    void requested(CommandSpec spec, long nowMs) {
        if (lastCommand != spec) {
            lastCommand = spec;
        }
        if (lastRequestMs != nowMs) {
            lastRequestMs = nowMs;
        }
    }

    /** The number of channels subscribed to. */
    public int channels() {
        return channels;
    }

    public int patterns() {
        return patterns;
    }

    public int shardChannels() {
        return shardChannels;
    }

    @Override
    public boolean isResp3() {
        return protocol == 3;
    }

    @Override
    public void push(byte[] message, BooleanSupplier isWanted) {
        connection.push(message, isWanted);
    }

    @Override
    public void execute(Runnable task) {
        connection.execute(task);
    }

    /** What the client listens to, made when it is first asked for. */
    Subscriber subscriber(Broker broker) {
        if (subscriber == null) {
            subscriber = broker.newSubscriber(this);
        }
        return subscriber;
    }

    /** Whether all that the client listens to passes a test; on its event loop. */
    boolean listensOnlyTo(BiPredicate<Kind, byte[]> test) {
        if (subscriber != null) {
            for (Kind kind : Kind.values()) {
                for (byte[] name : subscriber.names(kind)) {
                    if (!test.test(kind, name)) {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /** The client listens to nothing any more. */
    void endSubscriptions() {
        if (subscriber != null) {
            subscriber.unsubscribeAll();
        }
    }

    /** Called by pub/sub after each change. */
    @Override
    public void subscriptions(int newChannels, int newPatterns, int newShardChannels) {
        channels = newChannels;
        patterns = newPatterns;
        shardChannels = newShardChannels;
    }

    public boolean isSubscribed() {
        return channels + patterns + shardChannels > 0;
    }

    /** Whether the client is shown every command. */
    boolean isMonitor() {
        return monitors != null;
    }

    /** Shows the client every command from now on. */
    void monitors(Monitors of) {
        monitors = of;
        of.add(this);
    }

    /** The client is shown commands no longer, if it was. */
    void endMonitoring() {
        Monitors present = monitors;
        if (present != null) {
            monitors = null;
            present.remove(this);
        }
    }

    /** What the client caches; null while it never said that it does. */
    @Nullable ClientTracking tracking() {
        return tracking;
    }

    void tracking(ClientTracking newTracking) {
        tracking = newTracking;
    }

    /** The client is no longer told of what it caches, if it was. */
    void endTracking() {
        ClientTracking present = tracking;
        if (present != null) {
            present.stop();
        }
    }

    public boolean isAuthenticated() {
        return authenticated;
    }

    public void authenticated(boolean yes) {
        authenticated = yes;
        connection.authenticated(yes);
    }

    /** Whether READONLY allows reads from this node's replicas. */
    public boolean isReadOnly() {
        return readOnly;
    }

    public void readOnly(boolean yes) {
        readOnly = yes;
    }

    public boolean isNoEvict() {
        return noEvict;
    }

    public void noEvict(boolean yes) {
        noEvict = yes;
    }

    public boolean isNoTouch() {
        return noTouch;
    }

    public void noTouch(boolean yes) {
        noTouch = yes;
    }

    public Replies replies() {
        return replies;
    }

    public void replies(Replies mode) {
        replies = mode;
    }

    /** After a reply that CLIENT REPLY OFF or SKIP suppressed. */
    void replyDropped() {
        if (replies == Replies.SKIP_NEXT) {
            replies = Replies.SKIP_THIS;
        } else if (replies == Replies.SKIP_THIS) {
            replies = Replies.ON;
        }
    }

    /** What the client's command waits for; null while it waits for nothing. Any thread. */
    public @Nullable Blocked blocked() {
        return blocked;
    }

    /** To be called when a wait begins and, on the client's event loop, when its reply leaves. */
    public void blocked(@Nullable Blocked newBlocked) {
        blocked = newBlocked;
    }

    /** Whether the client's command waits, and not just its reply is on the way. Any thread. */
    public boolean isBlocked() {
        Blocked present = blocked;
        return present != null && !present.isOver();
    }

    /** What serves the client's event loop. */
    Dispatcher home() {
        return Objects.requireNonNull(home);
    }

    void home(Dispatcher newHome) {
        home = newHome;
    }

    /** From here on a script lane has the client's request, and works on its state. */
    void entersLane(ScriptRequest request) {
        onLane = request;
    }

    /** Whether a script lane has the client's request. */
    boolean isOnLane() {
        return onLane != null;
    }

    /** The lane has done what it could with the request. */
    void leavesLane(ScriptRequest request) {
        if (onLane == request) {
            onLane = null;
        }
    }

    /** The connection was closed. */
    void gone() {
        isGone = true;
    }

    boolean isGone() {
        return isGone;
    }

    /** What the client's MIGRATE is sending, or has sent; null when there is none. */
    @Nullable Migration migration() {
        return migration;
    }

    void migration(@Nullable Migration newMigration) {
        migration = newMigration;
    }

    /** Remembers, for WAIT, that the client wrote to a slot. */
    void wrote(int slot) {
        if (writtenSlots == null) {
            writtenSlots = new BitSet();
        }
        writtenSlots.set(slot);
    }

    /** The slots written since the last {@link #clearWrittenSlots}; null when there are none. */
    public @Nullable BitSet writtenSlots() {
        return writtenSlots;
    }

    public void clearWrittenSlots() {
        writtenSlots = null;
    }
}
