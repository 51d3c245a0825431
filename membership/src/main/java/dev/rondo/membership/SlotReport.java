package dev.rondo.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.BitSet;

/**
 * What one node says of itself to the coordinator. Immutable; any thread.
 *
 * @param member the node as it announces itself
 * @param epoch the epoch of the newest table the node has applied; 0 = none
 * @param table the newest table the node knows, also one kept from before a restart; {@link SlotTable#NONE} when it
 *     knows none or when the coordinator is known to have it
 * @param holdings the slots it serves or has copies of, true at {@code epoch} or later
 */
public record SlotReport(Member member, long epoch, SlotTable table, Holdings holdings) {

    /** The slots served as primary, as a new set. */
    public BitSet primary() {
        return holdings.primary();
    }

    /** The slots held in sync as replica, as a new set. */
    public BitSet inSync() {
        return holdings.inSync();
    }

    /** Writes the binary form. */
    public void write(DataOutput out) throws IOException {
        member.write(out);
        out.writeLong(epoch);
        out.writeBoolean(table.epoch() != 0);
        if (table.epoch() != 0) {
            table.write(out);
        }
        holdings.write(out);
    }

    /**
     * Reads the binary form.
     *
     * @throws IOException when the bytes end early or are out of range
     */
    public static SlotReport read(DataInput in) throws IOException {
        Member member = Member.read(in);
        long epoch = in.readLong();
        SlotTable table = in.readBoolean() ? SlotTable.read(in) : SlotTable.NONE;
        return new SlotReport(member, epoch, table, Holdings.read(in));
    }
}
