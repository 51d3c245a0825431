package dev.rondo.server.script;

/** The module cmsgpack. */
final class MessagePackLibrary {
    private MessagePackLibrary() {}

    static void push(LuaStack stack) {
        stack.newTable(0, 8);
        add(stack, "pack", MessagePackLibrary::pack);
        add(stack, "unpack", caller -> unpack(caller, 0, 0));
        add(stack, "unpack_one", caller -> unpack(caller, 1, caller.optionalLong(2, 0)));
        add(stack, "unpack_limit", caller -> {
            long limit = caller.checkLong(2);
            return unpack(caller, limit, caller.optionalLong(3, 0));
        });
        stack.push("cmsgpack");
        stack.setField("_NAME");
        stack.push("lua-cmsgpack 0.4.0");
        stack.setField("_VERSION");
        stack.push("Copyright (C) 2012, Salvatore Sanfilippo");
        stack.setField("_COPYRIGHT");
        stack.push("MessagePack C implementation for Lua");
        stack.setField("_DESCRIPTION");
    }

    private static void add(LuaStack stack, String name, LuaFunction function) {
        stack.push(function);
        stack.setField(name);
    }

    private static int pack(LuaStack stack) {
        int count = stack.top();
        if (count == 0) {
            throw stack.badArgument(0, "MessagePack pack needs input.");
        }
        if (!stack.ensure(count)) {
            throw stack.badArgument(0, "Too many arguments for MessagePack pack.");
        }
        stack.push(MessagePackWriter.pack(stack, count));
        return 1;
    }

    /** Without limit and offset everything; else the values come behind the offset to go on from, -1 at the end. */
    private static int unpack(LuaStack stack, long limit, long offset) {
        byte[] bytes = stack.checkString(1);
        if (offset < 0 || limit < 0) {
            throw LuaError.placed(
                    "Invalid request to unpack with offset of " + (int) offset + " and limit of " + bytes.length + ".");
        }
        if (offset > bytes.length) {
            throw LuaError.placed("Start offset " + (int) offset + " greater than input length " + bytes.length + ".");
        }
        boolean all = limit == 0 && offset == 0;
        long most = all ? Integer.MAX_VALUE : limit;
        stack.top(1);
        MessagePackReader reader = new MessagePackReader(stack, bytes, (int) offset);
        int count = 0;
        while (!reader.isAtEnd() && count < most) {
            reader.value();
            count++;
        }
        if (all) {
            return count;
        }
        stack.push(reader.isAtEnd() ? -1 : reader.position());
        stack.insert(2);
        return count + 1;
    }
}
