package dev.rondo.server.script;

import java.io.ByteArrayOutputStream;

/** The module struct: values to and from the layout of C structures, as lua-struct 0.2 in Redis does it. */
final class StructLibrary {
    private StructLibrary() {}

    static void push(LuaStack stack) {
        stack.newTable(0, 3);
        stack.push(StructLibrary::pack);
        stack.setField("pack");
        stack.push(StructLibrary::unpack);
        stack.setField("unpack");
        stack.push(StructLibrary::size);
        stack.setField("size");
    }

    // ---- packing ----

    private static int pack(LuaStack stack) {
        StructFormat format = new StructFormat(stack, stack.checkString(1));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        stack.pushNil(); // what a missing argument is, as in the original
        int argument = 2;
        while (format.next(out.size())) {
            for (int i = 0; i < format.padding(); i++) {
                out.write(0);
            }
            switch (format.option()) {
                case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I' ->
                    integer(out, unsigned(stack.checkNumber(argument++)), format.size(), format.isBigEndian());
                case 'x' -> out.write(0);
                case 'f' ->
                    integer(
                            out,
                            Float.floatToRawIntBits((float) stack.checkNumber(argument++)),
                            Float.BYTES,
                            format.isBigEndian());
                case 'd' ->
                    integer(
                            out,
                            Double.doubleToRawLongBits(stack.checkNumber(argument++)),
                            Double.BYTES,
                            format.isBigEndian());
                case 'c', 's' -> {
                    byte[] bytes = stack.checkString(argument++);
                    string(stack, out, format, bytes, argument);
                }
                default -> format.control();
            }
        }
        stack.push(out.toByteArray());
        return 1;
    }

    private static void string(
            LuaStack stack, ByteArrayOutputStream out, StructFormat format, byte[] bytes, int argument) {
        int length = format.size() == 0 ? bytes.length : format.size();
        if (bytes.length < length) {
            throw stack.badArgument(argument, "string too short");
        }
        out.write(bytes, 0, length);
        if (format.option() == 's') {
            out.write(0);
        }
    }

    /** As C makes an unsigned long of a number. */
    private static long unsigned(double number) {
        return number >= 0x1p63 ? LuaStack.toLong(number - 0x1p63) ^ Long.MIN_VALUE : LuaStack.toLong(number);
    }

    /** What a value of 64 bits has no more of is zero. */
    private static void integer(ByteArrayOutputStream out, long value, int size, boolean bigEndian) {
        for (int i = 0; i < size; i++) {
            int at = bigEndian ? size - 1 - i : i;
            out.write(at < Long.BYTES ? (int) (value >>> 8 * at) : 0);
        }
    }

    // ---- unpacking ----

    private static int unpack(LuaStack stack) {
        StructFormat format = new StructFormat(stack, stack.checkString(1));
        byte[] data = stack.checkString(2);
        long at = stack.optionalLong(3, 1);
        if (at == 0) {
            throw stack.badArgument(3, "offset must be 1 or greater");
        }
        at--;
        int base = stack.top();
        while (format.next(at)) {
            at += format.padding();
            need(stack, data, at, format.size());
            if (!stack.ensure(2)) {
                throw LuaError.placed("stack overflow (too many results)");
            }
            int from = (int) at;
            at += format.size();
            switch (format.option()) {
                case 'b', 'h', 'l', 'i' -> stack.push(signed(data, from, format));
                case 'B', 'H', 'L', 'T', 'I' -> stack.push(toDouble(integer(data, from, format)));
                case 'x' -> {}
                case 'f' -> stack.push(Float.intBitsToFloat((int) integer(data, from, format)));
                case 'd' -> stack.push(Double.longBitsToDouble(integer(data, from, format)));
                case 'c' -> {
                    int size = format.size() == 0 ? previousSize(stack, base, data, from) : format.size();
                    at = (long) from + size;
                    stack.push(data, from, size);
                }
                case 's' -> at = zeroTerminated(stack, data, from);
                default -> format.control();
            }
        }
        stack.push((double) (at + 1));
        return stack.top() - base;
    }

    private static void need(LuaStack stack, byte[] data, long at, long size) {
        if (size < 0 || size > data.length || at < 0 || at > data.length - size) {
            throw stack.badArgument(2, "data string too short");
        }
    }

    private static long integer(byte[] data, int from, StructFormat format) {
        long value = 0;
        int size = format.size();
        for (int i = 0; i < size; i++) {
            int at = format.isBigEndian() ? i : size - 1 - i;
            value = value << 8 | data[from + at] & 0xff;
        }
        return value;
    }

    private static double signed(byte[] data, int from, StructFormat format) {
        long value = integer(data, from, format);
        long mask = -1L << format.size() * 8 - 1;
        return (value & mask) != 0 ? value | mask : value;
    }

    private static double toDouble(long unsigned) {
        return unsigned >= 0 ? unsigned : (unsigned >>> 1 | unsigned & 1) * 2.0;
    }

    /** The size that the value before gives, which it takes away. */
    private static int previousSize(LuaStack stack, int base, byte[] data, int from) {
        if (stack.top() == base || !stack.isNumber(-1)) {
            throw LuaError.placed("format 'c0' needs a previous size");
        }
        long size = LuaStack.toLong(stack.toNumber(-1));
        stack.pop(1);
        need(stack, data, from, size);
        return (int) size;
    }

    private static int zeroTerminated(LuaStack stack, byte[] data, int from) {
        for (int end = from; end < data.length; end++) {
            if (data[end] == 0) {
                stack.push(data, from, end - from);
                return end + 1;
            }
        }
        throw LuaError.placed("unfinished string in data");
    }

    // ---- sizes ----

    private static int size(LuaStack stack) {
        StructFormat format = new StructFormat(stack, stack.checkString(1));
        long size = 0;
        while (format.next(size)) {
            if (format.option() == 's') {
                throw stack.badArgument(1, "option 's' has no fixed size");
            }
            if (format.option() == 'c' && format.size() == 0) {
                throw stack.badArgument(1, "option 'c0' has no fixed size");
            }
            if (!format.isAlphanumeric()) {
                format.control();
            }
            size += format.padding() + format.size();
        }
        stack.push((double) size);
        return 1;
    }
}
