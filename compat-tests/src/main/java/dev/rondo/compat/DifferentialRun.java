package dev.rondo.compat;

import dev.rondo.compat.diff.CommandFamily;
import dev.rondo.compat.diff.Differences;
import dev.rondo.compat.diff.DifferentialTester;
import dev.rondo.compat.diff.EpisodeGenerator;
import dev.rondo.compat.diff.EpisodeRunner;
import dev.rondo.compat.diff.Families;
import dev.rondo.compat.diff.KeyNames;
import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The differential tester from the command line: {@code --commands 1000000 --families strings,keys}. Starts
 * redis-server and Rondo unless told the ports of running ones. Exit code 1 if anything differs that is not listed as
 * known.
 */
@Command(name = "fuzz", mixinStandardHelpOptions = true, description = "Holds Rondo against redis-server.")
public final class DifferentialRun implements Callable<Integer> {
    /** Which pair of servers to compare. */
    enum Mode {
        PLAIN,
        CLUSTER
    }

    @Option(names = "--commands", description = "how many commands to compare (default: ${DEFAULT-VALUE})")
    private long commands = 1_000_000;

    @Option(names = "--seed", description = "the seed that a failed run printed (default: a random one)")
    private long seed = ThreadLocalRandom.current().nextLong(1_000_000_000L);

    @Option(names = "--families", split = ",", description = "which command families (default: all)")
    private @Nullable List<String> families;

    @Option(names = "--mode", description = "plain servers, or clusters of one: ${COMPLETION-CANDIDATES}")
    private Mode mode = Mode.PLAIN;

    @Option(names = "--differences", description = "how many distinct differences to look for (default: 1)")
    private int mostDifferences = 1;

    @Option(names = "--events", description = "compare keyspace events too")
    private boolean events;

    @Option(names = "--model-port", description = "a running redis-server on loopback; it will be emptied")
    private int modelPort;

    @Option(names = "--candidate-port", description = "a running server on loopback to hold against it; emptied too")
    private int candidatePort;

    public static void main(String[] args) {
        CommandLine line = new CommandLine(new DifferentialRun()).setCaseInsensitiveEnumValuesAllowed(true);
        System.exit(line.execute(args));
    }

    @Override
    public Integer call() {
        List<CommandFamily> chosen = families == null ? Families.all() : Families.named(families);
        try (OptionalServer model = new OptionalServer(modelPort, this::startModel);
                OptionalServer candidate = new OptionalServer(candidatePort, this::startCandidate)) {
            System.out.printf(
                    "seed %d, %d commands of %s, mode %s%n",
                    seed, commands, chosen.stream().map(CommandFamily::name).toList(), mode);
            return report(compare(chosen, model.port(), candidate.port()));
        }
    }

    private DifferentialTester.Result compare(List<CommandFamily> chosen, int model, int candidate) {
        KeyNames keyNames = mode == Mode.CLUSTER ? KeyNames.ONE_HASH_TAG : KeyNames.ANY_SLOT;
        EpisodeRunner runner = new EpisodeRunner(model, candidate, Differences.ofRondo());
        return new DifferentialTester(
                        events ? runner.comparingEvents() : runner, new EpisodeGenerator(chosen, keyNames))
                .run(seed, commands, mostDifferences);
    }

    private ServerProcess startModel() {
        return mode == Mode.CLUSTER
                ? RedisServers.clusterOfOne(RedisServers.prompt())
                : RedisServers.plain(RedisServers.prompt());
    }

    private ServerProcess startCandidate() {
        return mode == Mode.CLUSTER ? RondoNodes.clusterOfOne() : RondoNodes.plainForLongRuns();
    }

    private static int report(DifferentialTester.Result result) {
        result.explained()
                .forEach((reason, count) -> System.out.printf("known difference, %d times: %s%n", count, reason));
        result.differences().forEach(difference -> System.out.printf("DIFFERENCE, %s%n", difference));
        System.out.printf(
                "%d commands compared, %d unexplained differences%n",
                result.commands(), result.differences().size());
        return result.differences().isEmpty() ? 0 : 1;
    }
}
