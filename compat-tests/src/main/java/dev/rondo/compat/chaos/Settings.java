package dev.rondo.compat.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What a run does.
 *
 * @param nodes how many nodes it starts with; at times it has one more or one less
 * @param mode the commit mode, as the server calls it
 * @param opsPerSecond what all clients together attempt
 * @param faults which kinds of faults may happen
 * @param lossWindowMs the oldest acknowledged write that a crash may cost in mode async
 * @param probing how closely the time without an accepted write is measured
 * @param wholeTimeout how long the cluster may take to become whole after a fault
 * @param copyPatience for how long copies that differ are read again until they count as diverged
 * @param directives further arguments of every node
 */
record Settings(
        long seed,
        long durationMs,
        int nodes,
        String mode,
        int clients,
        int opsPerSecond,
        Set<FaultKind> faults,
        long lossWindowMs,
        Probing probing,
        Duration wholeTimeout,
        Duration copyPatience,
        List<String> directives) {
    Promise promise() {
        return new Promise(mode.equals("async"), lossWindowMs * 1_000_000L);
    }
}
