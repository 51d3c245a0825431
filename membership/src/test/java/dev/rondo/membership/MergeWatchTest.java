package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MergeWatchTest {

    private static final long HALF_SECOND_NS = 500_000_000;
    private static final long PATIENCE_WORDS = MergeWatch.PATIENCE_NS / HALF_SECOND_NS;

    private final List<Identity> lives = Samples.members(3).stream()
            .sorted((a, b) -> a.id().compareTo(b.id()))
            .map(Identity::of)
            .toList();
    private final Identity first = lives.get(0);
    private final Identity last = lives.get(2);
    private final MergeWatch watch = new MergeWatch();
    private long nowNs;

    /** So many words; what follows from the last. */
    private @Nullable Identity hear(Identity from, int size, long words, Identity... view) {
        Identity missing = null;
        for (int i = 0; i < words; i++) {
            nowNs += HALF_SECOND_NS;
            watch.heard(from, size, nowNs);
            missing = watch.missing(List.of(view), nowNs);
        }
        return missing;
    }

    @Test
    void theSmallerSideIsToJoinWhenMergingTakesTooLong() {
        assertNull(hear(first, 2, PATIENCE_WORDS, last));
        assertEquals(first, hear(first, 2, 1, last));
        assertNull(hear(first, 2, PATIENCE_WORDS, last), "it takes longer the second time");
        assertEquals(first, hear(first, 2, PATIENCE_WORDS, last));
    }

    @Test
    void theLargerSideAndOfEqualOnesTheFirstStay() {
        assertNull(hear(last, 1, 3 * PATIENCE_WORDS, first, lives.get(1)));
        assertNull(hear(last, 1, 3 * PATIENCE_WORDS, first));
        assertEquals(first, hear(first, 1, PATIENCE_WORDS + 1, last));
    }

    @Test
    void whoIsHeardNowAndThenIsNotWaitedFor() {
        for (int times = 0; times < 10; times++) {
            assertNull(hear(first, 2, PATIENCE_WORDS, last));
            nowNs += 3_000_000_000L;
        }
        assertNull(watch.missing(List.of(last), nowNs), "silence");
    }

    @Test
    void aMergeEndsIt() {
        assertNull(hear(first, 2, PATIENCE_WORDS, last));
        assertNull(watch.missing(lives, nowNs));
        assertNull(hear(first, 2, PATIENCE_WORDS, last), "it is counted from the next split on");
    }
}
