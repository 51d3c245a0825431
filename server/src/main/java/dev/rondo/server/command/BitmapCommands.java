package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.type.Bitmap;
import dev.rondo.server.type.Bitmap.Operation;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.StringValue.RawString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Strings as arrays of bits: single bits, counting, searching and combining. */
final class BitmapCommands {
    private static final byte[] EMPTY = {};

    private final BitAccess access;

    BitmapCommands(BitAccess access) {
        this.access = access;
    }

    List<CommandSpec> commands() {
        return List.of(
                command("setbit", 4)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.BITMAP)
                        .keys(1, 1, 1, "RW", "access", "update")
                        .runs(this::setBit),
                command("getbit", 3)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.BITMAP)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(this::getBit),
                command("bitcount", -2)
                        .flags(Flag.READONLY)
                        .acl(Category.BITMAP)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(BitmapCommands::count),
                command("bitpos", -3)
                        .flags(Flag.READONLY)
                        .acl(Category.BITMAP)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(BitmapCommands::position),
                command("bitop", -4)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.BITMAP)
                        .keys(2, 2, 1, "OW", "update")
                        .keys(3, -1, 1, "RO", "access")
                        .runs(BitmapCommands::combine));
    }

    // ---- single bits ----

    private void setBit(Call call) {
        long offset = access.offset(call, call.argument(2));
        boolean bit = Arguments.toLong(call.argument(3), 0, 1, "ERR bit is not an integer or out of range") == 1;
        Entry entry = call.write(call.argument(1));
        int length = entry == null ? 0 : StringValue.length(Call.stringOf(entry));
        RawString string = BitAccess.writable(entry, offset);
        boolean former = Bitmap.get(string.array(), offset);
        Bitmap.set(string.array(), offset, bit);
        boolean changed = former != bit || string.length() != length;
        BitAccess.store(call, entry, string, changed);
        if (changed) {
            BitAccess.tell(call);
        }
        call.reply().integer(former ? 1 : 0);
    }

    private void getBit(Call call) {
        long offset = access.offset(call, call.argument(2));
        Object string = call.readString(call.argument(1));
        boolean within = string != null && offset >> 3 < StringValue.length(string);
        call.reply().integer(within && Bitmap.get(StringValue.array(string), offset) ? 1 : 0);
    }

    // ---- ranges ----

    /** The bits that two arguments, from one end or the other, and perhaps a unit choose. */
    private record Range(long from, long to) {
        static Range of(long start, long end, int length, boolean bits) {
            long units = bits ? 8L * length : length;
            long first = Math.max(0, start < 0 ? start + units : start);
            long last = Math.min(units - 1, Math.max(0, end < 0 ? end + units : end));
            if (first > last) {
                return new Range(0, 0);
            }
            return bits ? new Range(first, last + 1) : new Range(8 * first, 8 * (last + 1));
        }
    }

    private static boolean isInBits(byte[] unit) {
        if (!Arguments.is(unit, "bit") && !Arguments.is(unit, "byte")) {
            throw CommandException.syntax();
        }
        return Arguments.is(unit, "bit");
    }

    private static void count(Call call) {
        Object string = call.readString(call.argument(1));
        if (string == null) {
            call.reply().integer(0);
            return;
        }
        int length = StringValue.length(string);
        Range range = new Range(0, 8L * length);
        if (call.count() == 4 || call.count() == 5) {
            long start = call.longArgument(2);
            long end = call.longArgument(3);
            if (start < 0 && end < 0 && start > end) {
                call.reply().integer(0);
                return;
            }
            range = Range.of(start, end, length, call.count() == 5 && isInBits(call.argument(4)));
        } else if (call.count() != 2) {
            throw CommandException.syntax();
        }
        call.reply().integer(Bitmap.count(StringValue.array(string), range.from, range.to));
    }

    /** Without an end, a string is followed by bits that are clear. */
    private static void position(Call call) {
        long bit = call.longArgument(2);
        if (bit != 0 && bit != 1) {
            throw new CommandException("ERR The bit argument must be 1 or 0.");
        }
        Object string = call.readString(call.argument(1));
        if (string == null) {
            call.reply().integer(-bit);
            return;
        }
        if (call.count() > 6) {
            throw CommandException.syntax();
        }
        int length = StringValue.length(string);
        long start = call.count() > 3 ? call.longArgument(3) : 0;
        boolean inBits = call.count() == 6 && isInBits(call.argument(5));
        boolean endless = call.count() < 5;
        Range range = Range.of(start, endless ? -1 : call.longArgument(4), length, inBits);
        long found = Bitmap.first(bit == 1, StringValue.array(string), range.from, range.to);
        boolean behind = found < 0 && endless && bit == 0 && range.from < range.to;
        call.reply().integer(behind ? range.to : found);
    }

    // ---- combining ----

    private static Operation operation(byte[] word) {
        for (Operation operation : Operation.values()) {
            if (Arguments.is(word, operation.word())) {
                return operation;
            }
        }
        throw CommandException.syntax();
    }

    private static void combine(Call call) {
        Operation operation = operation(call.argument(1));
        if (operation == Operation.NOT && call.count() != 4) {
            throw new CommandException("ERR BITOP NOT must be called with a single source key.");
        }
        byte[][] operands = new byte[call.count() - 3][];
        int[] lengths = new int[operands.length];
        for (int i = 0; i < operands.length; i++) {
            @Nullable Object string = call.readString(call.argument(3 + i));
            operands[i] = string == null ? EMPTY : StringValue.array(string);
            lengths[i] = string == null ? 0 : StringValue.length(string);
        }
        byte[] target = call.argument(2);
        byte[] result = Bitmap.combine(operation, operands, lengths);
        if (result.length == 0) {
            call.delete(target);
        } else {
            call.set(target, RawString.owning(result));
            call.event(EventClass.STRING, "set", target);
        }
        call.reply().integer(result.length);
    }
}
