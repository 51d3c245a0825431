package dev.rondo.compat.chaos;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Nodes that come and go while applications work; each step is a phase with its figures. One thread. */
final class Moves {
    private final ChaosCluster cluster;
    private final JedisLoad load;
    private final Supplier<double[]> slotBytes;

    /**
     * Prepares steps.
     *
     * @param slotBytes how many bytes of keys and values are in each slot, asked after each step
     */
    Moves(ChaosCluster cluster, JedisLoad load, Supplier<double[]> slotBytes) {
        this.cluster = cluster;
        this.load = load;
        this.slotBytes = slotBytes;
    }

    /** Nothing happens for so long. */
    Phase quiet(String name, Duration length) {
        Phase phase = load.begin(name);
        long endNs = System.nanoTime() + length.toNanos();
        for (long left = length.toNanos(); left > 0; left = endNs - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
        phase.end(0);
        return phase;
    }

    Phase join(int place) {
        return untilWhole("node " + place + " joins", () -> {
            cluster.launchNew(place);
            cluster.awaitPong(place);
        });
    }

    /** The node is asked to stop, hands over what it has and ends. */
    Phase leave(int place) {
        return untilWhole("node " + place + " leaves", () -> cluster.stop(place));
    }

    /** A node that has left starts again on its folder. */
    Phase restart(int place) {
        return untilWhole("node " + place + " starts again", () -> cluster.restart(place));
    }

    private Phase untilWhole(String name, Runnable step) {
        List<List<Integer>> before = cluster.owners();
        Phase phase = load.begin(name);
        step.run();
        Lab.awaitWhole(cluster);
        phase.end(Lab.CALM.toNanos());
        List<List<Integer>> after = cluster.owners();
        double[] bytes = slotBytes.get();
        for (int slot = 0; slot < ChaosCluster.SLOTS; slot++) {
            for (int owner : after.get(slot)) {
                if (!before.get(slot).contains(owner)) {
                    phase.movedBytes += bytes[slot];
                }
            }
        }
        return phase;
    }

    /** The table of all phases; the first one is what the others are compared with. */
    String table() {
        StringBuilder text = new StringBuilder(Phase.HEADER);
        load.phases().forEach(phase -> text.append(phase.line(load.phases().get(0))));
        return text.toString();
    }
}
