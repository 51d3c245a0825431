package dev.rondo.membership;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The binary form of a {@link SlotTable}: format byte, epoch, members, the distinct owner lists as member numbers, then
 * runs of slots (length, owners, target + 1 or 0 when equal to owners), then the born slots. Stateless; any thread.
 */
final class SlotTableCodec {

    /** The most members a table may have. */
    static final int MAX_MEMBERS = 4096;

    private static final int FORMAT = 1;

    private SlotTableCodec() {}

    static void write(SlotTable table, DataOutput out) throws IOException {
        out.writeByte(FORMAT);
        out.writeLong(table.epoch());
        Map<NodeId, Integer> numbers = new HashMap<>();
        Wire.writeVarint(out, table.members().size());
        for (Member member : table.members()) {
            numbers.put(member.id(), numbers.size());
            member.write(out);
        }
        IdentityHashMap<List<Member>, Integer> listNumbers = numberLists(table);
        Wire.writeVarint(out, listNumbers.size());
        for (List<Member> list : inOrder(listNumbers)) {
            Wire.writeVarint(out, list.size());
            for (Member member : list) {
                Wire.writeVarint(out, numbers.get(member.id()));
            }
        }
        writeRuns(table, listNumbers, out);
        boolean anyBorn = false;
        BitSet born = new BitSet(SlotTable.SLOTS);
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            if (table.isBorn(slot)) {
                born.set(slot);
                anyBorn = true;
            }
        }
        out.writeBoolean(anyBorn);
        if (anyBorn) {
            Wire.writeBits(out, born, SlotTable.SLOTS);
        }
    }

    /** Equal lists of one table are one object, so identity is enough. */
    private static IdentityHashMap<List<Member>, Integer> numberLists(SlotTable table) {
        IdentityHashMap<List<Member>, Integer> numbers = new IdentityHashMap<>();
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            numbers.putIfAbsent(table.owners(slot), numbers.size());
            numbers.putIfAbsent(table.target(slot), numbers.size());
        }
        return numbers;
    }

    private static List<List<Member>> inOrder(IdentityHashMap<List<Member>, Integer> numbers) {
        List<List<Member>> lists = new ArrayList<>(Collections.nCopies(numbers.size(), List.of()));
        numbers.forEach((list, number) -> lists.set(number, list));
        return lists;
    }

    private static void writeRuns(SlotTable table, IdentityHashMap<List<Member>, Integer> numbers, DataOutput out)
            throws IOException {
        int first = 0;
        for (int slot = 1; slot <= SlotTable.SLOTS; slot++) {
            if (slot == SlotTable.SLOTS
                    || table.owners(slot) != table.owners(first)
                    || table.target(slot) != table.target(first)) {
                Wire.writeVarint(out, slot - first);
                Wire.writeVarint(out, numbers.get(table.owners(first)));
                Wire.writeVarint(out, table.isMoving(first) ? numbers.get(table.target(first)) + 1L : 0);
                first = slot;
            }
        }
    }

    static SlotTable read(DataInput in) throws IOException {
        int format = in.readUnsignedByte();
        if (format != FORMAT) {
            throw new StreamCorruptedException("unknown slot table format " + format);
        }
        long epoch = in.readLong();
        int count = Wire.readBounded(in, MAX_MEMBERS, "member count");
        List<Member> members = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            members.add(Member.read(in));
        }
        try {
            SlotTable.Builder builder = SlotTable.builder(epoch, members);
            readRuns(in, readLists(in, members), builder);
            if (in.readBoolean()) {
                Wire.readBits(in, SlotTable.SLOTS).stream().forEach(builder::born);
            }
            return builder.build();
        } catch (IllegalArgumentException e) {
            throw (IOException) new StreamCorruptedException("bad slot table: " + e.getMessage()).initCause(e);
        }
    }

    private static List<List<NodeId>> readLists(DataInput in, List<Member> members) throws IOException {
        int count = Wire.readBounded(in, 2 * SlotTable.SLOTS, "owner list count");
        List<List<NodeId>> lists = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int size = Wire.readBounded(in, members.size(), "owner count");
            List<NodeId> ids = new ArrayList<>(size);
            for (int j = 0; j < size; j++) {
                ids.add(members.get(Wire.readBounded(in, members.size() - 1, "member number"))
                        .id());
            }
            lists.add(List.copyOf(ids));
        }
        return lists;
    }

    private static void readRuns(DataInput in, List<List<NodeId>> lists, SlotTable.Builder builder) throws IOException {
        int slot = 0;
        while (slot < SlotTable.SLOTS) {
            int run = Wire.readBounded(in, SlotTable.SLOTS - slot, "slot run");
            int owners = Wire.readBounded(in, lists.size() - 1, "owner list number");
            int target = Wire.readBounded(in, lists.size(), "target list number");
            if (run == 0) {
                throw new StreamCorruptedException("empty slot run");
            }
            List<NodeId> ids = lists.get(owners);
            List<NodeId> targetIds = target == 0 ? ids : lists.get(target - 1);
            for (int end = slot + run; slot < end; slot++) {
                builder.owners(slot, ids, targetIds);
            }
        }
    }
}
