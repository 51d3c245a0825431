package dev.rondo.server.replication;

import java.util.concurrent.locks.LockSupport;

/** Runs the endless loops of replication. In a test somebody may run them step by step in an order of his own. */
@FunctionalInterface
public interface Loops {
    /** One endless loop; called by one thread. */
    interface Loop {
        /** Does a piece of work; false when there was none. */
        boolean step();

        /** Waits, for a bounded time, until there may be work. */
        void await();

        boolean isOver();
    }

    /** Starts a loop; what it returns wakes the loop from its {@link Loop#await}. */
    Runnable start(String name, Loop loop);

    /** A daemon thread for each loop. */
    static Loops threads() {
        return (name, loop) -> {
            Thread thread = new Thread(
                    () -> {
                        while (!loop.isOver()) {
                            if (!loop.step()) {
                                loop.await();
                            }
                        }
                    },
                    name);
            thread.setDaemon(true);
            thread.start();
            return () -> LockSupport.unpark(thread);
        };
    }
}
