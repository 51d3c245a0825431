package dev.rondo.server.script;

import dev.rondo.server.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The libraries of functions that a node has, in an interpreter of their own, so that what they keep between calls stays
 * the same. Changed and called by one thread; any thread may look at what there is.
 */
public final class FunctionLibraries {
    /** What becomes of the libraries that are there when others are restored. */
    public enum Restoring {
        FLUSH,
        APPEND,
        REPLACE
    }

    /** All libraries at one moment. */
    private record State(Map<String, FunctionLibrary> libraries, Map<String, LibraryFunction> functions) {
        static final State EMPTY = new State(Map.of(), Map.of());

        static State of(Map<String, FunctionLibrary> libraries) {
            Map<String, LibraryFunction> functions = new HashMap<>();
            libraries.values().forEach(library -> library.functions()
                    .forEach((name, function) -> functions.put(name.toLowerCase(Locale.ROOT), function)));
            return new State(libraries, functions);
        }
    }

    private @Nullable Interpreter interpreter;
    private volatile State state = State.EMPTY;
    private volatile long memoryBytes;

    // ---- any thread ----

    /** The libraries, in the order in which they came. */
    public List<FunctionLibrary> all() {
        return List.copyOf(state.libraries.values());
    }

    /** The function of a name, in any case; null when there is none. */
    public @Nullable LibraryFunction find(String function) {
        return state.functions.get(function.toLowerCase(Locale.ROOT));
    }

    public int functionCount() {
        return state.functions.size();
    }

    /** Bytes of the libraries' code. */
    public long codeBytes() {
        return state.libraries.values().stream()
                .mapToLong(library -> library.code().length)
                .sum();
    }

    /** Bytes that the interpreter takes. */
    public long memoryBytes() {
        return memoryBytes;
    }

    // ---- the thread that has the interpreter ----

    /** Loads a library and returns its name. */
    public String load(byte[] code, boolean replaces) throws ScriptException {
        Map<String, FunctionLibrary> libraries = new LinkedHashMap<>(state.libraries);
        FunctionLibrary loaded = load(code, replaces, libraries);
        set(libraries);
        return loaded.name();
    }

    private FunctionLibrary load(byte[] code, boolean replaces, Map<String, FunctionLibrary> libraries)
            throws ScriptException {
        FunctionLibrary.Metadata metadata = FunctionLibrary.metadata(code);
        if (libraries.containsKey(metadata.name()) && !replaces) {
            throw new ScriptException("Library '" + metadata.name() + "' already exists");
        }
        Map<String, LibraryFunction> functions = interpreter().loadLibrary(code, metadata.codeFrom());
        FunctionLibrary library = new FunctionLibrary(metadata.name(), code, functions);
        try {
            if (functions.isEmpty()) {
                throw new ScriptException("No functions registered");
            }
            checkNames(library, libraries);
        } catch (ScriptException e) {
            forget(library);
            throw e;
        }
        libraries.put(library.name(), library);
        return library;
    }

    /** Two libraries must not have functions of the same name, unless one replaces the other. */
    private static void checkNames(FunctionLibrary library, Map<String, FunctionLibrary> libraries)
            throws ScriptException {
        Map<String, FunctionLibrary> others = new HashMap<>(libraries);
        others.remove(library.name());
        State taken = State.of(others);
        for (String name : library.functions().keySet()) {
            if (taken.functions.containsKey(name.toLowerCase(Locale.ROOT))) {
                throw new ScriptException("Function " + name + " already exists");
            }
        }
    }

    /** Puts other libraries in the place of those that are there; what is gone, the interpreter forgets. */
    private void set(Map<String, FunctionLibrary> libraries) {
        State before = state;
        state = State.of(libraries);
        for (FunctionLibrary old : before.libraries.values()) {
            FunctionLibrary now = libraries.get(old.name());
            if (now == null || now.code() != old.code()) {
                forget(old);
            }
        }
    }

    private void forget(FunctionLibrary library) {
        Interpreter lua = interpreter;
        if (lua != null) {
            library.functions().values().forEach(function -> lua.forget(function.reference()));
        }
    }

    public void delete(String name) throws ScriptException {
        Map<String, FunctionLibrary> libraries = new LinkedHashMap<>(state.libraries);
        if (libraries.remove(name) == null) {
            throw new ScriptException("Library not found");
        }
        set(libraries);
    }

    public void flush() {
        set(Map.of());
        if (interpreter != null) {
            interpreter.collectGarbage();
            memoryBytes = interpreter.memoryBytes();
        }
    }

    /** Loads several libraries, all of them or none. */
    public void restore(List<byte[]> codes, Restoring how) throws ScriptException {
        Map<String, FunctionLibrary> libraries =
                new LinkedHashMap<>(how == Restoring.FLUSH ? Map.of() : state.libraries);
        List<FunctionLibrary> restored = new ArrayList<>();
        try {
            for (byte[] code : codes) {
                String name = FunctionLibrary.metadata(code).name();
                boolean again =
                        restored.stream().anyMatch(library -> library.name().equals(name));
                if (libraries.containsKey(name) && !again && how != Restoring.REPLACE) {
                    throw new ScriptException("Library " + name + " already exists");
                }
                restored.add(load(code, !again && how == Restoring.REPLACE, libraries));
            }
        } catch (ScriptException e) {
            restored.forEach(this::forget);
            throw e;
        }
        set(libraries);
    }

    /** Runs a function; see {@link Evaluator#run}. */
    public void call(LibraryFunction function, byte[][] arguments, int keys, ScriptHost host, ReplyWriter reply)
            throws ScriptException {
        Interpreter lua = interpreter();
        lua.call(function.reference(), function.name(), arguments, keys, host, reply);
        memoryBytes = lua.memoryBytes();
    }

    private Interpreter interpreter() throws ScriptException {
        if (interpreter == null) {
            interpreter = Interpreter.openForFunctions();
        }
        return interpreter;
    }
}
