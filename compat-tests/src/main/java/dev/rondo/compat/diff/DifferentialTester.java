package dev.rondo.compat.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Plays random episodes on a model and a candidate until enough commands were compared or enough differences found. */
public final class DifferentialTester {
    private static final int EPISODE_LENGTH = 1000;

    private final EpisodeRunner runner;
    private final EpisodeGenerator generator;

    public DifferentialTester(EpisodeRunner runner, EpisodeGenerator generator) {
        this.runner = runner;
        this.generator = generator;
    }

    /**
     * What a run found.
     *
     * @param commands how many commands were compared
     * @param differences one text per distinct difference, minimised, with the seed of its episode
     * @param explained how often each known difference was met, by reason
     */
    public record Result(long commands, List<String> differences, Map<String, Integer> explained) {}

    /** Compares at least this many commands; stops early after so many distinct differences. */
    public Result run(long seed, long commands, int mostDifferences) {
        Map<String, String> bySubject = new TreeMap<>();
        long compared = 0;
        for (long episode = 0; compared < commands && bySubject.size() < mostDifferences; episode++) {
            List<Step> steps = generator.episode(new SplittableRandom(seed + episode), EPISODE_LENGTH);
            Optional<Mismatch> mismatch = runner.play(steps);
            if (mismatch.isPresent() && !bySubject.containsKey(mismatch.get().subject())) {
                String minimised =
                        new Minimiser(runner).minimise(steps, mismatch.get()).toString();
                bySubject.put(mismatch.get().subject(), "seed " + (seed + episode) + ": " + minimised);
            }
            compared += mismatch.map(Mismatch::stepIndex).orElse(steps.size());
        }
        return new Result(compared, new ArrayList<>(bySubject.values()), runner.explained());
    }
}
