package dev.rondo.server.command;

import java.util.Locale;

/** The ACL categories of Redis. */
public enum Category {
    KEYSPACE,
    READ,
    WRITE,
    SET,
    SORTEDSET,
    LIST,
    HASH,
    STRING,
    BITMAP,
    HYPERLOGLOG,
    GEO,
    STREAM,
    PUBSUB,
    ADMIN,
    FAST,
    SLOW,
    BLOCKING,
    DANGEROUS,
    CONNECTION,
    TRANSACTION,
    SCRIPTING;

    /** The name behind '@'. */
    public String redisName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
