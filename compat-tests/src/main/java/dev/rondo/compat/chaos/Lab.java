package dev.rondo.compat.chaos;

import dev.rondo.compat.process.RondoNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;
import picocli.CommandLine.Option;

/** What every measurement can be told. The nodes run on loopback. */
final class Lab {
    static final Duration CALM = Duration.ofSeconds(1);
    private static final Duration LOOK = Duration.ofMillis(500);
    private static final Duration WHOLE_TIMEOUT = Duration.ofMinutes(5);

    @Option(names = "--nodes", description = "nodes at the start (default: ${DEFAULT-VALUE})")
    int nodes = 3;

    @Option(names = "--mode", description = "the commit mode: async or replica (default: ${DEFAULT-VALUE})")
    String mode = "async";

    @Option(names = "--seed", description = "decides victims and operations (default: a random one)")
    long seed = ThreadLocalRandom.current().nextLong(1_000_000_000L);

    @Option(
            names = "--directive",
            description = "a further argument of every node, for example --directive=--replicas=2")
    List<String> directives = new ArrayList<>();

    /**
     * Starts nodes with the JVM's full compiler on loopback, and waits until they are one cluster.
     *
     * @param places how many nodes there can be at most
     */
    ChaosCluster start(int places, String heap) throws IOException {
        ChaosCluster cluster = new ChaosCluster(
                new Loopback(places),
                places,
                Files.createTempDirectory("rondo-measure-"),
                place -> RondoNodes.commandLineAsUsersDo(heap),
                allDirectives());
        Runtime.getRuntime().addShutdownHook(new Thread(cluster::killAll));
        try {
            IntStream.range(0, nodes).forEach(cluster::launchNew);
            IntStream.range(0, nodes).forEach(cluster::awaitPong);
            awaitWhole(cluster);
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** Waits until the cluster has been whole for {@link #CALM}. */
    static void awaitWhole(ChaosCluster cluster) {
        String flaw = cluster.awaitWhole(WHOLE_TIMEOUT, CALM, LOOK);
        if (flaw != null) {
            throw new IllegalStateException("the cluster does not become whole: " + flaw);
        }
    }

    /** Prints the table, and whether anything is wrong; returns the exit code. The load has stopped. */
    static int conclude(ChaosCluster cluster, Moves moves, JedisLoad load, Stock... stocks) {
        System.out.print(moves.table());
        List<String> flaws = new ArrayList<>();
        if (load.errorCount() > 0) {
            flaws.add(load.errorCount() + " client-visible errors, the first of them:");
            load.errors().forEach(error -> flaws.add("    " + error));
        }
        flaws.add(load.flaw());
        for (Stock stock : stocks) {
            flaws.add(stock.flaw(cluster));
        }
        flaws.removeIf(String::isEmpty);
        Map<String, Integer> complaints = cluster.complaints();
        complaints.forEach((words, count) -> System.out.printf("logged %d times: %s%n", count, words));
        flaws.forEach(System.out::println);
        System.out.println(flaws.isEmpty() ? "OK: no error, nothing lost" : "FAILED");
        if (!flaws.isEmpty() || complaints.keySet().stream().anyMatch(words -> words.startsWith("ERROR"))) {
            System.out.printf("the output of the nodes is in %s%n", cluster.keepLogs());
        }
        return flaws.isEmpty() ? 0 : 1;
    }

    /** What every node is told besides its place. */
    List<String> allDirectives() {
        List<String> all = new ArrayList<>(directives);
        if (!mode.equals("async")) {
            all.addAll(List.of("--commit-mode", mode));
        }
        return all;
    }
}
