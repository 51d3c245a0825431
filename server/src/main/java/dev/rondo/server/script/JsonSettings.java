package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import java.util.List;

/** How one instance of the cjson module encodes and decodes, and the functions with which a script sets that. */
final class JsonSettings {
    private static final int DEFAULT_MOST_DEPTH = 1000;
    private static final int MOST_DIGITS = 14;
    private static final int INVALID_AS_NULL = 2;
    private static final List<String> OFF_ON = List.of("off", "on");
    private static final List<String> OFF_ON_NULL = List.of("off", "on", "null");

    private boolean sparseAsObject;
    private int sparseRatio = 2;
    private int sparseSafe = 10;
    private int encodeDepth = DEFAULT_MOST_DEPTH;
    private int decodeDepth = DEFAULT_MOST_DEPTH;
    private int encodeInvalid;
    private boolean decodeInvalid = true;
    private int digits = MOST_DIGITS;
    private boolean keepBuffer = true;

    boolean isSparseAsObject() {
        return sparseAsObject;
    }

    /** Whether an array with so many elements up to that index is too sparse to be written as one. */
    boolean isTooSparse(int highest, int elements) {
        return sparseRatio > 0 && highest > elements * sparseRatio && highest > sparseSafe;
    }

    int encodeDepth() {
        return encodeDepth;
    }

    int decodeDepth() {
        return decodeDepth;
    }

    /** Whether infinities and NaN may be encoded. */
    boolean encodesInvalid() {
        return encodeInvalid != 0;
    }

    /** Whether they become null. */
    boolean encodesInvalidAsNull() {
        return encodeInvalid == INVALID_AS_NULL;
    }

    /** Whether numbers may be read that are not JSON. */
    boolean decodesInvalid() {
        return decodeInvalid;
    }

    /** Significant digits of a number. */
    int digits() {
        return digits;
    }

    // ---- the module's functions; each sets what it is given, and returns what is set ----

    int encodeSparseArray(LuaStack stack) {
        takeArguments(stack, 3);
        sparseAsObject = option(stack, 1, sparseAsObject ? 1 : 0, OFF_ON, 1) == 1;
        sparseRatio = integer(stack, 2, sparseRatio, 0, Integer.MAX_VALUE);
        sparseSafe = integer(stack, 3, sparseSafe, 0, Integer.MAX_VALUE);
        return 3;
    }

    int encodeMaxDepth(LuaStack stack) {
        takeArguments(stack, 1);
        encodeDepth = integer(stack, 1, encodeDepth, 1, Integer.MAX_VALUE);
        return 1;
    }

    int decodeMaxDepth(LuaStack stack) {
        takeArguments(stack, 1);
        decodeDepth = integer(stack, 1, decodeDepth, 1, Integer.MAX_VALUE);
        return 1;
    }

    int encodeNumberPrecision(LuaStack stack) {
        takeArguments(stack, 1);
        digits = integer(stack, 1, digits, 1, MOST_DIGITS);
        return 1;
    }

    /** There is no such buffer here; the setting is kept for scripts that ask. */
    int encodeKeepBuffer(LuaStack stack) {
        takeArguments(stack, 1);
        keepBuffer = option(stack, 1, keepBuffer ? 1 : 0, OFF_ON, 1) == 1;
        return 1;
    }

    int encodeInvalidNumbers(LuaStack stack) {
        takeArguments(stack, 1);
        encodeInvalid = option(stack, 1, encodeInvalid, OFF_ON_NULL, 1);
        return 1;
    }

    int decodeInvalidNumbers(LuaStack stack) {
        takeArguments(stack, 1);
        decodeInvalid = option(stack, 1, decodeInvalid ? 1 : 0, OFF_ON, 1) == 1;
        return 1;
    }

    private static void takeArguments(LuaStack stack, int most) {
        if (stack.top() > most) {
            throw stack.badArgument(most + 1, "found too many arguments");
        }
        stack.top(most);
    }

    private static int integer(LuaStack stack, int index, int present, int least, int most) {
        int value = present;
        if (!stack.isNothing(index)) {
            value = stack.checkInt(index);
            if (value < least || value > most) {
                throw stack.badArgument(1, "expected integer between " + least + " and " + most);
            }
        }
        stack.push(value);
        return value;
    }

    private static int option(LuaStack stack, int index, int present, List<String> words, int ofTrue) {
        int value = present;
        if (stack.type(index) == LuaStack.BOOLEAN) {
            value = stack.toBoolean(index) ? ofTrue : 0;
        } else if (!stack.isNothing(index)) {
            String word = Ascii.cString(stack.checkString(index));
            value = words.indexOf(word);
            if (value < 0) {
                throw stack.badArgument(index, "invalid option '" + word + "'");
            }
        }
        if (value == 0 || value == ofTrue) {
            stack.push(value == ofTrue);
        } else {
            stack.push(words.get(value));
        }
        return value;
    }
}
