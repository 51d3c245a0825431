package dev.rondo.server.script;

import dev.rondo.server.resp.ReplyWriter;
import java.util.Iterator;
import java.util.LinkedHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates the scripts of a node's {@link ScriptCache} in an interpreter of its own, which it opens when it is first
 * needed. Used by one thread, apart from {@link #memoryBytes}.
 */
public final class Evaluator {
    /** Compiled scripts that are kept; the others are compiled again when they are used. */
    private static final int MOST_COMPILED = 1000;

    private final ScriptCache cache;
    private final LinkedHashMap<String, Integer> compiled = new LinkedHashMap<>(16, 0.75f, true);
    private int generation;
    private @Nullable Interpreter interpreter;
    private volatile long memoryBytes;

    public Evaluator(ScriptCache cache) {
        this.cache = cache;
        this.generation = cache.generation();
    }

    /** Bytes that the interpreter takes; any thread. */
    public long memoryBytes() {
        return memoryBytes;
    }

    /**
     * The script with this text, which the cache has from here on.
     *
     * @param stays whether the cache is to keep it
     */
    public Script define(byte[] body, boolean stays) throws ScriptException {
        Script script = Script.of(body);
        Script known = cache.find(script.sha1());
        if (known != null && !stays) {
            return known;
        }
        compile(script);
        cache.add(script, stays);
        return script;
    }

    /**
     * Runs a script.
     *
     * @param arguments the command's; from index 3 on the keys, then the script's arguments
     * @param reply gets what the script returns, or its error
     */
    public void run(Script script, byte[][] arguments, int keys, ScriptHost host, ReplyWriter reply)
            throws ScriptException {
        int reference = compile(script);
        Interpreter lua = interpreter();
        lua.run(reference, script.sha1(), arguments, keys, host, reply);
        memoryBytes = lua.memoryBytes();
    }

    private Interpreter interpreter() throws ScriptException {
        if (interpreter == null) {
            interpreter = Interpreter.openForScripts(Interpreter.MOST_BYTES);
        }
        return interpreter;
    }

    private int compile(Script script) throws ScriptException {
        Interpreter lua = interpreter();
        if (generation != cache.generation()) {
            generation = cache.generation();
            compiled.values().forEach(lua::forget);
            compiled.clear();
        }
        Integer known = compiled.get(script.sha1());
        if (known != null) {
            return known;
        }
        int reference = lua.compile(script);
        compiled.put(script.sha1(), reference);
        if (compiled.size() > MOST_COMPILED) {
            Iterator<Integer> eldest = compiled.values().iterator();
            lua.forget(eldest.next());
            eldest.remove();
        }
        memoryBytes = lua.memoryBytes();
        return reference;
    }
}
