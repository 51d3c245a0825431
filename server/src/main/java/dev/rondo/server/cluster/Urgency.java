package dev.rondo.server.cluster;

import dev.rondo.membership.Member;
import dev.rondo.membership.SlotTable;
import java.util.List;

/** Whether the moves that a slot table wants are for more than balance. A pure function. */
final class Urgency {
    private Urgency() {}

    /** Whether any slot has fewer owners than it should have, or is to be taken from one that is about to leave. */
    static boolean isUrgent(SlotTable table) {
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (table.isMoving(slot) && isUrgent(table.owners(slot), table.target(slot))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUrgent(List<Member> owners, List<Member> target) {
        return owners.size() < target.size()
                || owners.stream().anyMatch(owner -> owner.weight() == 0 && !target.contains(owner));
    }
}
