package dev.rondo.server.script;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a script says of itself; in the order in which FUNCTION LIST tells it. */
public enum ScriptFlag {
    NO_WRITES,
    ALLOW_OOM,
    ALLOW_STALE,
    NO_CLUSTER,
    ALLOW_CROSS_SLOT_KEYS;

    private final String redisName = name().toLowerCase(Locale.ROOT).replace('_', '-');

    public String redisName() {
        return redisName;
    }

    /** The flag of that name; null when there is none. */
    static @Nullable ScriptFlag of(String name) {
        for (ScriptFlag flag : values()) {
            if (flag.redisName.equals(name)) {
                return flag;
            }
        }
        return null;
    }
}
