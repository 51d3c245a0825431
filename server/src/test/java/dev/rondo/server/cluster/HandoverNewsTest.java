package dev.rondo.server.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.rondo.membership.Identity;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import java.util.List;
import org.junit.jupiter.api.Test;

class HandoverNewsTest {
    private static final int SLOT = 77;

    private final Member giver = SimulatedMembers.member(1);
    private final Member heir = SimulatedMembers.member(2);
    private final Member third = SimulatedMembers.member(3);
    private final SlotTable moving = table(1, List.of(giver.id()), List.of(heir.id(), giver.id()));
    private final HandoverNews news = new HandoverNews();

    private SlotTable table(long epoch, List<NodeId> owners, List<NodeId> target) {
        return SlotTable.builder(epoch, List.of(giver, heir, third))
                .owners(SLOT, owners, target)
                .build();
    }

    @Test
    void untilATableTellsTheHeirsWordCounts() {
        assertNull(news.servedBy(moving, SLOT));
        news.served(Identity.of(heir), SLOT);
        assertEquals(heir, news.servedBy(moving, SLOT));
        assertNull(news.servedBy(moving, SLOT + 1));
    }

    @Test
    void theWordOfOneThatTheTableDoesNotWantDoesNotCount() {
        news.served(Identity.of(third), SLOT);
        assertNull(news.servedBy(moving, SLOT));
        news.served(new Identity(heir.id(), heir.incarnation() - 1), SLOT);
        assertNull(news.servedBy(moving, SLOT), "another life of the heir");
    }

    @Test
    void whatATableTellsIsForgotten() {
        news.served(Identity.of(heir), SLOT);
        SlotTable moved = table(2, List.of(heir.id(), giver.id()), List.of(heir.id(), giver.id()));
        assertNull(news.servedBy(moved, SLOT));
        news.tableChanged(moving, moved);
        assertNull(news.servedBy(moving, SLOT));
    }

    /** Else the slot's next move to the same heir would count as done before it is. */
    @Test
    void whatATableContradictsIsForgotten() {
        news.served(Identity.of(heir), SLOT);
        news.tableChanged(moving, table(2, List.of(giver.id()), List.of(third.id())));
        assertNull(news.servedBy(moving, SLOT));
    }

    @Test
    void whatATableStillWantsIsKept() {
        news.served(Identity.of(heir), SLOT);
        SlotTable next = table(2, List.of(giver.id()), List.of(heir.id(), third.id()));
        news.tableChanged(moving, next);
        assertEquals(heir, news.servedBy(next, SLOT));
    }

    @Test
    void whereATablePromotesAnotherTheWordOfTheHeirIsForgotten() {
        news.served(Identity.of(heir), SLOT);
        SlotTable promoted = table(2, List.of(third.id()), List.of(heir.id(), third.id()));
        news.tableChanged(moving, promoted);
        assertNull(news.servedBy(promoted, SLOT));
    }
}
