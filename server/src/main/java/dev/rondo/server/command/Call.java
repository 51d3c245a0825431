package dev.rondo.server.command;

import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.commit.Effects;
import dev.rondo.server.keyspace.Databases;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.pubsub.KeyspaceEvents;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.CommandStats;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.Value;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One command being run: what it was given ({@link Invocation}), the keys it may touch (whose slots are locked) and
 * where its effects go. A command reads time and randomness from here only, so that it can be replayed. Reused for
 * every command of a thread; nothing may keep it.
 *
 * <p>Every change of a key goes through {@link #changed} or a method here that calls it: that sets the entry's
 * version, tells those who watch the key, and makes the command propagate. A command that changed something propagates
 * as it was sent, unless it named its effects with {@link #propagate}.
 */
public final class Call extends Invocation {
    private final CommitPath commitPath;
    private final KeyspaceEvents events;
    private final Effects effects = new Effects();
    private final Expiry expiry = new Expiry(this);
    private final ServedSlots servedSlots = new ServedSlots(this);

    private @Nullable Slot slot;
    private @Nullable Slot effectSlot;
    private boolean dirty;
    private boolean explicitEffects;
    private @Nullable Slot versionSlot;
    private long version;
    private @Nullable KeyWaits waits;

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
        super(databases, stats, random, cluster);
        this.commitPath = commitPath;
        this.events = events;
    }

    /** Commands may block clients from now on. */
    void waits(KeyWaits newWaits) {
        waits = newWaits;
    }

    /** Starts a command or a transaction of several. */
    void begin(@Nullable Client newClient, Keyspace newKeyspace, ReplyWriter newReply, long newNowMs) {
        begin(newClient, newKeyspace, newReply, newNowMs, false);
    }

    private void begin(
            @Nullable Client newClient, Keyspace newKeyspace, ReplyWriter newReply, long newNowMs, boolean isReplay) {
        askedBy(newClient, newKeyspace, newReply, newNowMs, isReplay);
        slot = null;
        effectSlot = null;
        versionSlot = null;
        effects.clear();
    }

    /** Starts the replay of effects that a primary produced: nothing expires by this node's clock. */
    void beginApplying(Slot target, long recordedVersion, ReplyWriter discarded, long recordedNowMs) {
        begin(null, databases().get(target.database()), discarded, recordedNowMs, true);
        slot = target;
        effectSlot = target;
        versionSlot = target;
        version = recordedVersion;
    }

    /** The next command of this call. */
    @Override
    void command(CommandSpec newSpec, byte[][] newArguments) {
        super.command(newSpec, newArguments);
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
        if (dirty && !explicitEffects && !isApplying()) {
            effects.add(Objects.requireNonNull(effectSlot), arguments());
        }
    }

    /** Notes an effect that is not the command's own, of which several may be in front of it. */
    void addEffect(Slot home, byte[]... command) {
        effects.add(home, command);
    }

    /** Hands the effects so far to the commit path, with the slots concerned still locked. */
    void commit() {
        if (effects.isEmpty()) {
            return;
        }
        Client client = clientOrNull();
        if (client != null) {
            for (int i = 0; i < effects.size(); i++) {
                client.wrote(effects.slot(i).index());
            }
        }
        commitPath.commit(effects, nowMs());
        effects.clear();
    }

    /** For a command that locks slots by itself; a transaction or script has locked all, and commits at its end. */
    void commitUnlessOneOfSeveral() {
        if (!isOneOfSeveral()) {
            commit();
        }
    }

    /** The slots that a command on the whole keyspace goes through. */
    ServedSlots servedSlots() {
        return servedSlots;
    }

    /** Exchanges the keys of two slots that are locked and vacant. */
    void swap(Slot one, Slot other) {
        servedSlots.keep(one);
        servedSlots.keep(other);
        one.swap(other);
        dirty = true;
    }

    /**
     * Removes every key of a slot that is locked; clients that cache are told by the command, with {@link #flushed}.
     */
    public void clear(Slot each) {
        each.flush(stamp(each), !isApplying());
        dirty = true;
    }

    /** Tells clients that cache that every key is gone. */
    public void flushed() {
        if (!isApplying()) {
            databases().tracking().flushed(clientOrNull());
        }
    }

    /** The slot whose effects are being replayed. */
    public Slot appliedSlot() {
        return Objects.requireNonNull(effectSlot);
    }

    /** The slot of {@code key}, whose lock is held. */
    public Slot slotOf(byte[] key) {
        return slot != null ? slot : keyspace().slotOf(key);
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
            stats().misses++;
        } else {
            stats().hits++;
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
        Client client = clientOrNull();
        if (client == null || !client.isNoTouch()) {
            touch(entry);
        }
    }

    /** The key counts as used, whatever its client has asked for. */
    void touch(Entry entry) {
        databases().memory().used(entry, nowMs(), random());
    }

    /** The entry of a live key, without a trace. An expired one is removed on the way if this node is the primary. */
    public @Nullable Entry peek(byte[] key) {
        return peek(slotOf(key), key);
    }

    /** As {@link #peek(byte[])}, in a slot of any database that is locked. */
    public @Nullable Entry peek(Slot home, byte[] key) {
        Entry entry = home.find(key);
        if (entry == null || isApplying()) {
            return entry;
        }
        if (entry.isExpired(nowMs())) {
            if (home.isPrimary()) {
                expiry.remove(home, entry);
            }
            return null;
        }
        if (entry.value() instanceof HashValue hash && hash.earliestExpiryMs() < nowMs() && home.isPrimary()) {
            return expiry.removeFields(home, entry, hash) ? entry : null;
        }
        return entry;
    }

    /** Removes what has expired of the keys that the command meets. */
    Expiry expiry() {
        return expiry;
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
        return databases().limits();
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
        written(home, entry);
        return entry;
    }

    /** Adds a key that is not present to a locked slot, with an expiry or {@link Entry#NO_EXPIRY}. */
    public Entry put(Slot home, byte[] key, Object value, long expireAtMs) {
        Entry entry = add(home, key, value);
        home.setExpiry(entry, expireAtMs);
        written(home, entry);
        return entry;
    }

    private Entry add(Slot home, byte[] key, Object value) {
        Entry entry = home.add(key, value);
        databases().memory().isNew(entry, nowMs());
        event(EventClass.NEW, "new", home, key);
        return entry;
    }

    /** Replaces the value of an entry; its expiry stays. */
    public void replace(Entry entry, Object value) {
        Slot home = slotOf(entry.key());
        home.setValue(entry, value);
        written(home, entry);
    }

    /** Sets or removes ({@link Entry#NO_EXPIRY}) the expiry of an entry. */
    public void expireAt(Entry entry, long atMs) {
        Slot home = slotOf(entry.key());
        home.setExpiry(entry, atMs);
        written(home, entry);
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
            if (isApplying()) {
                home.remove(key, stamp(home)); // it may be missing because the copy is not complete yet
            } else if (home.mayOthersHoldMore()) { // one who comes back must not bring back an older value
                home.remove(key, stamp(home));
                dirty = true;
            }
            return false;
        }
        long at = stamp(home);
        home.remove(key, isApplying() && entry.isExpired(nowMs()) ? entry.version() : at);
        home.touched(key, clientOrNull());
        dirty = true;
        return true;
    }

    /** To be called after the value of an entry was changed in place. */
    public void changed(Entry entry) {
        Slot home = slotOf(entry.key());
        home.changed(entry);
        written(home, entry);
    }

    /** As {@link #changed(Entry)}, with the event of the change. */
    public void changed(Entry entry, EventClass of, String event) {
        changed(entry);
        event(of, event, entry.key());
    }

    /**
     * As {@link #changed(Entry)}, but nobody who watches the key or waits for it is told: what consumer groups note is
     * no change of a stream to them, as in Redis.
     */
    public void changedQuietly(Entry entry) {
        Slot home = slotOf(entry.key());
        home.changed(entry);
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
        slotOf(entry.key()).touched(entry.key(), clientOrNull());
    }

    /** The slot knows of the change; it gets a version, and everybody is told. */
    private void written(Slot home, Entry entry) {
        home.setVersion(entry, stamp(home));
        home.touched(entry.key(), clientOrNull());
        dirty = true;
    }

    /** The version that everything this call writes to the slot bears. */
    long stamp(Slot home) {
        if (versionSlot != home) {
            versionSlot = home;
            version = home.nextVersion(nowMs());
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
        if (events.isChosen(of) && !isApplying()) {
            events.publish(event, home.database(), key);
        }
    }

    // ---- waiting ----

    /** Blocks the client until there is what it waits for; where no command may block, it gives up at once. */
    public void await(KeyWait wait) {
        if (waits == null || !mayWait()) {
            wait.giveUp().accept(reply());
        } else {
            waits.block(wait);
        }
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
        if (!isApplying()) {
            effects.add(home, command);
        }
    }

    /** The command changed something that need not reach anybody else. */
    public void propagateNothing() {
        explicitEffects = true;
    }
}
