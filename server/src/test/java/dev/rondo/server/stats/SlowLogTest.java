package dev.rondo.server.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.resp.Ascii;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SlowLogTest {
    private final SlowLog log = new SlowLog();

    private static byte[][] arguments(int count) {
        return IntStream.range(0, count).mapToObj(i -> Ascii.bytes("a" + i)).toArray(byte[][]::new);
    }

    private List<String> latestArguments() {
        return log.latest(1).get(0).arguments().stream().map(Ascii::string).toList();
    }

    @Test
    void theNewestComeFirstAndTheOldestGo() {
        log.maxLength(2);
        for (int i = 0; i < 3; i++) {
            log.add(i, 10L * i, arguments(1), "address", "name");
        }
        assertEquals(
                List.of(2L, 1L), log.latest(10).stream().map(SlowLog.Entry::id).toList());
        log.reset();
        assertEquals(0, log.size());
        log.add(9, 9, arguments(1), "address", "name");
        assertEquals(3, log.latest(1).get(0).id());
    }

    @Test
    void manyArgumentsAreCounted() {
        log.maxLength(1);
        log.add(0, 0, arguments(32), "", "");
        assertEquals(32, latestArguments().size());
        log.add(0, 0, arguments(33), "", "");
        assertEquals(32, latestArguments().size());
        assertEquals("a30", latestArguments().get(30));
        assertEquals("... (2 more arguments)", latestArguments().get(31));
    }

    @Test
    void longArgumentsAreCut() {
        log.maxLength(1);
        log.add(0, 0, new byte[][] {Ascii.bytes("x".repeat(128)), Ascii.bytes("x".repeat(130))}, "", "");
        assertEquals(List.of("x".repeat(128), "x".repeat(128) + "... (2 more bytes)"), latestArguments());
    }
}
