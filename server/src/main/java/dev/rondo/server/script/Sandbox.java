package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * What scripts see of Lua, made by {@code sandbox.lua}; here are the functions of it that must know a view from a
 * table, or that Lua's own would let a script break the server with.
 */
final class Sandbox {
    /** No single call makes a longer string. */
    private static final int MOST_STRING_BYTES = 512 << 20;

    private static final String READ_ONLY = "Attempt to modify a readonly table";
    private static final byte BYTECODE = 27;
    private static final double NS_PER_S = 1e9;

    /** Says why the script that runs has to stop; null while it need not. Pushes nothing. */
    @FunctionalInterface
    interface Interruption {
        @Nullable LuaError reasonToStop();
    }

    private final int originals;
    private final int metatables;
    private final int repeat;
    private final int load;
    private final int create;
    private final int wrap;
    private final int onError;
    private final int globals;
    private final int environment;
    private final int libraryEnvironment;
    private final int setLoading;
    private final int clean;
    private final int stringMetatable;
    private final ScriptRandom random = new ScriptRandom();

    /**
     * Builds the sandbox of a new state.
     *
     * @param modules what scripts have beside Lua's libraries, pushed as one table by name
     * @param loading pushes the module redis for libraries that are being loaded; null where there are none
     */
    Sandbox(LuaState state, Interruption interruption, LuaPush modules, @Nullable LuaPush loading) {
        LuaStack stack = state.main();
        repeat = keepField(state, "string", "rep");
        load = state.keepGlobal("loadstring");
        stack.newTable(0, 0);
        originals = stack.keep();
        stack.newTable(0, 0);
        metatables = stack.keep();
        if (!stack.load(source(), 0, "=sandbox")) {
            throw new IllegalStateException("sandbox.lua: " + Ascii.string(stack.toBytes(-1)));
        }
        pushHost(stack, interruption);
        if (loading != null) {
            loading.push(stack);
            stack.setField("loading");
        }
        modules.push(stack);
        if (!stack.call(2, 1)) {
            throw new IllegalStateException("sandbox.lua: " + Ascii.string(stack.toBytes(-1)));
        }
        create = keepField(stack, "create");
        wrap = keepField(stack, "wrap");
        onError = keepField(stack, "on_error");
        globals = keepField(stack, "globals");
        environment = keepField(stack, "environment");
        libraryEnvironment = keepField(stack, "library_environment");
        setLoading = keepField(stack, "set_loading");
        clean = keepField(stack, "clean");
        stringMetatable = keepField(stack, "string_metatable");
        stack.pop(1);
    }

    /** Pushes one value. */
    @FunctionalInterface
    interface LuaPush {
        void push(LuaStack stack);
    }

    private static byte[] source() {
        try (InputStream in = Sandbox.class.getResourceAsStream("sandbox.lua")) {
            if (in == null) {
                throw new IllegalStateException("sandbox.lua is missing");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int keepField(LuaState state, String library, String name) {
        LuaStack stack = state.main();
        stack.pushKept(state.keepGlobal(library));
        int reference = keepField(stack, name);
        stack.pop(1);
        return reference;
    }

    private static int keepField(LuaStack stack, String name) {
        stack.getField(name);
        return stack.keep();
    }

    private void pushHost(LuaStack stack, Interruption interruption) {
        stack.newTable(0, 0);
        stack.pushKept(originals);
        stack.setField("originals");
        stack.pushKept(metatables);
        stack.setField("metatables");
        add(stack, "reason_to_stop", caller -> {
            LuaError reason = interruption.reasonToStop();
            if (reason == null) {
                return 0;
            }
            reason.push(caller);
            return 1;
        });
        add(stack, "refuse_write", caller -> {
            throw LuaError.placed(READ_ONLY);
        });
        add(stack, "missing_global", Sandbox::missingGlobal);
        add(stack, "pairs", this::pairs);
        add(stack, "rawget", this::rawGet);
        add(stack, "rawset", this::rawSet);
        add(stack, "getmetatable", this::getMetatable);
        add(stack, "setmetatable", this::setMetatable);
        add(stack, "create", caller -> createThread(caller, create));
        add(stack, "wrap", caller -> createThread(caller, wrap));
        add(stack, "loadstring", this::loadString);
        add(stack, "load", this::load);
        add(stack, "rep", this::repeat);
        add(stack, "random", random::random);
        add(stack, "randomseed", random::seed);
        add(stack, "clock", caller -> {
            caller.push(System.nanoTime() / NS_PER_S);
            return 1;
        });
    }

    private static void add(LuaStack stack, String name, LuaFunction function) {
        stack.push(function);
        stack.setField(name);
    }

    // ---- for the interpreter ----

    void pushErrorHandler(LuaStack stack) {
        stack.pushKept(onError);
    }

    void pushGlobals(LuaStack stack) {
        stack.pushKept(globals);
    }

    /** Gives the function on top what scripts see as their globals. */
    void enclose(LuaStack stack) {
        stack.pushKept(environment);
        stack.setEnvironment(-2);
    }

    /** As {@link #enclose}, for the code of a library and the functions in it. */
    void encloseLibrary(LuaStack stack) {
        stack.pushKept(libraryEnvironment);
        stack.setEnvironment(-2);
    }

    /** Whether the code of a library is being loaded. */
    void loading(LuaStack stack, boolean yes) {
        stack.pushKept(setLoading);
        stack.push(yes);
        check(stack, stack.call(1, 0));
    }

    /** Takes away what the last script may have left. */
    void clean(LuaStack stack) {
        stack.pushKept(clean);
        check(stack, stack.call(0, 0));
    }

    private static void check(LuaStack stack, boolean worked) {
        if (!worked) {
            throw new IllegalStateException("sandbox.lua: " + Ascii.string(stack.toBytes(-1)));
        }
    }

    // ---- tables ----

    /** Pushes the table behind a view; false, and nothing, when the value is no view. */
    private boolean pushOriginal(LuaStack stack, int index) {
        stack.pushKept(originals);
        stack.copy(index);
        stack.get(-2);
        stack.remove(-2);
        if (stack.type(-1) == LuaStack.TABLE) {
            return true;
        }
        stack.pop(1);
        return false;
    }

    private static void checkTable(LuaStack stack, int argument) {
        if (stack.type(argument) != LuaStack.TABLE) {
            throw stack.wrongType(argument, "table");
        }
    }

    private static void checkAny(LuaStack stack, int argument) {
        if (stack.type(argument) < 0) {
            throw stack.badArgument(argument, "value expected");
        }
    }

    private static int missingGlobal(LuaStack stack) {
        if (!stack.isString(2)) {
            throw LuaError.placed("Second argument to luaProtectedTableError must be a string or number");
        }
        throw LuaError.placed(
                "Script attempted to access nonexistent global variable '" + Ascii.cString(stack.toBytes(2)) + "'");
    }

    private int pairs(LuaStack stack) {
        checkTable(stack, 1);
        stack.pushKept(globals);
        stack.getField("next");
        stack.remove(-2);
        if (!pushOriginal(stack, 1)) {
            stack.copy(1);
        }
        stack.pushNil();
        return 3;
    }

    private int rawGet(LuaStack stack) {
        checkTable(stack, 1);
        checkAny(stack, 2);
        if (!pushOriginal(stack, 1)) {
            stack.copy(1);
        }
        stack.copy(2);
        stack.get(-2);
        return 1;
    }

    private int rawSet(LuaStack stack) {
        checkTable(stack, 1);
        checkAny(stack, 2);
        checkAny(stack, 3);
        stack.top(3);
        if (pushOriginal(stack, 1)) {
            throw LuaError.bare(READ_ONLY);
        }
        if (stack.type(2) == LuaStack.NIL) {
            throw LuaError.bare("table index is nil");
        }
        if (stack.type(2) == LuaStack.NUMBER && Double.isNaN(stack.toNumber(2))) {
            throw LuaError.bare("table index is NaN");
        }
        stack.set(1);
        return 1;
    }

    private int getMetatable(LuaStack stack) {
        checkAny(stack, 1);
        if (stack.type(1) == LuaStack.STRING) {
            stack.pushKept(stringMetatable);
            return 1;
        }
        if (pushOriginal(stack, 1)) {
            stack.pushKept(metatables);
            stack.copy(1);
            stack.get(-2);
            return 1;
        }
        if (!stack.pushMetatable(1)) {
            stack.pushNil();
            return 1;
        }
        stack.getField("__metatable");
        if (stack.type(-1) == LuaStack.NIL) {
            stack.pop(1);
        }
        return 1;
    }

    private int setMetatable(LuaStack stack) {
        checkTable(stack, 1);
        if (stack.type(2) != LuaStack.NIL && stack.type(2) != LuaStack.TABLE) {
            throw stack.badArgument(2, "nil or table expected");
        }
        if (pushOriginal(stack, 1)) {
            throw LuaError.bare(READ_ONLY);
        }
        if (stack.pushMetatable(1)) {
            stack.getField("__metatable");
            if (stack.type(-1) != LuaStack.NIL) {
                throw LuaError.placed("cannot change a protected metatable");
            }
        }
        stack.top(2);
        stack.setMetatable(1);
        return 1;
    }

    // ---- code ----

    /** A coroutine is interrupted as the script itself is. */
    private int createThread(LuaStack stack, int maker) {
        if (!stack.isLuaFunction(1)) {
            throw stack.badArgument(1, "Lua function expected");
        }
        stack.pushKept(maker);
        stack.copy(1);
        check(stack, stack.call(1, 1));
        return 1;
    }

    private int loadString(LuaStack stack) {
        byte[] source = stack.checkString(1);
        return load(stack, source, stack.isNothing(2) ? Ascii.cString(source) : Ascii.cString(stack.checkString(2)));
    }

    /** Loads the pieces that a function returns, up to an empty one; its errors are results, too. */
    private int load(LuaStack stack) {
        if (stack.type(1) != LuaStack.FUNCTION) {
            throw stack.wrongType(1, "function");
        }
        String name = stack.isNothing(2) ? "=(load)" : Ascii.cString(stack.checkString(2));
        ByteArrayOutputStream source = new ByteArrayOutputStream();
        while (true) {
            stack.copy(1);
            if (!stack.call(0, 1)) {
                stack.pushNil();
                stack.insert(-2);
                return 2;
            }
            if (!stack.isNothing(-1) && !stack.isString(-1)) {
                stack.pushNil();
                stack.pushPlaced("reader function must return a string");
                return 2;
            }
            byte[] piece = stack.isNothing(-1) ? new byte[0] : stack.toBytes(-1);
            stack.pop(1);
            if (piece.length == 0) {
                return load(stack, source.toByteArray(), name);
            }
            if (source.size() > MOST_STRING_BYTES - piece.length) {
                throw LuaError.bare("not enough memory");
            }
            source.writeBytes(piece);
        }
    }

    private int load(LuaStack stack, byte[] source, String name) {
        boolean bytecode = source.length > 0 && source[0] == BYTECODE;
        stack.pushKept(load);
        stack.push(bytecode ? new byte[] {1} : source);
        stack.push(name);
        stack.call(2, 2);
        if (stack.type(-2) == LuaStack.FUNCTION) {
            stack.copy(-2);
            enclose(stack);
            return 1;
        }
        if (bytecode) { // it is no source, and its first byte is what the parser stumbles over
            String message = Ascii.string(stack.toBytes(-1));
            stack.push(message.replace("char(1)", "char(" + BYTECODE + ")"));
            stack.remove(-2);
        }
        return 2;
    }

    private int repeat(LuaStack stack) {
        long length = stack.checkString(1).length;
        int count = stack.checkInt(2);
        if (count > 0 && length * count > MOST_STRING_BYTES) {
            throw LuaError.bare("not enough memory");
        }
        stack.pushKept(repeat);
        stack.copy(1);
        stack.push(count);
        stack.call(2, 1);
        return 1;
    }
}
