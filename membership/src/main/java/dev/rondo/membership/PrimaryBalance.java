package dev.rondo.membership;

import java.util.Arrays;

/**
 * Chooses the primaries for {@link HashRing}: exact shares, fewest changes, survivors promoted first, few runs. Members
 * are indexes in ring order. One use, one thread.
 *
 * <p>The number of changes is the least possible because members that have more than their rounded-down share get the
 * rounded-up shares first, and nobody gives away more than what is above its share.
 */
final class PrimaryBalance {

    private static final int NOBODY = -1;

    private final int members;
    private final int[] owner;
    private final int[][] holders;
    private final int[][] formerHolders;
    private final int[] count;
    /** The share of each member: rounded down at first, plus one for those that were granted an extra slot. */
    private final int[] share;

    private final boolean[] mayGetExtra;
    private int extrasLeft;

    /**
     * @param weights positive weights
     * @param oldPrimary per slot the previous primary, or -1 when it is gone or there was none
     * @param holders per slot the live members that were owners, the primary among them
     * @param formerHolders per slot the live members that keep a stale copy
     */
    PrimaryBalance(int[] weights, int[] oldPrimary, int[][] holders, int[][] formerHolders) {
        this.members = weights.length;
        this.owner = oldPrimary.clone();
        this.holders = holders;
        this.formerHolders = formerHolders;
        this.count = new int[members];
        this.share = new int[members];
        this.mayGetExtra = new boolean[members];
        long total = Arrays.stream(weights).asLongStream().sum();
        extrasLeft = SlotTable.SLOTS;
        for (int i = 0; i < members; i++) {
            share[i] = (int) ((long) SlotTable.SLOTS * weights[i] / total);
            mayGetExtra[i] = (long) SlotTable.SLOTS * weights[i] % total != 0;
            extrasLeft -= share[i];
        }
        for (int index : owner) {
            if (index != NOBODY) {
                count[index]++;
            }
        }
    }

    int[] balance() {
        for (int i = 0; i < members; i++) {
            if (count[i] > share[i]) {
                grantExtra(i);
            }
        }
        promoteSurvivors();
        for (int i = 0; i < members && extrasLeft > 0; i++) {
            grantExtra(i);
        }
        giveTo(holders);
        giveTo(formerHolders);
        for (int i = 0; i < members; i++) {
            while (count[i] < share[i]) {
                takeRun(i);
            }
        }
        return owner;
    }

    private boolean grantExtra(int member) {
        if (extrasLeft == 0 || !mayGetExtra[member]) {
            return false;
        }
        mayGetExtra[member] = false;
        extrasLeft--;
        share[member]++;
        return true;
    }

    private boolean hasRoom(int member) {
        return count[member] < share[member]
                || (count[member] == share[member] && mayGetExtra[member] && extrasLeft > 0);
    }

    private void set(int slot, int member) {
        if (owner[slot] != NOBODY) {
            count[owner[slot]]--;
        }
        if (count[member] == share[member]) {
            grantExtra(member);
        }
        count[member]++;
        owner[slot] = member;
    }

    /** Gives orphaned slots to members that hold a copy, as far as these have room. */
    private void promoteSurvivors() {
        int[] orphans = new int[SlotTable.SLOTS];
        int orphanCount = 0;
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (owner[slot] == NOBODY && holders[slot].length > 0) {
                orphans[orphanCount++] = slot;
            }
        }
        int last = NOBODY;
        for (int i = 0; i < orphanCount; i++) {
            int heir = heir(holders[orphans[i]], last);
            if (heir != NOBODY) {
                set(orphans[i], heir);
                last = heir;
            }
        }
        int[] cursors = new int[members];
        for (int i = 0; i < orphanCount; i++) {
            if (owner[orphans[i]] == NOBODY) {
                makeRoom(orphans[i], orphans, orphanCount, cursors);
            }
        }
    }

    /** The heir of the slot before when it can go on, so that runs stay long; else the one with the most room. */
    private int heir(int[] candidates, int last) {
        int best = NOBODY;
        for (int candidate : candidates) {
            if (!hasRoom(candidate)) {
                continue;
            }
            if (candidate == last) {
                return last;
            }
            if (best == NOBODY || share[candidate] - count[candidate] > share[best] - count[best]) {
                best = candidate;
            }
        }
        return best;
    }

    /** Lets a full holder of {@code slot} pass one of its promoted slots on to another holder of that slot. */
    private void makeRoom(int slot, int[] orphans, int orphanCount, int[] cursors) {
        for (int full : holders[slot]) {
            for (; cursors[full] < orphanCount; cursors[full]++) {
                int other = orphans[cursors[full]];
                if (owner[other] != full) {
                    continue;
                }
                int heir = heir(holders[other], NOBODY);
                if (heir != NOBODY) {
                    set(other, heir);
                    set(slot, full);
                    return;
                }
            }
        }
    }

    /** Moves slots from members above their share to members below it among those who have a copy of some kind. */
    private void giveTo(int[][] havers) {
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (owner[slot] == NOBODY || count[owner[slot]] <= share[owner[slot]]) {
                continue;
            }
            for (int holder : havers[slot]) {
                if (count[holder] < share[holder]) {
                    set(slot, holder);
                    break;
                }
            }
        }
    }

    /** How many slots {@code from} can give: those above its share; nobody's slots can all be given. */
    private int surplus(int from) {
        return from == NOBODY ? SlotTable.SLOTS : count[from] - share[from];
    }

    /** Gives {@code receiver} one piece from the edge of a donor's run: the piece that leaves the fewest runs. */
    private void takeRun(int receiver) {
        int wanted = share[receiver] - count[receiver];
        int bestScore = -1;
        int bestFirst = 0;
        int bestTake = 0;
        int first = 0;
        while (first < SlotTable.SLOTS) {
            int from = owner[first];
            int end = first + 1;
            while (end < SlotTable.SLOTS && owner[end] == from) {
                end++;
            }
            int take = Math.min(Math.min(surplus(from), end - first), wanted);
            if (take > 0) {
                boolean whole = take == end - first;
                int low = edgeScore(receiver, from, first - 1, take < wanted, whole);
                int high = edgeScore(receiver, from, end, take < wanted, whole);
                int score = Math.max(low, high);
                if (score > bestScore || (score == bestScore && take > bestTake)) {
                    bestScore = score;
                    bestTake = take;
                    bestFirst = low >= high ? first : end - take;
                }
            }
            first = end;
        }
        for (int slot = bestFirst; slot < bestFirst + bestTake; slot++) {
            set(slot, receiver);
        }
    }

    /** How good it is to cut a run at the side beyond which {@code neighbour} lies. */
    private int edgeScore(int receiver, int from, int neighbour, boolean wantsMore, boolean whole) {
        int beyond = neighbour < 0 || neighbour >= SlotTable.SLOTS ? from : owner[neighbour];
        if (beyond == receiver) {
            return whole ? 4 : 3;
        }
        if (whole) {
            return 2;
        }
        return wantsMore && beyond != from && surplus(beyond) > 0 ? 1 : 0;
    }
}
