package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** redis.register_function: collects the functions of a library while its code runs. One belongs to one interpreter. */
final class FunctionRegistration {
    private @Nullable Map<String, LibraryFunction> functions; // null while no library is loaded

    void begin() {
        functions = new LinkedHashMap<>();
    }

    /** Ends the loading of a library, and gives what it has registered. */
    Map<String, LibraryFunction> end() {
        Map<String, LibraryFunction> registered = functions == null ? Map.of() : functions;
        functions = null;
        return registered;
    }

    int register(LuaStack stack) {
        if (functions == null) {
            throw LuaError.reply("redis.register_function can only be called on FUNCTION LOAD command");
        }
        int count = stack.top();
        if (count < 1 || count > 2) {
            throw LuaError.reply("wrong number of arguments to redis.register_function");
        }
        LibraryFunction function = count == 1 ? named(stack) : positional(stack);
        String error = FunctionLibrary.isName(function.name())
                ? functions.containsKey(function.name()) ? "Function already exists in the library" : null
                : FunctionLibrary.badName();
        if (error != null) {
            stack.drop(function.reference());
            throw LuaError.reply(error);
        }
        functions.put(function.name(), function);
        return 0;
    }

    private static LibraryFunction positional(LuaStack stack) {
        if (!stack.isString(1)) {
            throw LuaError.reply("first argument to redis.register_function must be a string");
        }
        if (stack.type(2) != LuaStack.FUNCTION) {
            throw LuaError.reply("second argument to redis.register_function must be a function");
        }
        return new LibraryFunction(
                Ascii.string(stack.toBytes(1)), null, EnumSet.noneOf(ScriptFlag.class), stack.keep());
    }

    private static LibraryFunction named(LuaStack stack) {
        if (stack.type(1) != LuaStack.TABLE) {
            throw LuaError.reply("calling redis.register_function with a single argument is only applicable to Lua"
                    + " table (representing named arguments).");
        }
        Arguments arguments = new Arguments();
        stack.pushNil();
        while (stack.next(1)) {
            if (!stack.isString(-2)) {
                throw LuaError.reply("named argument key given to redis.register_function is not a string");
            }
            arguments.read(stack, Ascii.cString(stack.toBytes(-2)).toLowerCase(Locale.ROOT));
            stack.pop(1);
        }
        return arguments.function(stack);
    }

    /** The named arguments of a function; its callback is looked at last, so that nothing is kept in vain. */
    private static final class Arguments {
        private @Nullable String name;
        private byte @Nullable [] description;
        private Set<ScriptFlag> flags = EnumSet.noneOf(ScriptFlag.class);
        private boolean hasCallback;

        /** Takes the argument whose value is on top. */
        void read(LuaStack stack, String key) {
            switch (key) {
                case "function_name" -> name = Ascii.string(text(stack, "function_name"));
                case "description" -> description = text(stack, "description");
                case "callback" -> {
                    if (stack.type(-1) != LuaStack.FUNCTION) {
                        throw LuaError.reply("callback argument given to redis.register_function must be a function");
                    }
                    stack.copy(-1);
                    stack.insert(2); // below the key that the iteration goes on from
                    if (hasCallback) {
                        stack.remove(3);
                    }
                    hasCallback = true;
                }
                case "flags" -> flags = flags(stack);
                default -> throw LuaError.reply("unknown argument given to redis.register_function");
            }
        }

        private static byte[] text(LuaStack stack, String argument) {
            if (!stack.isString(-1)) {
                throw LuaError.reply(argument + " argument given to redis.register_function must be a string");
            }
            return stack.toBytes(-1);
        }

        private static Set<ScriptFlag> flags(LuaStack stack) {
            if (stack.type(-1) != LuaStack.TABLE) {
                throw LuaError.reply(
                        "flags argument to redis.register_function must be a table representing function" + " flags");
            }
            Set<ScriptFlag> flags = EnumSet.noneOf(ScriptFlag.class);
            for (int i = 1; ; i++) {
                stack.getElement(-1, i);
                if (stack.type(-1) == LuaStack.NIL) {
                    stack.pop(1);
                    return flags;
                }
                ScriptFlag flag = stack.isString(-1)
                        ? ScriptFlag.of(Ascii.cString(stack.toBytes(-1)).toLowerCase(Locale.ROOT))
                        : null;
                if (flag == null) {
                    throw LuaError.reply("unknown flag given");
                }
                flags.add(flag);
                stack.pop(1);
            }
        }

        LibraryFunction function(LuaStack stack) {
            if (name == null) {
                throw LuaError.reply("redis.register_function must get a function name argument");
            }
            if (!hasCallback) {
                throw LuaError.reply("redis.register_function must get a callback argument");
            }
            stack.top(2);
            return new LibraryFunction(name, description, flags, stack.keep());
        }
    }
}
