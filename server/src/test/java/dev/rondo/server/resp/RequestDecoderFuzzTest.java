package dev.rondo.server.resp;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** A short run of {@link DecoderFuzz}; its main method runs longer ones. */
class RequestDecoderFuzzTest {
    @Property(tries = 200)
    void theDecoderSurvivesWhateverComes(@ForAll long seed) {
        DecoderFuzz fuzz = new DecoderFuzz(seed);
        for (int i = 0; i < 500; i++) {
            fuzz.next();
        }
    }
}
