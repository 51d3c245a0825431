package dev.rondo.server.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.stats.LatencyMonitor.Sample;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class LatencyMonitorTest {
    private final LatencyMonitor monitor = new LatencyMonitor();

    private LatencyMonitor.Series command() {
        return Objects.requireNonNull(monitor.of("command"));
    }

    @Test
    void theWorstOfEachSecondIsKept() {
        monitor.add("command", 1, 10);
        monitor.add("command", 1, 30);
        monitor.add("command", 1, 20);
        monitor.add("command", 3, 5);
        assertEquals(List.of(new Sample(1, 30), new Sample(3, 5)), command().samples());
        assertEquals(30, command().maxMs());
        assertEquals(new Sample(3, 5), command().latest());
    }

    @Test
    void theLatest160SecondsAreKeptAndTheWorstEver() {
        for (int second = 0; second < 200; second++) {
            monitor.add("command", second, 1000 - second);
        }
        assertEquals(160, command().samples().size());
        assertEquals(new Sample(40, 960), command().samples().get(0));
        assertEquals(1000, command().maxMs());
    }

    @Test
    void eventsCanBeForgotten() {
        monitor.add("command", 1, 10);
        monitor.add("fast-command", 1, 10);
        assertTrue(monitor.reset("command"));
        assertFalse(monitor.reset("command"));
        assertEquals(1, monitor.resetAll());
        assertEquals(List.of(), monitor.all());
    }
}
