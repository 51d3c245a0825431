package dev.rondo.compat.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.wire.RespConnection;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The measurements measure, and what they take for a loss is one. */
class MeasurementsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void aKillIsFollowedByAcceptedWritesAndInModeReplicaNothingIsLost() throws Exception {
        Lab lab = new Lab();
        lab.mode = "replica";

        Report report = Kills.run(lab, FaultKind.KILL_CUT_OFF, 1, Duration.ZERO, System.out);

        assertEquals(List.of(), report.verdict().violations(), report::toString);
        List<Double> failoversMs = report.failoversMs().getOrDefault(FaultKind.KILL_CUT_OFF, List.of());
        assertTrue(failoversMs.stream().allMatch(ms -> ms > 0), report::toString);
        assertTrue(Kills.table(report).contains("| 1 | replica |"), () -> Kills.table(report));
    }

    @Test
    void whatIsMissingFromTheStockOrFromTheKeysOfTheApplicationsIsNoticed() throws Exception {
        try (ChaosCluster cluster = new ChaosCluster(
                new Loopback(1),
                1,
                Files.createTempDirectory("rondo-measure-"),
                place -> RondoNodes.commandLine(),
                List.of())) {
            cluster.launchNew(0);
            cluster.awaitPong(0);
            assertEquals(null, cluster.awaitWhole(PATIENCE, Duration.ZERO));
            Stock stock = new Stock(2000, number -> "stock:" + number, Stock.numbers(20));
            stock.lay(cluster);
            assertEquals("", stock.flaw(cluster));
            try (JedisLoad load = new JedisLoad(cluster, 2, 1000, "load:", 10, 20)) {
                Phase phase = load.begin("all");
                load.start();
                Awaitility.await().atMost(PATIENCE).until(() -> phase.latencies.count() > 200);
                assertEquals(List.of(), load.errors());
                try (RespConnection connection = cluster.connect(0, 10_000)) {
                    Awaitility.await().atMost(PATIENCE).until(() -> {
                        connection.command("FLUSHALL");
                        return phase.errors.sum() > 0;
                    });
                    load.stop();
                    connection.command("FLUSHALL");
                }
                assertTrue(load.flaw().contains("lost an acknowledged write"), load::flaw);
                assertTrue(stock.flaw(cluster).startsWith("2000 copies are missing"), () -> stock.flaw(cluster));
            }
        }
    }
}
