package dev.rondo.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which members own which slot, at one moment named by its epoch. Immutable; any thread. A lookup by slot is an array
 * read and allocates nothing; slots with equal owners share one list.
 *
 * <p>For every slot the table says {@code owners}: the primary first, then the members that hold a copy or are to
 * fetch one; and {@code target}: the owners once the moves under way are done. Both are equal when nothing moves. A
 * slot without owners is <em>lost</em>: no reachable member has its data.
 */
public final class SlotTable {

    /** Number of slots, as in Redis Cluster. */
    public static final int SLOTS = 16384;

    /** Bits of the epoch below the view id. */
    static final int COUNTER_BITS = 20;

    /** "No table yet": epoch 0, no members, every slot without an owner. */
    public static final SlotTable NONE = builder(0, List.of()).build();

    /**
     * Consecutive slots with identical owners.
     *
     * @param first the first slot
     * @param last the last slot, inclusive
     * @param owners their owners, primary first; empty when the slots are lost
     */
    public record Range(int first, int last, List<Member> owners) {}

    private final long epoch;
    private final List<Member> members;
    private final Map<NodeId, Member> byId;
    private final List<Member>[] owners;
    private final List<Member>[] target;
    private final BitSet born;
    private final List<Range> ranges;

    private SlotTable(
            long epoch,
            List<Member> members,
            Map<NodeId, Member> byId,
            List<Member>[] owners,
            List<Member>[] target,
            BitSet born) {
        this.epoch = epoch;
        this.members = members;
        this.byId = byId;
        this.owners = owners;
        this.target = target;
        this.born = born;
        this.ranges = computeRanges(owners);
    }

    private static List<Range> computeRanges(List<Member>[] owners) {
        List<Range> ranges = new ArrayList<>();
        int first = 0;
        for (int slot = 1; slot <= SLOTS; slot++) {
            if (slot == SLOTS || owners[slot] != owners[first]) {
                ranges.add(new Range(first, slot - 1, owners[first]));
                first = slot;
            }
        }
        return List.copyOf(ranges);
    }

    /** The table of a member that is alone: it owns every slot, each born in this epoch. */
    public static SlotTable ofOne(long epoch, Member member) {
        Builder builder = builder(epoch, List.of(member));
        List<NodeId> owner = List.of(member.id());
        for (int slot = 0; slot < SLOTS; slot++) {
            builder.owners(slot, owner).born(slot);
        }
        return builder.build();
    }

    /** The epoch: {@code view id << 20 | counter}, always growing; 0 = {@link #NONE}. */
    public long epoch() {
        return epoch;
    }

    /** The members of this table, sorted by id. */
    public List<Member> members() {
        return members;
    }

    /** The member with this id, or null. */
    public @Nullable Member member(NodeId id) {
        return byId.get(id);
    }

    /** The member that serves the slot, or null when the slot is lost. */
    public @Nullable Member primary(int slot) {
        List<Member> list = owners[slot];
        return list.isEmpty() ? null : list.get(0);
    }

    /** The owners, primary first; empty when the slot is lost. */
    public List<Member> owners(int slot) {
        return owners[slot];
    }

    /** The ideal owners; equal to {@link #owners} when no move is pending. */
    public List<Member> target(int slot) {
        return target[slot];
    }

    /** Whether owners and target differ: a copy is being made, or the primary is to hand over. */
    public boolean isMoving(int slot) {
        return owners[slot] != target[slot];
    }

    /**
     * Whether the slot was declared empty in this very epoch (the cluster was born, or lost slots were given up): its
     * primary may begin to serve it without a copy. It says nothing about what the primary holds already: a table that
     * is repeated under a higher epoch may repeat the flag, and a primary that serves the slot by then keeps its data.
     */
    public boolean isBorn(int slot) {
        return born.get(slot);
    }

    /** Whether {@code id} serves the slot. */
    public boolean isPrimary(NodeId id, int slot) {
        List<Member> list = owners[slot];
        return !list.isEmpty() && list.get(0).id().equals(id);
    }

    /** Whether {@code id} is among the owners of the slot, as primary or replica. */
    public boolean isOwner(NodeId id, int slot) {
        return ownerIndex(id, slot) >= 0;
    }

    /** 0 when {@code id} is the primary of the slot, 1 and up when it is a replica, -1 when it is no owner. */
    public int ownerIndex(NodeId id, int slot) {
        List<Member> list = owners[slot];
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    /** The slots that {@code id} serves, as a new set. */
    public BitSet primarySlots(NodeId id) {
        BitSet slots = new BitSet(SLOTS);
        for (Range range : ranges) {
            if (!range.owners().isEmpty() && range.owners().get(0).id().equals(id)) {
                slots.set(range.first(), range.last() + 1);
            }
        }
        return slots;
    }

    /** Maximal runs of consecutive slots with identical owners, in slot order; computed once. */
    public List<Range> ranges() {
        return ranges;
    }

    /** Whether the other table says the same but for its epoch and what was born in it. */
    boolean sameOwners(SlotTable other) {
        return members.equals(other.members)
                && Arrays.equals(owners, other.owners)
                && Arrays.equals(target, other.target);
    }

    /** Writes the compact binary form: members, distinct owner lists, runs of slots. */
    public void write(DataOutput out) throws IOException {
        SlotTableCodec.write(this, out);
    }

    /**
     * Reads the binary form.
     *
     * @throws IOException when the bytes end early or contradict themselves
     */
    public static SlotTable read(DataInput in) throws IOException {
        return SlotTableCodec.read(in);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SlotTable that && epoch == that.epoch && born.equals(that.born) && sameOwners(that);
    }

    @Override
    public int hashCode() {
        return Objects.hash(epoch, members, born);
    }

    @Override
    public String toString() {
        return "SlotTable[epoch=" + (epoch >>> COUNTER_BITS) + "." + (epoch & ((1L << COUNTER_BITS) - 1)) + ", members="
                + members.size() + ", ranges=" + ranges.size() + "]";
    }

    /** Starts a table with these members; a slot that is given no owners is lost. */
    public static Builder builder(long epoch, Collection<Member> members) {
        return new Builder(epoch, members);
    }

    /** Collects the owners of every slot. One thread. */
    public static final class Builder {

        private final long epoch;
        private final List<Member> members;
        private final Map<NodeId, Member> byId = new LinkedHashMap<>();
        private final Map<List<NodeId>, List<Member>> interned = new HashMap<>();
        private final List<Member>[] owners = emptyLists();
        private final List<Member>[] target = emptyLists();
        private final BitSet born = new BitSet(SLOTS);
        private List<NodeId> lastIds = List.of();
        private List<Member> lastMembers = List.of();

        private Builder(long epoch, Collection<Member> members) {
            this.epoch = epoch;
            this.members =
                    members.stream().sorted(Comparator.comparing(Member::id)).toList();
            for (Member member : this.members) {
                if (byId.put(member.id(), member) != null) {
                    throw new IllegalArgumentException("two members with id " + member.id());
                }
            }
            interned.put(List.of(), List.of());
        }

        private static List<Member>[] emptyLists() {
            @SuppressWarnings({"unchecked", "rawtypes"})
            List<Member>[] lists = new List[SLOTS];
            Arrays.fill(lists, List.of());
            return lists;
        }

        /** Sets owners and target of the slot alike. */
        public Builder owners(int slot, List<NodeId> ids) {
            return owners(slot, ids, ids);
        }

        /**
         * Sets owners and target of the slot, primary first.
         *
         * @throws IllegalArgumentException when an id is no member or stands twice in a list
         */
        public Builder owners(int slot, List<NodeId> ids, List<NodeId> targetIds) {
            owners[slot] = intern(ids);
            target[slot] = intern(targetIds);
            return this;
        }

        /** Flags the slot as declared empty in this epoch. */
        public Builder born(int slot) {
            born.set(slot);
            return this;
        }

        private List<Member> intern(List<NodeId> ids) {
            if (ids != lastIds) { // slots beside one another often share a list
                lastMembers = membersOf(ids);
                lastIds = ids;
            }
            return lastMembers;
        }

        private List<Member> membersOf(List<NodeId> ids) {
            List<Member> known = interned.get(ids);
            if (known != null) {
                return known;
            }
            List<Member> list = new ArrayList<>(ids.size());
            for (NodeId id : ids) {
                Member member = byId.get(id);
                if (member == null || list.contains(member)) {
                    throw new IllegalArgumentException((member == null ? "not a member: " : "owner twice: ") + id);
                }
                list.add(member);
            }
            List<Member> shared = List.copyOf(list);
            interned.put(List.copyOf(ids), shared);
            return shared;
        }

        /** The finished table; the builder must not be used afterwards. */
        public SlotTable build() {
            return new SlotTable(epoch, members, Map.copyOf(byId), owners, target, born);
        }
    }
}
