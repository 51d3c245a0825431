package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class CommitSimulationTest {
    private static final int SCHEDULES = Integer.getInteger("rondo.schedules", 100);
    private static final int ONLY = Integer.getInteger("rondo.schedule", 0);

    @Test
    void noConfirmedWriteIsLostWithAnyOneNode() {
        int faults = 0;
        int confirmations = 0;
        int deletions = 0;
        int lost = 0;
        long partialCopies = 0;
        for (long seed = ONLY == 0 ? 1 : ONLY; seed <= (ONLY == 0 ? SCHEDULES : ONLY); seed++) {
            try {
                CommitSimulation simulation =
                        new CommitSimulation(seed, new SimulationTrace(Boolean.getBoolean("rondo.trace")));
                simulation.run(4000);
                faults += simulation.faults;
                confirmations += simulation.confirmations;
                deletions += simulation.deletions;
                lost += simulation.lost;
                partialCopies += simulation.partialCopies();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertTrue(faults > SCHEDULES / 2, "only " + faults + " faults");
        assertTrue(confirmations > 10 * SCHEDULES, "only " + confirmations + " writes were confirmed");
        assertTrue(deletions > SCHEDULES, "only " + deletions + " deletions were confirmed");
        assertTrue(partialCopies > SCHEDULES, "only " + partialCopies + " copies of differences");
        assertTrue(lost > SCHEDULES / 10, "only " + lost + " writes were told to be lost to another primary");
    }
}
