package dev.rondo.server.command;

import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.commit.Effects;
import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Occupant;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.pubsub.KeyspaceEvents;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.CommandStats;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.Value;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One command being run: its arguments, the time and randomness it may use, the keys it may touch (whose slots are
 * locked) and where its reply and effects go. A command reads time and randomness from here only, so that it can be
 * replayed. Reused for every command of a thread; nothing may keep it.
 *
 * <p>Every change of a key goes through {@link #changed} or a method here that calls it: that sets the entry's
 * version, tells those who watch the key, and makes the command propagate. A command that changed something propagates
 * as it was sent, unless it named its effects with {@link #propagate}.
 */
public final class Call {
    private static final byte[] DEL = Ascii.bytes("DEL");
    private static final byte[] HDEL = Ascii.bytes("HDEL");
    /** The fields of one hash that are removed at once because their time is over. */
    private static final int MOST_FIELDS_EXPIRED = 256;

    private final Databases databases;
    private final CommitPath commitPath;
    private final CommandStats.Shard stats;
    private final RandomGenerator random;
    private final KeyspaceEvents events;
    private final boolean cluster;
    private final Effects effects = new Effects();

    private @Nullable Client client;
    private CommandSpec spec;
    private byte[][] arguments;
    private ReplyWriter reply;
    private Keyspace keyspace;
    private @Nullable Slot slot;
    private @Nullable Slot effectSlot;
    private long nowMs;
    private boolean applying;
    private boolean dirty;
    private boolean explicitEffects;
    private @Nullable ScriptRun script; // whose commands these are
    private @Nullable Slot versionSlot;
    private long version;
    private @Nullable KeyWaits waits;
    private @Nullable AccessControl access;

    /** For commands that no client sends, where it makes no difference whether the node is part of a cluster. */
    Call(
            Databases databases,
            CommitPath commitPath,
            CommandStats.Shard stats,
            RandomGenerator random,
            KeyspaceEvents events) {
        this(databases, commitPath, stats, random, events, false);
    }

    Call(
            Databases databases,
            CommitPath commitPath,
            CommandStats.Shard stats,
            RandomGenerator random,
            KeyspaceEvents events,
            boolean cluster) {
        this.databases = databases;
        this.commitPath = commitPath;
        this.stats = stats;
        this.random = random;
        this.events = events;
        this.cluster = cluster;
        this.keyspace = databases.get(0);
    }

    /** Says who decides what clients may read beyond the keys that their requests name. */
    void access(AccessControl newAccess) {
        access = newAccess;
    }

    /** Commands may block clients from now on. */
    void waits(KeyWaits newWaits) {
        waits = newWaits;
    }

    /** Starts a command or, with {@code commandsFollow}, a transaction of several. */
    void begin(@Nullable Client newClient, Keyspace newKeyspace, ReplyWriter newReply, long newNowMs) {
        client = newClient;
        keyspace = newKeyspace;
        reply = newReply;
        nowMs = newNowMs;
        slot = null;
        effectSlot = null;
        applying = false;
        versionSlot = null;
        script = null;
        effects.clear();
    }

    /** What follows are the commands of a script, or of a transaction with scripts in it. */
    void script(ScriptRun newScript) {
        script = newScript;
    }

    /** What runs the script; only for commands that run on its thread. */
    public ScriptRun script() {
        return Objects.requireNonNull(script);
    }

    /** Whether the command is one of a script's. */
    public boolean isInScript() {
        return script != null && script.isInScript();
    }

    /** Where the reply of the next command goes. */
    void reply(ReplyWriter newReply) {
        reply = newReply;
    }

    /** SELECT: what the client's next commands, or those of its script, work on. */
    void select(int number) {
        keyspace = databases.get(number);
        if (!isInScript()) {
            client().database(number);
        }
    }

    /** Starts the replay of effects that a primary produced: nothing expires by this node's clock. */
    void beginApplying(Slot target, long recordedVersion, ReplyWriter discarded, long recordedNowMs) {
        begin(null, databases.get(target.database()), discarded, recordedNowMs);
        applying = true;
        slot = target;
        effectSlot = target;
        versionSlot = target;
        version = recordedVersion;
    }

    /** The next command of this call. */
    void command(CommandSpec newSpec, byte[][] newArguments) {
        spec = newSpec;
        arguments = newArguments;
        dirty = false;
        explicitEffects = false;
    }

    /**
     * Says which slots are locked.
     *
     * @param onlySlot the slot of every key, null when there are several
     * @param first the slot under whose number the effects are ordered
     */
    void locked(@Nullable Slot onlySlot, Slot first) {
        slot = onlySlot;
        effectSlot = first;
    }

    /** After a command: what it changed becomes an effect. */
    void collectEffects() {
        if (dirty && !explicitEffects && !applying) {
            effects.add(Objects.requireNonNull(effectSlot), arguments);
        }
    }

    /** Hands the effects so far to the commit path, with the slots concerned still locked. */
    void commit() {
        if (effects.isEmpty()) {
            return;
        }
        if (client != null) {
            for (int i = 0; i < effects.size(); i++) {
                client.wrote(effects.slot(i).index());
            }
        }
        commitPath.commit(effects, nowMs);
        effects.clear();
    }

    /**
     * For a command on the whole keyspace: locks one slot after the other of those that hold keys and that this node
     * serves, and commits what {@code visitor} did to it.
     */
    public void eachServedSlot(Keyspace of, Consumer<Slot> visitor) {
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot each = of.slot(i);
            if (each.size() != 0) {
                inServedSlot(each, slot -> {
                    visitor.accept(slot);
                    return null;
                });
            }
        }
    }

    /**
     * As {@link #eachServedSlot} for one slot.
     *
     * @return what {@code visitor} returned, null when this node doesn't serve the slot
     * @throws SlotParkedException when the slot is being handed over, or kept by a script; the command must let it through
     */
    public <T> @Nullable T inServedSlot(Slot each, Function<Slot, @Nullable T> visitor) {
        each.lock();
        try {
            checkVacant(each);
            if (!each.isPrimary()) {
                return null;
            }
            keep(each);
            T result = visitor.apply(each);
            commitUnlessInTransaction();
            return result;
        } finally {
            each.unlock();
        }
    }

    /** @throws SlotParkedException when the (locked) slot is being handed over, or kept by somebody else's script */
    void checkVacant(Slot each) {
        Occupant occupant = each.occupant();
        if (each.role() == Slot.Role.PARKED || occupant != null && occupant != script) {
            throw new SlotParkedException(each);
        }
    }

    /** A script keeps a slot that it has used until its end. */
    private void keep(Slot each) {
        if (script != null) {
            script.keep(each);
        }
    }

    /** For a command that locks slots by itself; a transaction or script has locked all, and commits at its end. */
    void commitUnlessInTransaction() {
        if (script == null && (client == null || !client.isInTransaction())) {
            commit();
        }
    }

    /** Exchanges the keys of two slots that are locked and vacant. */
    void swap(Slot one, Slot other) {
        keep(one);
        keep(other);
        one.swap(other);
        dirty = true;
    }

    /** Removes every key of a slot that is locked; clients that cache are told by the command, with {@link #flushed}. */
    public void clear(Slot each) {
        each.flush(stamp(each), !applying);
        dirty = true;
    }

    /** Tells clients that cache that every key is gone. */
    public void flushed() {
        if (!applying) {
            databases.tracking().flushed(client);
        }
    }

    /** The database that the next command of a transaction works on. */
    void keyspace(Keyspace newKeyspace) {
        keyspace = newKeyspace;
    }

    // ---- what was asked ----

    /** The client; null when effects are replayed. */
    public @Nullable Client clientOrNull() {
        return client;
    }

    /** The client of a command that only clients can send. */
    public Client client() {
        return Objects.requireNonNull(client);
    }

    /** Whether the client may read keys that its request does not name; a replay may. */
    boolean mayReadAnyKey() {
        return client == null
                || client.user().isUnrestricted()
                || access != null && access.mayReadAnyKeyWith(client.user(), spec, arguments);
    }

    public CommandSpec spec() {
        return spec;
    }

    /** The command's name and arguments. */
    public byte[][] arguments() {
        return arguments;
    }

    public int count() {
        return arguments.length;
    }

    public byte[] argument(int index) {
        return arguments[index];
    }

    public long longArgument(int index) {
        return Arguments.toLong(arguments[index]);
    }

    public ReplyWriter reply() {
        return reply;
    }

    /** Unix time in milliseconds at which the command runs everywhere. */
    public long nowMs() {
        return nowMs;
    }

    public RandomGenerator random() {
        return random;
    }

    public CommandStats.Shard stats() {
        return stats;
    }

    /** Whether effects of a primary are being replayed. */
    public boolean isApplying() {
        return applying;
    }

    /** The slot whose effects are being replayed. */
    public Slot appliedSlot() {
        return Objects.requireNonNull(effectSlot);
    }

    /** Whether the node is part of a cluster. */
    public boolean isCluster() {
        return cluster;
    }

    /** Whether a key given this expiry is to be deleted at once; a replay leaves that to the primary. */
    public boolean isPast(long expireAtMs) {
        return !applying && expireAtMs <= nowMs;
    }

    public Databases databases() {
        return databases;
    }

    public Keyspace keyspace() {
        return keyspace;
    }

    /** The slot of {@code key}, whose lock is held. */
    public Slot slotOf(byte[] key) {
        return slot != null ? slot : keyspace.slotOf(key);
    }

    // ---- keys ----

    /** The entry of a live key, for a command that only reads it; counts a hit or a miss. */
    public @Nullable Entry read(byte[] key) {
        Entry entry = readUntouched(key);
        if (entry != null) {
            used(entry);
        }
        return entry;
    }

    /** As {@link #read}, but the key doesn't count as used. */
    public @Nullable Entry readUntouched(byte[] key) {
        Entry entry = inspect(key);
        if (entry == null) {
            event(EventClass.KEY_MISS, "keymiss", key);
        }
        return entry;
    }

    /** As {@link #readUntouched}, for a command that asks about the entry: no event tells of a miss. */
    public @Nullable Entry inspect(byte[] key) {
        Entry entry = peek(key);
        if (entry == null) {
            stats.misses++;
        } else {
            stats.hits++;
        }
        return entry;
    }

    /** The entry of a live key, for a command that may change it. */
    public @Nullable Entry write(byte[] key) {
        Entry entry = peek(key);
        if (entry != null) {
            used(entry);
        }
        return entry;
    }

    private void used(Entry entry) {
        if (client == null || !client.isNoTouch()) {
            entry.accessedAt((int) (nowMs / 1000));
        }
    }

    /** The entry of a live key, without a trace. An expired one is removed on the way if this node is the primary. */
    public @Nullable Entry peek(byte[] key) {
        return peek(slotOf(key), key);
    }

    /** As {@link #peek(byte[])}, in a slot of any database that is locked. */
    public @Nullable Entry peek(Slot home, byte[] key) {
        Entry entry = home.find(key);
        if (entry == null || applying) {
            return entry;
        }
        if (entry.isExpired(nowMs)) {
            if (home.isPrimary()) {
                expire(home, entry);
            }
            return null;
        }
        if (entry.value() instanceof HashValue hash && hash.earliestExpiryMs() < nowMs && home.isPrimary()) {
            return expireFields(home, entry, hash) ? entry : null;
        }
        return entry;
    }

    /**
     * Removes what has expired of an entry of a slot whose primary this node is: the whole or fields of its hash, of
     * which some may be left to the next call.
     */
    void expireAny(Slot home, Entry entry) {
        if (entry.isExpired(nowMs)) {
            expire(home, entry);
        } else if (entry.value() instanceof HashValue hash) {
            expireFields(home, entry, hash);
        }
    }

    private boolean expireFields(Slot home, Entry entry, HashValue hash) {
        return removedFields(home, entry, hash, hash.removeExpired(nowMs, MOST_FIELDS_EXPIRED));
    }

    /**
     * For a command that changes fields of a hash, which are its arguments {@code [from..to)}, every {@code step}th:
     * removes those whose time is over, if any are left.
     *
     * @return whether the key is still there
     */
    public boolean expireFields(Entry entry, int from, int to, int step) {
        HashValue hash = (HashValue) entry.value();
        if (applying || hash.earliestExpiryMs() >= nowMs) {
            return true;
        }
        List<byte[]> expired = new ArrayList<>();
        for (int i = from; i < to; i += step) {
            if (hash.isExpired(arguments[i], nowMs) && hash.remove(arguments[i])) {
                expired.add(arguments[i]);
            }
        }
        return removedFields(slotOf(entry.key()), entry, hash, expired);
    }

    /** Tells everybody that these fields of an entry's hash are gone, and removes the key if nothing is left. */
    private boolean removedFields(Slot home, Entry entry, HashValue hash, List<byte[]> fields) {
        if (!fields.isEmpty()) {
            List<byte[]> effect = new ArrayList<>(List.of(HDEL, entry.key()));
            effect.addAll(fields);
            effects.add(home, effect.toArray(new byte[0][]));
            home.setVersion(entry, stamp(home));
            event(EventClass.HASH, "hexpired", home, entry.key());
            if (hash.size() == 0) {
                home.remove(entry.key(), entry.version());
                event(EventClass.GENERIC, "del", home, entry.key());
            }
            home.touched(entry.key(), client);
        }
        return hash.size() > 0;
    }

    /** The time by which the fields of a hash count as expired; none do in a replay, which leaves that to the primary. */
    public long fieldTimeMs() {
        return applying ? Long.MIN_VALUE : nowMs;
    }

    /** Removes an expired entry of a slot whose primary this node is. */
    void expire(Slot home, Entry entry) {
        home.remove(entry.key(), entry.version()); // a later write elsewhere, which kept the key, is not undone
        stamp(home);
        home.expired(entry.key(), client);
        stats.expired++;
        event(EventClass.EXPIRED, "expired", home, entry.key());
        effects.add(home, new byte[][] {DEL, entry.key()});
    }

    /** As {@link #read}, for a key that must hold a string. */
    public @Nullable Object readString(byte[] key) {
        Entry entry = read(key);
        return entry == null ? null : stringOf(entry);
    }

    /** The entry's value, which must be a string. */
    public static Object stringOf(Entry entry) {
        if (!StringValue.isString(entry.value())) {
            throw CommandException.wrongType();
        }
        return entry.value();
    }

    /** As {@link #read}, for a key that must hold a collection of the type; null when there is none. */
    public <V extends Value> @Nullable V read(byte[] key, Class<V> type) {
        Entry entry = read(key);
        return entry == null ? null : valueOf(entry, type);
    }

    /** As {@link #write}, for a key that must hold a collection of the type: its entry; null when there is none. */
    public <V extends Value> @Nullable Entry write(byte[] key, Class<V> type) {
        Entry entry = write(key);
        if (entry != null) {
            valueOf(entry, type);
        }
        return entry;
    }

    /**
     * As {@link #write(byte[], Class)}, but a key that is not there is added with a new value. The command must put
     * something into it and call {@link #changed}: what can go wrong must be checked before.
     */
    public <V extends Value> Entry writeOrAdd(byte[] key, Class<V> type, Supplier<V> empty) {
        Entry entry = write(key, type);
        return entry == null ? add(slotOf(key), key, empty.get()) : entry;
    }

    /** The entry's value, which must be of the type. */
    public static <V extends Value> V valueOf(Entry entry, Class<V> type) {
        if (!type.isInstance(entry.value())) {
            throw CommandException.wrongType();
        }
        return type.cast(entry.value());
    }

    /** Up to which size collections take their compact forms. */
    public Limits limits() {
        return databases.limits();
    }

    /** Gives the key a new value of any type and takes its expiry away. */
    public Entry set(byte[] key, Object value) {
        return set(key, write(key), value, false);
    }

    /** As {@link #set(byte[], Object)}, where {@code present} is what {@link #write} gave. */
    public Entry set(byte[] key, @Nullable Entry present, Object value, boolean keepExpiry) {
        Slot home = slotOf(key);
        Entry entry = present;
        if (entry == null) {
            entry = add(home, key, value);
        } else {
            home.setValue(entry, value);
            if (!keepExpiry && entry.hasExpiry()) {
                home.setExpiry(entry, Entry.NO_EXPIRY);
            }
        }
        changed(home, entry);
        return entry;
    }

    /** Adds a key that is not present to a locked slot, with an expiry or {@link Entry#NO_EXPIRY}. */
    public Entry put(Slot home, byte[] key, Object value, long expireAtMs) {
        Entry entry = add(home, key, value);
        home.setExpiry(entry, expireAtMs);
        changed(home, entry);
        return entry;
    }

    private Entry add(Slot home, byte[] key, Object value) {
        Entry entry = home.add(key, value);
        entry.accessedAt((int) (nowMs / 1000));
        event(EventClass.NEW, "new", home, key);
        return entry;
    }

    /** Replaces the value of an entry; its expiry stays. */
    public void replace(Entry entry, Object value) {
        Slot home = slotOf(entry.key());
        home.setValue(entry, value);
        changed(home, entry);
    }

    /** Sets or removes ({@link Entry#NO_EXPIRY}) the expiry of an entry. */
    public void expireAt(Entry entry, long atMs) {
        Slot home = slotOf(entry.key());
        home.setExpiry(entry, atMs);
        changed(home, entry);
    }

    /** Removes a live key, with the event that says so; false when there is none. */
    public boolean delete(byte[] key) {
        boolean deleted = remove(slotOf(key), key);
        if (deleted) {
            event(EventClass.GENERIC, "del", key);
        }
        return deleted;
    }

    /** As {@link #delete(byte[])}, in a slot of any database that is locked, and without an event. */
    public boolean remove(Slot home, byte[] key) {
        Entry entry = peek(home, key);
        if (entry == null) {
            if (applying) {
                home.remove(key, stamp(home)); // it may be missing because the copy is not complete yet
            }
            return false;
        }
        long at = stamp(home);
        home.remove(key, applying && entry.isExpired(nowMs) ? entry.version() : at);
        home.touched(key, client);
        dirty = true;
        return true;
    }

    /** To be called after the value of an entry was changed in place. */
    public void changed(Entry entry) {
        changed(slotOf(entry.key()), entry);
    }

    /** As {@link #changed(Entry)}, with the event of the change. */
    public void changed(Entry entry, EventClass of, String event) {
        changed(entry);
        event(of, event, entry.key());
    }

    /**
     * As {@link #changed(Entry)}, but nobody who watches the key or waits for it is told: what consumer groups note is no
     * change of a stream to them, as in Redis.
     */
    public void changedQuietly(Entry entry) {
        Slot home = slotOf(entry.key());
        home.setVersion(entry, stamp(home));
        home.touchedQuietly(entry.key());
        dirty = true;
    }

    /**
     * To be called after something was removed from the collection that the entry holds: the key goes with the last.
     *
     * @param event the event of the removal, which that of the key's end may follow
     */
    public void changedOrEmptied(Entry entry, EventClass of, String event) {
        if (((Value) entry.value()).size() == 0) {
            event(of, event, entry.key());
            delete(entry.key());
        } else {
            changed(entry, of, event);
        }
    }

    /** For a command that left a key as it is, but counts as a change to those who watch it. */
    public void touched(Entry entry) {
        slotOf(entry.key()).touched(entry.key(), client);
    }

    private void changed(Slot home, Entry entry) {
        home.changed(entry);
        home.setVersion(entry, stamp(home));
        home.touched(entry.key(), client);
        dirty = true;
    }

    /** The version that everything this call writes to the slot bears. */
    private long stamp(Slot home) {
        if (versionSlot != home) {
            versionSlot = home;
            version = home.nextVersion(nowMs);
        }
        return version;
    }

    // ---- events ----

    /** Tells those who listen to keyspace events what was done to a key; to be called after the change. */
    public void event(EventClass of, String event, byte[] key) {
        if (events.isChosen(of)) {
            event(of, event, slotOf(key), key);
        }
    }

    /** As {@link #event(EventClass, String, byte[])}, for a key of any database. Replays are silent. */
    public void event(EventClass of, String event, Slot home, byte[] key) {
        if (events.isChosen(of) && !applying) {
            events.publish(event, home.database(), key);
        }
    }

    // ---- waiting ----

    /** Blocks the client until there is what it waits for; where no command may block, it gives up at once. */
    public void await(KeyWait wait) {
        if (waits == null || !mayWait()) {
            wait.giveUp().accept(reply);
        } else {
            waits.block(wait);
        }
    }

    /** Whether the command may block its client: there is one, and it is not in a transaction or a script. */
    public boolean mayWait() {
        return client != null && script == null && !client.isInTransaction();
    }

    // ---- effects ----

    /** Whether the command has changed anything. */
    public boolean isDirty() {
        return dirty;
    }

    /** Names what the command did in a form that replays the same; several calls add up. */
    public void propagate(byte[]... command) {
        propagate(Objects.requireNonNull(effectSlot), command);
    }

    /** As {@link #propagate(byte[]...)}, for a command that locks the slots it changes by itself. */
    public void propagate(Slot home, byte[]... command) {
        explicitEffects = true;
        if (!applying) {
            effects.add(home, command);
        }
    }

    /** The command changed something that need not reach anybody else. */
    public void propagateNothing() {
        explicitEffects = true;
    }
}
