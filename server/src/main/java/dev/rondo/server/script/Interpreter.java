package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs scripts, or the functions of libraries: a Lua state with its sandbox. What a script leaves behind, the next one
 * does not see; functions share what their library has kept. Used by one thread at a time.
 */
final class Interpreter implements AutoCloseable {
    /** With more memory than this a script is stopped. */
    static final long MOST_BYTES = 1L << 30;
    /** What a state may keep between scripts before everything in it is collected. */
    private static final long KEPT_BYTES = 32L << 20;

    private static final long MOST_LOADING_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final String SCRIPT = "@user_script";
    private static final String FUNCTION = "@user_function";

    private final LuaState state = new LuaState();
    private final long mostBytes;
    private final RedisLibrary redis = new RedisLibrary();
    private final FunctionRegistration registration = new FunctionRegistration();
    private final Sandbox sandbox;
    private @Nullable ScriptHost host; // null while no script runs
    private boolean isLoading;
    private long loadingSinceNs;

    private Interpreter(long mostBytes, boolean hasLibraries) {
        this.mostBytes = mostBytes;
        this.sandbox = new Sandbox(
                state,
                this::reasonToStop,
                stack -> pushModules(stack, redis, !hasLibraries),
                hasLibraries ? stack -> RedisLibrary.pushForLoading(stack, registration::register) : null);
        state.main().push(hasLibraries ? FUNCTION : SCRIPT);
        state.main().keep(); // the collector must not take the name of a chunk while it is compiled
    }

    /** One for scripts, which may take so many bytes. */
    static Interpreter openForScripts(long mostBytes) throws ScriptException {
        return open(mostBytes, false);
    }

    /** One for libraries of functions. */
    static Interpreter openForFunctions() throws ScriptException {
        return open(MOST_BYTES, true);
    }

    private static Interpreter open(long mostBytes, boolean hasLibraries) throws ScriptException {
        try {
            return new Interpreter(mostBytes, hasLibraries);
        } catch (LinkageError e) {
            throw new ScriptException("Scripts can't be run here, there is no native Lua for this platform: " + e);
        }
    }

    private static void pushModules(LuaStack stack, RedisLibrary redis, boolean isEval) {
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
        if (isLoading && System.nanoTime() - loadingSinceNs > MOST_LOADING_NS) {
            return LuaError.reply("FUNCTION LOAD timeout");
        }
        if (host != null && host.isKilled()) {
            return LuaError.reply("Script killed by user with SCRIPT KILL...");
        }
        boolean runs = isLoading || host != null; // what runs otherwise is not a script's
        return runs && state.memoryBytes() > mostBytes ? LuaError.bare("not enough memory") : null;
    }

    /** Bytes that the state takes. */
    long memoryBytes() {
        return state.memoryBytes();
    }

    void collectGarbage() {
        state.collectGarbage();
    }

    /** Gives up a compiled script, or a function. */
    void forget(int reference) {
        state.main().drop(reference);
    }

    @Override
    public void close() {
        state.close();
    }

    // ---- scripts ----

    /**
     * Compiles a script.
     *
     * @return what {@link #run} and {@link #forget} know it by
     */
    int compile(Script script) throws ScriptException {
        LuaStack stack = state.main();
        stack.top(0);
        if (!stack.load(script.body(), script.codeFrom(), SCRIPT)) {
            throw new ScriptException("Error compiling script (new function): " + Ascii.cString(stack.toBytes(-1)));
        }
        sandbox.enclose(stack);
        return stack.keep();
    }

    /**
     * Runs a compiled script.
     *
     * @param name what errors call it
     * @param arguments the command's; from index 3 on the keys, then the script's arguments
     * @param reply gets what the script returns, or its error
     */
    void run(int compiled, String name, byte[][] arguments, int keys, ScriptHost newHost, ReplyWriter reply) {
        LuaStack stack = begin(compiled);
        sandbox.pushGlobals(stack);
        push(stack, arguments, 3, 3 + keys);
        stack.setField("KEYS");
        push(stack, arguments, 3 + keys, arguments.length);
        stack.setField("ARGV");
        stack.pop(1);
        execute(stack, 0, name, newHost, reply);
    }

    private LuaStack begin(int function) {
        LuaStack stack = state.main();
        stack.top(0);
        sandbox.pushErrorHandler(stack);
        stack.pushKept(function);
        return stack;
    }

    private static void push(LuaStack stack, byte[][] arguments, int from, int to) {
        stack.newTable(to - from, 0);
        for (int i = from; i < to; i++) {
            stack.push(arguments[i]);
            stack.setElement(-2, i - from + 1);
        }
    }

    private void execute(LuaStack stack, int arguments, String name, ScriptHost newHost, ReplyWriter reply) {
        host = newHost;
        redis.begin(newHost);
        try {
            if (stack.call(arguments, 1, 1)) {
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

    private void tidy(LuaStack stack) {
        stack.top(0);
        state.resetCollector();
        sandbox.clean(stack);
        if (state.memoryBytes() > KEPT_BYTES) {
            state.collectGarbage();
        }
    }

    // ---- functions ----

    /** Runs the code of a library, and returns the functions that it registers. */
    Map<String, LibraryFunction> loadLibrary(byte[] code, int from) throws ScriptException {
        LuaStack stack = state.main();
        stack.top(0);
        if (!stack.load(code, from, FUNCTION)) {
            throw new ScriptException("Error compiling function: " + Ascii.cString(stack.toBytes(-1)));
        }
        sandbox.encloseLibrary(stack);
        sandbox.loading(stack, true);
        registration.begin();
        isLoading = true;
        loadingSinceNs = System.nanoTime();
        boolean worked = stack.call(0, 0);
        isLoading = false;
        Map<String, LibraryFunction> functions = registration.end();
        String error = worked ? "" : ScriptReply.error(stack);
        stack.top(0);
        sandbox.loading(stack, false);
        tidy(stack);
        if (!worked) {
            functions.values().forEach(function -> forget(function.reference()));
            throw new ScriptException("Error registering functions: " + error);
        }
        return functions;
    }

    /** Runs a function; see {@link #run}. */
    void call(int function, String name, byte[][] arguments, int keys, ScriptHost newHost, ReplyWriter reply) {
        LuaStack stack = begin(function);
        push(stack, arguments, 3, 3 + keys);
        push(stack, arguments, 3 + keys, arguments.length);
        execute(stack, 2, name, newHost, reply);
    }
}
