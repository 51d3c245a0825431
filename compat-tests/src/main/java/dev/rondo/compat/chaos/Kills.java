package dev.rondo.compat.chaos;

import dev.rondo.compat.process.RondoNodes;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Kills one node after another, starts each again, and measures what the clients feel: how long until the slots of the
 * victim take writes, and which acknowledged writes are gone.
 */
@Command(
        name = "kills",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "kill -9 many times under load: time to the next accepted write, acknowledged writes lost.")
final class Kills implements Callable<Integer> {
    private static final Duration WHOLE_TIMEOUT = Duration.ofSeconds(60);
    private static final int CLIENTS = 8;
    private static final int OPS_PER_SECOND = 800;
    private static final long LOSS_WINDOW_MS = 1000;

    @Mixin
    private Lab lab = new Lab();

    @Option(names = "--times", description = "how often (default: ${DEFAULT-VALUE})")
    private int times = 50;

    @Option(
            names = "--cut-off",
            description = "each victim reaches no other node for a moment before: what only it has is surely lost")
    private boolean cutOff;

    @Override
    public Integer call() throws IOException {
        FaultKind kind = cutOff ? FaultKind.KILL_CUT_OFF : FaultKind.KILL;
        Report report = run(lab, kind, times, Duration.ZERO, System.out);
        System.out.print(table(report));
        System.out.print(report);
        return report.isClean() ? 0 : 1;
    }

    /** So many faults of one kind, on loopback. */
    static Report run(Lab lab, FaultKind kind, int times, Duration freeze, PrintStream out) throws IOException {
        boolean kills = kind != FaultKind.HANG;
        Settings settings = new Settings(
                lab.seed,
                Long.MAX_VALUE,
                lab.nodes,
                lab.mode,
                CLIENTS,
                OPS_PER_SECOND,
                EnumSet.of(kind),
                LOSS_WINDOW_MS,
                // A client of a frozen node learns by its own timeout only.
                kills ? new Probing(16, 100, 1000) : new Probing(16, 50, 200),
                WHOLE_TIMEOUT,
                Copies.PATIENCE,
                lab.directives);
        ChaosRun.Plan plan = (cluster, probes) -> new Repetition(cluster, probes, kind, times, freeze, lab.seed);
        return new ChaosRun(settings, new Loopback(lab.nodes + 1), place -> RondoNodes.commandLine(), plan, out).run();
    }

    static String table(Report report) {
        List<Double> failovers =
                report.failoversMs().values().stream().flatMap(List::stream).toList();
        List<Double> windows = new ArrayList<>();
        int lost = 0;
        for (Fault fault : report.faults()) {
            List<Double> ages = report.verdict().losses.stream()
                    .filter(loss -> loss.after() == fault)
                    .map(loss -> (fault.struckNs - loss.op().endNs) / 1e6)
                    .toList();
            lost += ages.size();
            if (!ages.isEmpty()) {
                windows.add(Report.percentile(ages, 100));
            }
        }
        return String.format(
                Locale.ROOT,
                "| kills | mode | next accepted write p50 / p99 / max ms (samples) | acknowledged writes lost"
                        + " | kills that lost any | oldest lost, ms before the kill: p50 / max |%n"
                        + "|---|---|---|---|---|---|%n| %d | %s | %s (%d) | %d | %d | %s |%n",
                report.faults().size(),
                report.settings().mode(),
                threeOf(failovers),
                failovers.size(),
                lost,
                windows.size(),
                windows.isEmpty()
                        ? "-"
                        : String.format(
                                Locale.ROOT,
                                "%.1f / %.1f",
                                Report.percentile(windows, 50),
                                Report.percentile(windows, 100)));
    }

    static String threeOf(List<Double> ms) {
        return ms.isEmpty()
                ? "-"
                : String.format(
                        Locale.ROOT,
                        "%.0f / %.0f / %.0f",
                        Report.percentile(ms, 50),
                        Report.percentile(ms, 99),
                        Report.percentile(ms, 100));
    }
}
