package dev.rondo.server.command;

/** Runs short tasks later, on a thread of its own. Thread-safe. */
@FunctionalInterface
public interface Timer {
    /** Runs {@code task}, which must not block, once {@code delayMs} have passed. */
    void after(long delayMs, Runnable task);
}
