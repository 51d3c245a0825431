package dev.rondo.server.script;

/** The module cjson. */
final class JsonLibrary {
    private JsonLibrary() {}

    /** Pushes a new instance of the module. */
    static void push(LuaStack stack, JsonSettings settings) {
        stack.newTable(0, 13);
        add(stack, "encode", caller -> encode(caller, settings));
        add(stack, "decode", caller -> decode(caller, settings));
        add(stack, "encode_sparse_array", settings::encodeSparseArray);
        add(stack, "encode_max_depth", settings::encodeMaxDepth);
        add(stack, "decode_max_depth", settings::decodeMaxDepth);
        add(stack, "encode_number_precision", settings::encodeNumberPrecision);
        add(stack, "encode_keep_buffer", settings::encodeKeepBuffer);
        add(stack, "encode_invalid_numbers", settings::encodeInvalidNumbers);
        add(stack, "decode_invalid_numbers", settings::decodeInvalidNumbers);
        add(stack, "new", caller -> {
            push(caller, new JsonSettings());
            return 1;
        });
        stack.pushNull();
        stack.setField("null");
        stack.push("cjson");
        stack.setField("_NAME");
        stack.push("2.1.0");
        stack.setField("_VERSION");
    }

    private static void add(LuaStack stack, String name, LuaFunction function) {
        stack.push(function);
        stack.setField(name);
    }

    private static int encode(LuaStack stack, JsonSettings settings) {
        checkOne(stack);
        stack.push(JsonWriter.encode(stack, settings));
        return 1;
    }

    private static int decode(LuaStack stack, JsonSettings settings) {
        checkOne(stack);
        JsonReader.decode(stack, settings, stack.checkString(1));
        return 1;
    }

    private static void checkOne(LuaStack stack) {
        if (stack.top() != 1) {
            throw stack.badArgument(1, "expected 1 argument");
        }
    }
}
