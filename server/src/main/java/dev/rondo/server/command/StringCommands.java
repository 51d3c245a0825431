package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.StringValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Strings as a whole: GET and SET in all their forms, and those for several keys. */
final class StringCommands {
    private static final byte[] SET = Ascii.bytes("SET");
    private static final byte[] MSET = Ascii.bytes("MSET");
    private static final byte[] PXAT = Ascii.bytes("PXAT");
    private static final byte[] KEEPTTL = Ascii.bytes("KEEPTTL");

    private StringCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("get", 2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(StringCommands::get),
                command("set", -3)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RW", "access", "update", "variable_flags")
                        .keyFlags(StringCommands::setFlags)
                        .runs(StringCommands::set),
                command("setnx", 3)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "OW", "insert")
                        .runs(StringCommands::setNx),
                command("setex", 4)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "OW", "update")
                        .runs(call -> setEx(call, true)),
                command("psetex", 4)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "OW", "update")
                        .runs(call -> setEx(call, false)),
                command("getset", 3)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RW", "access", "update")
                        .runs(StringCommands::getSet),
                command("getdel", 2)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RW", "access", "delete")
                        .runs(StringCommands::getDel),
                command("getex", -2)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RW", "access", "update")
                        .runs(StringCommands::getEx),
                command("mget", -2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.STRING)
                        .keys(1, -1, 1, "RO", "access")
                        .tips("request_policy:multi_shard")
                        .runs(StringCommands::mGet),
                command("mset", -3)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.STRING)
                        .keys(1, -1, 2, "OW", "update")
                        .tips("request_policy:multi_shard", "response_policy:all_succeeded")
                        .runs(StringCommands::mSet),
                command("msetnx", -3)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.STRING)
                        .keys(1, -1, 2, "OW", "insert")
                        .tips("request_policy:multi_shard", "response_policy:agg_min")
                        .runs(StringCommands::mSetNx));
    }

    private static void get(Call call) {
        reply(call.reply(), call.readString(call.argument(1)));
    }

    /** SET reads the key only when it is asked for the old value. */
    private static List<String> setFlags(byte[][] arguments) {
        for (int i = 3; i < arguments.length; i++) {
            if (Arguments.is(arguments[i], "get")) {
                return List.of("RW", "access", "update");
            }
        }
        return List.of("OW", "update");
    }

    private static void set(Call call) {
        if (call.count() == 3) {
            set(call, call.argument(1), call.argument(2));
            call.reply().ok();
        } else {
            setWithOptions(call, StringOptions.ofSet(call.arguments()));
        }
    }

    /** Gives the key a string and takes its expiry away. */
    private static Entry set(Call call, byte[] key, byte[] value) {
        Entry entry = call.set(key, StringValue.of(value));
        call.event(EventClass.STRING, "set", key);
        return entry;
    }

    private static void expireAt(Call call, Entry entry, long atMs) {
        call.expireAt(entry, atMs);
        call.event(EventClass.GENERIC, "expire", entry.key());
    }

    private static void setWithOptions(Call call, StringOptions options) {
        byte[] key = call.argument(1);
        byte[] value = call.argument(2);
        long expireAtMs = options.expireAtMs(call);
        Entry present = options.get() ? call.read(key) : call.write(key);
        if (options.get()) {
            reply(call.reply(), present == null ? null : Call.stringOf(present));
        }
        if (options.onlyIfAbsent() && present != null || options.onlyIfPresent() && present == null) {
            if (!options.get()) {
                call.reply().nullBulk();
            }
            return;
        }
        Entry entry = call.set(key, present, StringValue.of(value), options.keepTtl());
        call.event(EventClass.STRING, "set", key);
        if (options.hasExpiry()) {
            expireAt(call, entry, expireAtMs);
            call.propagate(SET, key, value, PXAT, Ascii.decimal(expireAtMs));
        } else if (options.keepTtl()) {
            call.propagate(SET, key, value, KEEPTTL);
        } else {
            call.propagate(SET, key, value);
        }
        if (!options.get()) {
            call.reply().ok();
        }
    }

    private static void setNx(Call call) {
        byte[] key = call.argument(1);
        byte[] value = call.argument(2);
        if (call.write(key) != null) {
            call.reply().integer(0);
            return;
        }
        set(call, key, value);
        call.propagate(SET, key, value);
        call.reply().integer(1);
    }

    private static void setEx(Call call, boolean seconds) {
        byte[] key = call.argument(1);
        byte[] value = call.argument(3);
        long expireAtMs = StringOptions.expireAtMs(call, call.longArgument(2), seconds, false);
        expireAt(call, set(call, key, value), expireAtMs);
        call.propagate(SET, key, value, PXAT, Ascii.decimal(expireAtMs));
        call.reply().ok();
    }

    private static void getSet(Call call) {
        byte[] key = call.argument(1);
        byte[] value = call.argument(2);
        Entry present = call.read(key);
        reply(call.reply(), present == null ? null : Call.stringOf(present));
        call.set(key, present, StringValue.of(value), false);
        call.event(EventClass.STRING, "set", key);
        call.propagate(SET, key, value);
    }

    private static void getDel(Call call) {
        byte[] key = call.argument(1);
        Object value = call.readString(key);
        reply(call.reply(), value);
        if (value != null) {
            call.delete(key);
            call.propagate(ExpiryCommands.DEL, key);
        }
    }

    private static void getEx(Call call) {
        byte[] key = call.argument(1);
        StringOptions options = StringOptions.ofGetEx(call.arguments());
        Entry entry = call.read(key);
        if (entry == null) {
            call.reply().nullBulk();
            return;
        }
        Object value = Call.stringOf(entry);
        long expireAtMs = options.expireAtMs(call);
        reply(call.reply(), value);
        if (options.isAbsolute() && call.isPast(expireAtMs)) {
            call.delete(key);
            call.propagate(ExpiryCommands.DEL, key);
        } else if (options.hasExpiry()) {
            ExpiryCommands.expireAt(call, entry, expireAtMs);
        } else if (options.persist()) {
            ExpiryCommands.persist(call, entry);
        }
    }

    private static void mGet(Call call) {
        ReplyWriter reply = call.reply();
        reply.array(call.count() - 1);
        for (int i = 1; i < call.count(); i++) {
            Entry entry = call.read(call.argument(i));
            boolean string = entry != null && StringValue.isString(entry.value());
            reply(reply, string ? entry.value() : null);
        }
    }

    private static void mSet(Call call) {
        requirePairs(call);
        setPairs(call);
        call.reply().ok();
    }

    private static void mSetNx(Call call) {
        requirePairs(call);
        for (int i = 1; i < call.count(); i += 2) {
            if (call.write(call.argument(i)) != null) {
                call.reply().integer(0);
                return;
            }
        }
        setPairs(call);
        byte[][] effect = call.arguments().clone();
        effect[0] = MSET;
        call.propagate(effect);
        call.reply().integer(1);
    }

    private static void requirePairs(Call call) {
        if (call.count() % 2 == 0) {
            throw CommandException.wrongArity(call.spec().fullName());
        }
    }

    private static void setPairs(Call call) {
        for (int i = 1; i < call.count(); i += 2) {
            set(call, call.argument(i), call.argument(i + 1));
        }
    }

    static void reply(ReplyWriter reply, @Nullable Object string) {
        if (string == null) {
            reply.nullBulk();
        } else if (string instanceof byte[] bytes) {
            reply.bulk(bytes);
        } else if (string instanceof Long number) {
            reply.bulkLong(number);
        } else {
            StringValue.RawString raw = (StringValue.RawString) string;
            reply.bulk(raw.array(), 0, raw.length());
        }
    }
}
