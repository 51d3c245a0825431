package dev.rondo.compat.chaos;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Freezes one node after another for some seconds, and measures how long its slots take no writes, and what the thawed
 * node does before it knows that it is no primary any more.
 */
@Command(
        name = "freezes",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "SIGSTOP for some seconds, many times under load: time to the next accepted write, and what the"
                + " node answers after SIGCONT.")
final class Freezes implements Callable<Integer> {
    @Mixin
    private Lab lab = new Lab();

    @Option(names = "--times", description = "how often (default: ${DEFAULT-VALUE})")
    private int times = 5;

    @Option(names = "--seconds", description = "how long (default: ${DEFAULT-VALUE})")
    private double seconds = 20;

    @Override
    public Integer call() throws IOException {
        Duration freeze = Duration.ofMillis(Math.round(seconds * 1000));
        Report report = Kills.run(lab, FaultKind.HANG, times, freeze, System.out);
        System.out.print(table(report));
        System.out.print(report);
        return report.isClean() ? 0 : 1;
    }

    static String table(Report report) {
        List<Double> failovers = report.failoversMs().getOrDefault(FaultKind.HANG, List.of());
        int before = 0;
        int byOthers = 0;
        List<Double> afterThawMs = new ArrayList<>();
        for (Verdict.Loss loss : report.verdict().losses) {
            Fault fault = loss.after();
            if (fault == null || loss.op().endNs < fault.beginNs) {
                before++;
            } else if (loss.op().endNs >= fault.endNs && fault.victims.contains(loss.op().node)) {
                afterThawMs.add((loss.op().endNs - fault.endNs) / 1e6);
            } else {
                byOthers++;
            }
        }
        return String.format(
                Locale.ROOT,
                "| freezes | mode | next accepted write p50 / p99 / max ms (samples) | acknowledged writes lost: before"
                        + " the freeze | by the thawed node, until ms after the thaw | by the others | old values read |%n"
                        + "|---|---|---|---|---|---|---|%n| %d | %s | %s (%d) | %d | %d%s | %d | %d |%n",
                report.faults().size(),
                report.settings().mode(),
                Kills.threeOf(failovers),
                failovers.size(),
                before,
                afterThawMs.size(),
                afterThawMs.isEmpty() ? "" : String.format(Locale.ROOT, ", %.0f", Report.percentile(afterThawMs, 100)),
                byOthers,
                report.verdict().excusedReads);
    }
}
