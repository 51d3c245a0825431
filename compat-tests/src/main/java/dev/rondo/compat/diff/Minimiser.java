package dev.rondo.compat.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes a failing episode as small as it can: plays it again with parts left out, and with simpler arguments, and keeps
 * what still shows a difference of the same subject. Gives up after a fixed number of plays.
 */
final class Minimiser {
    private static final int MOST_PLAYS = 3000;
    private static final List<String> SIMPLER_ARGUMENTS = List.of("a", "1", "");

    private final EpisodeRunner runner;
    private int playsLeft = MOST_PLAYS;

    Minimiser(EpisodeRunner runner) {
        this.runner = runner;
    }

    /**
     * A smallest failing episode.
     *
     * @param reproduced whether playing the same steps again showed the difference
     */
    record Minimised(List<Step> steps, Mismatch mismatch, boolean reproduced) {
        @Override
        public String toString() {
            StringBuilder out = new StringBuilder();
            out.append(reproduced ? "" : "(not shown again when played again)\n");
            out.append(mismatch.detail()).append("\n  after:");
            List<Step> shown = reproduced ? steps : steps.subList(Math.max(0, steps.size() - 30), steps.size());
            shown.forEach(step -> out.append("\n    ").append(step));
            return out.toString();
        }
    }

    Minimised minimise(List<Step> steps, Mismatch found) {
        List<Step> current = List.copyOf(steps.subList(0, Math.min(steps.size(), found.stepIndex() + 1)));
        Optional<Mismatch> again = fails(current, found.subject());
        if (again.isEmpty()) {
            return new Minimised(current, found, false);
        }
        current = withSimplerArguments(withoutNeedlessSteps(current, found.subject()), found.subject());
        current = withoutNeedlessSteps(current, found.subject());
        Mismatch last = fails(current, found.subject()).orElse(again.get());
        return new Minimised(current, last, true);
    }

    private Optional<Mismatch> fails(List<Step> steps, String subject) {
        if (playsLeft-- <= 0) {
            return Optional.empty();
        }
        return runner.play(steps).filter(mismatch -> mismatch.subject().equals(subject));
    }

    /** Leaves out runs of steps, first long ones, at last single ones. */
    private List<Step> withoutNeedlessSteps(List<Step> steps, String subject) {
        List<Step> current = steps;
        for (int chunk = Math.max(1, steps.size() / 2); chunk >= 1; chunk /= 2) {
            for (int at = current.size() - chunk; at > -chunk; at -= chunk) {
                int from = Math.max(0, at);
                List<Step> shorter = new ArrayList<>(current);
                shorter.subList(from, Math.min(current.size(), from + chunk)).clear();
                if (shorter.size() < current.size() && fails(shorter, subject).isPresent()) {
                    current = shorter;
                }
            }
        }
        return current;
    }

    private List<Step> withSimplerArguments(List<Step> steps, String subject) {
        List<Step> current = steps;
        for (int step = 0; step < current.size(); step++) {
            for (int arg = current.get(step).command().args().size() - 1; arg > 0; arg--) {
                current = simplify(current, step, arg, subject);
            }
        }
        return current;
    }

    private List<Step> simplify(List<Step> steps, int step, int arg, String subject) {
        Command command = steps.get(step).command();
        List<List<String>> candidates = new ArrayList<>();
        List<String> without = new ArrayList<>(command.args());
        without.remove(arg);
        candidates.add(without);
        for (String simple : SIMPLER_ARGUMENTS) {
            if (simple.length() < command.args().get(arg).length()) {
                List<String> simpler = new ArrayList<>(command.args());
                simpler.set(arg, simple);
                candidates.add(simpler);
            }
        }
        for (List<String> args : candidates) {
            List<Step> changed = new ArrayList<>(steps);
            changed.set(step, new Step(steps.get(step).connection(), command.withArgs(args)));
            if (fails(changed, subject).isPresent()) {
                return changed;
            }
        }
        return steps;
    }
}
