package dev.rondo.server.script;

import dev.rondo.server.resp.Ascii;
import java.util.List;
import java.util.Map;

/**
 * A library of functions. Immutable.
 *
 * @param code the whole text; not to be changed
 * @param functions by their names, in the order in which they were registered
 */
public record FunctionLibrary(String name, byte[] code, Map<String, LibraryFunction> functions) {
    private static final String ENGINE = "lua";
    private static final String NAME_FIELD = "name=";

    /** What the first line of a library says. */
    record Metadata(String name, int codeFrom) {}

    /** Reads the first line. */
    static Metadata metadata(byte[] code) throws ScriptException {
        if (!Shebang.startsWith(code)) {
            throw new ScriptException("Missing library metadata");
        }
        Shebang shebang = Shebang.of(code);
        if (shebang == null || shebang.words().isEmpty()) {
            throw new ScriptException("Invalid library metadata");
        }
        String name = name(shebang.words().subList(1, shebang.words().size()));
        if (!isName(name)) {
            throw new ScriptException(badName());
        }
        String engine = shebang.words().get(0).substring(2);
        if (!engine.equalsIgnoreCase(ENGINE)) {
            throw new ScriptException("Engine '" + engine + "' not found");
        }
        return new Metadata(name, shebang.end());
    }

    private static String name(List<String> words) throws ScriptException {
        String name = null;
        for (String word : words) {
            if (!word.regionMatches(true, 0, NAME_FIELD, 0, NAME_FIELD.length())) {
                throw new ScriptException("Invalid metadata value given: " + word);
            }
            if (name != null) {
                throw new ScriptException("Invalid metadata value, name argument was given multiple times");
            }
            name = word.substring(NAME_FIELD.length());
        }
        if (name == null) {
            throw new ScriptException("Library name was not given");
        }
        return name;
    }

    /** Whether a library or a function may be called that. */
    static boolean isName(String name) {
        for (byte b : Ascii.bytes(name)) {
            boolean allowed = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '_';
            if (!allowed) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    static String badName() {
        return "Library names can only contain letters, numbers, or underscores(_) and must be at least one character"
                + " long";
    }
}
