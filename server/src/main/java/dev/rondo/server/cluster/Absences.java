package dev.rondo.server.cluster;

import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Who was a member and cannot be reached now, and so how long deletions must be remembered: somebody who is away may
 * hold the deleted value, serve it, and come back with it. A member that has left in order, or comes back in another
 * life, has nothing to bring back. Thread-safe.
 */
final class Absences {
    /** While all are there: longer than it takes to notice that one is not. */
    static final long RECENT_MS = 10_000;
    /** While somebody is away; after that time the absent one is forgotten too. */
    static final long AWAY_MS = 3_600_000;
    /** After a return: until what both sides have is merged. */
    static final long RETURNED_MS = 300_000;

    private record Absence(long incarnation, long sinceMs) {}

    private final Map<NodeId, Absence> away = new HashMap<>();
    private long returnedUntilMs;

    /** Another slot table names other members. */
    synchronized void tableChanged(SlotTable previous, SlotTable next, long nowMs) {
        for (Member member : previous.members()) {
            if (next.member(member.id()) == null && member.weight() > 0) {
                away.put(member.id(), new Absence(member.incarnation(), nowMs));
            }
        }
        returned(next.members(), nowMs);
    }

    private void returned(Collection<Member> present, long nowMs) {
        for (Member member : present) {
            Absence absence = away.remove(member.id());
            if (absence != null && absence.incarnation == member.incarnation()) {
                returnedUntilMs = nowMs + RETURNED_MS;
            }
        }
    }

    /** This node itself may have been away. */
    synchronized void selfReturned(long nowMs) {
        returnedUntilMs = nowMs + RETURNED_MS;
    }

    /** How long a deletion must be remembered now. */
    synchronized long retentionMs(long nowMs) {
        return isAnyAway(nowMs) ? AWAY_MS : RECENT_MS;
    }

    /** Whether somebody is away, or came back so recently that not everything may be merged yet. */
    synchronized boolean isAnyAway(long nowMs) {
        away.values().removeIf(absence -> nowMs - absence.sinceMs > AWAY_MS);
        return !away.isEmpty() || nowMs < returnedUntilMs;
    }
}
