package dev.rondo.server.security;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * What users were refused, newest first: ACL LOG. Refusals of the same kind within a minute are one entry with a count.
 * Holds at most acllog-max-len entries, each with the beginning of what was refused. Thread-safe.
 */
public final class AccessLog {
    private static final long SAME_WITHIN_MS = 60_000;
    /** Among so many of the newest entries one of the same kind is looked for. */
    private static final int ENTRIES_COMPARED = 10;
    /** The bytes of a refused key or channel that are kept. */
    static final int MOST_OBJECT_BYTES = 4096;

    /** Where a request came from. */
    public enum Context {
        TOPLEVEL("toplevel"),
        MULTI("multi"),
        SCRIPT("lua");

        private final String logName;

        Context(String logName) {
            this.logName = logName;
        }

        /** The name in ACL LOG. */
        public String logName() {
            return logName;
        }
    }

    /**
     * One refusal, or several of a kind.
     *
     * @param object the command, key or channel refused, or the command that was to log in; one char for each byte
     * @param client the latest client, as CLIENT LIST describes it
     */
    public record Entry(
            long id,
            long count,
            Denial.Reason reason,
            Context context,
            String object,
            String user,
            String client,
            long createdMs,
            long updatedMs) {
        private boolean isOfAKindWith(Entry other) {
            return reason == other.reason
                    && context == other.context
                    && Math.abs(updatedMs - other.updatedMs) <= SAME_WITHIN_MS
                    && object.equals(other.object)
                    && user.equals(other.user);
        }

        private Entry repeated(Entry latest) {
            return new Entry(id, count + 1, reason, context, object, user, latest.client, createdMs, latest.updatedMs);
        }
    }

    private final LongSupplier mostEntries;
    private final Deque<Entry> entries = new ArrayDeque<>();
    private final AtomicLongArray counts = new AtomicLongArray(Denial.Reason.values().length);
    private long nextId;

    public AccessLog(LongSupplier mostEntries) {
        this.mostEntries = mostEntries;
    }

    /** Notes that a user was refused something. */
    public void add(Denial.Reason reason, Context context, byte[] object, String user, String client, long nowMs) {
        counts.incrementAndGet(reason.ordinal());
        String kept = Ascii.string(object).substring(0, Math.min(object.length, MOST_OBJECT_BYTES));
        synchronized (this) {
            add(new Entry(nextId, 1, reason, context, kept, user, client, nowMs, nowMs));
        }
    }

    private void add(Entry added) {
        Iterator<Entry> newest = entries.iterator();
        for (int i = 0; i < ENTRIES_COMPARED && newest.hasNext(); i++) {
            Entry present = newest.next();
            if (present.isOfAKindWith(added)) {
                newest.remove();
                entries.addFirst(present.repeated(added));
                return;
            }
        }
        nextId++;
        entries.addFirst(added);
        while (entries.size() > mostEntries.getAsLong()) {
            entries.removeLast();
        }
    }

    /** The newest entries, at most {@code count}. */
    public synchronized List<Entry> newest(long count) {
        List<Entry> result = new ArrayList<>();
        Iterator<Entry> all = entries.iterator();
        while (result.size() < count && all.hasNext()) {
            result.add(all.next());
        }
        return result;
    }

    /** Forgets all entries; the counts go on. */
    public synchronized void clear() {
        entries.clear();
    }

    /** How often something was refused for a reason. */
    public long count(Denial.Reason reason) {
        return counts.get(reason.ordinal());
    }

    /** Sets the counts to zero. */
    public void resetCounts() {
        for (int i = 0; i < counts.length(); i++) {
            counts.set(i, 0);
        }
    }
}
