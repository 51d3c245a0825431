package dev.rondo.compat.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a run has shown, in figures and words. */
record Report(
        Settings settings,
        String cutting,
        long durationMs,
        History history,
        List<Fault> faults,
        Verdict verdict,
        List<KeyLog> probes,
        Map<String, Integer> complaints) {

    /** Whether a node logged an error. */
    boolean hasErrors() {
        return complaints.keySet().stream().anyMatch(words -> words.startsWith("ERROR"));
    }

    boolean isClean() {
        return verdict.violationCount() == 0;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        line(
                text,
                "seed %d, mode %s, %d nodes, %d s",
                settings.seed(),
                settings.mode(),
                settings.nodes(),
                durationMs / 1000);
        operations(text);
        Map<String, Long> kinds = faults.stream()
                .collect(Collectors.groupingBy(fault -> fault.kind.words(), TreeMap::new, Collectors.counting()));
        line(text, "faults: %d %s; links are cut %s", faults.size(), kinds, cutting);
        line(text, "requests not acknowledged, by the fault at the time:");
        history.troubles().forEach((when, counts) -> line(text, "  %s: %s", when, counts));
        availability(text);
        Map<FaultKind, List<Double>> excused = verdict.excusedAgesMs();
        line(text, "acknowledged writes lost within the promise: %s", excused.isEmpty() ? "none" : "");
        excused.forEach((kind, ages) -> line(
                text,
                "  %s: %d; acknowledged before the fault: p50 %.1f ms, max %.1f ms",
                kind.words(),
                ages.size(),
                percentile(ages, 50),
                percentile(ages, 100)));
        line(text, "old values read while a fault explains it: %d", verdict.excusedReads);
        complaints.forEach((words, count) -> line(text, "logged %d times: %s", count, words));
        line(text, "%d checks, the last one of %d keys on all their owners", verdict.checks, verdict.keysCompared);
        verdict.violations().forEach(violation -> line(text, "%s", violation));
        line(text, "%s: %d violations", isClean() ? "OK" : "FAILED", verdict.violationCount());
        return text.toString();
    }

    private void operations(StringBuilder text) {
        Map<Op.Status, Long> counts = new EnumMap<>(Op.Status.class);
        for (KeyLog log : history.logs()) {
            log.ops().forEach(op -> counts.merge(op.status, 1L, Long::sum));
        }
        line(text, "writes: %s; reads: %d", counts.toString().toLowerCase(Locale.ROOT), history.reads.sum());
    }

    /** For each kind of crash or freeze: the times until slots of the victim took a write again, in ms. */
    Map<FaultKind, List<Double>> failoversMs() {
        Map<FaultKind, List<Double>> failovers = new EnumMap<>(FaultKind.class);
        for (KeyLog probe : probes) {
            List<Op> accepted = probe.ops().stream().filter(Op::isAcknowledged).toList();
            faults.forEach(fault -> failover(accepted, fault, failovers));
        }
        return failovers;
    }

    private void availability(StringBuilder text) {
        Map<FaultKind, List<Double>> failovers = failoversMs();
        Map<FaultKind, List<Double>> gaps = new EnumMap<>(FaultKind.class);
        for (KeyLog probe : probes) {
            List<Op> accepted = probe.ops().stream().filter(Op::isAcknowledged).toList();
            for (Fault fault : faults) {
                gaps.computeIfAbsent(fault.kind, k -> new ArrayList<>()).add(longestGapMs(accepted, fault));
            }
        }
        line(text, "time without an accepted write on a slot (%d probes), from the fault until whole:", probes.size());
        gaps.forEach((kind, all) -> line(
                text,
                "  %s: p50 %.0f ms, p99 %.0f ms, max %.0f ms",
                kind.words(),
                percentile(all, 50),
                percentile(all, 99),
                percentile(all, 100)));
        line(text, "from a crash or freeze of a slot's primary to the next accepted write:");
        failovers.forEach((kind, all) -> line(
                text,
                "  %s: %d samples, p50 %.0f ms, p99 %.0f ms, max %.0f ms",
                kind.words(),
                all.size(),
                percentile(all, 50),
                percentile(all, 99),
                percentile(all, 100)));
    }

    private static double longestGapMs(List<Op> accepted, Fault fault) {
        long longest = 0;
        for (int i = 1; i < accepted.size(); i++) {
            long from = accepted.get(i - 1).endNs;
            long to = accepted.get(i).endNs;
            if (to > fault.plannedNs && from < fault.wholeNs) {
                longest = Math.max(longest, to - from);
            }
        }
        return longest / 1e6;
    }

    private static void failover(List<Op> accepted, Fault fault, Map<FaultKind, List<Double>> failovers) {
        if (fault.kind.cost != FaultKind.Cost.LAST_WRITES_OF_THE_VICTIM) {
            return;
        }
        Op before = null;
        for (Op op : accepted) {
            if (op.startNs > fault.struckNs) {
                if (before != null && fault.victims.contains(before.node)) {
                    failovers
                            .computeIfAbsent(fault.kind, k -> new ArrayList<>())
                            .add((op.endNs - fault.struckNs) / 1e6);
                }
                return;
            }
            before = op;
        }
    }

    static double percentile(List<Double> values, int percent) {
        List<Double> sorted = values.stream().sorted().toList();
        int index = (int) Math.ceil(percent / 100.0 * sorted.size()) - 1;
        return sorted.get(Math.max(0, index));
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
