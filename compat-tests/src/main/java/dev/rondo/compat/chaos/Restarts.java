package dev.rondo.compat.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** All nodes are stopped and started, one after another, under load. */
@Command(
        name = "restarts",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "A rolling restart of all nodes under load: errors, losses, latency.")
final class Restarts implements Callable<Integer> {
    private static final int THREADS = 8;
    private static final int KEYS_PER_THREAD = 1000;

    @Mixin
    private Lab lab = new Lab();

    @Option(names = "--keys", description = "keys to begin with (default: ${DEFAULT-VALUE})")
    private int keys = 100_000;

    @Option(names = "--ops", description = "requests a second of the Jedis threads (default: ${DEFAULT-VALUE})")
    private int ops = 2000;

    @Option(names = "--rounds", description = "how often each node is restarted (default: ${DEFAULT-VALUE})")
    private int rounds = 1;

    @Override
    public Integer call() throws IOException {
        try (ChaosCluster cluster = lab.start(lab.nodes, "1g")) {
            Stock stock = new Stock(keys, number -> "stock:" + number, Stock.numbers(100));
            stock.lay(cluster);
            try (JedisLoad load = new JedisLoad(cluster, THREADS, ops, "load:", KEYS_PER_THREAD, 100)) {
                double[] bytes = new double[ChaosCluster.SLOTS];
                Arrays.fill(bytes, (double) stock.bytes() / ChaosCluster.SLOTS);
                Moves moves = new Moves(cluster, load, () -> bytes);
                load.start();
                moves.quiet("warm up", Duration.ofSeconds(5));
                load.forgetPhases();
                moves.quiet("before", Duration.ofSeconds(5));
                for (int round = 0; round < rounds; round++) {
                    for (int place = 0; place < lab.nodes; place++) {
                        moves.leave(place);
                        moves.restart(place);
                    }
                }
                load.stop();
                return Lab.conclude(cluster, moves, load, stock);
            }
        }
    }
}
