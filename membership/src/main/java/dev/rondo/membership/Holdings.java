package dev.rondo.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What one node holds at one moment: the slots it serves as primary; those of which it has a complete copy that is in
 * sync, and whose copy that is; those that it has lost to another primary without having given it the entries yet; and
 * the sequence number of each. Of those that it serves, who else has a complete copy, as those have told it. Besides,
 * the slots of which it keeps a stale copy, which nobody may serve, but from which a complete one is soon made.
 * Immutable; any thread.
 */
public final class Holdings {

    /** Nothing held. */
    public static final Holdings NONE = of(new BitSet(), new BitSet(), slot -> 0);

    private static final short NOBODY = -1;

    private final BitSet primary;
    private final BitSet inSync;
    private final BitSet unmerged;
    private final BitSet stale;
    private final @Nullable Map<Identity, BitSet> followers;
    /** The held slots as 64 bits a word, and how many of them lie before each word. */
    private final long[] held;

    private final short[] before;
    /** Of the held slots in ascending order the sequence number and the index of the origin. */
    private final long[] seqs;

    private final short[] origins;
    private final List<Identity> lives;

    private Holdings(
            BitSet primary,
            BitSet inSync,
            BitSet unmerged,
            IntToLongFunction seqOf,
            IntFunction<@Nullable Identity> originOf) {
        BitSet all = (BitSet) primary.clone();
        all.or(inSync);
        all.or(unmerged);
        if (all.length() > SlotTable.SLOTS) {
            throw new IllegalArgumentException("slot out of range: " + (all.length() - 1));
        }
        this.primary = primary;
        this.inSync = inSync;
        this.unmerged = unmerged;
        this.stale = new BitSet();
        this.followers = null;
        this.held = all.toLongArray();
        this.before = new short[held.length];
        for (int word = 1; word < held.length; word++) {
            before[word] = (short) (before[word - 1] + Long.bitCount(held[word - 1]));
        }
        this.seqs = new long[all.cardinality()];
        this.origins = new short[seqs.length];
        Map<Identity, Short> indexes = new HashMap<>();
        List<Identity> distinct = new ArrayList<>();
        int i = 0;
        @Nullable Identity last = null; // most copies are of the same few lives, and those of one lie together
        short lastIndex = NOBODY;
        for (int slot = all.nextSetBit(0); slot >= 0; slot = all.nextSetBit(slot + 1)) {
            seqs[i] = seqOf.applyAsLong(slot);
            Identity origin = inSync.get(slot) ? originOf.apply(slot) : null;
            if (origin != null && !origin.equals(last)) {
                last = origin;
                lastIndex = indexes.computeIfAbsent(origin, life -> {
                    distinct.add(life);
                    return (short) (distinct.size() - 1);
                });
            }
            origins[i] = origin == null ? NOBODY : lastIndex;
            i++;
        }
        this.lives = List.copyOf(distinct);
    }

    private Holdings(Holdings held, BitSet stale, @Nullable Map<Identity, BitSet> followers) {
        this.primary = held.primary;
        this.inSync = held.inSync;
        this.unmerged = held.unmerged;
        this.stale = stale;
        this.followers = followers;
        this.held = held.held;
        this.before = held.before;
        this.seqs = held.seqs;
        this.origins = held.origins;
        this.lives = held.lives;
    }

    /** As the other, where nothing is unmerged and nobody knows whose the copies are. */
    public static Holdings of(BitSet primary, BitSet inSync, IntToLongFunction seqOf) {
        return of(primary, inSync, new BitSet(), seqOf, slot -> null);
    }

    /**
     * Takes a copy of the sets; a slot in several counts for the first.
     *
     * @param primary slots served
     * @param inSync slots of which a complete in-sync copy is held as replica
     * @param unmerged slots that another primary has won, whose entries it has not got yet
     * @param seqOf gives the sequence number of a held slot; called once for each
     * @param originOf gives the primary that a copy follows, or has followed to the last; called once for each, and may
     *     return null
     */
    public static Holdings of(
            BitSet primary,
            BitSet inSync,
            BitSet unmerged,
            IntToLongFunction seqOf,
            IntFunction<@Nullable Identity> originOf) {
        BitSet serving = (BitSet) primary.clone();
        BitSet copies = (BitSet) inSync.clone();
        copies.andNot(serving);
        BitSet remains = (BitSet) unmerged.clone();
        remains.andNot(serving);
        remains.andNot(copies);
        return new Holdings(serving, copies, remains, seqOf, originOf);
    }

    /** The same with stale copies of these slots, as far as they are not held. */
    public Holdings withStale(BitSet copies) {
        BitSet others = (BitSet) copies.clone();
        others.andNot(primary);
        others.andNot(inSync);
        others.andNot(unmerged);
        return new Holdings(this, others, followers);
    }

    /** The same, where the members have complete copies of these slots, each of those served that are in its set. */
    public Holdings withFollowers(Map<Identity, BitSet> slotsOf) {
        Map<Identity, BitSet> copy = new HashMap<>();
        slotsOf.forEach((member, slots) -> copy.put(member, (BitSet) slots.clone()));
        return new Holdings(this, stale, copy);
    }

    /** Whether the node serves the slot as primary. */
    public boolean isPrimary(int slot) {
        return primary.get(slot);
    }

    /** Whether the node has a complete in-sync copy of the slot as replica. */
    public boolean isInSync(int slot) {
        return inSync.get(slot);
    }

    /**
     * Whether a member has a complete copy of a slot that the node serves, which the node keeps up to date; true also
     * when nobody knows. What the member itself has said of its copy may be out of date: the primary may have changed
     * since, or have given the member up.
     */
    public boolean isFollowedBy(Identity member, int slot) {
        if (followers == null) {
            return true;
        }
        BitSet slots = followers.get(member);
        return slots != null && slots.get(slot);
    }

    /** Whether the node has lost the slot to another primary and still holds what that one has not got. */
    public boolean isUnmerged(int slot) {
        return unmerged.get(slot);
    }

    /** Whether the node keeps a stale copy of the slot. */
    public boolean isStale(int slot) {
        return stale.get(slot);
    }

    /** The slots served, as a new set. */
    public BitSet primary() {
        return (BitSet) primary.clone();
    }

    /** The slots held in sync as replica, as a new set. */
    public BitSet inSync() {
        return (BitSet) inSync.clone();
    }

    /** The sequence number of a held slot; -1 when the slot is not held. */
    public long seq(int slot) {
        int at = find(slot);
        return at < 0 ? -1 : seqs[at];
    }

    /**
     * The primary whose copy of the slot this is, as it was in that life; null when there is no copy, or nobody knows.
     */
    public @Nullable Identity origin(int slot) {
        int at = find(slot);
        return at < 0 || origins[at] == NOBODY ? null : lives.get(origins[at]);
    }

    /** The place of a slot among those held; -1 when it is not held. */
    private int find(int slot) {
        int word = slot >>> 6;
        long bit = 1L << slot;
        return word < held.length && (held[word] & bit) != 0
                ? before[word] + Long.bitCount(held[word] & (bit - 1))
                : -1;
    }

    /**
     * Writes the compact binary form: the sets as run lengths, one number per held slot, the lives whose copies there
     * are, runs of copies of the same, and the followers, one more than there are, or 0 when nobody knows.
     */
    public void write(DataOutput out) throws IOException {
        Wire.writeBits(out, primary, SlotTable.SLOTS);
        Wire.writeBits(out, inSync, SlotTable.SLOTS);
        Wire.writeBits(out, unmerged, SlotTable.SLOTS);
        Wire.writeBits(out, stale, SlotTable.SLOTS);
        for (long seq : seqs) {
            Wire.writeVarint(out, seq);
        }
        Wire.writeVarint(out, lives.size());
        for (Identity life : lives) {
            life.write(out);
        }
        for (int from = 0; from < origins.length; ) {
            int to = from + 1;
            while (to < origins.length && origins[to] == origins[from]) {
                to++;
            }
            Wire.writeVarint(out, to - from);
            Wire.writeVarint(out, origins[from] + 1L);
            from = to;
        }
        writeFollowers(out);
    }

    private void writeFollowers(DataOutput out) throws IOException {
        if (followers == null) {
            Wire.writeVarint(out, 0);
            return;
        }
        Wire.writeVarint(out, followers.size() + 1L);
        for (Map.Entry<Identity, BitSet> each : followers.entrySet()) {
            each.getKey().write(out);
            Wire.writeBits(out, each.getValue(), SlotTable.SLOTS);
        }
    }

    /**
     * Reads the binary form.
     *
     * @throws IOException when the bytes end early or are out of range
     */
    public static Holdings read(DataInput in) throws IOException {
        BitSet primary = Wire.readBits(in, SlotTable.SLOTS);
        BitSet inSync = Wire.readBits(in, SlotTable.SLOTS);
        BitSet unmerged = Wire.readBits(in, SlotTable.SLOTS);
        BitSet stale = Wire.readBits(in, SlotTable.SLOTS);
        BitSet held = (BitSet) primary.clone();
        held.or(inSync);
        held.or(unmerged);
        long[] seqs = new long[SlotTable.SLOTS];
        for (int slot = held.nextSetBit(0); slot >= 0; slot = held.nextSetBit(slot + 1)) {
            seqs[slot] = Wire.readVarint(in);
        }
        @Nullable Identity[] origins = readOrigins(in, held);
        Holdings holdings = of(primary, inSync, unmerged, slot -> seqs[slot], slot -> origins[slot])
                .withStale(stale);
        int members = Wire.readBounded(in, SlotTableCodec.MAX_MEMBERS + 1, "followers") - 1;
        if (members < 0) {
            return holdings;
        }
        Map<Identity, BitSet> followers = new HashMap<>();
        for (int i = 0; i < members; i++) {
            followers.put(Identity.read(in), Wire.readBits(in, SlotTable.SLOTS));
        }
        return holdings.withFollowers(followers);
    }

    private static @Nullable Identity[] readOrigins(DataInput in, BitSet held) throws IOException {
        Identity[] lives = new Identity[Wire.readBounded(in, SlotTableCodec.MAX_MEMBERS, "lives")];
        for (int i = 0; i < lives.length; i++) {
            lives[i] = Identity.read(in);
        }
        @Nullable Identity[] origins = new Identity[SlotTable.SLOTS];
        int slot = held.nextSetBit(0);
        while (slot >= 0) {
            int run = Wire.readBounded(in, SlotTable.SLOTS, "copies of one life");
            int index = Wire.readBounded(in, lives.length, "life");
            if (run == 0) {
                throw new StreamCorruptedException("no copies of a life");
            }
            for (int i = 0; i < run && slot >= 0; i++) {
                origins[slot] = index == 0 ? null : lives[index - 1];
                slot = held.nextSetBit(slot + 1);
            }
        }
        return origins;
    }
}
