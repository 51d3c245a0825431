package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** When keys go: EXPIRE and TTL in all their forms, PERSIST. */
final class ExpiryCommands {
    static final byte[] DEL = Ascii.bytes("DEL");
    private static final byte[] PEXPIREAT = Ascii.bytes("PEXPIREAT");
    private static final byte[] PERSIST = Ascii.bytes("PERSIST");
    private static final long MS_PER_SECOND = 1000;
    private static final int LONGEST_CONDITION = 2;

    private ExpiryCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                setting("expire", -3).runs(call -> expire(call, true, call.nowMs())),
                setting("pexpire", -3).runs(call -> expire(call, false, call.nowMs())),
                setting("expireat", -3).runs(call -> expire(call, true, 0)),
                setting("pexpireat", -3).runs(call -> expire(call, false, 0)),
                setting("persist", 2).runs(ExpiryCommands::persist),
                asking("ttl").tips("nondeterministic_output").runs(call -> reply(call, true, call.nowMs())),
                asking("pttl").tips("nondeterministic_output").runs(call -> reply(call, false, call.nowMs())),
                asking("expiretime").runs(call -> reply(call, true, 0)),
                asking("pexpiretime").runs(call -> reply(call, false, 0)));
    }

    private static CommandSpec setting(String name, int arity) {
        return command(name, arity)
                .flags(Flag.WRITE, Flag.FAST)
                .acl(Category.KEYSPACE)
                .keys(1, 1, 1, "RW", "update");
    }

    private static CommandSpec asking(String name) {
        return command(name, 2)
                .flags(Flag.READONLY, Flag.FAST)
                .acl(Category.KEYSPACE)
                .keys(1, 1, 1, "RO", "access");
    }

    /** The NX, XX, GT and LT of EXPIRE. */
    private record Conditions(boolean none, boolean some, boolean later, boolean earlier) {
        static Conditions parse(byte[][] arguments) {
            boolean none = false;
            boolean some = false;
            boolean later = false;
            boolean earlier = false;
            for (int i = 3; i < arguments.length; i++) {
                byte[] word = arguments[i];
                String option = word.length > LONGEST_CONDITION
                        ? ""
                        : Ascii.string(word).toLowerCase(Locale.ROOT);
                switch (option) {
                    case "nx" -> none = true;
                    case "xx" -> some = true;
                    case "gt" -> later = true;
                    case "lt" -> earlier = true;
                    default -> throw new CommandException("ERR Unsupported option " + Ascii.cString(word));
                }
            }
            if (none && (some || later || earlier)) {
                throw new CommandException("ERR NX and XX, GT or LT options at the same time are not compatible");
            }
            if (later && earlier) {
                throw new CommandException("ERR GT and LT options at the same time are not compatible");
            }
            return new Conditions(none, some, later, earlier);
        }

        /** A key without an expiry counts as one that goes infinitely late. */
        boolean allow(Entry entry, long atMs) {
            boolean present = entry.hasExpiry();
            return !(none && present)
                    && !(some && !present)
                    && !(later && (!present || atMs <= entry.expireAtMs()))
                    && !(earlier && present && atMs >= entry.expireAtMs());
        }
    }

    private static void expire(Call call, boolean seconds, long baseMs) {
        byte[] key = call.argument(1);
        Conditions conditions = call.count() == 3 ? null : Conditions.parse(call.arguments());
        long atMs = expiryTime(call, seconds, baseMs);
        Entry entry = call.write(key);
        if (entry == null || conditions != null && !conditions.allow(entry, atMs)) {
            call.reply().integer(0);
            return;
        }
        if (call.isPast(atMs)) {
            call.delete(key);
            call.propagate(DEL, key);
        } else {
            expireAt(call, entry, atMs);
        }
        call.reply().integer(1);
    }

    private static long expiryTime(Call call, boolean seconds, long baseMs) {
        long value = call.longArgument(2);
        if (seconds) {
            if (value > Long.MAX_VALUE / MS_PER_SECOND || value < Long.MIN_VALUE / MS_PER_SECOND) {
                throw StringOptions.invalidExpireTime(call);
            }
            value *= MS_PER_SECOND;
        }
        if (value > Long.MAX_VALUE - baseMs) {
            throw StringOptions.invalidExpireTime(call);
        }
        return value + baseMs;
    }

    /** Sets the expiry and says so to replicas. */
    static void expireAt(Call call, Entry entry, long atMs) {
        call.expireAt(entry, atMs);
        call.event(EventClass.GENERIC, "expire", entry.key());
        call.propagate(PEXPIREAT, entry.key(), Ascii.decimal(atMs));
    }

    /** Takes the expiry away, if there is one, and says so to replicas. */
    static boolean persist(Call call, Entry entry) {
        if (!entry.hasExpiry()) {
            return false;
        }
        call.expireAt(entry, Entry.NO_EXPIRY);
        call.event(EventClass.GENERIC, "persist", entry.key());
        call.propagate(PERSIST, entry.key());
        return true;
    }

    private static void persist(Call call) {
        Entry entry = call.write(call.argument(1));
        call.reply().integer(entry != null && persist(call, entry) ? 1 : 0);
    }

    private static void reply(Call call, boolean seconds, long baseMs) {
        call.reply().integer(remaining(call.readUntouched(call.argument(1)), seconds, baseMs));
    }

    private static long remaining(@Nullable Entry entry, boolean seconds, long baseMs) {
        if (entry == null) {
            return -2;
        }
        if (!entry.hasExpiry()) {
            return -1;
        }
        long ms = Math.max(0, entry.expireAtMs() - baseMs);
        return seconds ? ms / MS_PER_SECOND + (ms % MS_PER_SECOND >= MS_PER_SECOND / 2 ? 1 : 0) : ms;
    }
}
