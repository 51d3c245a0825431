package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class AbsencesTest {
    private static final Member ONE = member(1, 1, 1);
    private static final Member TWO = member(2, 1, 1);

    private final Absences absences = new Absences();
    private SlotTable table = table(1, ONE, TWO);
    private long nowMs = 1_000_000;

    private static Member member(int number, long incarnation, int weight) {
        NodeId id = new NodeId(String.format("%040d", number));
        return new Member(id, incarnation, "127.0.0.1", 7000 + number, 17000 + number, "", weight);
    }

    private static SlotTable table(long epoch, Member... members) {
        return SlotTable.builder(epoch, List.of(members)).build();
    }

    private void next(Member... members) {
        SlotTable next = table(table.epoch() + 1, members);
        absences.tableChanged(table, next, nowMs);
        table = next;
    }

    @Test
    void whileAllAreThereLittleIsRemembered() {
        next(ONE, TWO);
        assertEquals(Absences.RECENT_MS, absences.retentionMs(nowMs));
    }

    @Test
    void whileSomebodyIsAwayAndForSomeTimeAfterItsReturnMuchIs() {
        next(ONE);
        nowMs += 60_000;
        assertEquals(Absences.AWAY_MS, absences.retentionMs(nowMs));
        next(ONE, TWO);
        assertEquals(Absences.AWAY_MS, absences.retentionMs(nowMs));
        nowMs += Absences.RETURNED_MS;
        assertEquals(Absences.RECENT_MS, absences.retentionMs(nowMs));
    }

    @Test
    void aNewLifeBringsNothingBack() {
        next(ONE);
        next(ONE, member(2, 2, 1));
        assertEquals(Absences.RECENT_MS, absences.retentionMs(nowMs));
    }

    @Test
    void whoLeftInOrderIsNotMissed() {
        next(ONE, member(2, 1, 0));
        next(ONE);
        assertEquals(Absences.RECENT_MS, absences.retentionMs(nowMs));
    }

    @Test
    void whoStaysAwayIsForgotten() {
        next(ONE);
        nowMs += Absences.AWAY_MS + 1;
        assertEquals(Absences.RECENT_MS, absences.retentionMs(nowMs));
    }

    @Test
    void aNodeThatWasAwayItselfRemembersToo() {
        absences.selfReturned(nowMs);
        assertEquals(Absences.AWAY_MS, absences.retentionMs(nowMs));
    }
}
