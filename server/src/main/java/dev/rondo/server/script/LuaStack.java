package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import java.nio.ByteBuffer;
import party.iroiro.luajava.lua51.Lua51Natives;

/**
 * The stack of a Lua thread, on which all values pass between Java and Lua. Strings are bytes here, of any value.
 *
 * <p>Lua reports errors with a jump over all frames in between, which Java's must not be among. So nothing here calls
 * what may fail: no access to tables that could run a metamethod, and no call that is not a protected one.
 */
final class LuaStack {
    static final int NIL = 0;
    static final int BOOLEAN = 1;
    static final int LIGHT_USERDATA = 2;
    static final int NUMBER = 3;
    static final int STRING = 4;
    static final int TABLE = 5;
    static final int FUNCTION = 6;
    static final int USERDATA = 7;

    static final int REGISTRY = -10000;

    private final LuaState state;
    private final Lua51Natives lua;
    private final long thread;

    LuaStack(LuaState state, Lua51Natives lua, long thread) {
        this.state = state;
        this.lua = lua;
        this.thread = thread;
    }

    // ---- the stack itself ----

    int top() {
        return lua.lua_gettop(thread);
    }

    /** Drops what is above {@code newTop}, or pushes nils up to there. */
    void top(int newTop) {
        lua.lua_settop(thread, newTop);
    }

    void pop(int count) {
        lua.lua_settop(thread, -count - 1);
    }

    /** Makes room for so many more values; false when there is none. */
    boolean ensure(int more) {
        return lua.lua_checkstack(thread, more) != 0;
    }

    void copy(int index) {
        lua.lua_pushvalue(thread, index);
    }

    void remove(int index) {
        lua.lua_remove(thread, index);
    }

    /** Moves the top value to the index. */
    void insert(int index) {
        lua.lua_insert(thread, index);
    }

    // ---- pushing ----

    void pushNil() {
        lua.lua_pushnil(thread);
    }

    void push(boolean value) {
        lua.lua_pushboolean(thread, value ? 1 : 0);
    }

    void push(double number) {
        lua.lua_pushnumber(thread, number);
    }

    /** A string of one byte for each char. */
    void push(String latin1) {
        push(Ascii.bytes(latin1));
    }

    void push(byte[] bytes) {
        push(bytes, 0, bytes.length);
    }

    void push(byte[] bytes, int from, int length) {
        if (LuaConstant.isPlain(bytes, from, length)) {
            lua.luaJ_pushstring(thread, LuaConstant.text(bytes, from, length));
        } else {
            state.constant().push(lua, thread, bytes, from, length);
        }
    }

    /** The null that JSON has, which a table can hold: a light userdata of no address. */
    void pushNull() {
        lua.lua_pushlightuserdata(thread, 0);
    }

    /** The message behind the place of the function that called this one, as luaL_error writes it. */
    void pushPlaced(String message) {
        lua.luaL_where(thread, 1);
        push(message);
        lua.lua_concat(thread, 2);
    }

    void concatenate(int count) {
        lua.lua_concat(thread, count);
    }

    void push(LuaFunction function) {
        lua.luaJ_pushfunction(thread, state.callable(function));
    }

    // ---- reading ----

    int type(int index) {
        return lua.lua_type(thread, index);
    }

    String typeName(int index) {
        return lua.lua_typename(thread, type(index));
    }

    boolean isNothing(int index) {
        return type(index) <= NIL;
    }

    /** Whether the value is a string or a number, which counts as one. */
    boolean isString(int index) {
        int type = type(index);
        return type == STRING || type == NUMBER;
    }

    /** Whether the value is a number or a string that reads as one. */
    boolean isNumber(int index) {
        return lua.lua_isnumber(thread, index) != 0;
    }

    boolean isLuaFunction(int index) {
        return type(index) == FUNCTION && lua.lua_iscfunction(thread, index) == 0;
    }

    boolean isNull(int index) {
        return type(index) == LIGHT_USERDATA && lua.lua_touserdata(thread, index) == 0;
    }

    boolean toBoolean(int index) {
        return lua.lua_toboolean(thread, index) != 0;
    }

    double toNumber(int index) {
        return lua.lua_tonumber(thread, index);
    }

    /** As C makes an int of the number: what lies outside becomes the least. */
    int toInt(int index) {
        return toInt(toNumber(index));
    }

    /** See {@link #toInt(int)}. */
    static int toInt(double number) {
        return number > -0x1p31 - 1 && number < 0x1p31 ? (int) number : Integer.MIN_VALUE;
    }

    /** As {@link #toInt(double)}, for 64 bits. */
    static long toLong(double number) {
        return number >= -0x1p63 && number < 0x1p63 ? (long) number : Long.MIN_VALUE;
    }

    /** The bytes of a string, or of a number as Lua prints it. */
    byte[] toBytes(int index) {
        if (type(index) != NUMBER) {
            return bytes(index);
        }
        lua.lua_pushvalue(thread, index); // reading a number as a string turns it into one
        byte[] result = bytes(-1);
        pop(1);
        return result;
    }

    private byte[] bytes(int index) {
        ByteBuffer inside = (ByteBuffer) lua.luaJ_todirectbuffer(thread, index);
        byte[] result = new byte[inside.remaining()];
        inside.get(result);
        return result;
    }

    /** The address of a table, which tells it from others. */
    long address(int index) {
        return lua.lua_topointer(thread, index);
    }

    // ---- tables, without metamethods ----

    void newTable(int elements, int fields) {
        lua.lua_createtable(thread, elements, fields);
    }

    /** Replaces the key on top by the value that the table at the index has for it. */
    void get(int index) {
        lua.luaJ_rawget(thread, index);
    }

    void getElement(int index, int number) {
        lua.luaJ_rawgeti(thread, index, number);
    }

    /** Pushes a field of the table on top. */
    void getField(String name) {
        push(name);
        lua.luaJ_rawget(thread, -2);
    }

    /** Takes key and value from the top; the key must be neither nil nor NaN. */
    void set(int index) {
        lua.lua_rawset(thread, index);
    }

    void setElement(int index, int number) {
        lua.lua_rawseti(thread, index, number);
    }

    /** Takes the value from the top, for the table below it. */
    void setField(String name) {
        push(name);
        lua.lua_insert(thread, -2);
        lua.lua_rawset(thread, -3);
    }

    /** Replaces the key on top by the next key and its value; false, and nothing, at the end. */
    boolean next(int index) {
        return lua.lua_next(thread, index) != 0;
    }

    int length(int index) {
        return (int) lua.lua_objlen(thread, index);
    }

    boolean isSame(int index, int other) {
        return lua.lua_rawequal(thread, index, other) != 0;
    }

    boolean pushMetatable(int index) {
        return lua.lua_getmetatable(thread, index) != 0;
    }

    /** Takes a table, or nil, from the top. */
    void setMetatable(int index) {
        lua.lua_setmetatable(thread, index);
    }

    void setEnvironment(int index) {
        lua.lua_setfenv(thread, index);
    }

    // ---- references ----

    /** Keeps the value on top, which it takes. */
    int keep() {
        return lua.luaL_ref(thread, REGISTRY);
    }

    void pushKept(int reference) {
        lua.luaJ_rawgeti(thread, REGISTRY, reference);
    }

    void drop(int reference) {
        lua.luaL_unref(thread, REGISTRY, reference);
    }

    // ---- code ----

    /** Compiles source and pushes the function; false, and the message, when that fails. */
    boolean load(byte[] source, int from, String name) {
        ByteBuffer direct = ByteBuffer.allocateDirect(Math.max(1, source.length - from));
        direct.put(source, from, source.length - from);
        return lua.luaJ_loadbuffer(thread, direct, source.length - from, name) == 0;
    }

    /** Calls the function below its arguments; false, and the error on top, when it fails. */
    boolean call(int arguments, int results) {
        return lua.lua_pcall(thread, arguments, results, 0) == 0;
    }

    /** As {@link #call(int, int)}; the function at {@code handler} makes the error of it. */
    boolean call(int arguments, int results, int handler) {
        return lua.lua_pcall(thread, arguments, results, handler) == 0;
    }

    // ---- arguments ----

    LuaError badArgument(int number, String reason) {
        return state.badArgument(this, number, reason);
    }

    LuaError wrongType(int number, String expected) {
        String got = type(number) < 0 ? "no value" : typeName(number);
        return badArgument(number, expected + " expected, got " + got);
    }

    byte[] checkString(int number) {
        if (!isString(number)) {
            throw wrongType(number, "string");
        }
        return toBytes(number);
    }

    double checkNumber(int number) {
        if (!isNumber(number)) {
            throw wrongType(number, "number");
        }
        return toNumber(number);
    }

    /** As luaL_checkint. */
    int checkInt(int number) {
        return (int) toLong(checkNumber(number));
    }

    /** As luaL_checkinteger. */
    long checkLong(int number) {
        return toLong(checkNumber(number));
    }

    long optionalLong(int number, long otherwise) {
        return isNothing(number) ? otherwise : checkLong(number);
    }
}
