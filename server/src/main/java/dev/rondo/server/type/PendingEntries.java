package dev.rondo.server.type;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Pending entries in the order of their ids: sorted runs of at most {@link #RUN_CAPACITY}, each of which is found by
 * binary search. New ones mostly come at the end and fill the runs; acknowledged ones go anywhere, and a run that is
 * nearly empty is joined with a neighbour if both fill but half a run.
 */
public final class PendingEntries {
    static final int RUN_CAPACITY = 128;

    private static final int FIRST_CAPACITY = 4;
    private static final long OBJECT_BYTES =
            ObjectSize.of(ObjectSize.REFERENCE + 4 + 8) + ObjectSize.of(ObjectSize.REFERENCE + 2 * 4);
    private static final long RUN_BYTES = ObjectSize.of(ObjectSize.REFERENCE + 4) + 2 * ObjectSize.REFERENCE;

    /** Some entries in order. */
    private static final class Run {
        @Nullable PendingEntry[] entries = new PendingEntry[FIRST_CAPACITY];

        int count;

        PendingEntry get(int index) {
            PendingEntry entry = entries[index];
            assert entry != null;
            return entry;
        }

        void insert(int index, PendingEntry entry) {
            if (count == entries.length) {
                entries = Arrays.copyOf(entries, 2 * count);
            }
            System.arraycopy(entries, index, entries, index + 1, count - index);
            entries[index] = entry;
            count++;
        }

        void remove(int index) {
            count--;
            System.arraycopy(entries, index + 1, entries, index, count - index);
            entries[count] = null;
        }

        /** Takes the upper half away into a run of its own. */
        Run split() {
            Run upper = new Run();
            int kept = count / 2;
            upper.entries = Arrays.copyOfRange(entries, kept, kept + entries.length);
            upper.count = count - kept;
            Arrays.fill(entries, kept, count, null);
            count = kept;
            return upper;
        }

        /** Takes the entries of the run that follows. */
        void append(Run other) {
            entries = Arrays.copyOf(entries, Math.max(entries.length, count + other.count));
            System.arraycopy(other.entries, 0, entries, count, other.count);
            count += other.count;
        }
    }

    private final List<Run> runs = new ArrayList<>(1); // none of them empty
    private int size;
    private long steps;

    public int size() {
        return size;
    }

    /** How many entries were compared or visited so far, for tests of how the work grows. */
    long steps() {
        return steps;
    }

    // ---- finding ----

    private int compare(PendingEntry entry, StreamId id) {
        steps++;
        return StreamId.compare(entry.ms, entry.sequence, id);
    }

    /** The last run that begins with this id or one in front of it, the first if none does. */
    private int runOf(StreamId id) {
        int low = 0;
        int high = runs.size() - 1;
        while (low < high) {
            int middle = low + high + 1 >>> 1;
            if (compare(runs.get(middle).get(0), id) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The first entry of the run that has this id or a greater one. */
    private int indexIn(Run run, StreamId id) {
        int low = 0;
        int high = run.count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (compare(run.get(middle), id) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static boolean isAt(Run run, int index, StreamId id) {
        return index < run.count && StreamId.compare(run.get(index).ms, run.get(index).sequence, id) == 0;
    }

    /** The entry of this id, null when it is not pending. */
    public @Nullable PendingEntry find(StreamId id) {
        if (size == 0) {
            return null;
        }
        Run run = runs.get(runOf(id));
        int index = indexIn(run, id);
        return isAt(run, index, id) ? run.get(index) : null;
    }

    /** The entry with the least id; there must be one. */
    public PendingEntry first() {
        return runs.get(0).get(0);
    }

    /** The entry with the greatest id; there must be one. */
    public PendingEntry last() {
        Run run = runs.get(runs.size() - 1);
        return run.get(run.count - 1);
    }

    /** Visits entries in order from this id on, as long as the visitor wants more; none may come or go meanwhile. */
    public void forEach(StreamId from, Predicate<PendingEntry> visitor) {
        if (size == 0) {
            return;
        }
        int place = runOf(from);
        int index = indexIn(runs.get(place), from);
        for (; place < runs.size(); place++) {
            Run run = runs.get(place);
            for (; index < run.count; index++) {
                steps++;
                if (!visitor.test(run.get(index))) {
                    return;
                }
            }
            index = 0;
        }
    }

    // ---- changing ----

    /** Adds an entry whose id is not present. */
    void add(PendingEntry entry) {
        size++;
        if (runs.isEmpty()) {
            runs.add(new Run());
        }
        StreamId id = entry.id();
        int place = runOf(id);
        Run run = runs.get(place);
        int index = indexIn(run, id);
        if (run.count < RUN_CAPACITY) {
            run.insert(index, entry);
        } else if (index == RUN_CAPACITY && place == runs.size() - 1) { // those in front stay full
            Run next = new Run();
            next.insert(0, entry);
            runs.add(next);
        } else {
            Run upper = run.split();
            runs.add(place + 1, upper);
            if (index <= run.count) {
                run.insert(index, entry);
            } else {
                upper.insert(index - run.count, entry);
            }
        }
    }

    /** Removes the entry of this id and returns it, null when it is not present. */
    @Nullable PendingEntry remove(StreamId id) {
        if (size == 0) {
            return null;
        }
        int place = runOf(id);
        Run run = runs.get(place);
        int index = indexIn(run, id);
        if (!isAt(run, index, id)) {
            return null;
        }
        PendingEntry removed = run.get(index);
        run.remove(index);
        if (run.count == 0) {
            runs.remove(place);
        } else if (run.count <= RUN_CAPACITY / 4 && !join(place)) {
            join(place - 1);
        }
        size--;
        return removed;
    }

    /** Joins a run with the one behind it, unless both together are more than half full; false when it did not. */
    private boolean join(int place) {
        if (place < 0 || place + 1 == runs.size()) {
            return false;
        }
        Run run = runs.get(place);
        Run other = runs.get(place + 1);
        boolean joins = run.count + other.count <= RUN_CAPACITY / 2;
        if (joins) {
            run.append(other);
            runs.remove(place + 1);
        }
        return joins;
    }

    /** The memory of the runs, without the entries. */
    long footprintBytes() {
        long perRun = RUN_BYTES + ObjectSize.ofArray((long) RUN_CAPACITY * ObjectSize.REFERENCE);
        return OBJECT_BYTES + (runs.size() < 2 ? RUN_BYTES + (long) size * ObjectSize.REFERENCE : runs.size() * perRun);
    }
}
