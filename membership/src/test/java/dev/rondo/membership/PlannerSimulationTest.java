package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Random histories of a simulated cluster; see {@link SimulatedCluster} for what is checked at every step. */
class PlannerSimulationTest {

    @Property(tries = 25)
    void joinsAndDrainsLoseNothingAndReachTheIdeal(
            @ForAll @IntRange(min = 1, max = 6) int first, @ForAll @IntRange(max = 2) int replicas, @ForAll long seed) {
        joinAndDrain(first, replicas, seed);
    }

    /** Two slots took a member's last place from each other, for ever. */
    @Example
    void aCopyUnderWayIsNotGivenUpForAnotherThatIsAsGood() {
        joinAndDrain(4, 2, -120667);
    }

    private static void joinAndDrain(int first, int replicas, long seed) {
        SimulatedCluster sim = new SimulatedCluster(replicas, 3000, seed);
        for (int i = 0; i < first; i++) {
            sim.join(i);
        }
        sim.reportAll();
        sim.plan();
        for (int i = 0; i < 3; i++) {
            sim.steps(12);
            sim.join(first + i);
        }
        sim.steps(12);
        SimulatedCluster.Node drained = sim.live.get(sim.random.nextInt(sim.live.size()));
        sim.drain(drained);
        sim.settle();
        assertEquals(0, drained.primary.cardinality() + drained.inSync.cardinality());
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            NodeId id = sim.newest.owners(slot).get(0).id();
            assertEquals(sim.written[slot], sim.node(id).seqs[slot], "writes of slot " + slot);
        }
    }

    @Property(tries = 25)
    void crashesWithASurvivingCopyLoseNoSlot(
            @ForAll @IntRange(min = 3, max = 7) int first,
            @ForAll @IntRange(min = 1, max = 2) int replicas,
            @ForAll long seed) {
        SimulatedCluster sim = new SimulatedCluster(replicas, 3000, seed);
        for (int i = 0; i < first; i++) {
            sim.join(i);
        }
        sim.reportAll();
        sim.plan();
        sim.settle();
        for (int i = 0; i < 2; i++) {
            SimulatedCluster.Node dead = sim.live.get(sim.random.nextInt(sim.live.size()));
            sim.crash(dead);
            if (sim.random.nextBoolean()) {
                sim.steps(6);
                sim.restart(dead);
            }
            sim.settle();
            for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
                assertNotNull(sim.newest.primary(slot), "slot " + slot + " lost");
                assertFalse(sim.newest.isBorn(slot));
                NodeId id = sim.newest.primary(slot).id();
                assertEquals(sim.written[slot], sim.node(id).seqs[slot], "writes of slot " + slot);
            }
        }
    }
}
