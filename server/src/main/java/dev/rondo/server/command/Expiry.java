package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.HashValue;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes the keys, and fields of hashes, whose time is over when a {@link Call} meets them. Only a primary does so,
 * and what it removed is an effect of its own, a DEL or HDEL in front of the command's: replicas go by that and not by
 * their clocks.
 */
final class Expiry {
    private static final byte[] DEL = Ascii.bytes("DEL");
    private static final byte[] HDEL = Ascii.bytes("HDEL");
    /** The fields of one hash that are removed at once. */
    private static final int MOST_FIELDS = 256;

    private final Call call;

    Expiry(Call call) {
        this.call = call;
    }

    /**
     * Removes what has expired of an entry of a slot whose primary this node is: the whole or fields of its hash, of
     * which some may be left to the next call.
     */
    void removeAny(Slot home, Entry entry) {
        if (entry.isExpired(call.nowMs())) {
            remove(home, entry);
        } else if (entry.value() instanceof HashValue hash) {
            removeFields(home, entry, hash);
        }
    }

    /** Removes an expired entry of a slot whose primary this node is. */
    void remove(Slot home, Entry entry) {
        home.remove(entry.key(), entry.version()); // a later write elsewhere, which kept the key, is not undone
        call.stamp(home);
        home.expired(entry.key(), call.clientOrNull());
        call.stats().expired++;
        call.event(EventClass.EXPIRED, "expired", home, entry.key());
        call.addEffect(home, DEL, entry.key());
    }

    /** Removes expired fields of a hash in a slot whose primary this node is; whether the key is still there. */
    boolean removeFields(Slot home, Entry entry, HashValue hash) {
        return removed(home, entry, hash, hash.removeExpired(call.nowMs(), MOST_FIELDS));
    }

    /**
     * For a command that changes fields of a hash, which are its arguments {@code [from..to)}, every {@code step}th:
     * removes those whose time is over, if any are left.
     *
     * @return whether the key is still there
     */
    boolean removeNamedFields(Entry entry, int from, int to, int step) {
        HashValue hash = (HashValue) entry.value();
        if (call.isApplying() || hash.earliestExpiryMs() >= call.nowMs()) {
            return true;
        }
        List<byte[]> expired = new ArrayList<>();
        for (int i = from; i < to; i += step) {
            byte[] field = call.argument(i);
            if (hash.isExpired(field, call.nowMs()) && hash.remove(field)) {
                expired.add(field);
            }
        }
        return removed(call.slotOf(entry.key()), entry, hash, expired);
    }

    /** Tells everybody that these fields of an entry's hash are gone, and removes the key if nothing is left. */
    private boolean removed(Slot home, Entry entry, HashValue hash, List<byte[]> fields) {
        if (!fields.isEmpty()) {
            List<byte[]> effect = new ArrayList<>(List.of(HDEL, entry.key()));
            effect.addAll(fields);
            call.addEffect(home, effect.toArray(new byte[0][]));
            home.changed(entry);
            home.setVersion(entry, call.stamp(home));
            call.event(EventClass.HASH, "hexpired", home, entry.key());
            if (hash.size() == 0) {
                home.remove(entry.key(), entry.version());
                call.event(EventClass.GENERIC, "del", home, entry.key());
            }
            home.touched(entry.key(), call.clientOrNull());
        }
        return hash.size() > 0;
    }
}
