package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.HashValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Fields of hashes that expire: HEXPIRE, HTTL, HPERSIST and their like, as in Redis 7.4. */
final class HashExpiryCommands {
    private static final byte[] HPEXPIREAT = Ascii.bytes("HPEXPIREAT");
    private static final byte[] HPERSIST = Ascii.bytes("HPERSIST");
    private static final byte[] HDEL = Ascii.bytes("HDEL");
    private static final byte[] FIELDS = Ascii.bytes("FIELDS");
    private static final long MS_PER_SECOND = 1000;
    /** The latest time that Redis takes for a field: 46 bits of milliseconds. */
    private static final long MAX_TIME_MS = (1L << 46) - 1;

    private static final int NO_FIELD = -2;
    private static final int NO_TIME = -1;
    private static final int NOT_ALLOWED = 0;
    private static final int DONE = 1;
    private static final int DELETED = 2;

    private HashExpiryCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                expiring("hexpire").runs(call -> expire(call, true, call.nowMs())),
                expiring("hpexpire").runs(call -> expire(call, false, call.nowMs())),
                expiring("hexpireat").runs(call -> expire(call, true, 0)),
                expiring("hpexpireat").runs(call -> expire(call, false, 0)),
                telling("httl").runs(call -> tell(call, atMs -> seconds(Math.max(0, atMs - call.nowMs())))),
                telling("hpttl").runs(call -> tell(call, atMs -> Math.max(0, atMs - call.nowMs()))),
                telling("hexpiretime").runs(call -> tell(call, HashExpiryCommands::seconds)),
                telling("hpexpiretime").runs(call -> tell(call, atMs -> atMs)),
                command("hpersist", -5)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.HASH)
                        .keys(1, 1, 1, "RW", "update")
                        .runs(HashExpiryCommands::persist));
    }

    private static CommandSpec expiring(String name) {
        return command(name, -6)
                .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                .acl(Category.HASH)
                .keys(1, 1, 1, "RW", "update");
    }

    private static CommandSpec telling(String name) {
        return command(name, -5)
                .flags(Flag.READONLY, Flag.FAST)
                .acl(Category.HASH)
                .keys(1, 1, 1, "RO", "access");
    }

    private static long seconds(long ms) {
        return (ms + MS_PER_SECOND - 1) / MS_PER_SECOND;
    }

    /**
     * The fields that a command names at its end, behind FIELDS and their number; the word stands at {@code wordAt}.
     */
    private static byte[][] fields(Call call, int wordAt, String badNumber) {
        if (!Arguments.is(call.argument(wordAt), "fields")) {
            throw new CommandException("ERR Mandatory argument FIELDS is missing or not at the right position");
        }
        int countAt = wordAt + 1;
        long count = Arguments.toLong(call.argument(countAt), 1, Long.MAX_VALUE, badNumber);
        if (count != call.count() - countAt - 1) {
            throw new CommandException("ERR The `numfields` parameter must match the number of arguments");
        }
        return Arrays.copyOfRange(call.arguments(), countAt + 1, call.count());
    }

    // ---- setting ----

    /** When a field's expiry may be set: always, or under the condition of its name. */
    private enum Condition {
        ALWAYS,
        NX,
        XX,
        GT,
        LT;

        static Condition of(byte[] word) {
            for (Condition condition : values()) {
                if (condition != ALWAYS && Arguments.is(word, condition.name().toLowerCase(Locale.ROOT))) {
                    return condition;
                }
            }
            return ALWAYS;
        }

        /** A field without an expiry counts as one that goes infinitely late. */
        boolean allows(long presentMs, long atMs) {
            boolean present = presentMs != HashValue.NO_EXPIRY;
            return switch (this) {
                case ALWAYS -> true;
                case NX -> !present;
                case XX -> present;
                case GT -> present && atMs > presentMs;
                case LT -> !present || atMs < presentMs;
            };
        }
    }

    private static void expire(Call call, boolean inSeconds, long baseMs) {
        Entry entry = call.write(call.argument(1), HashValue.class);
        long atMs = time(call, inSeconds, baseMs);
        Condition condition = Condition.of(call.argument(3));
        byte[][] fields = fields(
                call, condition == Condition.ALWAYS ? 3 : 4, "ERR Parameter `numFields` should be greater than 0");
        HashValue hash = withoutExpired(call, entry, fields.length);
        List<byte[]> set = new ArrayList<>();
        List<byte[]> deleted = new ArrayList<>();
        call.reply().array(fields.length);
        for (byte[] field : fields) {
            int result = hash == null ? NO_FIELD : expire(call, hash, field, atMs, condition);
            if (result == DONE) {
                set.add(field);
            } else if (result == DELETED) {
                deleted.add(field);
            }
            call.reply().integer(result);
        }
        if (entry != null && !(deleted.isEmpty() && set.isEmpty())) {
            call.changedOrEmptied(entry, EventClass.HASH, deleted.isEmpty() ? "hexpire" : "hdel");
            propagate(call, atMs, set);
            if (!deleted.isEmpty()) {
                List<byte[]> effect = new ArrayList<>(Arrays.asList(HDEL, call.argument(1)));
                effect.addAll(deleted);
                call.propagate(effect.toArray(new byte[0][]));
            }
        }
    }

    /** The hash of an entry without those of the command's last arguments whose time is over; null if there is none. */
    private static @Nullable HashValue withoutExpired(Call call, @Nullable Entry entry, int fields) {
        return entry != null && call.expiry().removeNamedFields(entry, call.count() - fields, call.count(), 1)
                ? (HashValue) entry.value()
                : null;
    }

    private static int expire(Call call, HashValue hash, byte[] field, long atMs, Condition condition) {
        if (!hash.contains(field)) {
            return NO_FIELD;
        }
        if (!condition.allows(hash.expiryOf(field), atMs)) {
            return NOT_ALLOWED;
        }
        if (call.isPast(atMs)) {
            hash.remove(field);
            return DELETED;
        }
        hash.expireAt(field, atMs);
        return DONE;
    }

    private static long time(Call call, boolean inSeconds, long baseMs) {
        long value = call.longArgument(2);
        if (value < 0) {
            throw new CommandException("ERR invalid expire time, must be >= 0");
        }
        if (inSeconds) {
            if (value > MAX_TIME_MS / MS_PER_SECOND) {
                throw StringOptions.invalidExpireTime(call);
            }
            value *= MS_PER_SECOND;
        }
        if (value > MAX_TIME_MS - baseMs) {
            throw StringOptions.invalidExpireTime(call);
        }
        return value + baseMs;
    }

    /** Says that these fields of the command's key expire at a time. */
    static void propagate(Call call, long atMs, List<byte[]> fields) {
        if (!fields.isEmpty()) {
            propagateFields(call, List.of(HPEXPIREAT, call.argument(1), Ascii.decimal(atMs)), fields);
        }
    }

    private static void propagateFields(Call call, List<byte[]> start, List<byte[]> fields) {
        List<byte[]> effect = new ArrayList<>(start);
        effect.add(FIELDS);
        effect.add(Ascii.decimal(fields.size()));
        effect.addAll(fields);
        call.propagate(effect.toArray(new byte[0][]));
    }

    private static void persist(Call call) {
        Entry entry = call.write(call.argument(1), HashValue.class);
        byte[][] fields = fields(call, 2, "ERR Number of fields must be a positive integer");
        HashValue hash = withoutExpired(call, entry, fields.length);
        List<byte[]> persisted = new ArrayList<>();
        call.reply().array(fields.length);
        for (byte[] field : fields) {
            if (hash == null || !hash.contains(field)) {
                call.reply().integer(NO_FIELD);
            } else if (hash.persist(field)) {
                persisted.add(field);
                call.reply().integer(DONE);
            } else {
                call.reply().integer(NO_TIME);
            }
        }
        if (entry != null && !persisted.isEmpty()) {
            call.changed(entry, EventClass.HASH, "hpersist");
            propagateFields(call, List.of(HPERSIST, call.argument(1)), persisted);
        }
    }

    // ---- telling ----

    private static void tell(Call call, LongUnaryOperator form) {
        HashValue hash = call.read(call.argument(1), HashValue.class);
        byte[][] fields = fields(call, 2, "ERR Number of fields must be a positive integer");
        call.reply().array(fields.length);
        for (byte[] field : fields) {
            call.reply().integer(tell(hash, field, call.fieldTimeMs(), form));
        }
    }

    private static long tell(@Nullable HashValue hash, byte[] field, long nowMs, LongUnaryOperator form) {
        if (hash == null || !hash.contains(field) || hash.isExpired(field, nowMs)) {
            return NO_FIELD;
        }
        long atMs = hash.expiryOf(field);
        return atMs == HashValue.NO_EXPIRY ? NO_TIME : form.applyAsLong(atMs);
    }
}
