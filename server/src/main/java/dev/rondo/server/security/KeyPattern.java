package dev.rondo.server.security;

/**
 * The keys that match a glob, and what may be done with them.
 *
 * @param reads whether they may be read
 * @param writes whether they may be written; one of both is always so
 */
record KeyPattern(GlobPattern glob, boolean reads, boolean writes) {
    boolean allows(KeyAccess access, byte[] key) {
        return (reads || !access.reads()) && (writes || !access.writes()) && glob.matches(key);
    }

    /** The rule that gives this permission: "~app:*", "%R~app:*". */
    @Override
    public String toString() {
        return (reads && writes ? "~" : reads ? "%R~" : "%W~") + glob;
    }
}
