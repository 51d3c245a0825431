package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.HyperLogLog;
import dev.rondo.server.type.HyperLogLog.Update;
import dev.rondo.server.type.StringValue;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Strings that estimate how many distinct elements they were given. At which size such a string becomes dense is a
 * directive of the primary: a replica lets it grow, and is told.
 */
final class HyperLogLogCommands {
    private static final String PFADD = "pfadd"; // the event of every change
    private static final byte[] PFDEBUG = Ascii.bytes("PFDEBUG");
    private static final byte[] TODENSE = Ascii.bytes("TODENSE");
    private static final int SELF_TEST_ELEMENTS = 10_000;
    /** Nine times the standard error of 1.04 / sqrt(registers). */
    private static final double SELF_TEST_ERROR = 0.073;

    private HyperLogLogCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("pfadd", -2)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .acl(Category.HYPERLOGLOG)
                        .keys(1, 1, 1, "RW", "insert")
                        .runs(HyperLogLogCommands::add),
                command("pfcount", -2)
                        .flags(Flag.READONLY, Flag.MAY_REPLICATE)
                        .acl(Category.HYPERLOGLOG)
                        .keys(1, -1, 1, "RW", "access")
                        .runs(HyperLogLogCommands::count),
                command("pfmerge", -2)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.HYPERLOGLOG)
                        .keys(1, 1, 1, "RW", "access", "insert")
                        .keys(2, -1, 1, "RO", "access")
                        .runs(HyperLogLogCommands::merge),
                command("pfdebug", 3)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.ADMIN)
                        .acl(Category.HYPERLOGLOG)
                        .keys(2, 2, 1, "RW", "access")
                        .runs(HyperLogLogCommands::debug),
                command("pfselftest", 1)
                        .flags(Flag.ADMIN)
                        .acl(Category.HYPERLOGLOG)
                        .runs(HyperLogLogCommands::selfTest));
    }

    // ---- strings ----

    private static CommandException corrupt() {
        return new CommandException("INVALIDOBJ Corrupted HLL object detected");
    }

    /** A view of the string of a key, which may be a copy of it: one that is changed must be stored. */
    private static HyperLogLog of(Entry entry) {
        Object string = Call.stringOf(entry);
        if (!HyperLogLog.isOne(string)) {
            throw new CommandException("WRONGTYPE Key is not a valid HyperLogLog string value.");
        }
        return new HyperLogLog(StringValue.growing(string));
    }

    /** Puts the string into the form that can be changed in place, of which nobody is told. */
    private static void store(Call call, Entry entry, HyperLogLog sketch) {
        call.slotOf(entry.key()).setValue(entry, sketch.string());
    }

    private static long mostSparseBytes(Call call) {
        return call.isApplying() ? Long.MAX_VALUE : call.limits().hllSparseBytes();
    }

    /** Replays of {@code effect} leave the string sparse where it became too long for that here. */
    private static void propagate(Call call, byte[] key, boolean becameDense, byte[]... effect) {
        call.propagate(effect);
        if (becameDense) {
            call.propagate(PFDEBUG, TODENSE, key);
        }
    }

    // ---- adding and counting ----

    private static void add(Call call) {
        byte[] key = call.argument(1);
        Entry entry = call.write(key);
        HyperLogLog sketch = entry == null ? HyperLogLog.empty() : of(entry);
        if (entry != null) {
            store(call, entry, sketch);
        }
        boolean wasDense = sketch.isDense();
        boolean changed = entry == null;
        if (changed) {
            sketch.markOutOfDate(); // as in Redis, without need
        }
        int at = 2;
        Update update = Update.NONE;
        for (; at < call.count() && update != Update.CORRUPT; at++) {
            update = sketch.add(call.argument(at), mostSparseBytes(call));
            changed |= update == Update.DONE;
        }
        int added = update == Update.CORRUPT ? at - 1 : at;
        if (changed) {
            call.set(key, entry, sketch.string(), true);
            propagate(call, key, sketch.isDense() && !wasDense, Arrays.copyOf(call.arguments(), added));
        }
        if (changed && update != Update.CORRUPT) {
            call.event(EventClass.STRING, PFADD, key);
        }
        if (update == Update.CORRUPT) {
            throw corrupt();
        }
        call.reply().integer(changed ? 1 : 0);
    }

    private static void count(Call call) {
        if (call.count() > 2) {
            byte[] registers = HyperLogLog.newRegisters();
            mergeInto(registers, call, 1);
            call.reply().integer(HyperLogLog.count(registers));
            return;
        }
        Entry entry = call.read(call.argument(1));
        call.reply().integer(entry == null ? 0 : count(call, entry));
    }

    /** Where this node may write, the string remembers the estimate, and so those of the replicas must. */
    private static long count(Call call, Entry entry) {
        HyperLogLog sketch = of(entry);
        boolean mayWrite = call.isApplying() || call.slotOf(entry.key()).isPrimary();
        if (mayWrite) {
            store(call, entry, sketch);
        }
        if (sketch.isUpToDate()) {
            return sketch.remembered();
        }
        long estimate = sketch.count();
        if (estimate == HyperLogLog.CORRUPT) {
            throw corrupt();
        }
        if (mayWrite) {
            sketch.remember(estimate);
            call.changed(entry);
        }
        return estimate;
    }

    // ---- merging ----

    /** Raises the registers to those of the keys from an argument on; whether any of these is dense. */
    private static boolean mergeInto(byte[] registers, Call call, int from) {
        boolean dense = false;
        for (int i = from; i < call.count(); i++) {
            Entry entry = call.read(call.argument(i));
            if (entry == null) {
                continue;
            }
            HyperLogLog sketch = of(entry);
            dense |= sketch.isDense();
            if (!sketch.mergeInto(registers)) {
                throw corrupt();
            }
        }
        return dense;
    }

    private static void merge(Call call) {
        byte[] key = call.argument(1);
        byte[] registers = HyperLogLog.newRegisters();
        boolean dense = mergeInto(registers, call, 1);
        Entry entry = call.write(key);
        HyperLogLog target = entry == null ? HyperLogLog.empty() : of(entry);
        if (dense && !target.makeDense()) {
            throw corrupt();
        }
        boolean wasDense = target.isDense();
        target.mergeFrom(registers, mostSparseBytes(call));
        call.set(key, entry, target.string(), true);
        propagate(call, key, target.isDense() && !wasDense, call.arguments());
        call.event(EventClass.STRING, PFADD, key);
        call.reply().ok();
    }

    // ---- looking inside ----

    private static void debug(Call call) {
        byte[] word = call.argument(1);
        Entry entry = call.write(call.argument(2));
        if (entry == null) {
            throw new CommandException("ERR The specified key does not exist");
        }
        HyperLogLog sketch = of(entry);
        store(call, entry, sketch);
        switch (Ascii.cString(word).toLowerCase(Locale.ROOT)) {
            case "getreg" -> {
                makeDense(call, entry, sketch);
                call.reply().array(HyperLogLog.registers());
                for (int i = 0; i < HyperLogLog.registers(); i++) {
                    call.reply().integer(sketch.register(i));
                }
            }
            case "decode" -> {
                if (sketch.isDense()) {
                    throw new CommandException("ERR HLL encoding is not sparse");
                }
                call.reply().bulk(sketch.runs());
            }
            case "encoding" -> call.reply().simple(sketch.isDense() ? "dense" : "sparse");
            case "todense" -> call.reply().integer(makeDense(call, entry, sketch) ? 1 : 0);
            default -> throw new CommandException("ERR Unknown PFDEBUG subcommand '" + Ascii.cString(word) + "'");
        }
    }

    /** Whether the string was not dense before. */
    private static boolean makeDense(Call call, Entry entry, HyperLogLog sketch) {
        if (sketch.isDense()) {
            return false;
        }
        if (!sketch.makeDense()) {
            throw corrupt();
        }
        call.changed(entry);
        call.propagate(PFDEBUG, TODENSE, entry.key());
        return true;
    }

    /** Elements of any bytes are counted about right, and in both forms alike. */
    private static void selfTest(Call call) {
        HyperLogLog sparse = HyperLogLog.empty();
        HyperLogLog dense = HyperLogLog.empty();
        dense.makeDense();
        byte[] element = new byte[Long.BYTES];
        for (int i = 1; i <= SELF_TEST_ELEMENTS; i++) {
            call.random().nextBytes(element);
            boolean same = sparse.add(element, Long.MAX_VALUE) == dense.add(element, Long.MAX_VALUE);
            if (!same || Integer.bitCount(i) == 1 && !isCounted(i, sparse, dense)) {
                throw new CommandException("ERR TESTFAILED after " + i + " elements");
            }
        }
        call.reply().ok();
    }

    private static boolean isCounted(int elements, HyperLogLog sparse, HyperLogLog dense) {
        long estimate = sparse.count();
        return estimate == dense.count() && Math.abs(estimate - elements) <= Math.max(1, SELF_TEST_ERROR * elements);
    }
}
