package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TablePlannerTest {

    private static final int SLOTS = SlotTable.SLOTS;
    private static final TablePlanner.Config WAIT = new TablePlanner.Config(1, LostSlots.WAIT, 100_000);
    private static final TablePlanner.Config RESET = new TablePlanner.Config(1, LostSlots.RESET, 100_000);

    private final List<Member> members = Samples.members(3).stream()
            .sorted((a, b) -> a.id().compareTo(b.id()))
            .toList();
    private final Member a = members.get(0);
    private final Member b = members.get(1);
    private final Member c = members.get(2);

    private static Holdings holdings(IntPredicate primary, IntPredicate inSync, long seq) {
        BitSet serving = new BitSet();
        BitSet copies = new BitSet();
        for (int slot = 0; slot < SLOTS; slot++) {
            serving.set(slot, primary.test(slot));
            copies.set(slot, inSync.test(slot));
        }
        return Holdings.of(serving, copies, slot -> seq);
    }

    private static SlotReport empty(Member member) {
        return new SlotReport(member, 0, SlotTable.NONE, Holdings.NONE);
    }

    /** What a member that follows {@code table} perfectly reports. */
    private static SlotReport faithful(Member member, SlotTable table) {
        return new SlotReport(
                member,
                table.epoch(),
                SlotTable.NONE,
                holdings(s -> table.isPrimary(member.id(), s), s -> table.ownerIndex(member.id(), s) > 0, 1));
    }

    private SlotTable bornTable() {
        return TablePlanner.plan(10, SlotTable.NONE, List.of(empty(c), empty(a), empty(b)), WAIT);
    }

    @Test
    void aNewClusterIsBornWithEverySlotEmpty() {
        SlotTable table = bornTable();
        assertEquals(10, table.epoch());
        assertEquals(members, table.members());
        for (int slot = 0; slot < SLOTS; slot++) {
            assertTrue(table.isBorn(slot));
            assertEquals(2, table.owners(slot).size());
            assertFalse(table.isMoving(slot));
        }
        assertEquals(6, table.ranges().size());
    }

    @Test
    void nothingChangesWhenAllReportWhatTheTableSays() {
        SlotTable table = bornTable();
        List<SlotReport> reports = members.stream().map(m -> faithful(m, table)).toList();
        SlotTable next = TablePlanner.plan(11, table, reports, WAIT);
        assertTrue(next.sameOwners(table));
        assertFalse(next.isBorn(0));
    }

    @Test
    void reportsFromBeforeTheBirthDoNotMakeSlotsLost() {
        SlotTable table = bornTable();
        SlotTable next = TablePlanner.plan(11, table, List.of(faithful(a, table), empty(b), faithful(c, table)), WAIT);
        assertTrue(next.sameOwners(table));
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(table.isPrimary(b.id(), slot), next.isBorn(slot), "still born where nobody served it yet");
        }
    }

    @Test
    void theReplicaIsPromotedWhenThePrimaryIsGone() {
        SlotTable table = bornTable();
        SlotTable next = TablePlanner.plan(11, table, List.of(faithful(a, table), faithful(c, table)), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            Member old = table.primary(slot);
            Member heir = old.equals(b) ? table.owners(slot).get(1) : old;
            assertEquals(heir, next.primary(slot));
            assertFalse(next.isBorn(slot));
            assertEquals(2, next.owners(slot).size(), "the other one is to make a copy");
        }
    }

    @Test
    void theFreshestCopyIsPromoted() {
        SlotTable table = allTo(List.of(b.id(), a.id(), c.id()));
        SlotReport stale = new SlotReport(a, 10, SlotTable.NONE, holdings(s -> false, s -> true, 5));
        SlotReport fresh = new SlotReport(c, 10, SlotTable.NONE, holdings(s -> false, s -> true, 6));
        SlotTable next = TablePlanner.plan(11, table, List.of(stale, fresh), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(c, next.primary(slot));
        }
    }

    /** A member that holds every slot in one way. */
    private static SlotReport all(Member member, long epoch, Held how, long seq, @Nullable Member origin) {
        BitSet every = new BitSet();
        every.set(0, SLOTS);
        BitSet none = new BitSet();
        Identity life = origin == null ? null : Identity.of(origin);
        Holdings holdings = Holdings.of(
                how == Held.PRIMARY ? every : none,
                how == Held.COPY ? every : none,
                how == Held.UNMERGED ? every : none,
                slot -> seq,
                slot -> life);
        return new SlotReport(member, epoch, SlotTable.NONE, holdings);
    }

    private enum Held {
        PRIMARY,
        COPY,
        UNMERGED
    }

    private static void assertAllServedBy(Member member, SlotTable table) {
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(member, table.primary(slot));
        }
    }

    @Test
    void aCopyOfTheLastPrimaryGoesBeforeOneOfAnotherWhateverTheirNumbers() {
        SlotTable table = allTo(List.of(b.id(), a.id(), c.id()));
        Member loser = Samples.member(9);
        SlotReport right = all(a, 10, Held.COPY, 5, b);
        SlotReport wrong = all(c, 10, Held.COPY, 500, loser);
        assertAllServedBy(a, TablePlanner.plan(11, table, List.of(right, wrong), WAIT));

        Member formerLife = new Member(b.id(), b.incarnation() + 1, b.host(), b.port(), b.busPort(), "", 1);
        SlotReport ofFormerLife = all(a, 10, Held.COPY, 5, formerLife);
        assertAllServedBy(c, TablePlanner.plan(11, table, List.of(ofFormerLife, wrong), WAIT));
    }

    @Test
    void betweenCopiesOfThePrimaryAndOfItsHeirTheNumberDecides() {
        SlotTable table = moving(List.of(c.id(), b.id(), a.id()), List.of(b.id(), a.id()));
        Member other = Samples.member(9);
        for (long seq : new long[] {4, 6}) { // the heir may have taken the slot over, or have served it once before
            SlotReport ofHeir = all(a, 10, Held.COPY, seq, b);
            SlotReport ofGiver = all(other, 10, Held.COPY, 5, c);
            SlotTable next = TablePlanner.plan(11, table, List.of(ofHeir, ofGiver), WAIT);
            assertAllServedBy(seq > 5 ? a : other, next);
        }
    }

    @Test
    void whatWaitsToBeMergedIsNoCopyButBetterThanNothing() {
        SlotTable table = allTo(List.of(b.id(), a.id()));
        SlotReport unmerged = all(a, 10, Held.UNMERGED, 500, null);
        SlotTable alone = TablePlanner.plan(11, table, List.of(unmerged), WAIT);
        assertAllServedBy(a, alone);

        SlotReport copy = all(c, 10, Held.COPY, 5, b);
        assertAllServedBy(c, TablePlanner.plan(11, table, List.of(unmerged, copy), WAIT));

        SlotTable moving = moving(List.of(b.id(), a.id(), c.id()), List.of(b.id(), a.id()));
        SlotReport primary = all(b, 10, Held.PRIMARY, 5, null);
        SlotTable next = TablePlanner.plan(11, moving, List.of(primary, unmerged, copy), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertTrue(next.isOwner(c.id(), slot), "a copy is not given up for it");
        }
    }

    @Test
    void noCopyIsGivenUpForOneThatFollowsTheFormerPrimary() {
        SlotTable moving = moving(List.of(c.id(), b.id(), a.id()), List.of(b.id(), a.id()));
        SlotReport heir = all(b, 10, Held.PRIMARY, 5, null);
        SlotReport giver = all(c, 10, Held.COPY, 5, b);
        SlotReport follower = all(a, 10, Held.COPY, 5, c);
        SlotTable next = TablePlanner.plan(11, moving, List.of(heir, giver, follower), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertTrue(next.isOwner(c.id(), slot));
        }
    }

    @Test
    void theCopyOfTheGiverIsKeptThoughItsLastWordIsFromBeforeTheHandover() {
        SlotTable moving = moving(List.of(c.id(), b.id(), a.id()), List.of(b.id(), a.id()));
        SlotReport heir = all(b, 10, Held.PRIMARY, 5, null);
        SlotReport giver = all(c, 10, Held.PRIMARY, 5, null);
        SlotReport follower = all(a, 10, Held.COPY, 5, c);
        SlotTable next = TablePlanner.plan(11, moving, List.of(heir, giver, follower), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(b, next.primary(slot));
            assertTrue(next.isOwner(c.id(), slot));
        }
    }

    @Test
    void whoClaimsASlotThatATableGaveToAnotherYieldsToThatOnesCopies() {
        SlotTable table = allTo(List.of(b.id(), a.id()));
        SlotReport back = all(c, 9, Held.PRIMARY, 500, null);
        SlotReport copy = all(a, 10, Held.COPY, 5, b);
        assertAllServedBy(a, TablePlanner.plan(11, table, List.of(back, copy), WAIT));

        SlotReport ofAnother = all(a, 10, Held.COPY, 5, Samples.member(9));
        assertAllServedBy(c, TablePlanner.plan(11, table, List.of(back, ofAnother), WAIT));

        SlotReport knowing = all(c, 10, Held.PRIMARY, 500, null);
        assertAllServedBy(c, TablePlanner.plan(11, table, List.of(knowing, copy), WAIT));
    }

    @Test
    void aSlotWithoutAnyHolderIsLostUntilOneReturns() {
        SlotTable table = bornTable();
        Member reborn = new Member(b.id(), 99, b.host(), b.port(), b.busPort(), "", 1);
        SlotTable next = TablePlanner.plan(11, table, List.of(faithful(a, table), empty(reborn)), WAIT);
        int lost = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            boolean held = table.isOwner(a.id(), slot);
            assertEquals(held ? a : null, next.primary(slot));
            lost += held ? 0 : 1;
        }
        assertTrue(lost > 5000);

        SlotReport fromDisk = new SlotReport(c, 0, table, faithful(c, table).holdings());
        SlotTable healed =
                TablePlanner.plan(12, next, List.of(faithful(a, next), faithful(reborn, next), fromDisk), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(table.isOwner(a.id(), slot) ? a : c, healed.primary(slot));
        }
    }

    @Test
    void lostSlotsAreBornAnewWhenThePolicySaysSo() {
        SlotTable table = bornTable();
        SlotTable next = TablePlanner.plan(11, table, List.of(faithful(a, table)), RESET);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(a, next.primary(slot));
            assertEquals(!table.isOwner(a.id(), slot), next.isBorn(slot));
        }
    }

    @Test
    void theDataOfABootedAloneNodeStaysWhereItIsUntilCopied() {
        SlotTable alone = SlotTable.ofOne(5, a);
        SlotTable next = TablePlanner.plan(11, alone, List.of(faithful(a, alone), empty(b)), WAIT);
        int toHandOver = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(a, next.primary(slot));
            assertTrue(next.isOwner(b.id(), slot), "b is to fetch a copy");
            assertFalse(next.isBorn(slot));
            toHandOver += next.target(slot).get(0).equals(b) ? 1 : 0;
        }
        assertEquals(SLOTS / 2, toHandOver);
    }

    @Test
    void movesAreLimitedButMissingCopiesAreNot() {
        SlotTable alone = SlotTable.ofOne(5, a);
        TablePlanner.Config few = new TablePlanner.Config(1, LostSlots.WAIT, 10);
        SlotTable next = TablePlanner.plan(11, alone, List.of(faithful(a, alone), empty(b)), few);
        int moving = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(List.of(a, b), next.owners(slot));
            moving += next.isMoving(slot) ? 1 : 0;
        }
        assertEquals(10, moving);
        SlotTable later = TablePlanner.plan(12, next, List.of(faithful(a, next), empty(b)), few);
        assertTrue(later.sameOwners(next), "the same ten go on");
    }

    @Test
    void aCopyInTheMakingIsKeptWhileThereAreTooFew() {
        SlotTable table = allTo(List.of(a.id(), b.id()));
        SlotReport serving = all(a, table.epoch(), Held.PRIMARY, 5, null);
        SlotReport making = new SlotReport(b, table.epoch(), SlotTable.NONE, Holdings.NONE);
        SlotTable next = TablePlanner.plan(11, table, List.of(serving, making, empty(c)), WAIT);
        int elsewhere = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            assertTrue(next.isOwner(b.id(), slot), "it may be complete by now, and the only one besides the primary");
            elsewhere += next.target(slot).contains(b) ? 0 : 1;
        }
        assertTrue(elsewhere > 0, "the ring wants the copies of some slots elsewhere");

        SlotReport copied = all(c, next.epoch(), Held.COPY, 5, a);
        SlotReport servingStill = all(a, next.epoch(), Held.PRIMARY, 5, null);
        SlotReport makingStill = new SlotReport(b, next.epoch(), SlotTable.NONE, Holdings.NONE);
        SlotTable last = TablePlanner.plan(12, next, List.of(servingStill, makingStill, copied), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            boolean wanted = last.target(slot).contains(b);
            assertEquals(wanted, last.isOwner(b.id(), slot), "there are enough without it");
        }
    }

    @Test
    void aCopyCountsOnlyIfThePrimarySaysSoToo() {
        SlotTable table = moving(List.of(a.id(), b.id(), c.id()), List.of(a.id(), c.id()));
        SlotReport kept = all(b, table.epoch(), Held.COPY, 5, a);
        SlotReport stale = all(c, table.epoch(), Held.COPY, 3, a); // of an earlier time as the slot's primary
        BitSet every = new BitSet();
        every.set(0, SLOTS);
        SlotReport serving = all(a, table.epoch(), Held.PRIMARY, 5, null);

        SlotReport ofOne = followedBy(serving, Map.of(Identity.of(b), every));
        SlotTable next = TablePlanner.plan(11, table, List.of(ofOne, kept, stale), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertTrue(next.isOwner(b.id(), slot), "the only complete copy");
        }

        SlotReport ofBoth = followedBy(serving, Map.of(Identity.of(b), every, Identity.of(c), every));
        SlotTable last = TablePlanner.plan(11, table, List.of(ofBoth, kept, stale), WAIT);
        int elsewhere = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            if (!last.target(slot).contains(b) && last.target(slot).get(0).equals(a)) {
                assertFalse(last.isOwner(b.id(), slot), "there are enough without it");
                elsewhere++;
            }
        }
        assertTrue(elsewhere > 0, "the ring wants the copies of some slots elsewhere");
    }

    private static SlotReport followedBy(SlotReport report, Map<Identity, BitSet> followers) {
        return new SlotReport(
                report.member(),
                report.epoch(),
                report.table(),
                report.holdings().withFollowers(followers));
    }

    @Test
    void aHandoverInFlightIsNotTakenForALoss() {
        SlotTable table = moving(List.of(a.id(), b.id(), c.id()), List.of(b.id(), c.id()));
        SlotReport handedOver = new SlotReport(a, 10, SlotTable.NONE, holdings(s -> false, s -> false, 7));
        SlotReport other = new SlotReport(c, 10, SlotTable.NONE, holdings(s -> false, s -> true, 9));
        SlotReport before = new SlotReport(b, 10, SlotTable.NONE, holdings(s -> false, s -> true, 7));
        SlotTable next = TablePlanner.plan(11, table, List.of(handedOver, before, other), WAIT);
        assertEquals(b, next.primary(0));

        SlotReport stillHere = new SlotReport(a, 10, SlotTable.NONE, holdings(s -> true, s -> false, 7));
        SlotReport took = new SlotReport(b, 10, SlotTable.NONE, holdings(s -> true, s -> false, 7));
        next = TablePlanner.plan(11, table, List.of(stillHere, took, other), WAIT);
        assertEquals(b, next.primary(0), "whom it was handed to counts, whoever's word is older");
    }

    @Test
    void afterASplitTheNewestTableDecidesAmongSeveralPrimaries() {
        SlotTable newest = allTo(List.of(b.id()));
        List<SlotReport> reports = new ArrayList<>();
        reports.add(new SlotReport(a, 9, SlotTable.NONE, holdings(s -> true, s -> false, 100)));
        reports.add(new SlotReport(b, 10, newest, holdings(s -> true, s -> false, 1)));
        assertEquals(b, TablePlanner.plan(11, newest, reports, WAIT).primary(0));

        SlotTable foreign = allTo(List.of(c.id()));
        assertEquals(a, TablePlanner.plan(11, foreign, reports, WAIT).primary(0), "else the longer history");
    }

    @Test
    void aClaimFromBeforeTheNewestTableYieldsToThePrimaryThatIsHandingOver() {
        SlotTable newest = moving(List.of(a.id(), b.id()), List.of(c.id(), b.id()));
        SlotReport parked = new SlotReport(a, newest.epoch(), SlotTable.NONE, holdings(s -> false, s -> true, 7));
        SlotReport copy = new SlotReport(c, newest.epoch(), SlotTable.NONE, holdings(s -> false, s -> true, 7));
        SlotReport old = new SlotReport(b, newest.epoch() - 1, SlotTable.NONE, holdings(s -> true, s -> false, 9));
        assertEquals(
                a,
                TablePlanner.plan(newest.epoch() + 1, newest, List.of(parked, copy, old), WAIT)
                        .primary(0));
    }

    @Test
    void aClaimFromBeforeAMergeIsNotTakenForAHandover() {
        SlotTable aAlone = TablePlanner.plan(5, SlotTable.NONE, List.of(empty(a)), WAIT);
        SlotTable bAlone = TablePlanner.plan(4, SlotTable.NONE, List.of(empty(b)), WAIT);
        SlotReport bBefore = faithful(b, bAlone);
        SlotTable merged = TablePlanner.plan(20, aAlone, List.of(faithful(a, aAlone), bBefore), WAIT);
        SlotTable next = TablePlanner.plan(21, merged, List.of(faithful(a, merged), bBefore), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(a, merged.primary(slot));
            assertEquals(a, next.primary(slot), "slot " + slot + ", whose target is " + merged.target(slot));
        }
    }

    @Test
    void aCopyOfTheOtherSideDoesNotCountAsComplete() {
        SlotTable newest = allTo(List.of(b.id()));
        SlotReport primary = new SlotReport(b, 10, newest, holdings(s -> true, s -> false, 5));
        SlotReport foreign = new SlotReport(c, 9, SlotTable.NONE, holdings(s -> false, s -> true, 5));
        SlotReport fresh = empty(a);
        SlotTable next = TablePlanner.plan(11, newest, List.of(primary, foreign, fresh), WAIT);
        for (int slot = 0; slot < SLOTS; slot++) {
            assertEquals(b, next.primary(slot));
            assertTrue(next.isOwner(c.id(), slot), "kept until complete copies exist");
        }
    }

    private SlotTable allTo(List<NodeId> owners) {
        return moving(owners, owners);
    }

    private SlotTable moving(List<NodeId> owners, List<NodeId> target) {
        SlotTable.Builder builder = SlotTable.builder(10, members);
        for (int slot = 0; slot < SLOTS; slot++) {
            builder.owners(slot, owners, target);
        }
        return builder.build();
    }
}
