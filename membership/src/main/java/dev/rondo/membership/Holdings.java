package dev.rondo.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;
import java.util.function.IntToLongFunction;

/**
 * What one node holds at one moment: the slots it serves as primary, the slots of which it has a complete copy that is
 * in sync, and the sequence number of each. Immutable; any thread.
 */
public final class Holdings {

    /** Nothing held. */
    public static final Holdings NONE = of(new BitSet(), new BitSet(), slot -> 0);

    private final BitSet primary;
    private final BitSet inSync;
    /** The held slots in ascending order, and beside each its sequence number. */
    private final short[] slots;

    private final long[] seqs;

    private Holdings(BitSet primary, BitSet inSync, short[] slots, long[] seqs) {
        this.primary = primary;
        this.inSync = inSync;
        this.slots = slots;
        this.seqs = seqs;
    }

    /**
     * Takes a copy of the sets; a slot in both counts as primary.
     *
     * @param primary slots served
     * @param inSync slots of which a complete in-sync copy is held as replica
     * @param seqOf gives the sequence number of a held slot; called once for each
     */
    public static Holdings of(BitSet primary, BitSet inSync, IntToLongFunction seqOf) {
        BitSet serving = (BitSet) primary.clone();
        BitSet copies = (BitSet) inSync.clone();
        copies.andNot(serving);
        BitSet held = (BitSet) serving.clone();
        held.or(copies);
        if (held.length() > SlotTable.SLOTS) {
            throw new IllegalArgumentException("slot out of range: " + (held.length() - 1));
        }
        short[] slots = new short[held.cardinality()];
        long[] seqs = new long[slots.length];
        int i = 0;
        for (int slot = held.nextSetBit(0); slot >= 0; slot = held.nextSetBit(slot + 1)) {
            slots[i] = (short) slot;
            seqs[i++] = seqOf.applyAsLong(slot);
        }
        return new Holdings(serving, copies, slots, seqs);
    }

    /** Whether the node serves the slot as primary. */
    public boolean isPrimary(int slot) {
        return primary.get(slot);
    }

    /** Whether the node has a complete in-sync copy of the slot as replica. */
    public boolean isInSync(int slot) {
        return inSync.get(slot);
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
        int low = 0;
        int high = slots.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int at = slots[middle];
            if (at == slot) {
                return seqs[middle];
            }
            if (at < slot) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    /** Writes the compact binary form: both sets as run lengths, then one number per held slot. */
    public void write(DataOutput out) throws IOException {
        Wire.writeBits(out, primary, SlotTable.SLOTS);
        Wire.writeBits(out, inSync, SlotTable.SLOTS);
        for (long seq : seqs) {
            Wire.writeVarint(out, seq);
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
        BitSet held = (BitSet) primary.clone();
        held.or(inSync);
        long[] bySlot = new long[SlotTable.SLOTS];
        for (int slot = held.nextSetBit(0); slot >= 0; slot = held.nextSetBit(slot + 1)) {
            bySlot[slot] = Wire.readVarint(in);
        }
        return of(primary, inSync, slot -> bySlot[slot]);
    }
}
