package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class FieldExpiriesTest {
    @Property(tries = 300)
    void knowsTheNextToExpireWhateverIsSetAndRemoved(@ForAll long seed) {
        Random random = new Random(seed);
        FieldExpiries expiries = new FieldExpiries();
        Map<String, Long> model = new HashMap<>();
        int fields = 1 + random.nextInt(60);
        for (int step = 0; step < 300; step++) {
            String field = "f" + random.nextInt(fields);
            if (random.nextInt(3) == 0) {
                assertEquals(model.remove(field) != null, expiries.remove(Ascii.bytes(field)));
            } else {
                long atMs = random.nextInt(50);
                model.put(field, atMs);
                expiries.put(Ascii.bytes(field), atMs);
            }
            assertEquals(model.size(), expiries.size());
            if (!model.isEmpty()) {
                long least = Collections.min(model.values());
                assertEquals(least, expiries.earliestMs());
                assertEquals(least, model.get(Ascii.string(expiries.earliest())));
            }
            long nowMs = random.nextInt(60);
            assertEquals(model.values().stream().filter(atMs -> atMs < nowMs).count(), expiries.before(nowMs));
        }
        FieldExpiries copy = expiries.copy();
        expiries.put(Ascii.bytes("later"), 7);
        model.forEach((field, atMs) -> assertEquals(atMs, copy.get(Ascii.bytes(field))));
        assertEquals(HashValue.NO_EXPIRY, copy.get(Ascii.bytes("later")));
        for (long last = Long.MIN_VALUE; copy.size() > 0; ) {
            assertTrue(copy.earliestMs() >= last);
            last = copy.earliestMs();
            copy.remove(copy.earliest());
        }
    }
}
