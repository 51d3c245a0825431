package dev.rondo.server.stats;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands each thread on which a node depends an empty task every second, and says loudly when it has not come to it for
 * five: where the thread stands, which lock it waits for, and where the holder of that lock stands. It changes nothing;
 * but a node that stands still must not do so in silence. Thread-safe.
 */
public final class Watchdog implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Watchdog.class);

    static final long PERIOD_NS = 1_000_000_000;
    /** A task that waits for so long is reported, and again each time it has waited for twice as long. */
    static final long STALLED_NS = 5 * PERIOD_NS;

    private static final int MOST_FRAMES = 60;
    private static final int MOST_HOLDERS = 4;

    /** One thread, and the task it has last been handed. */
    private static final class Watched {
        final String name;
        final Executor executor;
        volatile @Nullable Thread thread; // known once it has run a task
        volatile boolean waiting; // whether a task is still to run
        long askedAtNs; // from here on the watchdog's own
        long reportAfterNs = STALLED_NS;
        volatile boolean reported;

        Watched(String name, Executor executor) {
            this.name = name;
            this.executor = executor;
        }

        void run() {
            thread = Thread.currentThread();
            waiting = false;
        }
    }

    private final List<Watched> all = new CopyOnWriteArrayList<>();
    private final Consumer<String> alarm;
    private final LongAdder stalls = new LongAdder();
    private @Nullable Thread looker;
    private volatile boolean closed;
    private long lookedAtNs;

    /** Looks once it is started. */
    public Watchdog() {
        this(log::error);
    }

    /** Tells {@code alarm} what there is to say, and looks when it is told to. */
    Watchdog(Consumer<String> alarm) {
        this.alarm = alarm;
    }

    /** Begins to look, from a thread that does nothing else. */
    public synchronized void start() {
        Thread thread = new Thread(this::lookOn, "watchdog");
        thread.setDaemon(true);
        thread.start();
        looker = thread;
    }

    /** Watches a thread from now on: {@code executor} has it run tasks, and hands them over without waiting. */
    public void watch(String name, Executor executor) {
        all.add(new Watched(name, executor));
    }

    /** How many threads stand still now. */
    public int stalled() {
        return (int) all.stream().filter(each -> each.reported).count();
    }

    /** How many times a thread has stood still since the start. */
    public long stalls() {
        return stalls.sum();
    }

    private void lookOn() {
        while (!closed) {
            try {
                look(System.nanoTime());
            } catch (RuntimeException | Error e) {
                log.error("The threads of this node could not be looked at", e);
            }
            LockSupport.parkNanos(PERIOD_NS);
        }
    }

    void look(long nowNs) {
        boolean stoodStill = lookedAtNs != 0 && nowNs - lookedAtNs > 2 * PERIOD_NS;
        lookedAtNs = nowNs;
        for (Watched each : all) {
            if (!each.waiting) {
                moves(each, nowNs);
            } else if (stoodStill) {
                each.askedAtNs = nowNs; // this thread could not run either: the whole process was held up
            } else if (nowNs - each.askedAtNs >= each.reportAfterNs) {
                report(each, nowNs);
            }
        }
    }

    private static void moves(Watched each, long nowNs) {
        if (each.reported) {
            log.warn("The thread {} moves again, after {} ms", each.name, (nowNs - each.askedAtNs) / 1_000_000);
        }
        each.reported = false;
        each.reportAfterNs = STALLED_NS;
        each.askedAtNs = nowNs;
        each.waiting = true;
        try {
            each.executor.execute(each::run);
        } catch (RejectedExecutionException e) {
            each.waiting = false; // the node stops
            log.trace("{} has ended", each.name, e);
        }
    }

    private void report(Watched each, long nowNs) {
        if (!each.reported) {
            stalls.increment();
        }
        each.reported = true;
        each.reportAfterNs *= 2;
        alarm.accept("The thread " + each.name + " has not moved for " + (nowNs - each.askedAtNs) / 1_000_000 + " ms: "
                + where(each.thread));
    }

    /** Where a thread stands, and those for whom it waits. */
    private static String where(@Nullable Thread thread) {
        if (thread == null) {
            return "it has not begun yet";
        }
        StringBuilder text = new StringBuilder();
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long id = thread.getId();
        for (int holders = 0; id >= 0 && holders <= MOST_HOLDERS; holders++) {
            ThreadInfo info = threads.getThreadInfo(id, MOST_FRAMES);
            if (info == null) {
                return text.append("it has ended").toString();
            }
            text.append('"').append(info.getThreadName()).append("\" is ").append(info.getThreadState());
            if (info.getLockName() != null) {
                text.append(" on ").append(info.getLockName());
            }
            for (StackTraceElement frame : info.getStackTrace()) {
                text.append("\n\tat ").append(frame);
            }
            id = info.getLockOwnerId();
            if (id >= 0) {
                text.append("\nwhich is held by ");
            }
        }
        return text.toString();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (looker != null) {
            LockSupport.unpark(looker);
        }
    }
}
