package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import java.util.function.IntBinaryOperator;

/** The module bit: operations on 32 bits, as BitOp 1.0 has them. */
final class BitLibrary {
    /** Added to a number, it brings the integer into the lowest bits: 2^52 + 2^51. */
    private static final double SHIFT = 6755399441055744.0;

    private static final int HEX_DIGITS = 8;

    private BitLibrary() {}

    static void push(LuaStack stack) {
        stack.newTable(0, 12);
        add(stack, "tobit", caller -> give(caller, bits(caller, 1)));
        add(stack, "bnot", caller -> give(caller, ~bits(caller, 1)));
        add(stack, "band", caller -> fold(caller, (a, b) -> a & b));
        add(stack, "bor", caller -> fold(caller, (a, b) -> a | b));
        add(stack, "bxor", caller -> fold(caller, (a, b) -> a ^ b));
        add(stack, "lshift", caller -> shift(caller, (a, n) -> a << n));
        add(stack, "rshift", caller -> shift(caller, (a, n) -> a >>> n));
        add(stack, "arshift", caller -> shift(caller, (a, n) -> a >> n));
        add(stack, "rol", caller -> shift(caller, Integer::rotateLeft));
        add(stack, "ror", caller -> shift(caller, Integer::rotateRight));
        add(stack, "bswap", caller -> give(caller, Integer.reverseBytes(bits(caller, 1))));
        add(stack, "tohex", BitLibrary::toHex);
    }

    private static void add(LuaStack stack, String name, LuaFunction function) {
        stack.push(function);
        stack.setField(name);
    }

    private static int bits(LuaStack stack, int argument) {
        if (!stack.isNumber(argument)) {
            throw stack.wrongType(argument, "number");
        }
        return (int) Double.doubleToRawLongBits(stack.toNumber(argument) + SHIFT);
    }

    private static int give(LuaStack stack, int result) {
        stack.push(result);
        return 1;
    }

    private static int fold(LuaStack stack, IntBinaryOperator operator) {
        int result = bits(stack, 1);
        for (int i = stack.top(); i > 1; i--) {
            result = operator.applyAsInt(result, bits(stack, i));
        }
        return give(stack, result);
    }

    private static int shift(LuaStack stack, IntBinaryOperator operator) {
        int value = bits(stack, 1);
        return give(stack, operator.applyAsInt(value, bits(stack, 2) & 31));
    }

    /** A negative number of digits asks for capitals. */
    private static int toHex(LuaStack stack) {
        int value = bits(stack, 1);
        long digits = stack.type(2) < 0 ? HEX_DIGITS : bits(stack, 2);
        String alphabet = digits < 0 ? "0123456789ABCDEF" : "0123456789abcdef";
        byte[] text = new byte[(int) Math.min(HEX_DIGITS, Math.abs(digits))];
        for (int i = text.length - 1; i >= 0; i--) {
            text[i] = (byte) alphabet.charAt(value & 15);
            value >>>= 4;
        }
        stack.push(Ascii.string(text));
        return 1;
    }
}
