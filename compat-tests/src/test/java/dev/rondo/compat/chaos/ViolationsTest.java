package dev.rondo.compat.chaos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.chaos.Violation.What;
import java.util.List;
import org.junit.jupiter.api.Test;

class ViolationsTest {
    private final Violations violations = new Violations();

    @Test
    void aLostSlotIsOneStory() {
        for (int i = 0; i < 1000; i++) {
            KeyLog log = new KeyLog(KeyLog.Kind.RESTING, "{slot}" + i);
            Op op = log.begin(i, false);
            op.node = 2;
            violations.add(new Violation(What.LOST, "fault 1", log, op, i, "write " + i));
        }

        List<String> lines = violations.lines();
        assertEquals(1000, violations.count());
        assertTrue(lines.size() <= 4, lines::toString);
        assertTrue(
                lines.get(0).contains("LOST after fault 1: 1000 times, in 1000 keys {resting=1000} of slots ["),
                lines.get(0));
        assertTrue(lines.get(0).contains("acknowledged by nodes {2=1000}, from 0 to 999 ms after"), lines.get(0));
    }

    @Test
    void whatFollowsDifferentFaultsIsToldApart() {
        violations.add(Violation.ofCluster(What.NOT_WHOLE, "fault 1", "no primary"));
        violations.add(Violation.ofCluster(What.NOT_WHOLE, "fault 2", "no replica"));

        assertEquals(
                List.of(
                        "VIOLATION NOT WHOLE after fault 1: no primary",
                        "VIOLATION NOT WHOLE after fault 2: no replica"),
                violations.lines());
    }
}
