package dev.rondo.compat.chaos;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the checker has found so far. One thread. */
final class Verdict {
    /** Every acknowledged write that is gone, violation or not. */
    final List<Loss> losses = new ArrayList<>();
    /** Old values that were read while a fault explained it. */
    int excusedReads;

    int checks;
    int keysCompared;
    private final Violations violations = new Violations();

    void violation(Violation violation) {
        violations.add(violation);
    }

    /**
     * An acknowledged write that is gone.
     *
     * @param after the last fault before it was noticed; null when there was none
     * @param excuse the fault that may cost it within what the mode promises; null when it is a violation
     */
    record Loss(Op op, @Nullable Fault after, @Nullable Fault excuse) {}

    /**
     * Of each kind of fault, how long before it struck the writes were acknowledged that it cost within the promise.
     */
    Map<FaultKind, List<Double>> excusedAgesMs() {
        Map<FaultKind, List<Double>> ages = new EnumMap<>(FaultKind.class);
        for (Loss loss : losses) {
            Fault fault = loss.excuse;
            if (fault != null) {
                ages.computeIfAbsent(fault.kind, kind -> new ArrayList<>()).add((fault.struckNs - loss.op.endNs) / 1e6);
            }
        }
        return ages;
    }

    int violationCount() {
        return violations.count();
    }

    /** What they are, in words. */
    List<String> violations() {
        return violations.lines();
    }
}
