package dev.rondo.server;

import dev.rondo.server.command.Timer;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the small regular tasks of one node on a thread of their own; a task that fails is logged and goes on. */
final class Housekeeping implements Timer, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);

    private final ScheduledThreadPoolExecutor executor;

    Housekeeping() {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "housekeeping");
            thread.setDaemon(true);
            return thread;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy()); // what comes after the close
    }

    /** Runs {@code task}, which must not block, again and again. */
    void every(long periodMs, Runnable task) {
        executor.scheduleAtFixedRate(() -> run(task), periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void after(long delayMs, Runnable task) {
        executor.schedule(() -> run(task), delayMs, TimeUnit.MILLISECONDS);
    }

    private static void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            log.error("A regular task failed", e);
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
