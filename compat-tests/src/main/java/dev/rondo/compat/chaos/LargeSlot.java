package dev.rondo.compat.chaos;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.rondo.server.keyspace.KeySlot;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One slot holds a great part of all data, and one great value; it moves while applications use keys of the same slot.
 */
@Command(
        name = "large-slot",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "One slot with very many keys and one very large value moves under load.")
final class LargeSlot implements Callable<Integer> {
    private static final String TAG = "{large}";
    private static final int SLOT = KeySlot.of(TAG.getBytes(ISO_8859_1));
    private static final int THREADS = 4;
    private static final int KEYS_PER_THREAD = 500;

    @Mixin
    private Lab lab = new Lab();

    @Option(names = "--keys", description = "keys in the slot (default: ${DEFAULT-VALUE})")
    private int keys = 1_000_000;

    @Option(names = "--large-mb", description = "megabytes of the large value (default: ${DEFAULT-VALUE})")
    private int largeMb = 100;

    @Option(names = "--ops", description = "requests a second to this slot (default: ${DEFAULT-VALUE})")
    private int ops = 500;

    @Override
    public Integer call() throws IOException {
        try (ChaosCluster cluster = lab.start(lab.nodes + 1, "3g")) {
            Stock small = new Stock(keys, number -> TAG + number, Stock.numbers(100));
            Stock large = new Stock(1, number -> TAG + "value", Stock.numbers(largeMb * 1_000_000));
            small.lay(cluster);
            large.lay(cluster);
            try (JedisLoad load = new JedisLoad(cluster, THREADS, ops, TAG + "load:", KEYS_PER_THREAD, 100)) {
                double[] bytes = new double[ChaosCluster.SLOTS];
                bytes[SLOT] = small.bytes() + large.bytes();
                Moves moves = new Moves(cluster, load, () -> bytes);
                load.start();
                moves.quiet("warm up", Duration.ofSeconds(5));
                load.forgetPhases();
                moves.quiet("before", Duration.ofSeconds(5));
                moves.join(lab.nodes);
                moves.leave(cluster.owners().get(SLOT).get(0));
                int primary = cluster.owners().get(SLOT).get(0);
                moves.leave(primary);
                moves.restart(primary);
                load.stop();
                return Lab.conclude(cluster, moves, load, small, large);
            }
        }
    }
}
