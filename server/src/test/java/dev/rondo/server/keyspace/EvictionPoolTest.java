package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.rondo.server.resp.Ascii;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EvictionPoolTest {
    private final Slot slot = new Slot(0, 0, new TrackingTable(), new MemoryUse());

    @Property
    void keepsTheBestAndGivesThemInOrder(@ForAll @Size(max = 60) List<Byte> scores) {
        EvictionPool pool = new EvictionPool();
        scores.forEach(score -> pool.offer(new EvictionPool.Candidate(slot, Ascii.bytes("k"), score)));
        List<Byte> best = scores.stream()
                .sorted(Collections.reverseOrder())
                .limit(EvictionPool.CAPACITY)
                .toList();
        for (Byte score : best) {
            EvictionPool.Candidate next = pool.poll();
            assertNotNull(next);
            assertEquals(score.longValue(), next.score());
        }
        assertNull(pool.poll());
    }

    @Test
    void isEmptyOnceCleared() {
        EvictionPool pool = new EvictionPool();
        pool.offer(new EvictionPool.Candidate(slot, Ascii.bytes("k"), 1));
        pool.clear();
        assertNull(pool.poll());
    }
}
