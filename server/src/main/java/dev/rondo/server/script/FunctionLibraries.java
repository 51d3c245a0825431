package dev.rondo.server.script;

import dev.rondo.server.resp.ReplyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The libraries of functions that a node has, in an interpreter of their own, so that what they keep between calls
 * stays the same. What a client changes here is announced to the other nodes, and what they announce is taken: for each
 * name the later change wins. Changed and called by one thread; any thread may look at what there is.
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

    private static final Logger log = LoggerFactory.getLogger(FunctionLibraries.class);
    /** Deletions that are remembered, lest a node that was away brings the library back. */
    private static final int MOST_DELETIONS = 1000;

    private static final int VERSION_COUNTER_BITS = 16;

    private final LongSupplier nowMs;
    private volatile Consumer<LibraryNews> announcement = news -> {};
    private volatile Map<String, LibraryNews> history = Map.of();
    private long lastVersion;
    private @Nullable Interpreter interpreter;
    private volatile State state = State.EMPTY;
    private volatile long memoryBytes;

    public FunctionLibraries(LongSupplier nowMs) {
        this.nowMs = nowMs;
    }

    /** Has others told of each change that is made here. */
    public void announceTo(Consumer<LibraryNews> others) {
        announcement = others;
    }

    // ---- any thread ----

    /** What is known of each name, for a node that may know less. */
    public List<LibraryNews> news() {
        return List.copyOf(history.values());
    }

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
        String name = FunctionLibrary.metadata(code).name();
        if (!replaces && isAlreadyHere(name, code)) {
            return name;
        }
        load(code, replaces, libraries);
        set(libraries);
        return name;
    }

    /** A client that loads a library on node after node finds it there already: the first one has told the others. */
    private boolean isAlreadyHere(String name, byte[] code) {
        LibraryNews known = history.get(name);
        return known != null && known.isForeign() && Arrays.equals(known.code(), code);
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

    /** Takes what another node has announced, if it is news. */
    public void take(LibraryNews news) {
        LibraryNews known = history.get(news.name());
        if (known != null && known.version() >= news.version()) {
            return;
        }
        Map<String, FunctionLibrary> libraries = new LinkedHashMap<>(state.libraries);
        try {
            if (news.isDeletion()) {
                libraries.remove(news.name());
            } else {
                load(news.code(), true, libraries);
            }
        } catch (ScriptException e) {
            log.warn("The library {} of another node can't be loaded here: {}", news.name(), e.getMessage());
            return;
        }
        lastVersion = Math.max(lastVersion, news.version());
        remember(news);
        replace(libraries);
    }

    private void remember(LibraryNews news) {
        Map<String, LibraryNews> next = new LinkedHashMap<>(history);
        next.remove(news.name());
        next.put(news.name(), news);
        List<LibraryNews> deletions =
                next.values().stream().filter(LibraryNews::isDeletion).toList();
        if (deletions.size() > MOST_DELETIONS) {
            next.remove(deletions.get(0).name());
        }
        history = Collections.unmodifiableMap(next);
    }

    /** Puts other libraries in the place of those that are there, and announces what is changed by that. */
    private void set(Map<String, FunctionLibrary> libraries) {
        Map<String, FunctionLibrary> before = state.libraries;
        replace(libraries);
        before.keySet().stream()
                .filter(name -> !libraries.containsKey(name))
                .forEach(name -> changed(name, new byte[0]));
        libraries.forEach((name, library) -> {
            FunctionLibrary old = before.get(name);
            if (old == null || old.code() != library.code()) {
                changed(name, library.code());
            }
        });
    }

    private void changed(String name, byte[] code) {
        lastVersion = Math.max(lastVersion + 1, nowMs.getAsLong() << VERSION_COUNTER_BITS);
        LibraryNews news = new LibraryNews(name, lastVersion, code, false);
        remember(news);
        announcement.accept(news);
    }

    /** What is gone, the interpreter forgets. */
    private void replace(Map<String, FunctionLibrary> libraries) {
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
