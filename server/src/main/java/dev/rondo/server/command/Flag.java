package dev.rondo.server.command;

import java.util.Locale;

/** What COMMAND tells of a command beside its arity and keys; names and order are Redis's. */
public enum Flag {
    WRITE,
    READONLY,
    DENYOOM,
    ADMIN,
    PUBSUB,
    NOSCRIPT,
    BLOCKING,
    LOADING,
    STALE,
    SKIP_MONITOR,
    SKIP_SLOWLOG,
    ASKING,
    FAST,
    NO_AUTH,
    NO_MANDATORY_KEYS,
    NO_ASYNC_LOADING,
    NO_MULTI,
    MOVABLEKEYS,
    ALLOW_BUSY,
    MAY_REPLICATE,
    TOUCHES_ARBITRARY_KEYS;

    final int bit = 1 << ordinal();

    /** Whether COMMAND keeps the flag to itself, as Redis does. */
    public boolean isHidden() {
        return this == MAY_REPLICATE || this == TOUCHES_ARBITRARY_KEYS;
    }

    /** The name in COMMAND INFO. */
    public String redisName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
