package dev.rondo.compat.chaos;

import dev.rondo.compat.process.RondoNodes;
import dev.rondo.server.ClockedNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The story harness from the command line: {@code --minutes 5 --seed 1}. Where network namespaces can be made (Linux,
 * as root) it makes a private network of them and runs itself again inside, so that the network cuts the links, not the
 * nodes; it removes them whatever happens. Exit code 1 on a violation.
 */
@Command(
        name = "chaos",
        subcommands = {Kills.class, Freezes.class, Resize.class, Restarts.class, LargeSlot.class, RingSimulation.class},
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Lets faults happen to a cluster under load and checks that it keeps its promises.")
public final class Chaos implements Callable<Integer> {
    private static final long PATIENCE_SECONDS = 15;

    @Option(names = "--minutes", description = "how long (default: ${DEFAULT-VALUE})")
    private double minutes = 5;

    @Option(names = "--seed", description = "decides faults and operations (default: a random one)")
    private long seed = ThreadLocalRandom.current().nextLong(1_000_000_000L);

    @Option(names = "--mode", description = "the commit mode: async or replica (default: ${DEFAULT-VALUE})")
    private String mode = "async";

    @Option(names = "--nodes", description = "nodes at the start, at least 3 (default: ${DEFAULT-VALUE})")
    private int nodes = 4;

    @Option(names = "--clients", description = "client threads (default: ${DEFAULT-VALUE})")
    private int clients = 12;

    @Option(names = "--ops", description = "operations a second of all clients together (default: ${DEFAULT-VALUE})")
    private int opsPerSecond = 1200;

    @Option(names = "--faults", split = ",", description = "which faults: ${COMPLETION-CANDIDATES} (default: all)")
    private @Nullable List<FaultKind> faults;

    @Option(
            names = "--loss-window-ms",
            description =
                    "the oldest acknowledged write that a crash may cost in mode async (default: ${DEFAULT-VALUE})")
    private long lossWindowMs = 1000;

    @Option(names = "--loopback", description = "run on 127.0.0.1 even where a private network can be made")
    private boolean loopback;

    @Option(
            names = "--directive",
            description = "a further argument of every node, for example --directive=--replicas=2")
    private List<String> directives = new ArrayList<>();

    @Option(names = "--inside", hidden = true, description = "the namespaces in which this process runs already")
    private @Nullable String inside;

    public static void main(String[] args) {
        Chaos chaos = new Chaos();
        chaos.arguments = List.of(args);
        CommandLine line = new CommandLine(chaos).setCaseInsensitiveEnumValuesAllowed(true);
        System.exit(line.execute(args));
    }

    private List<String> arguments = List.of();

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (nodes < 3) {
            System.err.println("chaos: --nodes must be at least 3");
            return 2;
        }
        if (inside != null) {
            ProcessHandle.current().parent().ifPresent(parent -> parent.onExit().thenRun(() -> System.exit(3)));
            return run(Namespaces.existing(inside, nodes + 1));
        }
        if (!loopback) {
            try {
                return runInNamespaces();
            } catch (IOException e) {
                System.out.println(
                        "No private network can be made here (" + e.getMessage() + "): all nodes on loopback");
            }
        }
        return run(new Loopback(nodes + 1));
    }

    private int run(Network network) throws IOException {
        Set<FaultKind> chosen = faults == null ? EnumSet.allOf(FaultKind.class) : EnumSet.copyOf(faults);
        Settings settings = new Settings(
                seed,
                Math.round(minutes * 60_000),
                nodes,
                mode,
                clients,
                opsPerSecond,
                chosen,
                lossWindowMs,
                Probing.USUAL,
                Duration.ofSeconds(60),
                Copies.PATIENCE,
                directives);
        System.out.printf("seed %d, mode %s, %d nodes, %s minutes%n", seed, mode, nodes, minutes);
        List<String> node = chosen.contains(FaultKind.CLOCK_JUMP)
                ? RondoNodes.commandLine(ClockedNode.class)
                : RondoNodes.commandLine();
        Report report = new ChaosRun(
                        settings,
                        network,
                        place -> node,
                        (cluster, probes) -> new Scheduler(cluster, settings),
                        System.out)
                .run();
        System.out.print(report);
        return report.isClean() ? 0 : 1;
    }

    /** Makes the network, runs this program again inside, and removes the network. */
    private int runInNamespaces() throws IOException, InterruptedException {
        Namespaces namespaces = Namespaces.create(nodes + 1);
        List<String> command = new ArrayList<>(namespaces.hubLauncher());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path"), Chaos.class.getName()));
        command.addAll(arguments);
        command.addAll(List.of("--inside", namespaces.name()));
        if (!arguments.contains("--seed") && arguments.stream().noneMatch(each -> each.startsWith("--seed="))) {
            command.addAll(List.of("--seed", Long.toString(seed)));
        }
        Process process;
        try {
            process = new ProcessBuilder(command).inheritIO().start();
        } catch (IOException e) {
            namespaces.remove();
            throw e;
        }
        Thread onExit = new Thread(() -> end(process, namespaces));
        Runtime.getRuntime().addShutdownHook(onExit);
        int exitCode = process.waitFor();
        Runtime.getRuntime().removeShutdownHook(onExit);
        namespaces.remove();
        return exitCode;
    }

    private static void end(Process process, Namespaces namespaces) {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        namespaces.remove();
    }
}
