package dev.rondo.compat.diff;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Where generators take their choices from: one source of randomness (a seed, or jqwik) and the names of keys in use.
 */
final class Draw {
    private final RandomGenerator random;
    private final KeyNames keyNames;

    Draw(RandomGenerator random, KeyNames keyNames) {
        this.random = random;
        this.keyNames = keyNames;
    }

    String key() {
        return keyNames.pick(this);
    }

    /** From 0 to below the bound. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From low to high, both included. */
    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    boolean percent(int chance) {
        return random.nextInt(100) < chance;
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    @SafeVarargs
    final <T> T oneOf(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    long nextLong() {
        return random.nextLong();
    }

    double nextDouble() {
        return random.nextDouble();
    }

    /** Any bytes, one char each. */
    String bytes(int length) {
        StringBuilder out = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            out.append((char) random.nextInt(256));
        }
        return out.toString();
    }
}
