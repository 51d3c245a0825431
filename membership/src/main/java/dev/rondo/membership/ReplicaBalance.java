package dev.rondo.membership;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Chooses the replicas for {@link HashRing} once the primaries stand: keeps the copies that exist within everybody's
 * share, fills what is missing clockwise from the primary, then evens out. Members are indexes in ring order. One use,
 * one thread.
 *
 * <p>The order of importance: distinct members, distinct zones, even load, copies kept, even spread of one primary's
 * replicas over the others.
 */
final class ReplicaBalance {

    /** Beyond this many members the last odd slots are not chased through chains of members. */
    private static final int MAX_CHAINED_MEMBERS = 256;

    private static final int MAX_CHAINS = 64;
    private static final int EVENING_LEVELS = 5;
    /** Copies that exist are moved for the sake of spread only when this part of all replicas gains by it. */
    private static final int CLUSTERED_PARTS = 16;

    private final int members;
    private final int[] weights;
    private final int[] zones;
    private final int zoneCount;
    private final int copies;
    private final int[] primary;
    private final int[] oldPrimary;
    private final int[][] holders;
    private final int[][] formerHolders;
    private final int[] primaries;
    private final ReplicaShares shares;
    private final int[] otherWeight;

    private int[][] chosen = new int[0][];
    private int[] load = new int[0];
    /** How many slots of primary i have a replica on j, at {@code i * members + j}. */
    private short[] pairs = new short[0];

    ReplicaBalance(
            int[] weights,
            int[] zones,
            int copies,
            int[] primary,
            int[] oldPrimary,
            int[][] holders,
            int[][] formerHolders) {
        this.members = weights.length;
        this.weights = weights;
        this.zones = zones;
        this.zoneCount = Arrays.stream(zones).max().orElse(0) + 1;
        this.copies = copies;
        this.primary = primary;
        this.oldPrimary = oldPrimary;
        this.holders = holders;
        this.formerHolders = formerHolders;
        this.primaries = new int[members];
        for (int index : primary) {
            primaries[index]++;
        }
        this.shares = new ReplicaShares(weights, zones, zoneCount, copies, primaries);
        this.otherWeight = otherWeights();
    }

    /** Per primary, the weight of the members that may hold its replicas: other zones if there are enough. */
    private int[] otherWeights() {
        int total = Arrays.stream(weights).sum();
        int[] zoneWeight = new int[zoneCount];
        for (int i = 0; i < members; i++) {
            zoneWeight[zones[i]] += weights[i];
        }
        int[] others = new int[members];
        for (int i = 0; i < members; i++) {
            others[i] = total - (copies < zoneCount ? zoneWeight[zones[i]] : weights[i]);
        }
        return others;
    }

    int[][] balance() {
        if (copies == 0) {
            int[][] none = new int[SlotTable.SLOTS][];
            Arrays.fill(none, new int[0]);
            return none;
        }
        boolean complete = loadPrevious();
        long[] before = complete ? faults() : new long[0];
        int[][] previous = chosen;
        if (complete && isZero(before)) {
            return previous;
        }
        chosen = new int[SlotTable.SLOTS][0];
        load = new int[members];
        pairs = new short[members * members];
        keep();
        for (int rank = 0; rank < copies; rank++) {
            fill(rank);
        }
        even();
        chain();
        return complete && Arrays.compare(faults(), before) >= 0 ? previous : chosen;
    }

    private static boolean isZero(long[] values) {
        return Arrays.stream(values).allMatch(value -> value == 0);
    }

    /**
     * Takes the replicas that were wanted last, which stand in front of further copies, as they are; says whether they
     * satisfy the hard rules with the primaries kept. So a copy under way is not given up for another that is as good.
     */
    private boolean loadPrevious() {
        chosen = new int[SlotTable.SLOTS][];
        load = new int[members];
        pairs = new short[members * members];
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (primary[slot] != oldPrimary[slot] || holders[slot].length <= copies) {
                return false;
            }
            chosen[slot] = new int[0];
            for (int holder : holders[slot]) {
                if (holder != primary[slot] && chosen[slot].length < copies) {
                    add(slot, holder);
                }
            }
        }
        return true;
    }

    /** What is wrong with the chosen replicas: zones shared needlessly, uneven load, uneven spread. */
    private long[] faults() {
        long shared = 0;
        int attainable = Math.min(copies + 1, zoneCount);
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            shared += attainable - distinctZones(slot, -1, -1);
        }
        long uneven = 0;
        long clustered = 0;
        for (int i = 0; i < members; i++) {
            uneven += Math.max(0, load[i] - shares.high[i]) + Math.max(0, shares.low[i] - load[i]);
            for (int j = 0; j < members; j++) {
                clustered += Math.max(0, pairs[i * members + j] - keepLimit(i, j));
            }
        }
        return new long[] {shared, uneven, clustered * CLUSTERED_PARTS / ((long) copies * SlotTable.SLOTS)};
    }

    /** The even share of primary i's replicas on j, rounded up. */
    private int pairLimit(int i, int j) {
        long wanted = (long) primaries[i] * copies * weights[j];
        return (int) Math.min(primaries[i], (wanted + otherWeight[i] - 1) / otherWeight[i]);
    }

    /** What j may keep of them: a little more, since a copy kept is a copy saved. */
    private int keepLimit(int i, int j) {
        int limit = pairLimit(i, j);
        return limit + Math.max(1, limit / 8);
    }

    private void add(int slot, int member) {
        int[] old = chosen[slot];
        int[] grown = Arrays.copyOf(old, old.length + 1);
        grown[old.length] = member;
        chosen[slot] = grown;
        load[member]++;
        pairs[primary[slot] * members + member]++;
    }

    private void replace(int slot, int at, int member) {
        int before = chosen[slot][at];
        chosen[slot][at] = member;
        load[before]--;
        load[member]++;
        pairs[primary[slot] * members + before]--;
        pairs[primary[slot] * members + member]++;
    }

    private boolean isOwner(int slot, int member) {
        return primary[slot] == member || contains(chosen[slot], member);
    }

    private static boolean contains(int[] list, int value) {
        for (int element : list) {
            if (element == value) {
                return true;
            }
        }
        return false;
    }

    private boolean isZoneUsed(int slot, int zone, int exceptAt) {
        if (zones[primary[slot]] == zone) {
            return true;
        }
        int[] list = chosen[slot];
        for (int i = 0; i < list.length; i++) {
            if (i != exceptAt && zones[list[i]] == zone) {
                return true;
            }
        }
        return false;
    }

    /** Distinct zones of the slot's owners, with the replica at {@code at} replaced by {@code member} if at >= 0. */
    private int distinctZones(int slot, int at, int member) {
        int[] list = chosen[slot];
        int distinct = 1;
        for (int i = 0; i < list.length; i++) {
            int zone = zones[i == at ? member : list[i]];
            boolean seen = zones[primary[slot]] == zone;
            for (int j = 0; j < i && !seen; j++) {
                seen = zones[j == at ? member : list[j]] == zone;
            }
            distinct += seen ? 0 : 1;
        }
        return distinct;
    }

    /**
     * Keeps existing copies as far as zones, load and spread allow; where somebody keeps a stale one, and so a new one
     * costs little, only when the others have been kept.
     */
    private void keep() {
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (!isCheap(slot)) {
                keep(slot);
            }
        }
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (isCheap(slot)) {
                keep(slot);
            }
        }
    }

    /** Whether more members have copies, stale ones included, than are wanted: it costs little to change owners. */
    private boolean isCheap(int slot) {
        return holders[slot].length + formerHolders[slot].length > copies + 1;
    }

    private void keep(int slot) {
        int sharedAllowed = Math.max(0, copies - (zoneCount - 1));
        int shared = 0;
        for (int holder : holders[slot]) {
            int i = primary[slot];
            int limit = isCheap(slot) ? pairLimit(i, holder) : keepLimit(i, holder);
            boolean fits = holder != i
                    && chosen[slot].length < copies
                    && load[holder] < shares.high[holder]
                    && pairs[i * members + holder] < limit;
            if (!fits) {
                continue;
            }
            boolean sharesZone = isZoneUsed(slot, zones[holder], -1);
            if (!sharesZone || shared < sharedAllowed) {
                shared += sharesZone ? 1 : 0;
                add(slot, holder);
            }
        }
    }

    /** Gives each slot that has at most {@code rank} replicas one more. */
    private void fill(int rank) {
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (chosen[slot].length <= rank) {
                add(slot, next(slot));
            }
        }
    }

    /** The best further replica; the first clockwise from the primary among equals. */
    private int next(int slot) {
        int i = primary[slot];
        boolean zoneLeft = distinctZones(slot, -1, -1) < zoneCount;
        int best = -1;
        int bestScore = -1;
        for (int step = 1; step < members; step++) {
            int j = i + step < members ? i + step : i + step - members;
            if (contains(chosen[slot], j)) {
                continue;
            }
            boolean newZone = zoneLeft && !isZoneUsed(slot, zones[j], -1);
            boolean spread = pairs[i * members + j] < pairLimit(i, j);
            int hungry = load[j] < shares.low[j] ? 8 : load[j] < shares.high[j] ? 4 : 0;
            boolean former = contains(formerHolders[slot], j);
            if (hungry == 8 && spread && newZone == zoneLeft && former == (formerHolders[slot].length > 0)) {
                return j;
            }
            int score = (newZone ? 64 : 0)
                    + 4 * hungry
                    + (contains(holders[slot], j) ? 8 : 0)
                    + (former ? 4 : 0)
                    + (spread ? 2 : 0)
                    + (isReplicaBeside(slot, slot - 1, j) ? 1 : 0);
            if (score > bestScore) {
                bestScore = score;
                best = j;
            }
        }
        return best;
    }

    private boolean anyBelow(int[] bound) {
        for (int i = 0; i < members; i++) {
            if (load[i] < bound[i]) {
                return true;
            }
        }
        return false;
    }

    private boolean anyAbove(int[] bound) {
        for (int i = 0; i < members; i++) {
            if (load[i] > bound[i]) {
                return true;
            }
        }
        return false;
    }

    private boolean isEven() {
        return !anyBelow(shares.low) && !anyAbove(shares.high);
    }

    /** Whether moving one replica from {@code from} to {@code to} evens the load. */
    private boolean evens(int from, int to) {
        return (load[to] < shares.low[to] && load[from] > shares.low[from])
                || (load[to] < shares.high[to] && load[from] > shares.high[from]);
    }

    private boolean mayReplace(int slot, int at, int member) {
        return !isOwner(slot, member) && distinctZones(slot, at, member) >= distinctZones(slot, -1, -1);
    }

    private int[] below(int[] bound) {
        return IntStream.range(0, members).filter(i -> load[i] < bound[i]).toArray();
    }

    /** Moves single replicas from loaded to hungry members, the least harmful ones first. */
    private void even() {
        for (int level = 0; level < EVENING_LEVELS && !isEven(); level++) {
            int[] hungry = below(shares.low);
            int[] notFull = below(shares.high);
            for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
                for (int at = 0; at < copies; at++) {
                    int from = chosen[slot][at];
                    if (load[from] > shares.high[from]) {
                        evenOut(slot, at, from, notFull, level);
                    } else if (hungry.length > 0 && load[from] > shares.low[from]) {
                        evenOut(slot, at, from, hungry, level);
                    }
                }
            }
        }
    }

    private void evenOut(int slot, int at, int from, int[] receivers, int level) {
        for (int to : receivers) {
            if (evens(from, to) && mayReplace(slot, at, to) && isHarmless(slot, from, to, level)) {
                replace(slot, at, to);
                return;
            }
        }
    }

    private boolean isHarmless(int slot, int from, int to, int level) {
        boolean newCopy = !contains(holders[slot], from);
        boolean spread = pairs[primary[slot] * members + to] < pairLimit(primary[slot], to);
        return switch (level) {
            case 0 -> newCopy && spread && (isReplicaBeside(slot, slot - 1, to) || isReplicaBeside(slot, slot + 1, to));
            case 1 -> newCopy && spread;
            case 2 -> newCopy;
            case 3 -> spread;
            default -> true;
        };
    }

    private boolean isReplicaBeside(int slot, int beside, int member) {
        return beside >= 0
                && beside < SlotTable.SLOTS
                && primary[beside] == primary[slot]
                && contains(chosen[beside], member);
    }

    /** Evens through chains of members where no loaded member can give directly to a hungry one. */
    private void chain() {
        for (int round = 0; round < MAX_CHAINS && members <= MAX_CHAINED_MEMBERS && !isEven(); round++) {
            int[] path = path();
            if (path.length < 2) {
                return;
            }
            int from = path[0];
            int to = path[path.length - 1];
            int amount = Math.max(1, Math.min(load[from] - shares.high[from], shares.high[to] - load[to]));
            for (int i = path.length - 2; i >= 0; i--) {
                amount = moveSome(path[i], path[i + 1], amount);
            }
        }
    }

    private int moveSome(int from, int to, int amount) {
        int moved = 0;
        for (int slot = 0; slot < SlotTable.SLOTS && moved < amount; slot++) {
            for (int at = 0; at < copies; at++) {
                if (chosen[slot][at] == from && mayReplace(slot, at, to)) {
                    replace(slot, at, to);
                    moved++;
                    break;
                }
            }
        }
        return moved;
    }

    /** A shortest chain of members along which replicas can pass from a loaded to a hungry one; empty when none. */
    private int[] path() {
        boolean[] edges = new boolean[members * members];
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            for (int at = 0; at < copies; at++) {
                for (int to = 0; to < members; to++) {
                    int edge = chosen[slot][at] * members + to;
                    if (!edges[edge] && mayReplace(slot, at, to)) {
                        edges[edge] = true;
                    }
                }
            }
        }
        boolean low = anyBelow(shares.low);
        int[] sourceBound = anyAbove(shares.high) ? shares.high : shares.low;
        int[] targetBound = low ? shares.low : shares.high;
        int[] cameFrom = new int[members];
        Arrays.fill(cameFrom, -1);
        int[] queue = new int[members];
        int tail = 0;
        for (int i = 0; i < members; i++) {
            if (load[i] > sourceBound[i]) {
                cameFrom[i] = i;
                queue[tail++] = i;
            }
        }
        for (int head = 0; head < tail; head++) {
            int at = queue[head];
            if (load[at] < targetBound[at]) {
                return trace(at, cameFrom);
            }
            for (int to = 0; to < members; to++) {
                if (edges[at * members + to] && cameFrom[to] < 0) {
                    cameFrom[to] = at;
                    queue[tail++] = to;
                }
            }
        }
        return new int[0];
    }

    private static int[] trace(int end, int[] cameFrom) {
        int length = 1;
        for (int at = end; cameFrom[at] != at; at = cameFrom[at]) {
            length++;
        }
        int[] path = new int[length];
        int at = end;
        for (int i = length - 1; i >= 0; i--) {
            path[i] = at;
            at = cameFrom[at];
        }
        return path;
    }
}
