package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import party.iroiro.luajava.JFunction;
import party.iroiro.luajava.Lua;
import party.iroiro.luajava.lua51.Lua51;
import party.iroiro.luajava.lua51.Lua51Natives;

/** One state of the native Lua 5.1 with its standard libraries. Used by one thread at a time. */
final class LuaState implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(LuaState.class);

    /** What is asked of Lua's garbage collector. */
    private enum Collector {
        RESTART(1),
        COLLECT(2),
        COUNT_KB(3),
        SET_PAUSE(6),
        SET_STEP(7);

        final int code;

        Collector(int code) {
            this.code = code;
        }
    }

    private static final int DEFAULT_PERCENT = 200;
    private static final int KB = 1024;

    private final Lua51 lua;
    private final Lua51Natives natives;
    private final LuaStack main;
    private final LuaConstant constant = new LuaConstant();
    private final int getInfo;

    /**
     * Opens a state.
     *
     * @throws LinkageError where there is no native library for the platform
     */
    LuaState() {
        lua = new Lua51();
        natives = (Lua51Natives) lua.getLuaNatives();
        main = new LuaStack(this, natives, lua.getPointer());
        for (String library : new String[] {"string", "table", "math", "debug"}) {
            natives.luaJ_openlib(lua.getPointer(), library);
        }
        main.pushKept(keepGlobal("debug"));
        main.getField("getinfo");
        getInfo = main.keep();
        main.pop(1);
    }

    /** Keeps the value of one of Lua's global variables. */
    int keepGlobal(String name) {
        natives.lua_getglobal(lua.getPointer(), name);
        return main.keep();
    }

    /** The stack of the main thread. */
    LuaStack main() {
        return main;
    }

    LuaConstant constant() {
        return constant;
    }

    /** The function as the binding calls it: what it throws is raised in the script. */
    JFunction callable(LuaFunction function) {
        return caller -> {
            LuaStack stack = stackOf(caller);
            try {
                return function.call(stack);
            } catch (LuaError e) {
                e.push(stack);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                log.error("Internal error in a function that a script called", e);
                stack.push("internal error: " + e);
            }
            return -1; // the top is raised
        };
    }

    /** A coroutine has a stack of its own. */
    private LuaStack stackOf(Lua caller) {
        long thread = caller.getPointer();
        return thread == lua.getPointer() ? main : new LuaStack(this, natives, thread);
    }

    /** The error of luaL_argerror, which names the function as its caller does. */
    LuaError badArgument(LuaStack stack, int number, String reason) {
        stack.pushKept(getInfo);
        stack.push(1);
        stack.push("n");
        if (!stack.call(2, 1)) {
            stack.pop(1);
            return LuaError.placed("bad argument #" + number + " (" + reason + ")");
        }
        String name = field(stack, "name", "?");
        boolean method = field(stack, "namewhat", "").equals("method");
        stack.pop(1);
        if (method && number == 1) {
            return LuaError.placed("calling '" + name + "' on bad self (" + reason + ")");
        }
        return LuaError.placed(
                "bad argument #" + (method ? number - 1 : number) + " to '" + name + "' (" + reason + ")");
    }

    private static String field(LuaStack stack, String name, String otherwise) {
        stack.getField(name);
        String value = stack.isString(-1) ? Ascii.string(stack.toBytes(-1)) : otherwise;
        stack.pop(1);
        return value;
    }

    // ---- memory ----

    long memoryBytes() {
        return (long) collector(Collector.COUNT_KB, 0) * KB;
    }

    void collectGarbage() {
        collector(Collector.COLLECT, 0);
    }

    /** Undoes what a script may have changed of the garbage collection. */
    void resetCollector() {
        collector(Collector.RESTART, 0);
        collector(Collector.SET_PAUSE, DEFAULT_PERCENT);
        collector(Collector.SET_STEP, DEFAULT_PERCENT);
    }

    private int collector(Collector what, int value) {
        return natives.lua_gc(lua.getPointer(), what.code, value);
    }

    @Override
    public void close() {
        lua.close();
    }
}
