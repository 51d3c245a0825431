package dev.rondo.compat.chaos;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One run: a cluster under load, faults one after another, a check after each. Ends by itself, at the first fault after
 * which the cluster does not become whole or when its time is over. One thread.
 */
final class ChaosRun {
    private static final long WARM_UP_MS = 2000;
    private static final Duration FORMED = Duration.ofSeconds(2);

    private final Settings settings;
    private final Network network;
    private final IntFunction<List<String>> commandLine;
    private final Plan plan;
    private final PrintStream out;
    private final History history = new History();
    private final List<Fault> faults = new ArrayList<>();

    /** Makes the agenda of a run, once there is a cluster and what the probes do is on record. */
    interface Plan {
        Agenda agenda(ChaosCluster cluster, List<KeyLog> probes);
    }

    /**
     * Prepares a run.
     *
     * @param network with one place more than there are nodes at the start
     * @param commandLine the start of the command line of the node at a place
     * @param plan which faults happen
     */
    ChaosRun(Settings settings, Network network, IntFunction<List<String>> commandLine, Plan plan, PrintStream out) {
        this.settings = settings;
        this.network = network;
        this.commandLine = commandLine;
        this.plan = plan;
        this.out = out;
    }

    /** Runs to the end and tells what was found. */
    Report run() throws IOException {
        List<String> directives = new ArrayList<>(settings.directives());
        directives.addAll(network.directives());
        if (!settings.mode().equals("async")) {
            directives.addAll(List.of("--commit-mode", settings.mode()));
        }
        ChaosCluster cluster = new ChaosCluster(
                network, settings.nodes() + 1, Files.createTempDirectory("rondo-chaos-"), commandLine, directives);
        Thread onExit = new Thread(cluster::killAll);
        Runtime.getRuntime().addShutdownHook(onExit);
        try {
            IntStream.range(0, settings.nodes()).forEach(cluster::launchNew);
            IntStream.range(0, settings.nodes()).forEach(cluster::awaitPong);
            String flaw = cluster.awaitWhole(settings.wholeTimeout(), FORMED);
            if (flaw != null) {
                cluster.printThreads();
                out.printf("the output of the nodes is in %s%n", cluster.keepLogs());
                throw new IllegalStateException("the cluster does not form: " + flaw);
            }
            Report report = underLoad(cluster);
            if (!report.isClean() || report.hasErrors()) {
                out.printf("the output of the nodes is in %s%n", cluster.keepLogs());
            }
            return report;
        } finally {
            network.heal();
            cluster.close();
            Runtime.getRuntime().removeShutdownHook(onExit);
        }
    }

    private Report underLoad(ChaosCluster cluster) {
        Checker checker = new Checker(history, new Copies(cluster, settings.copyPatience()), settings.promise());
        Workload workload = new Workload(settings, cluster, history);
        long startNs = System.nanoTime();
        try {
            workload.start();
            pause(WARM_UP_MS);
            check(workload, checker);
            Agenda agenda = plan.agenda(cluster, workload.probes());
            String failure = null;
            while (failure == null && (System.nanoTime() - startNs) / 1_000_000 < settings.durationMs()) {
                pause(agenda.pauseMs());
                Fault fault = agenda.next();
                if (fault == null) {
                    break;
                }
                failure = faultAndCheck(fault, agenda, cluster, workload, checker);
            }
            if (failure != null) {
                checker.verdict()
                        .violation(Violation.ofCluster(
                                Violation.What.NOT_WHOLE,
                                faults.get(faults.size() - 1).toString(),
                                failure));
            }
        } finally {
            workload.close();
        }
        workload.accidents().forEach(accident -> checker.verdict()
                .violation(Violation.ofCluster(Violation.What.ACCIDENT, "all", accident.toString())));
        return new Report(
                settings,
                network.cutting(),
                (System.nanoTime() - startNs) / 1_000_000,
                history,
                faults,
                checker.verdict(),
                workload.probes(),
                cluster.complaints());
    }

    /** Returns null, or why the run cannot go on. */
    private @Nullable String faultAndCheck(
            Fault fault, Agenda agenda, ChaosCluster cluster, Workload workload, Checker checker) {
        faults.add(fault);
        history.period(fault.kind.words());
        String flaw;
        try {
            agenda.run(fault);
            flaw = cluster.awaitWhole(settings.wholeTimeout(), agenda.calm());
        } catch (IllegalStateException e) {
            flaw = String.valueOf(e.getMessage());
        }
        if (flaw != null) {
            out.printf("%s: %s%n", fault, flaw);
            cluster.printThreads();
            return flaw;
        }
        fault.wholeNs = System.nanoTime();
        int before = checker.verdict().violationCount();
        check(workload, checker);
        history.period("no fault");
        out.printf(
                "%s: whole after %d ms, %d violations%n",
                fault,
                (fault.wholeNs - fault.beginNs) / 1_000_000,
                checker.verdict().violationCount() - before);
        return null;
    }

    private void check(Workload workload, Checker checker) {
        workload.whileAllRest(() -> checker.check(faults));
    }

    private static void pause(long ms) {
        try {
            Thread.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
