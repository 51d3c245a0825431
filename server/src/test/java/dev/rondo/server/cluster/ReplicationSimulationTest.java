package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.cluster.ReplicationSimulation.Faults;
import org.junit.jupiter.api.Test;

class ReplicationSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("rondo.schedules", 150);
    /** The one schedule to run, 0 = all. */
    private static final long SCHEDULE = Long.getLong("rondo.schedule", 0);

    private static void run(Faults faults) {
        long partial = 0;
        long equalBytes = 0;
        long first = SCHEDULE == 0 ? 1 : SCHEDULE;
        long last = SCHEDULE == 0 ? SCHEDULES : SCHEDULE;
        for (long seed = first; seed <= last; seed++) {
            try {
                SimulationTrace trace = new SimulationTrace(Boolean.getBoolean("rondo.trace"));
                ReplicationSimulation simulation = new ReplicationSimulation(seed, faults, trace);
                simulation.run(4000);
                partial += simulation.sum(figures -> figures.partialSlots);
                equalBytes += simulation.sum(figures -> figures.equalBytes);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        if (SCHEDULE == 0 && faults != Faults.CRASHES) { // where nobody comes back with anything
            assertTrue(partial > SCHEDULES, "only " + partial + " copies of differences");
            assertTrue(equalBytes > 20L * SCHEDULES, "only " + equalBytes + " bytes were found equal");
        }
    }

    @Test
    void movesAndOverflowsLoseAndDoubleNothing() {
        run(Faults.NONE);
    }

    @Test
    void nodesThatHangAndReturnGetCompleteCopies() {
        run(Faults.HANGS);
    }

    @Test
    void ofWhatBothSidesOfASplitWroteAndDeletedTheLastCounts() {
        run(Faults.SPLITS);
    }

    @Test
    void nodesThatDieLeaveStatesThatWere() {
        run(Faults.CRASHES);
    }
}
