package dev.rondo.membership;

import java.util.concurrent.locks.LockSupport;
import org.jgroups.util.LazyThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the bus's threads. One of them reads all its sockets; in JGroups 5.5 it ends for good when a connection cannot
 * be accepted, for want of file handles or since the other side has gone, and the node would hear nobody any more. Here
 * it is run again, after a moment, until it ends in order. Any thread.
 */
final class UndyingThreads extends LazyThreadFactory {

    private static final Logger LOG = LoggerFactory.getLogger(UndyingThreads.class);

    /** What JGroups calls the thread. */
    private static final String SELECTOR = "NioServer.Selector";

    private static final long PAUSE_NS = 100_000_000;

    UndyingThreads() {
        super("jgroups", false, true);
    }

    @Override
    public Thread newThread(Runnable task, String name) {
        return super.newThread(name != null && name.startsWith(SELECTOR) ? undying(task) : task, name);
    }

    /** The task, run again as long as it ends by a failure. */
    static Runnable undying(Runnable task) {
        return () -> {
            boolean failed = true;
            while (failed) {
                try {
                    task.run();
                    failed = false;
                } catch (RuntimeException | Error e) {
                    LOG.error("the thread that reads the bus's sockets failed; it goes on", e);
                    LockSupport.parkNanos(PAUSE_NS);
                }
            }
        };
    }
}
