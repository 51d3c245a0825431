package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import org.jspecify.annotations.Nullable;

/**
 * Runs scripts: a Lua state with its sandbox. What a script leaves behind, the next one does not see. Used by one thread
 * at a time.
 */
final class Interpreter implements AutoCloseable {
    /** With more memory than this a script is stopped. */
    static final long MOST_BYTES = 1L << 30;
    /** What a state may keep between scripts before everything in it is collected. */
    private static final long KEPT_BYTES = 32L << 20;

    private static final String CHUNK = "@user_script";

    private final LuaState state = new LuaState();
    private final long mostBytes;
    private final RedisLibrary redis = new RedisLibrary();
    private final Sandbox sandbox;
    private @Nullable ScriptHost host;

    /**
     * Opens an interpreter for scripts.
     *
     * @param mostBytes what a script may take
     * @throws LinkageError where there is no native Lua for the platform
     */
    Interpreter(long mostBytes) {
        this.mostBytes = mostBytes;
        sandbox = new Sandbox(state, this::reasonToStop, stack -> pushModules(stack, redis, true), null);
        state.main().push(CHUNK);
        state.main().keep(); // the collector must not take the name of a chunk while it is compiled
    }

    static void pushModules(LuaStack stack, RedisLibrary redis, boolean isEval) {
        stack.newTable(0, 0);
        redis.push(stack, isEval);
        stack.setField("redis");
        JsonLibrary.push(stack, new JsonSettings());
        stack.setField("cjson");
        MessagePackLibrary.push(stack);
        stack.setField("cmsgpack");
        StructLibrary.push(stack);
        stack.setField("struct");
        BitLibrary.push(stack);
        stack.setField("bit");
    }

    private @Nullable LuaError reasonToStop() {
        if (host == null) {
            return null; // what runs is not a script's
        }
        if (host.isKilled()) {
            return LuaError.reply("Script killed by user with SCRIPT KILL...");
        }
        return state.memoryBytes() > mostBytes ? LuaError.bare("not enough memory") : null;
    }

    /** Bytes that the state takes. */
    long memoryBytes() {
        return state.memoryBytes();
    }

    /**
     * Compiles a script.
     *
     * @return what {@link #run} and {@link #forget} know it by
     */
    int compile(Script script) throws ScriptException {
        LuaStack stack = state.main();
        stack.top(0);
        if (!stack.load(script.body(), script.codeFrom(), CHUNK)) {
            throw new ScriptException("Error compiling script (new function): " + Ascii.cString(stack.toBytes(-1)));
        }
        sandbox.enclose(stack);
        return stack.keep();
    }

    /** Gives up a compiled script. */
    void forget(int compiled) {
        state.main().drop(compiled);
    }

    /**
     * Runs a compiled script.
     *
     * @param name what errors call it
     * @param arguments the command's; from index 3 on the keys, then the script's arguments
     * @param reply gets what the script returns, or its error
     */
    void run(int compiled, String name, byte[][] arguments, int keys, ScriptHost newHost, ReplyWriter reply) {
        LuaStack stack = state.main();
        stack.top(0);
        sandbox.pushErrorHandler(stack);
        stack.pushKept(compiled);
        sandbox.pushGlobals(stack);
        push(stack, arguments, 3, 3 + keys);
        stack.setField("KEYS");
        push(stack, arguments, 3 + keys, arguments.length);
        stack.setField("ARGV");
        stack.pop(1);
        host = newHost;
        redis.begin(newHost);
        try {
            if (stack.call(0, 1, 1)) {
                ScriptReply.write(stack, reply, redis.isResp3());
            } else {
                ScriptReply.fail(stack, reply, name);
            }
        } finally {
            redis.end();
            host = null;
            tidy(stack);
        }
    }

    private static void push(LuaStack stack, byte[][] arguments, int from, int to) {
        stack.newTable(to - from, 0);
        for (int i = from; i < to; i++) {
            stack.push(arguments[i]);
            stack.setElement(-2, i - from + 1);
        }
    }

    private void tidy(LuaStack stack) {
        stack.top(0);
        state.resetCollector();
        sandbox.clean(stack);
        if (state.memoryBytes() > KEPT_BYTES) {
            state.collectGarbage();
        }
    }

    @Override
    public void close() {
        state.close();
    }
}
