package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.HashValue;
import dev.rondo.server.type.LongDouble;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Hashes: fields with values. */
final class HashCommands {
    private static final byte[] HSET = Ascii.bytes("HSET");
    private static final byte[] ZERO = Ascii.bytes("0");

    private HashCommands() {}

    static List<CommandSpec> commands() {
        List<CommandSpec> all = new ArrayList<>(writes());
        all.addAll(reads());
        return all;
    }

    private static List<CommandSpec> writes() {
        return List.of(
                write("hset", -4).keys(1, 1, 1, "RW", "update").runs(call -> set(call, false)),
                write("hmset", -4).keys(1, 1, 1, "RW", "update").runs(call -> set(call, true)),
                write("hsetnx", 4).keys(1, 1, 1, "RW", "insert").runs(HashCommands::setNx),
                write("hincrby", 4).keys(1, 1, 1, "RW", "access", "update").runs(HashCommands::increment),
                write("hincrbyfloat", 4).keys(1, 1, 1, "RW", "access", "update").runs(HashCommands::incrementFloat),
                command("hdel", -3)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.HASH)
                        .keys(1, 1, 1, "RW", "delete")
                        .runs(HashCommands::delete));
    }

    private static List<CommandSpec> reads() {
        return List.of(
                fast("hget", 3).keys(1, 1, 1, "RO", "access").runs(HashCommands::get),
                fast("hmget", -3).keys(1, 1, 1, "RO", "access").runs(HashCommands::getSeveral),
                fast("hlen", 2).keys(1, 1, 1, "RO").runs(HashCommands::length),
                fast("hstrlen", 3).keys(1, 1, 1, "RO").runs(HashCommands::valueLength),
                fast("hexists", 3).keys(1, 1, 1, "RO").runs(HashCommands::exists),
                slow("hgetall", 2, "nondeterministic_output_order").runs(HashCommands::getAll),
                slow("hkeys", 2, "nondeterministic_output_order").runs(call -> list(call, true)),
                slow("hvals", 2, "nondeterministic_output_order").runs(call -> list(call, false)),
                slow("hrandfield", -2, "nondeterministic_output").runs(HashCommands::random),
                slow("hscan", -3, "nondeterministic_output").runs(HashCommands::scan));
    }

    private static CommandSpec write(String name, int arity) {
        return command(name, arity).flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST).acl(Category.HASH);
    }

    private static CommandSpec fast(String name, int arity) {
        return command(name, arity).flags(Flag.READONLY, Flag.FAST).acl(Category.HASH);
    }

    private static CommandSpec slow(String name, int arity, String tip) {
        return command(name, arity)
                .flags(Flag.READONLY)
                .acl(Category.HASH)
                .keys(1, 1, 1, "RO", "access")
                .tips(tip);
    }

    private static @Nullable HashValue read(Call call) {
        return call.read(call.argument(1), HashValue.class);
    }

    /** The entry of the key that the command names, without those of its fields {@code [2..to)} whose time is over. */
    private static @Nullable Entry write(Call call, int to, int step) {
        Entry entry = call.write(call.argument(1), HashValue.class);
        return entry == null || !call.expiry().removeNamedFields(entry, 2, to, step) ? null : entry;
    }

    /** As {@link #write}, with a new hash if there is none. */
    private static Entry writeOrAdd(Call call, int to, int step) {
        Entry entry = write(call, to, step);
        return entry == null ? call.writeOrAdd(call.argument(1), HashValue.class, HashValue::new) : entry;
    }

    // ---- writing ----

    private static void set(Call call, boolean answersOk) {
        if (call.count() % 2 != 0) {
            throw CommandException.wrongArity(call.spec().fullName());
        }
        Entry entry = writeOrAdd(call, call.count(), 2);
        HashValue hash = (HashValue) entry.value();
        int added = 0;
        for (int i = 2; i < call.count(); i += 2) {
            if (hash.put(call.argument(i), call.argument(i + 1), call.limits())) {
                added++;
            }
        }
        call.changed(entry, EventClass.HASH, "hset");
        if (answersOk) {
            call.reply().ok();
        } else {
            call.reply().integer(added);
        }
    }

    private static void setNx(Call call) {
        Entry present = write(call, 3, 1);
        if (present != null && ((HashValue) present.value()).contains(call.argument(2))) {
            call.reply().integer(0);
            return;
        }
        change(call, call.argument(3), "hset");
        call.reply().integer(1);
    }

    /** Gives the field that the command names a value; its expiry stays and is returned. */
    private static long change(Call call, byte[] value, String event) {
        Entry entry = writeOrAdd(call, 3, 1);
        HashValue hash = (HashValue) entry.value();
        hash.change(call.argument(2), value, call.limits());
        call.changed(entry, EventClass.HASH, event);
        return hash.expiryOf(call.argument(2));
    }

    private static byte @Nullable [] present(Call call) {
        Entry entry = write(call, 3, 1);
        return entry == null ? null : ((HashValue) entry.value()).get(call.argument(2));
    }

    private static void increment(Call call) {
        long increment = call.longArgument(3);
        byte[] text = present(call);
        if (text != null && !Ascii.isLong(text)) {
            throw new CommandException("ERR hash value is not an integer");
        }
        long old = text == null ? 0 : Ascii.toLong(text);
        long sum = old + increment;
        if (((old ^ sum) & (increment ^ sum)) < 0) {
            throw new CommandException("ERR increment or decrement would overflow");
        }
        change(call, Ascii.decimal(sum), "hincrby");
        call.reply().integer(sum);
    }

    private static void incrementFloat(Call call) {
        LongDouble increment = toLongDouble(call.argument(3), "ERR value is not a valid float");
        if (increment == null) {
            throw new CommandException("ERR value is NaN or Infinity");
        }
        byte[] text = present(call);
        LongDouble old = toLongDouble(text == null ? ZERO : text, "ERR hash value is not a float");
        LongDouble sum = old == null ? null : old.plus(increment);
        if (sum == null) {
            throw new CommandException("ERR increment would produce NaN or Infinity");
        }
        byte[] result = Ascii.bytes(sum.toString());
        long expireAtMs = change(call, result, "hincrbyfloat");
        call.propagate(HSET, call.argument(1), call.argument(2), result);
        if (expireAtMs != HashValue.NO_EXPIRY) {
            HashExpiryCommands.propagate(call, expireAtMs, List.of(call.argument(2)));
        }
        call.reply().bulk(result);
    }

    /** The number; null for an infinity. */
    private static @Nullable LongDouble toLongDouble(byte[] text, String error) {
        LongDouble number = LongDouble.parse(text);
        if (number == null && !LongDouble.isInfinity(text)) {
            throw new CommandException(error);
        }
        return number;
    }

    private static void delete(Call call) {
        Entry entry = write(call, call.count(), 1);
        int removed = 0;
        if (entry != null) {
            HashValue hash = (HashValue) entry.value();
            for (int i = 2; i < call.count(); i++) {
                if (hash.remove(call.argument(i))) {
                    removed++;
                }
            }
            if (removed > 0) {
                call.changedOrEmptied(entry, EventClass.HASH, "hdel");
            }
        }
        call.reply().integer(removed);
    }

    // ---- reading ----

    /** Reads the hash if the field of it that the command names is not past its time. */
    private static @Nullable HashValue readField(Call call) {
        HashValue hash = read(call);
        return hash == null || hash.isExpired(call.argument(2), call.fieldTimeMs()) ? null : hash;
    }

    /** Reads the hash without the fields that are past their time. */
    private static @Nullable HashValue readLive(Call call) {
        HashValue hash = read(call);
        return hash == null ? null : hash.live(call.fieldTimeMs());
    }

    private static void get(Call call) {
        HashValue hash = readField(call);
        call.reply().bulkOrNull(hash == null ? null : hash.get(call.argument(2)));
    }

    private static void getSeveral(Call call) {
        HashValue hash = read(call);
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            boolean gone = hash == null || hash.isExpired(call.argument(i), call.fieldTimeMs());
            call.reply().bulkOrNull(gone ? null : hash.get(call.argument(i)));
        }
    }

    private static void length(Call call) {
        HashValue hash = read(call);
        call.reply().integer(hash == null ? 0 : hash.liveSize(call.fieldTimeMs()));
    }

    private static void valueLength(Call call) {
        HashValue hash = readField(call);
        call.reply().integer(hash == null ? 0 : hash.valueLength(call.argument(2)));
    }

    private static void exists(Call call) {
        HashValue hash = readField(call);
        call.reply().integer(hash != null && hash.contains(call.argument(2)) ? 1 : 0);
    }

    private static void getAll(Call call) {
        HashValue hash = readLive(call);
        ReplyWriter reply = call.reply();
        if (hash == null) {
            reply.map(0);
            return;
        }
        reply.map((int) hash.size());
        hash.forEach((field, value) -> {
            reply.bulk(field);
            reply.bulk(value);
        });
    }

    private static void list(Call call, boolean fields) {
        HashValue hash = readLive(call);
        ReplyWriter reply = call.reply();
        reply.array(hash == null ? 0 : (int) hash.size());
        if (hash != null) {
            hash.forEach((field, value) -> reply.bulk(fields ? field : value));
        }
    }

    private static void scan(Call call) {
        long cursor = ScanOptions.cursor(call.argument(2));
        HashValue hash = read(call);
        if (hash == null) {
            ScanOptions.answerNothing(call.reply());
            return;
        }
        ScanOptions options = ScanOptions.ofCollection(call.arguments());
        List<byte[]> found = new ArrayList<>();
        HashValue.Visitor visitor = (field, value) -> {
            if (options.matches(field) && !hash.isExpired(field, call.fieldTimeMs())) {
                found.add(field);
                found.add(value);
            }
        };
        options.answer(call.reply(), cursor, from -> hash.scan(from, visitor), found, 2);
    }

    // ---- HRANDFIELD ----

    private static void random(Call call) {
        if (call.count() == 2) {
            HashValue hash = readLive(call);
            call.reply()
                    .bulkOrNull(
                            hash == null || hash.size() == 0
                                    ? null
                                    : hash.random(call.random()).field());
            return;
        }
        long count = RandomPicks.count(call.argument(2));
        boolean withValues = call.count() == 4 && Arguments.is(call.argument(3), "withvalues");
        if (call.count() > 3 && !withValues) {
            throw CommandException.syntax();
        }
        if (withValues && (count < -Long.MAX_VALUE / 2 || count > Long.MAX_VALUE / 2)) {
            throw new CommandException("ERR value is out of range");
        }
        HashValue hash = readLive(call);
        if (hash == null || hash.size() == 0 || count == 0) {
            call.reply().array(0);
            return;
        }
        boolean flat = withValues && !call.reply().isResp3();
        BiConsumer<ReplyWriter, HashValue.Pair> writer = (reply, pair) -> write(reply, pair, withValues);
        if (count < 0) {
            RandomPicks.repeated(call.reply(), -count, flat ? 2 : 1, hash.picker(call.random()), writer);
        } else {
            RandomPicks.all(call.reply(), hash.sample(count, call.random()), flat ? 2 : 1, writer);
        }
    }

    private static void write(ReplyWriter reply, HashValue.Pair pair, boolean withValue) {
        if (withValue && reply.isResp3()) {
            reply.array(2);
        }
        reply.bulk(pair.field());
        if (withValue) {
            reply.bulk(pair.value());
        }
    }
}
