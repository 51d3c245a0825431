package dev.rondo.compat.diff;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Draws steps of the chosen families. The same seed gives the same episodes, so that a failure can be found again. */
public final class EpisodeGenerator {
    private static final int SECOND_CONNECTION_PERCENT = 3;

    private final List<CommandFamily> families;
    private final KeyNames keyNames;

    public EpisodeGenerator(List<CommandFamily> families, KeyNames keyNames) {
        this.families = List.copyOf(families);
        this.keyNames = keyNames;
    }

    public Step step(RandomGenerator random) {
        Draw draw = new Draw(random, keyNames);
        int connection = draw.percent(SECOND_CONNECTION_PERCENT) ? 1 : 0;
        return new Step(connection, draw.pick(families).draw(draw));
    }

    List<Step> episode(RandomGenerator random, int length) {
        List<Step> steps = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            steps.add(step(random));
        }
        return steps;
    }
}
