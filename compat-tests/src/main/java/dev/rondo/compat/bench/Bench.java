package dev.rondo.compat.bench;

import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code rondo bench}: redis-benchmark against Redis and Rondo on the same machine, in turns, so that both see the same
 * drift of its speed. Prints a Markdown table of medians; the ratio is the median of the rounds' ratios.
 */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        subcommands = TypesBench.class,
        description = "Runs redis-benchmark against Redis and Rondo side by side.")
public final class Bench implements Callable<Integer> {
    /** What is compared. */
    enum Setup {
        /** redis-server and one Rondo node. */
        ONE,
        /**
         * A Redis Cluster of three primaries and three replicas, and three Rondo nodes with one replica of each slot.
         */
        CLUSTER
    }

    private static final int MOST_REQUESTS = 2_000_000;
    private static final int REQUESTS_AT_DEPTH_1 = 150_000;

    @Option(names = "--rounds", description = "how often each measurement is repeated (default: ${DEFAULT-VALUE})")
    private int rounds = 5;

    @Option(names = "--depths", split = ",", description = "pipeline depths (default: ${DEFAULT-VALUE})")
    private List<Integer> depths = List.of(1, 16, 100);

    @Option(names = "--tests", split = ",", description = "tests of redis-benchmark (default: ${DEFAULT-VALUE})")
    private List<String> tests = List.of("SET", "GET");

    @Option(names = "--setups", split = ",", description = "among ${COMPLETION-CANDIDATES} (default: both)")
    private List<Setup> setups = List.of(Setup.ONE, Setup.CLUSTER);

    @Option(names = "--clients", description = "connections (default: ${DEFAULT-VALUE})")
    private int clients = 50;

    @Option(names = "--data", description = "bytes of a value (default: ${DEFAULT-VALUE})")
    private int dataBytes = 100;

    @Option(names = "--keys", description = "distinct keys (default: ${DEFAULT-VALUE})")
    private int keys = 100_000;

    public static void main(String[] args) {
        CommandLine line = new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true);
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() {
        System.out.printf(
                "%d cores, Java %s; redis-benchmark -c %d -d %d -r %d, %d rounds in turns, medians%n%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("java.version"),
                clients,
                dataBytes,
                keys,
                rounds);
        if (setups.contains(Setup.ONE)) {
            try (ServerProcess redis = RedisServers.plain();
                    RondoCluster rondo = RondoCluster.startAsUsersDo(1)) {
                compare("One node", "redis-server", redis.port(), rondo.node(0).port(), false);
            }
        }
        if (setups.contains(Setup.CLUSTER)) {
            try (RedisCluster redis = RedisCluster.start();
                    RondoCluster rondo = RondoCluster.startAsUsersDo(3)) {
                compare(
                        "Three nodes",
                        "Redis Cluster 3+3",
                        redis.port(),
                        rondo.node(0).port(),
                        true);
            }
        }
        return 0;
    }

    private void compare(String title, String peer, int redisPort, int rondoPort, boolean cluster) {
        RedisBenchmark benchmark = new RedisBenchmark(clients, dataBytes, keys);
        List<Comparison> rows = new ArrayList<>();
        for (String test : tests) {
            for (int depth : depths) {
                rows.add(new Comparison(test, depth));
            }
        }
        for (Comparison row : rows) { // unmeasured: fills the keys, and the JVM compiles
            run(benchmark, redisPort, cluster, row);
            run(benchmark, rondoPort, cluster, row);
        }
        for (int round = 0; round < rounds; round++) {
            for (Comparison row : rows) {
                row.measure(
                        round,
                        () -> run(benchmark, redisPort, cluster, row),
                        () -> run(benchmark, rondoPort, cluster, row));
            }
        }
        Comparison.print(title, peer, rows);
    }

    private static Measurement run(RedisBenchmark benchmark, int port, boolean cluster, Comparison row) {
        return benchmark.run(port, cluster, row.test(), row.depth(), requests(row.depth()));
    }

    private static int requests(int depth) {
        return Math.min(MOST_REQUESTS, REQUESTS_AT_DEPTH_1 * Math.max(1, depth / 2));
    }
}
