package dev.rondo.membership;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class StandingTest {
    private static final long MS = 1_000_000;
    private static final long ALONE_NS = 3_000 * MS;
    private static final long EPOCH = 100;
    private static final Identity ARBITER = identity(1);
    private static final Identity SECOND = identity(2);
    private static final Identity THIRD = identity(3);
    private static final List<Identity> OTHERS = List.of(ARBITER, SECOND, THIRD);

    private final Standing standing = new Standing(ALONE_NS);
    private long nowNs = Long.MAX_VALUE - 1000 * MS; // wraps around while the tests run

    private static Identity identity(int number) {
        return new Identity(new NodeId(String.format("%040x", number)), number);
    }

    private Standing.Step step(long epoch) {
        return standing.step(OTHERS, epoch, nowNs);
    }

    private void doubt() {
        standing.doubt(OTHERS, EPOCH, nowNs);
    }

    private void answered(Identity from, boolean member, long epoch) {
        standing.answered(from, member, epoch, nowNs, nowNs);
    }

    @Test
    void aNodeThatNeverStoodStillAsksNobody() {
        assertEquals(Set.of(), step(EPOCH).ask());
        assertEquals(Standing.State.SURE, standing.state());
    }

    @Test
    void allOthersAreAskedAndAgainUntilTheyAnswer() {
        doubt();
        assertEquals(Set.copyOf(OTHERS), step(EPOCH).ask());
        assertEquals(Set.of(), step(EPOCH).ask(), "not twice at once");
        nowNs += 150 * MS;
        assertEquals(Set.copyOf(OTHERS), step(EPOCH).ask());
    }

    @Test
    void theArbitersWordIsEnough() {
        doubt();
        step(EPOCH);
        answered(ARBITER, true, EPOCH);
        long askedNs = nowNs;
        nowNs += 5 * MS;
        Standing.Step step = step(EPOCH);
        assertTrue(step.decided());
        assertEquals(askedNs, step.trueAtNs(), "true when it was asked, not when it was answered");
        assertEquals(Standing.State.SURE, standing.state());
    }

    @Test
    void theOthersWordCountsOnceTheArbiterHasBeenSilentForLong() {
        doubt();
        step(EPOCH);
        answered(SECOND, true, EPOCH);
        answered(THIRD, true, EPOCH);
        assertFalse(step(EPOCH).decided());
        nowNs += 400 * MS;
        assertTrue(step(EPOCH).decided());
        assertEquals(Standing.State.SURE, standing.state());
    }

    @Test
    void aMinorityConfirmsNothing() {
        doubt();
        step(EPOCH);
        answered(SECOND, true, EPOCH);
        nowNs += 400 * MS;
        assertFalse(step(EPOCH).decided());
    }

    @Test
    void aConfirmationWithANewerTableWaitsForThatTable() {
        doubt();
        step(EPOCH);
        answered(ARBITER, true, EPOCH + 1);
        assertFalse(step(EPOCH).decided());
        assertTrue(step(EPOCH + 1).decided());
    }

    @Test
    void aNewerTableMadeWithoutThisNodeReplacesIt() {
        doubt();
        step(EPOCH);
        answered(SECOND, false, EPOCH + 1);
        assertFalse(step(EPOCH).decided(), "the table is still to be applied");
        assertTrue(step(EPOCH + 1).decided());
        assertEquals(Standing.State.REPLACED, standing.state());
    }

    @Test
    void exclusionWithoutANewTableIsWaitedFor() {
        doubt();
        step(EPOCH);
        answered(ARBITER, false, EPOCH);
        answered(SECOND, true, EPOCH);
        answered(THIRD, true, EPOCH);
        nowNs += 400 * MS;
        assertFalse(step(EPOCH).decided(), "the table is being made");
        answered(ARBITER, false, EPOCH + 1);
        assertTrue(step(EPOCH + 1).decided());
        assertEquals(Standing.State.REPLACED, standing.state());
    }

    @Test
    void aReplacedNodeIsAMemberAgainWhenTheArbiterSaysSo() {
        aNewerTableMadeWithoutThisNodeReplacesIt();
        nowNs += 2_000 * MS;
        answered(ARBITER, false, EPOCH + 1);
        nowNs += 2_000 * MS;
        step(EPOCH + 1);
        assertEquals(Standing.State.REPLACED, standing.state(), "they are there, without this node");
        answered(ARBITER, true, EPOCH + 2);
        step(EPOCH + 2);
        assertEquals(Standing.State.SURE, standing.state());
    }

    @Test
    void aReplacedNodeThatStandsStillAgainIsReplacedStill() {
        aNewerTableMadeWithoutThisNodeReplacesIt();
        standing.doubt(OTHERS, EPOCH + 1, nowNs);
        assertEquals(Standing.State.DOUBTED, standing.state());
        answered(SECOND, false, EPOCH + 1);
        assertTrue(step(EPOCH + 1).decided());
        assertEquals(Standing.State.REPLACED, standing.state());
    }

    @Test
    void whoHearsNobodyGoesOnAloneAfterFailureDetection() {
        doubt();
        nowNs += ALONE_NS - MS;
        assertFalse(step(EPOCH).decided());
        nowNs += MS;
        assertTrue(step(EPOCH).decided());
        assertEquals(Standing.State.SURE, standing.state());
    }

    @Test
    void answersToEarlierQuestionsDoNotCount() {
        doubt();
        standing.answered(ARBITER, true, EPOCH, nowNs - MS, nowNs);
        assertFalse(step(EPOCH).decided());
    }

    @Test
    void aNodeAloneInItsViewHasNobodyToAsk() {
        standing.doubt(List.of(), EPOCH, nowNs);
        assertTrue(standing.step(List.of(), EPOCH, nowNs).decided());
    }

    @Test
    void whomNobodyHearsBelievesTheWordOfThoseWhoWentOnWithoutIt() {
        doubt();
        standing.excluded(ARBITER, EPOCH + 1, nowNs);
        assertFalse(step(EPOCH).decided(), "answers come first");
        nowNs += 600 * MS;
        assertEquals(Standing.Decision.REPLACED, step(EPOCH).decision());
        nowNs += ALONE_NS - MS;
        standing.excluded(ARBITER, EPOCH + 1, nowNs);
        nowNs += ALONE_NS - MS;
        step(EPOCH + 1);
        assertEquals(Standing.State.REPLACED, standing.state(), "as long as the word is heard");
        nowNs += MS;
        step(EPOCH + 1);
        assertEquals(Standing.State.SURE, standing.state(), "then nobody is heard");
    }

    @Test
    void theWordThatThisNodeIsOutIsWaitedWithForTheTable() {
        doubt();
        for (long ns = 0; ns < 3 * ALONE_NS; ns += 500 * MS) {
            standing.excluded(ARBITER, 0, nowNs);
            assertFalse(step(EPOCH).decided(), "the table is being made");
            nowNs += 500 * MS;
        }
        standing.excluded(ARBITER, EPOCH + 1, nowNs);
        assertEquals(Standing.Decision.REPLACED, step(EPOCH).decision());
    }

    @Test
    void theWordOfADeafNodeCountsForLessThanTheAnswerOfAnother() {
        doubt();
        step(EPOCH);
        standing.excluded(ARBITER, EPOCH + 1, nowNs);
        answered(SECOND, true, EPOCH);
        nowNs += 600 * MS;
        assertFalse(step(EPOCH).decided());
        answered(THIRD, true, EPOCH);
        assertEquals(Standing.Decision.CONFIRMED, step(EPOCH).decision());
    }

    @Test
    void whoSaysForEverThatATableIsBeingMadeIsNotListenedToForEver() {
        doubt();
        for (long ns = 0; ns < 5 * ALONE_NS; ns += 500 * MS) {
            standing.excluded(ARBITER, 0, nowNs);
            if (step(EPOCH).decision() == Standing.Decision.ALONE) {
                return;
            }
            nowNs += 500 * MS;
        }
        assertEquals(Standing.State.SURE, standing.state());
    }

    @Test
    void theWordOfAnotherSideOfASplitCountsForNothing() {
        doubt();
        assertFalse(standing.excluded(identity(9), EPOCH + 1, nowNs));
        nowNs += 600 * MS;
        assertFalse(step(EPOCH).decided());
    }

    @Test
    void aWordOlderThanWhatThisNodeActsByReplacesNobody() {
        doubt();
        standing.excluded(ARBITER, EPOCH, nowNs);
        nowNs += ALONE_NS - MS;
        assertFalse(step(EPOCH).decided());
        standing.excluded(ARBITER, EPOCH + 1, nowNs);
        assertFalse(step(EPOCH + 2).decided(), "a newer table has come since");
    }
}
