package dev.rondo.compat.chaos;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Which faults happen, one after another, and how. For one thread. */
interface Agenda {
    /** How long to leave the cluster alone before the next fault. */
    long pauseMs();

    /** The next fault; null when there are no more. */
    @Nullable Fault next();

    /** Makes it happen, and ends it; the cluster may take its time after that. */
    void run(Fault fault);

    /** How long the cluster must have been whole until the fault counts as over: some faults are noticed late. */
    Duration calm();
}
