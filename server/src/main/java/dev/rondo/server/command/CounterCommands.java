package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.LongDouble;
import dev.rondo.server.type.StringValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Strings as numbers: INCR, DECR and INCRBYFLOAT. */
final class CounterCommands {
    private static final byte[] SET = Ascii.bytes("SET");
    private static final byte[] KEEPTTL = Ascii.bytes("KEEPTTL");

    private CounterCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                counter("incr", 2).runs(call -> add(call, 1)),
                counter("decr", 2).runs(call -> add(call, -1)),
                counter("incrby", 3).runs(call -> add(call, call.longArgument(2))),
                counter("decrby", 3).runs(CounterCommands::decrBy),
                counter("incrbyfloat", 3).runs(CounterCommands::addFloat));
    }

    private static CommandSpec counter(String name, int arity) {
        return command(name, arity)
                .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                .acl(Category.STRING)
                .keys(1, 1, 1, "RW", "access", "update");
    }

    private static void decrBy(Call call) {
        long decrement = call.longArgument(2);
        if (decrement == Long.MIN_VALUE) {
            throw new CommandException("ERR decrement would overflow");
        }
        add(call, -decrement);
    }

    private static void add(Call call, long increment) {
        byte[] key = call.argument(1);
        Entry entry = call.write(key);
        long old = entry == null ? 0 : toLong(Call.stringOf(entry));
        long sum = old + increment;
        if (((old ^ sum) & (increment ^ sum)) < 0) {
            throw new CommandException("ERR increment or decrement would overflow");
        }
        call.set(key, entry, sum, true);
        call.event(EventClass.STRING, "incrby", key);
        call.reply().integer(sum);
    }

    private static long toLong(Object string) {
        return string instanceof Long number ? number : Arguments.toLong(StringValue.bytes(string));
    }

    private static void addFloat(Call call) {
        byte[] key = call.argument(1);
        byte[] addend = call.argument(2);
        Entry entry = call.write(key);
        Object old = entry == null ? Long.valueOf(0) : Call.stringOf(entry);
        LongDouble present = toLongDouble(old);
        LongDouble increment = toLongDouble(addend);
        LongDouble sum = present == null || increment == null ? null : present.plus(increment);
        if (sum == null) {
            throw new CommandException("ERR increment would produce NaN or Infinity");
        }
        byte[] text = Ascii.bytes(sum.toString());
        call.set(key, entry, text, true);
        call.event(EventClass.STRING, "incrbyfloat", key);
        call.propagate(SET, key, text, KEEPTTL);
        call.reply().bulk(text);
    }

    /** The number; null for an infinity. */
    private static @Nullable LongDouble toLongDouble(Object string) {
        if (string instanceof Long number) {
            return LongDouble.of(number);
        }
        byte[] text = StringValue.bytes(string);
        LongDouble number = LongDouble.parse(text);
        if (number == null && !LongDouble.isInfinity(text)) {
            throw new CommandException("ERR value is not a valid float");
        }
        return number;
    }
}
