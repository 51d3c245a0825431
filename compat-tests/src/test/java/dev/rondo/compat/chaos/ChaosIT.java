package dev.rondo.compat.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoNodes;
import dev.rondo.server.BrokenNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A short run on good nodes finds nothing, and the checker earns its trust: it finds out every kind of bad node. */
class ChaosIT {
    /** How long a good cluster may take to become whole, and its copies to agree. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    /** A bad one is not waited for so long. */
    private static final Duration IMPATIENCE = Duration.ofSeconds(10);

    @Test
    void goodNodesKeepTheirPromisesWhileOneIsKilledAndOneStopped() throws Exception {
        Settings settings = settings(10, Set.of(FaultKind.KILL, FaultKind.STOP), PATIENCE, PATIENCE);

        Report report = run(settings, place -> RondoNodes.commandLine(), scheduled(settings));

        assertEquals(List.of(), report.verdict().violations(), report::toString);
        assertTrue(report.faults().size() >= 1, report::toString);
        assertTrue(report.verdict().keysCompared > 50, report::toString);
    }

    @Test
    void replicasThatSkipOneEffectInAThousandAreFoundOut() throws Exception {
        Settings settings = settings(10, Set.of(), PATIENCE, Duration.ofSeconds(2));

        Report report =
                run(settings, place -> broken(BrokenNode.Defect.SKIPPED_EFFECTS), quiet(Duration.ofSeconds(10)));

        assertTrue(finds(report, "DIVERGED"), report::toString);
    }

    @Test
    void aNodeThatGoesBackToOldTablesIsFoundOut() throws Exception {
        Settings settings = settings(5, Set.of(FaultKind.JOIN, FaultKind.LEAVE), IMPATIENCE, IMPATIENCE);

        Report report = run(
                settings,
                place -> place == 1 ? broken(BrokenNode.Defect.OLD_TABLES) : RondoNodes.commandLine(),
                scheduled(settings));

        assertTrue(finds(report, "NOT WHOLE") || finds(report, "LOST"), report::toString);
    }

    @Test
    void nodesThatAcknowledgeBeforeTheirReplicasHaveItAreFoundOut() throws Exception {
        Settings settings = settings("replica", 60, Set.of(FaultKind.KILL_CUT_OFF), PATIENCE, PATIENCE);

        Report report =
                run(settings, place -> broken(BrokenNode.Defect.EARLY_ACKNOWLEDGEMENT), once(FaultKind.KILL_CUT_OFF));

        assertTrue(finds(report, "LOST"), report::toString);
    }

    @Test
    void nodesThatForgetWhatWasDeletedAreFoundOut() throws Exception {
        Settings settings = settings(60, Set.of(FaultKind.ISOLATE), PATIENCE, Duration.ofSeconds(2));

        Report report = run(settings, place -> broken(BrokenNode.Defect.DROPPED_TOMBSTONES), once(FaultKind.ISOLATE));

        assertTrue(finds(report, "RETURNED"), report::toString);
    }

    private static boolean finds(Report report, String what) {
        return report.verdict().violations().stream().anyMatch(violation -> violation.contains(what));
    }

    private static Settings settings(int seconds, Set<FaultKind> faults, Duration whole, Duration copies) {
        return settings("async", seconds, faults, whole, copies);
    }

    private static Settings settings(String mode, int seconds, Set<FaultKind> faults, Duration whole, Duration copies) {
        return new Settings(
                7, seconds * 1000L, 3, mode, 8, 1600, faults, 1000, Probing.USUAL, whole, copies, List.of());
    }

    private static ChaosRun.Plan scheduled(Settings settings) {
        return (cluster, probes) -> new Scheduler(cluster, settings);
    }

    private static ChaosRun.Plan once(FaultKind kind) {
        return (cluster, probes) -> new Repetition(cluster, probes, kind, 1, Duration.ofSeconds(5), 7);
    }

    /** No fault: what is skipped may also be written anew, so it takes some time until something is missing for good. */
    private static ChaosRun.Plan quiet(Duration time) {
        return (cluster, probes) -> new Agenda() {
            @Override
            public long pauseMs() {
                return time.toMillis();
            }

            @Override
            public @Nullable Fault next() {
                return null;
            }

            @Override
            public void run(Fault fault) {
                throw new IllegalStateException("there is no fault");
            }

            @Override
            public Duration calm() {
                return Duration.ZERO;
            }
        };
    }

    private static Report run(Settings settings, IntFunction<List<String>> nodes, ChaosRun.Plan plan) throws Exception {
        return new ChaosRun(settings, new Loopback(4), nodes, plan, System.out).run();
    }

    private static List<String> broken(BrokenNode.Defect defect) {
        return RondoNodes.commandLine(BrokenNode.class, defect.name());
    }
}
