package dev.rondo.server.script;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A script for EVAL. Immutable.
 *
 * @param sha1 its digest in hexadecimal digits, by which it is known
 * @param body the whole text; not to be changed
 * @param codeFrom where the Lua code begins
 * @param flags what its first line says of it; null without such a line, when it may do as scripts did before Redis 7
 */
public record Script(String sha1, byte[] body, int codeFrom, @Nullable Set<ScriptFlag> flags) {
    /** Reads what the script says of itself. */
    public static Script of(byte[] body) throws ScriptException {
        String sha1 = RedisLibrary.sha1(body);
        if (!Shebang.startsWith(body)) {
            return new Script(sha1, body, 0, null);
        }
        Shebang shebang = Shebang.of(body);
        if (shebang == null) {
            throw new ScriptException("Invalid script shebang");
        }
        return new Script(sha1, body, shebang.end(), flags(shebang));
    }

    private static Set<ScriptFlag> flags(Shebang shebang) throws ScriptException {
        if (shebang.words().isEmpty()) {
            throw new ScriptException("Invalid engine in script shebang");
        }
        String engine = shebang.words().get(0);
        if (!engine.equals("#!lua")) {
            throw new ScriptException("Unexpected engine in script shebang: " + engine);
        }
        Set<ScriptFlag> flags = EnumSet.noneOf(ScriptFlag.class);
        for (String word : shebang.words().subList(1, shebang.words().size())) {
            if (!word.startsWith("flags=")) {
                throw new ScriptException("Unknown lua shebang option: " + word);
            }
            String list = word.substring("flags=".length());
            if (list.isEmpty()) {
                continue;
            }
            for (String name : list.split(",", -1)) {
                ScriptFlag flag = ScriptFlag.of(name);
                if (flag == null) {
                    throw new ScriptException("Unexpected flag in script shebang: " + name);
                }
                flags.add(flag);
            }
        }
        return flags;
    }

    /** Whether the first line of a script says something of it. */
    public static boolean describesItself(byte[] body) {
        return Shebang.startsWith(body);
    }

    /** Whether it may write. */
    public boolean mayWrite() {
        return flags == null || !flags.contains(ScriptFlag.NO_WRITES);
    }
}
