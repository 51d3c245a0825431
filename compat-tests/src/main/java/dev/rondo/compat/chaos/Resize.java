package dev.rondo.compat.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One more node joins a full cluster under load, and one leaves: no error, no loss, and how fast and how smooth. More
 * than once, since the first time the JVMs of the cluster have yet to compile all that moves slots; one that joins
 * always has.
 */
@Command(
        name = "resize",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "A node joins a filled cluster under load, and another leaves: errors, losses, latency, MB/s.")
final class Resize implements Callable<Integer> {
    private static final int THREADS = 8;
    private static final int KEYS_PER_THREAD = 1000;

    @Mixin
    private Lab lab = new Lab();

    @Option(names = "--keys", description = "keys to begin with (default: ${DEFAULT-VALUE})")
    private int keys = 1_000_000;

    @Option(names = "--value-bytes", description = "(default: ${DEFAULT-VALUE})")
    private int valueBytes = 100;

    @Option(names = "--ops", description = "requests a second of the Jedis threads (default: ${DEFAULT-VALUE})")
    private int ops = 2000;

    @Option(
            names = "--benchmark",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "redis-benchmark beside them at half of the peak (default: ${DEFAULT-VALUE})")
    private boolean benchmark = true;

    @Option(names = "--before", description = "seconds of load before the first change (default: ${DEFAULT-VALUE})")
    private int beforeSeconds = 30;

    @Option(names = "--rounds", description = "how often a node joins and another leaves (default: ${DEFAULT-VALUE})")
    private int rounds = 2;

    @Option(names = "--timeline", description = "a file for the latency of each tenth of a second, as CSV")
    private @Nullable Path timeline;

    @Override
    public Integer call() throws IOException {
        try (ChaosCluster cluster = lab.start(lab.nodes + 1, "2g")) {
            Stock stock = new Stock(keys, number -> "stock:" + number, Stock.numbers(valueBytes));
            stock.lay(cluster);
            try (JedisLoad load = new JedisLoad(cluster, THREADS, ops, "load:", KEYS_PER_THREAD, valueBytes);
                    BenchmarkLoad beside = benchmark ? new BenchmarkLoad(cluster, keys) : null) {
                return run(cluster, stock, load, beside);
            }
        }
    }

    private int run(ChaosCluster cluster, Stock stock, JedisLoad load, @Nullable BenchmarkLoad beside) {
        double bytesPerKey = (double) stock.bytes() / keys;
        Moves moves = new Moves(cluster, load, () -> Arrays.stream(cluster.keyCounts())
                .mapToDouble(count -> count * bytesPerKey)
                .toArray());
        load.start();
        if (beside != null) {
            beside.start();
        }
        moves.quiet("warm up", Duration.ofSeconds(beforeSeconds));
        load.forgetPhases();
        moves.quiet("before", Duration.ofSeconds(beforeSeconds));
        int joining = lab.nodes;
        for (int round = 1; round <= rounds; round++) {
            int leaving = 1 + (round - 1) % lab.nodes; // the first place is asked for slots all the time
            moves.join(joining);
            moves.quiet("between", Duration.ofSeconds(3));
            moves.leave(leaving);
            moves.quiet("after", Duration.ofSeconds(3));
            joining = leaving;
        }
        load.stop();
        if (timeline != null) {
            load.timeline().write(timeline);
        }
        if (beside != null) {
            beside.close();
            System.out.println(beside);
        }
        return Lab.conclude(cluster, moves, load, stock);
    }
}
