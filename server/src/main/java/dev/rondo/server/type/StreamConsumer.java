package dev.rondo.server.type;

/** Somebody in a group to whom entries are delivered. */
public final class StreamConsumer {
    /** The time of a consumer that never got anything. */
    public static final long NEVER = -1;

    static final long BYTES = ObjectSize.of(2 * ObjectSize.REFERENCE + 2 * 8);

    private final byte[] name;
    final PendingEntries pending = new PendingEntries();
    private long seenAtMs;
    private long activeAtMs = NEVER;

    StreamConsumer(byte[] name, long seenAtMs) {
        this.name = name;
        this.seenAtMs = seenAtMs;
    }

    public byte[] name() {
        return name;
    }

    /** What was delivered to it and is not acknowledged, a part of what is pending in the group. */
    public PendingEntries pending() {
        return pending;
    }

    /** When it last asked for anything, a Unix time in milliseconds. */
    public long seenAtMs() {
        return seenAtMs;
    }

    /** When it last got anything, a Unix time in milliseconds, or {@link #NEVER}. */
    public long activeAtMs() {
        return activeAtMs;
    }

    public void seen(long atMs) {
        seenAtMs = atMs;
    }

    public void active(long atMs) {
        activeAtMs = atMs;
    }
}
