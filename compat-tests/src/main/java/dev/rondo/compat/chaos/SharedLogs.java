package dev.rondo.compat.chaos;

import java.util.SplittableRandom;

/**
 * The keys to which all clients append. A key that is long enough is left alone and a new one takes its place.
 * Thread-safe.
 */
final class SharedLogs {
    private static final int KEYS = 48;
    private static final int MOST_TOKENS = 300;

    private final History history;
    private final KeyLog[] current = new KeyLog[KEYS];
    private int generation;

    SharedLogs(History history) {
        this.history = history;
        for (int i = 0; i < KEYS; i++) {
            current[i] = newLog(i);
        }
    }

    synchronized KeyLog pick(SplittableRandom random) {
        int index = random.nextInt(KEYS);
        if (current[index].size() >= MOST_TOKENS) {
            current[index] = newLog(index);
        }
        return current[index];
    }

    private KeyLog newLog(int index) {
        return history.newLog(KeyLog.Kind.APPENDS, "appends:" + index + ":" + generation++);
    }
}
