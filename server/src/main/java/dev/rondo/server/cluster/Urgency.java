package dev.rondo.server.cluster;

import dev.rondo.membership.Member;
import dev.rondo.membership.SlotTable;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Since when slots move for more than balance. Told of tables by the membership thread; asked by any.
 */
final class Urgency {
    private static final long NOT_URGENT_NS = -1;

    private final LongSupplier nanoTime;
    private volatile boolean isUrgent;
    private volatile long sinceNs; // while it is urgent

    Urgency(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void tableChanged(SlotTable next) {
        boolean urgent = isUrgent(next);
        if (urgent && !isUrgent) {
            sinceNs = nanoTime.getAsLong();
        }
        isUrgent = urgent;
    }

    /** For how long it has been urgent; negative when it is not. */
    long lastsNs() {
        return isUrgent ? Math.max(0, nanoTime.getAsLong() - sinceNs) : NOT_URGENT_NS;
    }

    /** Whether any slot has fewer owners than it should have, or is to be taken from one that is about to leave. */
    private static boolean isUrgent(SlotTable table) {
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
