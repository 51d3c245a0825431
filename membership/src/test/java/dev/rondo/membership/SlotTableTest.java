package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SlotTableTest {

    private static final Member A = Samples.member(1);
    private static final Member B = Samples.member(2);
    private static final Member C = Samples.member(3);

    @Test
    void noneHasNoOwners() {
        assertEquals(0, SlotTable.NONE.epoch());
        assertNull(SlotTable.NONE.primary(0));
        assertEquals(List.of(), SlotTable.NONE.owners(16383));
        assertEquals(1, SlotTable.NONE.ranges().size());
    }

    @Test
    void aTableOfOneOwnsEverythingAsBorn() {
        SlotTable table = SlotTable.ofOne(1, A);
        assertEquals(List.of(new SlotTable.Range(0, 16383, List.of(A))), table.ranges());
        assertTrue(table.isBorn(0) && table.isBorn(16383));
        assertTrue(table.isPrimary(A.id(), 77));
        assertFalse(table.isMoving(77));
        assertEquals(SlotTable.SLOTS, table.primarySlots(A.id()).cardinality());
    }

    @Test
    void ownersTargetsAndRangesAreTold() {
        SlotTable.Builder builder = SlotTable.builder(9, List.of(C, A, B));
        for (int slot = 0; slot < 100; slot++) {
            builder.owners(slot, List.of(A.id(), B.id()));
        }
        builder.owners(100, List.of(A.id(), B.id()), List.of(C.id(), A.id()));
        SlotTable table = builder.build();

        assertEquals(
                List.of(new SlotTable.Range(0, 100, List.of(A, B)), new SlotTable.Range(101, 16383, List.of())),
                table.ranges());
        assertSame(table.owners(0), table.owners(99));
        assertTrue(table.isMoving(100));
        assertEquals(List.of(C, A), table.target(100));
        assertEquals(1, table.ownerIndex(B.id(), 100));
        assertEquals(-1, table.ownerIndex(C.id(), 100));
        assertTrue(table.isOwner(B.id(), 5));
        assertSame(table.member(B.id()), table.owners(5).get(1));
        assertNull(table.primary(101));
        assertTrue(table.members().get(0).id().compareTo(table.members().get(1).id()) < 0);
    }

    @Test
    void aListWithAStrangerOrATwinIsRefused() {
        SlotTable.Builder builder = SlotTable.builder(1, List.of(A));
        assertThrows(IllegalArgumentException.class, () -> builder.owners(0, List.of(B.id())));
        assertThrows(IllegalArgumentException.class, () -> builder.owners(0, List.of(A.id(), A.id())));
        assertThrows(IllegalArgumentException.class, () -> SlotTable.builder(1, List.of(A, A)));
    }

    @Property(tries = 60)
    void everyTableReadsBackFromItsBytes(@ForAll @IntRange(max = 20) int count, @ForAll long seed) throws IOException {
        SlotTable table = randomTable(count, seed);
        SlotTable back = Samples.read(Samples.bytes(table::write), SlotTable::read);
        assertEquals(table, back);
        assertEquals(table.ranges(), back.ranges());
        assertEquals(table.hashCode(), back.hashCode());
    }

    @Property(tries = 60)
    void damagedBytesAreRefusedOrReadAsSomeTable(@ForAll long seed, @ForAll int at, @ForAll byte value) {
        byte[] bytes = Samples.bytes(randomTable(3, seed)::write);
        bytes[Math.floorMod(at, bytes.length)] = value;
        try {
            SlotTable table = Samples.read(bytes, SlotTable::read);
            assertEquals(
                    SlotTable.SLOTS,
                    table.ranges().get(table.ranges().size() - 1).last() + 1);
        } catch (IOException e) {
            assertNotEquals("", e.toString());
        }
    }

    private static SlotTable randomTable(int count, long seed) {
        Random random = new Random(seed);
        List<Member> members = Samples.members(count);
        SlotTable.Builder builder = SlotTable.builder(random.nextLong(), members);
        int slot = 0;
        while (slot < SlotTable.SLOTS && count > 0) {
            int end = Math.min(SlotTable.SLOTS, slot + 1 + random.nextInt(400));
            List<NodeId> owners = randomList(members, random);
            List<NodeId> target = random.nextBoolean() ? owners : randomList(members, random);
            for (; slot < end; slot++) {
                builder.owners(slot, owners, target);
                if (random.nextInt(10) == 0) {
                    builder.born(slot);
                }
            }
        }
        return builder.build();
    }

    private static List<NodeId> randomList(List<Member> members, Random random) {
        return random.ints(0, members.size())
                .distinct()
                .limit(random.nextInt(Math.min(4, members.size() + 1)))
                .mapToObj(i -> members.get(i).id())
                .toList();
    }

    @Test
    void binaryFormIsCompact() {
        SlotTable.Builder three = SlotTable.builder(1, List.of(A, B, C));
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            three.owners(slot, slot < 5461 ? List.of(A.id(), B.id()) : List.of(C.id(), A.id()));
        }
        assertTrue(Samples.bytes(three.build()::write).length < 1000);

        Random random = new Random(1);
        List<Member> members = Samples.members(200);
        SlotTable.Builder many = SlotTable.builder(1, members);
        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            int primary = random.nextInt(200);
            int replica = (primary + 1 + random.nextInt(20)) % 200;
            many.owners(
                    slot,
                    List.of(members.get(primary).id(), members.get(replica).id()));
        }
        int size = Samples.bytes(many.build()::write).length;
        assertTrue(size < 110_000, "bytes: " + size);
    }

    @Test
    void reportsReadBackWithTheirHoldings() throws IOException {
        BitSet primary = new BitSet();
        primary.set(0, 5000);
        BitSet inSync = new BitSet();
        inSync.set(16383);
        inSync.set(4999);
        Holdings holdings = Holdings.of(primary, inSync, slot -> slot * 1_000_003L);
        SlotReport report = new SlotReport(A, 5, SlotTable.ofOne(5, A), holdings);
        SlotReport back = Samples.read(Samples.bytes(report::write), SlotReport::read);

        assertEquals(A, back.member());
        assertEquals(report.table(), back.table());
        assertEquals(primary, back.primary());
        assertFalse(back.holdings().isInSync(4999), "a slot in both sets is primary");
        assertTrue(back.holdings().isInSync(16383));
        assertEquals(4999 * 1_000_003L, back.holdings().seq(4999));
        assertEquals(16383 * 1_000_003L, back.holdings().seq(16383));
        assertEquals(-1, back.holdings().seq(5000));
        assertNull(back.holdings().origin(16383));
    }

    @Test
    void holdingsReadBackWithWhoseTheCopiesAreAndWhatWaitsToBeMerged() throws IOException {
        BitSet primary = new BitSet();
        primary.set(7);
        BitSet inSync = new BitSet();
        inSync.set(0, 9000);
        BitSet unmerged = new BitSet();
        unmerged.set(8999, 9001);
        Identity one = Identity.of(A);
        Identity two = new Identity(A.id(), A.incarnation() + 1);
        Holdings holdings =
                Holdings.of(primary, inSync, unmerged, slot -> 1, slot -> slot < 100 ? one : slot < 200 ? null : two);
        Holdings back = Samples.read(Samples.bytes(holdings::write), Holdings::read);

        for (int slot = 0; slot < SlotTable.SLOTS; slot++) {
            assertEquals(slot == 7, back.isPrimary(slot));
            assertEquals(slot < 9000 && slot != 7, back.isInSync(slot));
            assertEquals(slot == 9000, back.isUnmerged(slot), "a slot in several sets counts for the first");
            Identity origin = slot >= 9000 || slot == 7 ? null : slot < 100 ? one : slot < 200 ? null : two;
            assertEquals(origin, back.origin(slot));
        }
        assertEquals(1, back.seq(9000));
        assertTrue(back.isFollowedBy(one, 7), "nobody knows better");
    }

    @Test
    void holdingsReadBackWithWhoFollows() throws IOException {
        BitSet primary = new BitSet();
        primary.set(0, 9);
        BitSet followed = new BitSet();
        followed.set(3, 7);
        Identity one = Identity.of(A);
        Holdings holdings = Holdings.of(primary, new BitSet(), slot -> 1).withFollowers(Map.of(one, followed));
        Holdings back = Samples.read(Samples.bytes(holdings::write), Holdings::read);

        for (int slot = 0; slot < 9; slot++) {
            assertEquals(slot >= 3 && slot < 7, back.isFollowedBy(one, slot));
            assertFalse(back.isFollowedBy(new Identity(A.id(), A.incarnation() + 1), slot), "another life");
        }
    }
}
