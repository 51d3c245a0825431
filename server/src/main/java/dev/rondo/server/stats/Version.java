package dev.rondo.server.stats;

import org.jspecify.annotations.Nullable;

/** The versions a node reports. */
public final class Version {
    /** The Redis whose behaviour Rondo has; clients switch features on by it. */
    public static final String REDIS = "7.2.6";

    private Version() {}

    /** {@link #REDIS} as a number: a byte each for major, minor and patch. */
    public static int redisNumber() {
        int number = 0;
        for (String part : REDIS.split("\\.", -1)) {
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }

    /** Rondo's own version, "dev" when it runs from unpackaged classes. */
    public static String rondo() {
        @Nullable String packaged = Version.class.getPackage().getImplementationVersion();
        return packaged == null ? "dev" : packaged;
    }
}
