package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class UrgencyTest {
    private static final int SLOT = 77;

    private long nowNs = -3;
    private final Urgency urgency = new Urgency(() -> nowNs);
    private final Member one = SimulatedMembers.member(1);
    private final Member two = SimulatedMembers.member(2);
    private final Member three = SimulatedMembers.member(3);

    private SlotTable table(List<Member> members, List<NodeId> owners, List<NodeId> target) {
        return SlotTable.builder(1, members).owners(SLOT, owners, target).build();
    }

    private boolean isUrgent(List<NodeId> owners, List<NodeId> target) {
        urgency.tableChanged(table(List.of(one, two, three), owners, target));
        return urgency.lastsNs() >= 0;
    }

    @Test
    void whereNothingMovesNothingIsUrgent() {
        assertFalse(isUrgent(List.of(one.id(), two.id()), List.of(one.id(), two.id())));
    }

    @Test
    void balanceIsNot() {
        assertFalse(isUrgent(List.of(one.id(), two.id()), List.of(three.id(), one.id())));
    }

    @Test
    void aCopyThatIsMissingIs() {
        assertTrue(isUrgent(List.of(one.id()), List.of(one.id(), three.id())));
    }

    @Test
    void whatIsOfOneThatLeavesIs() {
        Member leaving = two.withWeight(0);
        urgency.tableChanged(
                table(List.of(one, leaving, three), List.of(one.id(), two.id()), List.of(one.id(), three.id())));
        assertTrue(urgency.lastsNs() >= 0);
    }

    @Test
    void itLastsFromTheFirstTableThatWantsSomethingUrgentUntilOneDoesNot() {
        List<NodeId> wanted = List.of(one.id(), three.id());
        assertTrue(isUrgent(List.of(one.id()), wanted));
        nowNs += 5;
        assertTrue(isUrgent(List.of(one.id()), wanted));
        assertEquals(5, urgency.lastsNs());
        assertFalse(isUrgent(wanted, wanted));
        nowNs += 7;
        assertTrue(isUrgent(List.of(one.id()), wanted));
        assertEquals(0, urgency.lastsNs(), "it begins anew");
    }
}
