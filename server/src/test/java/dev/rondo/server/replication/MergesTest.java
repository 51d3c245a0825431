package dev.rondo.server.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.membership.NodeId;
import dev.rondo.server.keyspace.Graveyard;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the loser of slots sends to their winner, and when it takes that for done or in vain. */
class MergesTest {
    private static final NodeId WINNER = new NodeId("1".repeat(40));
    private static final long MS = 1_000_000;
    private static final int CHUNK_BYTES = 100;
    private static final int BACKLOG_BYTES = 400;

    /** Reads what is sent and answers nothing of itself. */
    private static final class Winner implements Bus {
        final List<String> records = new ArrayList<>();
        private final StreamReader reader = new StreamReader();

        @Override
        public boolean send(NodeId to, byte[] message, int length) {
            long id = Messages.streamId(message, 0);
            if (!reader.isCurrent(id)) {
                reader.restart(id);
            }
            int header = PeerStream.HEADER_BYTES;
            reader.read(Messages.offset(message, 0), message, header, length - header, this::note);
            return true;
        }

        private void note(RecordReader record) {
            switch (record.kind()) {
                case HELLO -> {}
                case MERGE_ENTRIES -> noteEntries(record);
                case MERGE_END -> records.add("end of " + record.slot() + " in " + record.number());
                default -> records.add("something else");
            }
        }

        private void noteEntries(RecordReader record) {
            StringBuilder text = new StringBuilder("entries of " + record.slot() + ":");
            while (record.hasMore()) {
                KeyState state = KeyState.read(record);
                text.append(' ').append(state.version());
            }
            records.add(text.toString());
        }

        @Override
        public boolean sendUnordered(NodeId to, byte[] message, int length) {
            return true;
        }
    }

    private final Winner winner = new Winner();
    private final Keyspace keyspace = new Keyspace(0);
    private final List<Loops.Loop> loops = new ArrayList<>();
    private long nowNs = 1;
    private final ReplicationSettings settings = new ReplicationSettings(
            (name, loop) -> {
                loops.add(loop);
                return () -> {};
            },
            () -> nowNs,
            4096,
            1 << 20,
            0,
            CHUNK_BYTES,
            BACKLOG_BYTES,
            1 << 20,
            8,
            1);
    private boolean opening = true;
    private final Streams streams = new Streams(settings, winner, 1, () -> 0, stream -> open(), stream -> {});
    private final Copies copies =
            new Copies(settings, new Feeds(KeySlot.SLOTS, () -> {}), (slot, stream) -> {}, stream -> false);
    private final Merges merges = new Merges(settings, streams, copies);
    /** What was told of each merge when it was over. */
    private final List<Boolean> outcomes = new ArrayList<>();

    private void open() {
        if (!opening) {
            throw new IllegalStateException("as the test wants");
        }
    }

    @BeforeEach
    void begin() {
        keyspace.keepTombstones(new Graveyard());
        streams.reachable(Map.of(WINNER, 1L));
    }

    private Slot slot(int index, int keys) {
        Slot slot = keyspace.slot(index);
        slot.lock();
        try {
            for (int i = 0; i < keys; i++) {
                slot.setVersion(slot.add(Ascii.bytes("key" + i), Ascii.bytes("some value")), 10 + i);
            }
        } finally {
            slot.unlock();
        }
        return slot;
    }

    private void merge(Slot... slots) {
        merges.add(List.of(slots), WINNER, outcomes::add);
        run();
    }

    /** Sends what can be sent without further ado. */
    private void run() {
        boolean more = true;
        while (more) {
            more = merges.step();
            loops.removeIf(Loops.Loop::isOver);
            for (Loops.Loop loop : loops) {
                more |= loop.step();
            }
        }
    }

    private PeerStream stream() {
        return Objects.requireNonNull(streams.present(WINNER));
    }

    private void acknowledge() {
        stream().acknowledge(stream().end());
        run();
    }

    private void answer(long number, boolean taken) {
        merges.answered(number, taken);
        run();
    }

    private void pass(long ms) {
        nowNs += ms * MS;
        run();
    }

    @Test
    void aMergeIsDoneOnceTheWinnerHasTakenEverySlot() {
        merge(slot(7, 1), slot(8, 2));
        assertEquals(
                List.of("entries of 7: 10", "end of 7 in 1", "entries of 8: 11 10", "end of 8 in 1"),
                inAnyOrderOfKeys(winner.records));
        acknowledge();
        answer(1, true);
        assertEquals(List.of(), outcomes);
        answer(1, true);
        assertEquals(List.of(true), outcomes);
        assertTrue(merges.isEmpty());
    }

    /** The order within a slot is the hash table's. */
    private static List<String> inAnyOrderOfKeys(List<String> records) {
        return records.stream()
                .map(record -> record.replace(": 10 11", ": 11 10"))
                .toList();
    }

    @Test
    void oneSlotThatWasNotTakenMakesTheMergeOneInVain() {
        merge(slot(7, 1), slot(8, 1));
        acknowledge();
        answer(1, false);
        assertEquals(List.of(), outcomes);
        answer(1, true);
        assertEquals(List.of(false), outcomes);
        assertTrue(merges.isEmpty());
    }

    /** So that the winner says whether it serves the slot. */
    @Test
    void ofAnEmptySlotTheWinnerIsToldToo() {
        merge(slot(7, 0));
        assertEquals(List.of("entries of 7:", "end of 7 in 1"), winner.records);
        assertEquals(List.of(), outcomes);
    }

    @Test
    void deletionsGoBeforeTheEntriesOfEachSlot() {
        Slot slot = slot(7, 1);
        Slot other = slot(8, 1);
        for (Slot each : List.of(slot, other)) {
            each.lock();
            each.bury(Ascii.bytes("gone"), 5);
            each.unlock();
        }
        merge(slot, other);
        assertEquals(
                List.of(
                        "entries of 7: 5",
                        "entries of 7: 10",
                        "end of 7 in 1",
                        "entries of 8: 5",
                        "entries of 8: 10",
                        "end of 8 in 1"),
                winner.records);
    }

    @Test
    void aWinnerThatHasMuchToApplyGetsNoMoreUntilItHas() {
        merge(slot(7, 200));
        int sent = winner.records.size();
        assertTrue(stream().backlog() >= BACKLOG_BYTES);
        assertTrue(stream().backlog() < BACKLOG_BYTES + 2 * CHUNK_BYTES);
        assertFalse(winner.records.contains("end of 7 in 1"));
        pass(60_000);
        assertEquals(sent, winner.records.size());
        assertEquals(List.of(), outcomes);
        while (!winner.records.contains("end of 7 in 1")) {
            int before = winner.records.size();
            acknowledge();
            assertTrue(winner.records.size() > before);
        }
        answer(1, true);
        assertEquals(List.of(true), outcomes);
    }

    // ---- in vain ----

    @Test
    void aWinnerThatCannotBeReachedIsSentNothing() {
        streams.reachable(Map.of());
        merge(slot(7, 1));
        assertEquals(List.of(), winner.records);
        assertEquals(List.of(false), outcomes);
        assertTrue(merges.isEmpty());
    }

    @Test
    void whatAWinnerThatIsGoneWasSentIsInVain() {
        merge(slot(7, 1));
        acknowledge();
        streams.reachable(Map.of());
        run();
        assertEquals(List.of(false), outcomes);
        answer(1, true);
        assertEquals(List.of(false), outcomes);
    }

    @Test
    void whatTheFormerLifeOfAWinnerWasSentIsInVain() {
        merge(slot(7, 1));
        streams.reachable(Map.of(WINNER, 2L));
        run();
        assertEquals(List.of(false), outcomes);
        assertEquals(2, winner.records.size(), "it is not for the merge itself to begin anew");
    }

    @Test
    void anAnswerThatDoesNotComeAfterAllWasAppliedIsLost() {
        merge(slot(7, 1), slot(8, 1));
        pass(60_000);
        assertEquals(List.of(), outcomes, "it is not applied yet");
        acknowledge();
        answer(1, true);
        pass(1000);
        assertEquals(List.of(), outcomes);
        pass(1);
        assertEquals(List.of(false), outcomes);
        assertTrue(merges.isEmpty());
    }

    @Test
    void anAnswerToAnEarlierTryDoesNotCountForTheNext() {
        Slot slot = slot(7, 1);
        merge(slot);
        acknowledge();
        pass(1001);
        merge(slot);
        assertEquals("end of 7 in 2", winner.records.get(3), "all of it is sent again");
        acknowledge();
        answer(1, true);
        assertEquals(List.of(false), outcomes);
        answer(2, true);
        assertEquals(List.of(false, true), outcomes);
    }

    @Test
    void aMergeThatFailsIsInVainAndOthersGoOn() {
        NodeId other = new NodeId("2".repeat(40));
        streams.reachable(Map.of(WINNER, 1L, other, 1L));
        Objects.requireNonNull(streams.present(other)).close();
        opening = false;
        merges.add(List.of(slot(7, 1)), other, outcomes::add);
        merge(slot(8, 1));
        assertEquals(List.of(false), outcomes);
        acknowledge();
        answer(2, true);
        assertEquals(List.of(false, true), outcomes);
    }
}
