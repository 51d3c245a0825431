package dev.rondo.membership;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator's judgement: from what the live members report it makes the next slot table. A pure function that
 * remembers nothing, so that any member can take over as coordinator at any moment. Stateless to its callers; any
 * thread.
 *
 * <ol>
 *   <li>The <em>real primary</em> of a slot is the live member that says it serves it. If several do (after a split, or
 *       in the moment of a handover), it is the one to whom the newest table has the slot handed over, if it has seen
 *       that table (what it said before may stem from the other side of a split), else the one the table names, else
 *       the one with the highest sequence number, else the lowest id. What a member said before it saw a table that
 *       names another one with a complete copy does not count, nor if that one is gone and has left copies: the table
 *       was made in spite of it. If none serves it, a member that has not seen the newest table yet but is given the
 *       slot by it counts; then the one the table names if it has a copy (it has just handed over, and the new
 *       primary's word is on its way); else a live in-sync copy is promoted: one that followed the newest table's
 *       primary or its heir to the last before any other, since the two sides of a split count alike, and among equals
 *       the one with the highest sequence number. What a member has lost to another primary and not given away yet
 *       counts only if there is no copy. If there is nothing at all, the slot is born empty when no member knows any
 *       table, and else it is lost: without owners until a holder returns, unless {@link LostSlots#RESET} gives it up.
 *   <li>The <em>target</em> is what {@link HashRing} makes of that reality, going on with the moves under way.
 *   <li>The <em>owners</em> are the real primary, the copies that exist, and the members that are to make one. When all
 *       of the target are in sync and its first is the primary, the owners become the target. No complete copy is given
 *       up before that, nor, while there are too few, one in the making, which may be complete by the time the table is
 *       heard of; and no member but the present primary hands a slot over while that member lives.
 *   <li>Missing copies are made at once. Moves for the sake of balance are limited to {@link Config#maxMovingSlots};
 *       further slots stay where they are until a later plan.
 * </ol>
 */
public final class TablePlanner {

    /**
     * What the planner aims at.
     *
     * @param replicas wanted copies besides the primary
     * @param lostSlots what to do with slots nobody holds
     * @param maxMovingSlots the most slots that move for balance at a time
     */
    public record Config(int replicas, LostSlots lostSlots, int maxMovingSlots) {}

    private static final int NOBODY = -1;

    private static final int UNMERGED = 1;
    private static final int COPY = 2;
    /** Of the newest table's primary, or of its heir, who goes on with its numbers. */
    private static final int COPY_OF_LINE = 3;
    /** Stands in a ring's input for a primary that is gone. */
    private static final NodeId GONE = new NodeId("0".repeat(40));

    private final SlotTable newest;
    private final Config config;
    private final List<SlotReport> reports;
    private final List<Member> members;
    private final Holdings[] holdings;
    private final Identity[] lives;
    private final Map<NodeId, Integer> indexes = new HashMap<>();
    /** Whether the newest table knows the member in its present life. */
    private final boolean[] isKnown;
    /** The indexes of the members on the newest table's lists of owners, which many slots share. */
    private final IdentityHashMap<List<Member>, int[]> indexesOf = new IdentityHashMap<>();

    private final int[] real = new int[SlotTable.SLOTS];
    private final int[] realCount;
    private final Map<Integer, int[]> candidates = new HashMap<>();
    private final BitSet born = new BitSet(SlotTable.SLOTS);
    private final BitSet lost = new BitSet(SlotTable.SLOTS);
    /** What the ring starts from in one slot, as indexes; and of the slot before, as ids too. */
    private final int[] input;

    private int[] lastInput = {};
    private List<NodeId> lastIds = new ArrayList<>();

    private TablePlanner(SlotTable newest, Collection<SlotReport> reports, Config config) {
        this.newest = newest;
        this.config = config;
        this.reports = reports.stream()
                .sorted(Comparator.comparing(report -> report.member().id()))
                .toList();
        this.members = this.reports.stream().map(SlotReport::member).toList();
        this.holdings = this.reports.stream().map(SlotReport::holdings).toArray(Holdings[]::new);
        this.lives = members.stream().map(Identity::of).toArray(Identity[]::new);
        this.realCount = new int[members.size()];
        this.isKnown = new boolean[members.size()];
        this.input = new int[2 * members.size() + 1];
        for (Member member : members) {
            indexes.put(member.id(), indexes.size());
        }
        for (int i = 0; i < isKnown.length; i++) {
            isKnown[i] = sameLife(newest.member(members.get(i).id())) == i;
        }
    }

    /**
     * Makes the next table.
     *
     * @param newEpoch its epoch
     * @param newest the table with the highest epoch that anyone knows; {@link SlotTable#NONE} when there was none ever
     * @param reports one for each live member
     * @param config what to aim at
     */
    public static SlotTable plan(long newEpoch, SlotTable newest, Collection<SlotReport> reports, Config config) {
        TablePlanner planner = new TablePlanner(newest, reports, config);
        return planner.members.isEmpty()
                ? SlotTable.builder(newEpoch, List.of()).build()
                : planner.plan(newEpoch);
    }

    private SlotTable plan(long newEpoch) {
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            real[slot] = realPrimary(slot);
            if (real[slot] != NOBODY) {
                realCount[real[slot]]++;
            }
        }
        Assignment ideal = HashRing.assign(
                Assignment.of(this::ringInput), Assignment.of(this::staleCopies), members, config.replicas);
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (real[slot] == NOBODY && !lost.get(slot)) {
                real[slot] = promote(slot, ideal);
                realCount[real[slot]]++;
            }
        }
        return publish(newEpoch, ideal);
    }

    // ---- 1. who serves the slot ----------------------------------------------------------------------------------

    /** The real primary; nobody when one is to be chosen from {@link #candidates}, or the slot is born or lost. */
    private int realPrimary(int slot) {
        int claimant = claimant(slot);
        if (claimant != NOBODY) {
            return claimant;
        }
        int named = sameLife(newest.primary(slot));
        if (named != NOBODY && reports.get(named).epoch() < newest.epoch()) {
            born.set(slot, newest.isBorn(slot));
            return named;
        }
        if (named != NOBODY && holdings[named].isInSync(slot)) {
            return named;
        }
        int heir = handedTo(slot);
        if (named != NOBODY && heir != NOBODY && holdings[heir].isInSync(slot)) {
            return heir;
        }
        int[] best = bestHolders(slot);
        if (best.length == 1) {
            return best[0];
        }
        if (best.length > 1) {
            candidates.put(slot, best);
        } else if (newest.epoch() == 0 || config.lostSlots == LostSlots.RESET) {
            born.set(slot);
        } else {
            lost.set(slot);
        }
        return NOBODY;
    }

    private int claimant(int slot) {
        int best = NOBODY;
        for (int i = 0; i < reports.size(); i++) {
            if (holdings[i].isPrimary(slot) && (best == NOBODY || outranks(i, best, slot))) {
                best = i;
            }
        }
        return best == NOBODY || isOverruled(best, slot) ? NOBODY : best;
    }

    /**
     * Whether the newest table, which the claimant has not seen, gave the slot to a member that can serve it, or could.
     */
    private boolean isOverruled(int claimant, int slot) {
        Member named = newest.primary(slot);
        if (named == null
                || named.id().equals(members.get(claimant).id())
                || claimant == handedTo(slot)
                || reports.get(claimant).epoch() >= newest.epoch()) {
            return false;
        }
        int alive = sameLife(named);
        if (alive != NOBODY) {
            return holdings[alive].isInSync(slot);
        }
        for (int i = 0; i < reports.size(); i++) {
            if (rank(i, slot) >= COPY_OF_LINE) {
                return true;
            }
        }
        return false;
    }

    /** Whether claimant {@code i} goes before {@code other}, which has the lower id. */
    private boolean outranks(int i, int other, int slot) {
        int heir = handedTo(slot);
        boolean heirHasSeenIt = heir != NOBODY && reports.get(heir).epoch() >= newest.epoch();
        if (heirHasSeenIt && (i == heir || other == heir)) {
            return i == heir;
        }
        NodeId id = members.get(i).id();
        if (newest.isPrimary(id, slot) || newest.isPrimary(members.get(other).id(), slot)) {
            return newest.isPrimary(id, slot);
        }
        return holdings[i].seq(slot) > holdings[other].seq(slot);
    }

    /** The member to which the newest table has the slot handed over, or nobody. */
    private int handedTo(int slot) {
        return newest.isMoving(slot) && !newest.target(slot).isEmpty()
                ? sameLife(newest.target(slot).get(0))
                : NOBODY;
    }

    /** The index of a member of the newest table if it lives and was not restarted since. */
    private int sameLife(@Nullable Member member) {
        Integer index = member == null ? null : indexes.get(member.id());
        return index != null && members.get(index).incarnation() == member.incarnation() ? index : NOBODY;
    }

    /** The freshest of those who hold the best there is of the slot. */
    private int[] bestHolders(int slot) {
        int bestRank = 1;
        long bestSeq = Long.MIN_VALUE;
        int[] best = new int[0];
        for (int i = 0; i < reports.size(); i++) {
            int rank = rank(i, slot);
            long seq = holdings[i].seq(slot);
            if (rank > bestRank || rank == bestRank && seq >= bestSeq) {
                int keep = rank > bestRank || seq > bestSeq ? 0 : best.length;
                bestRank = rank;
                bestSeq = seq;
                int[] grown = Arrays.copyOf(best, keep + 1);
                grown[keep] = i;
                best = grown;
            }
        }
        return best;
    }

    /** What the member could serve the slot from: the more the better, 0 = nothing. */
    private int rank(int i, int slot) {
        if (!holdings[i].isInSync(slot)) {
            return holdings[i].isUnmerged(slot) ? UNMERGED : 0;
        }
        Identity origin = holdings[i].origin(slot);
        return origin != null && (isLife(newest.owners(slot), origin) || isLife(newest.target(slot), origin))
                ? COPY_OF_LINE
                : COPY;
    }

    private static boolean isLife(List<Member> members, Identity origin) {
        return !members.isEmpty() && isLife(members.get(0), origin);
    }

    private static boolean isLife(Member member, Identity origin) {
        return member.incarnation() == origin.incarnation() && member.id().equals(origin.id());
    }

    /** The ring's choice when it is among the freshest copies or the slot is born; else the least loaded of them. */
    private int promote(int slot, Assignment ideal) {
        int preferred = indexes.get(ideal.owners(slot).get(0));
        int[] freshest = candidates.get(slot);
        if (freshest == null) {
            return preferred;
        }
        int best = freshest[0];
        for (int candidate : freshest) {
            if (candidate == handedTo(slot)) {
                return candidate;
            }
            best = candidate == preferred ? candidate : best;
        }
        if (best == preferred) {
            return best;
        }
        for (int candidate : freshest) {
            best = realCount[candidate] < realCount[best] ? candidate : best;
        }
        return best;
    }

    // ---- 2. who should own it --------------------------------------------------------------------------------------

    /**
     * What the ring starts from: the pending target if it still makes sense, then all who have something of the slot.
     */
    private List<NodeId> ringInput(int slot) {
        if (lost.get(slot) || (born.get(slot) && real[slot] == NOBODY)) {
            return List.of();
        }
        int heir = handedTo(slot);
        boolean pending = heir != NOBODY && (real[slot] == heir || isNamed(real[slot], slot));
        int size = 0;
        input[size++] = pending && real[slot] != NOBODY ? heir : real[slot];
        for (int index : indexesOf.computeIfAbsent(newest.target(slot), this::indexesOf)) {
            size = addOnce(index, size);
        }
        for (int i = 0; i < holdings.length; i++) {
            if (i == real[slot] || rank(i, slot) >= COPY) {
                size = addOnce(i, size);
            }
        }
        for (int i = 0; i < holdings.length; i++) {
            if (rank(i, slot) == UNMERGED) { // most of what it needs for a copy
                size = addOnce(i, size);
            }
        }
        return idsOf(size);
    }

    private int[] indexesOf(List<Member> list) {
        return list.stream()
                .map(member -> indexes.get(member.id()))
                .filter(Objects::nonNull)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private int addOnce(int index, int size) {
        for (int i = 0; i < size; i++) {
            if (input[i] == index) {
                return size;
            }
        }
        input[size] = index;
        return size + 1;
    }

    /** The ids of what was put in: the same list as for the slot before if they are the same. */
    private List<NodeId> idsOf(int size) {
        if (!Arrays.equals(input, 0, size, lastInput, 0, lastInput.length)) {
            lastInput = Arrays.copyOf(input, size);
            lastIds = new ArrayList<>(size);
            for (int index : lastInput) {
                lastIds.add(index == NOBODY ? GONE : members.get(index).id());
            }
        }
        return lastIds;
    }

    /** Who has entries of the slot that are no complete copy, or are not taken for one. */
    private List<NodeId> staleCopies(int slot) {
        List<NodeId> stale = List.of();
        for (int i = 0; i < reports.size(); i++) {
            if (holdings[i].isStale(slot) || i != real[slot] && holdings[i].isPrimary(slot)) {
                stale = stale.isEmpty() ? new ArrayList<>() : stale;
                stale.add(members.get(i).id());
            }
        }
        return stale;
    }

    private boolean isNamed(int index, int slot) {
        return index != NOBODY && newest.isPrimary(members.get(index).id(), slot);
    }

    private static void addOnce(List<NodeId> list, NodeId id) {
        if (!list.contains(id)) {
            list.add(id);
        }
    }

    // ---- 3. who owns it meanwhile ----------------------------------------------------------------------------------

    private SlotTable publish(long newEpoch, Assignment ideal) {
        SlotTable.Builder table = SlotTable.builder(newEpoch, members);
        int budget = config.maxMovingSlots;
        BitSet waiting = new BitSet(SlotTable.SLOTS);
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (lost.get(slot)) {
                continue;
            }
            if (born.get(slot)) {
                table.born(slot);
            }
            List<NodeId> target = target(slot, ideal);
            if (isBorn(slot, target) || isReached(slot, target)) {
                table.owners(slot, target);
            } else if (isRefill(slot, target)) {
                table.owners(slot, moving(slot, target), target);
            } else if (newest.isMoving(slot)) {
                budget--;
                table.owners(slot, moving(slot, target), target);
            } else {
                waiting.set(slot);
            }
        }
        for (int slot = waiting.nextSetBit(0); slot >= 0; slot = waiting.nextSetBit(slot + 1)) {
            List<NodeId> target = ideal.owners(slot);
            if (budget-- > 0) {
                table.owners(slot, moving(slot, target), target);
            } else {
                List<NodeId> present = present(slot, target);
                table.owners(slot, isReached(slot, present) ? present : moving(slot, present), present);
            }
        }
        return table.build();
    }

    /**
     * The ideal; but a move under way keeps its heir as long as that lives: the slot may have been handed over by now,
     * and the word of it be on its way.
     */
    private List<NodeId> target(int slot, Assignment ideal) {
        List<NodeId> best = ideal.owners(slot);
        int heir = handedTo(slot);
        if (heir == NOBODY || heir == real[slot] || !isNamed(real[slot], slot)) {
            return best;
        }
        List<NodeId> target = new ArrayList<>();
        for (Member member : newest.target(slot)) {
            if (target.size() < best.size() && sameLife(member) != NOBODY) {
                target.add(member.id());
            }
        }
        for (int i = 0; i < best.size() && target.size() < best.size(); i++) {
            addOnce(target, best.get(i));
        }
        return target;
    }

    private boolean isBorn(int slot, List<NodeId> target) {
        return born.get(slot) && members.get(real[slot]).id().equals(target.get(0));
    }

    /** Whether the target's first serves the slot and all others have complete copies. */
    private boolean isReached(int slot, List<NodeId> target) {
        if (!members.get(real[slot]).id().equals(target.get(0))) {
            return false;
        }
        for (int i = 1; i < target.size(); i++) {
            if (!hasCopy(indexes.get(target.get(i)), slot)) {
                return false;
            }
        }
        return true;
    }

    /** Whether nothing moves but copies are missing. */
    private boolean isRefill(int slot, List<NodeId> target) {
        return lacksCopies(slot, target) && members.get(real[slot]).id().equals(target.get(0));
    }

    /** Whether there are fewer complete copies, the primary's included, than there should be. */
    private boolean lacksCopies(int slot, List<NodeId> target) {
        int copies = 1;
        for (int i = 0; i < reports.size(); i++) {
            copies += i != real[slot] && hasCopy(i, slot) ? 1 : 0;
        }
        return copies < target.size();
    }

    /**
     * Whether the member has a complete copy that the slot's primary keeps up to date: both say so, and it is listed.
     * One that followed the former primary lasts only until it hears of the handover, and is made anew then.
     */
    private boolean hasCopy(int index, int slot) {
        if (!holdings[index].isInSync(slot) || !isKnown[index]) {
            return false;
        }
        Identity origin = holdings[index].origin(slot);
        return (origin == null || isLife(members.get(real[slot]), origin))
                && newest.isOwner(members.get(index).id(), slot)
                && holdings[real[slot]].isFollowedBy(lives[index], slot);
    }

    /**
     * Present primary, then the target, then every further copy; also that of the primary which has handed the slot
     * over, and whose last word is from before: the others' copies are made anew by and by, and until then it has the
     * only one. While copies are missing, those that are being made count too: one may be complete by now, and writes
     * confirmed by it.
     */
    private List<NodeId> moving(int slot, List<NodeId> target) {
        List<NodeId> owners = new ArrayList<>();
        owners.add(members.get(real[slot]).id());
        target.forEach(id -> addOnce(owners, id));
        int giver = real[slot] == handedTo(slot) ? sameLife(newest.primary(slot)) : NOBODY;
        boolean lacking = lacksCopies(slot, target);
        for (int i = 0; i < reports.size(); i++) {
            boolean making =
                    lacking && isKnown[i] && newest.isOwner(members.get(i).id(), slot);
            if (holdings[i].isInSync(slot) || i == giver || making) {
                addOnce(owners, members.get(i).id());
            }
        }
        return owners;
    }

    /** Owners that change as little as possible: the primary and its copies, made up from the target if too few. */
    private List<NodeId> present(int slot, List<NodeId> target) {
        List<NodeId> owners = new ArrayList<>();
        owners.add(members.get(real[slot]).id());
        for (NodeId id : target) {
            if (owners.size() < target.size() && hasCopy(indexes.get(id), slot)) {
                addOnce(owners, id);
            }
        }
        for (int i = 0; i < reports.size() && owners.size() < target.size(); i++) {
            if (hasCopy(i, slot)) {
                addOnce(owners, members.get(i).id());
            }
        }
        for (int i = 0; i < target.size() && owners.size() < target.size(); i++) {
            addOnce(owners, target.get(i));
        }
        return owners;
    }
}
