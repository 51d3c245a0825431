package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.BitField;
import dev.rondo.server.type.BitField.Overflow;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.StringValue.RawString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** BITFIELD and BITFIELD_RO: integers of any width in strings. */
final class BitFieldCommands {
    private static final byte[] EMPTY = {};
    private static final int NONE = -1;
    private static final int GET_OPERANDS = 2;
    private static final int WRITE_OPERANDS = 3;

    private final BitAccess access;

    BitFieldCommands(BitAccess access) {
        this.access = access;
    }

    List<CommandSpec> commands() {
        return List.of(
                command("bitfield", -2)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.BITMAP)
                        .keys(1, 1, 1, "RW", "access", "update", "variable_flags")
                        .keyFlags(BitFieldCommands::keyFlags)
                        .runs(call -> run(call, false)),
                command("bitfield_ro", -2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.BITMAP)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(call -> run(call, true)));
    }

    private enum Action {
        GET,
        SET,
        INCRBY
    }

    /**
     * One of the operations of a command.
     *
     * @param operand what to set or to add
     */
    private record Step(Action action, BitField field, long offset, long operand, Overflow overflow) {
        long lastBit() {
            return offset + field.bits() - 1;
        }
    }

    private void run(Call call, boolean readOnly) {
        List<Step> steps = steps(call);
        long lastWritten = -1;
        for (Step step : steps) {
            lastWritten = Math.max(lastWritten, step.action == Action.GET ? -1 : step.lastBit());
        }
        if (lastWritten < 0) {
            read(call, steps);
        } else if (readOnly) {
            throw new CommandException("ERR BITFIELD_RO only supports the GET subcommand");
        } else {
            write(call, steps, lastWritten);
        }
    }

    // ---- arguments ----

    /** A request that only gets needs no right to write. */
    private static List<String> keyFlags(byte[][] arguments) {
        int at = 2;
        while (at < arguments.length) {
            int operands = operands(arguments[at], arguments.length - at - 1);
            if (operands == NONE || operands == WRITE_OPERANDS) {
                return List.of("RW", "access", "update");
            }
            at += 1 + operands;
        }
        return List.of("RO", "access");
    }

    /** How many words an operation has behind its name; none when it is unknown or fewer follow. */
    private static int operands(byte[] name, int following) {
        int operands = NONE;
        if (Arguments.is(name, "get")) {
            operands = GET_OPERANDS;
        } else if (Arguments.is(name, "set") || Arguments.is(name, "incrby")) {
            operands = WRITE_OPERANDS;
        } else if (Arguments.is(name, "overflow")) {
            operands = 1;
        }
        return operands <= following ? operands : NONE;
    }

    private List<Step> steps(Call call) {
        List<Step> steps = new ArrayList<>();
        Overflow overflow = Overflow.WRAP;
        int at = 2;
        while (at < call.count()) {
            byte[] word = call.argument(at);
            int more = call.count() - at - 1;
            if (Arguments.is(word, "get") && more >= 2) {
                steps.add(step(call, Action.GET, at, overflow));
                at += 3;
            } else if (Arguments.is(word, "set") && more >= 3) {
                steps.add(step(call, Action.SET, at, overflow));
                at += 4;
            } else if (Arguments.is(word, "incrby") && more >= 3) {
                steps.add(step(call, Action.INCRBY, at, overflow));
                at += 4;
            } else if (Arguments.is(word, "overflow") && more >= 1) {
                overflow = overflow(call.argument(at + 1));
                at += 2;
            } else {
                throw CommandException.syntax();
            }
        }
        return steps;
    }

    private Step step(Call call, Action action, int at, Overflow overflow) {
        BitField field = field(call.argument(at + 1));
        long offset = access.offset(call, call.argument(at + 2), field.bits());
        long operand = action == Action.GET ? 0 : call.longArgument(at + 3);
        return new Step(action, field, offset, operand, overflow);
    }

    /** "i" or "u" and the number of bits. */
    private static BitField field(byte[] text) {
        boolean signed = text.length > 0 && text[0] == 'i';
        byte[] number = Ascii.bytes(Ascii.cString(text)); // a zero byte ends it, as in Redis
        if ((signed || text.length > 0 && text[0] == 'u') && Ascii.isLong(number, 1, number.length)) {
            long bits = Ascii.toLong(number, 1, number.length);
            if (bits >= 1 && bits <= (signed ? BitField.MOST_BITS : BitField.MOST_BITS - 1)) {
                return new BitField(signed, (int) bits);
            }
        }
        throw new CommandException("ERR Invalid bitfield type. Use something like i16 u8."
                + " Note that u64 is not supported but i64 is.");
    }

    private static Overflow overflow(byte[] word) {
        for (Overflow overflow : Overflow.values()) {
            if (Arguments.is(word, overflow.word())) {
                return overflow;
            }
        }
        throw new CommandException("ERR Invalid OVERFLOW type specified");
    }

    // ---- execution ----

    private static void read(Call call, List<Step> steps) {
        @Nullable Object string = call.readString(call.argument(1));
        byte[] bytes = string == null ? EMPTY : StringValue.array(string);
        int length = string == null ? 0 : StringValue.length(string);
        call.reply().array(steps.size());
        for (Step step : steps) {
            call.reply().integer(step.field.read(bytes, length, step.offset));
        }
    }

    /**
     * The string grows before the first step, to the last bit that any of them may write, and stays so if they all
     * fail: a change of which Redis tells nobody.
     */
    private static void write(Call call, List<Step> steps, long lastBit) {
        Entry entry = call.write(call.argument(1));
        int length = entry == null ? 0 : StringValue.length(Call.stringOf(entry));
        RawString string = BitAccess.writable(entry, lastBit);
        boolean grown = string.length() != length;
        boolean changed = false;
        call.reply().array(steps.size());
        for (Step step : steps) {
            changed |= apply(call, step, string, grown);
        }
        BitAccess.store(call, entry, string, changed || grown);
        if (changed) {
            BitAccess.tell(call);
        }
    }

    /** Whether the step wrote something new, which anything is to a string that has grown. */
    private static boolean apply(Call call, Step step, RawString string, boolean grown) {
        BitField field = step.field;
        long old = field.read(string.array(), string.length(), step.offset);
        if (step.action == Action.GET) {
            call.reply().integer(old);
            return false;
        }
        boolean set = step.action == Action.SET;
        long start = set ? step.operand : old;
        long increment = set ? 0 : step.operand;
        if (step.overflow == Overflow.FAIL && field.overflow(start, increment) != 0) {
            call.reply().nullBulk();
            return false;
        }
        long result = field.sum(start, increment, step.overflow);
        field.write(string.array(), step.offset, result);
        call.reply().integer(set ? old : result);
        return grown || result != old;
    }
}
