package dev.rondo.server.keyspace;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The best candidates for eviction that samples have brought so far, as in Redis: what one sample misses, an earlier
 * one may have found. Keys may change or go meanwhile, so whoever takes one looks at it again. Not thread-safe.
 */
public final class EvictionPool {
    static final int CAPACITY = 16;

    /** A key that may go, with the score that it had: the higher, the sooner. */
    public record Candidate(Slot slot, byte[] key, long score) {}

    private final List<Candidate> candidates = new ArrayList<>(CAPACITY); // the best is the last

    /** Keeps a candidate if it is better than the worst, or there is room. */
    public void offer(Candidate candidate) {
        int place = 0;
        while (place < candidates.size() && candidates.get(place).score() < candidate.score()) {
            place++;
        }
        if (candidates.size() < CAPACITY) {
            candidates.add(place, candidate);
        } else if (place > 0) {
            candidates.add(place, candidate);
            candidates.remove(0);
        }
    }

    /** Takes the best; null when there is none. */
    public @Nullable Candidate poll() {
        return candidates.isEmpty() ? null : candidates.remove(candidates.size() - 1);
    }

    public void clear() {
        candidates.clear();
    }
}
