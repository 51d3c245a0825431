package dev.rondo.server.keyspace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a slot tells clients that cache keys of it. */
class TrackedKeysTest {
    private static final byte[] KEY = Ascii.bytes("k");

    private final TrackingTable table = new TrackingTable();
    private final Slot slot = new Slot(0, 0, table, new MemoryUse());
    private final List<String> told = new ArrayList<>();
    private final KeyTracker reader = new KeyTracker() {
        @Override
        public void changed(byte[] key, Object by) {
            told.add("changed " + Ascii.string(key) + " by " + by);
        }

        @Override
        public void flushed(Object by) {
            told.add("flushed by " + by);
        }

        @Override
        public void untracked(List<byte[]> keys) {
            told.add("untracked " + keys.stream().map(Ascii::string).toList());
        }
    };
    private final ChangeListener listener = new ChangeListener() {
        @Override
        public void changed(byte[] key, Object by) {
            told.add("all: changed " + Ascii.string(key) + " by " + by);
        }

        @Override
        public void lostSight() {
            told.add("all: lost sight");
        }
    };

    @BeforeEach
    void serve() {
        slot.lock();
        slot.become(Slot.Role.PRIMARY, true);
    }

    @Test
    void aReaderIsToldOnceUntilItReadsAgain() {
        slot.track(KEY, reader);
        slot.track(KEY, reader);
        assertEquals(1, table.keys());
        assertEquals(1, table.items());
        slot.touched(KEY, "writer");
        slot.touched(KEY, "writer");
        assertEquals(List.of("changed k by writer"), told);
        assertEquals(0, table.keys());
        assertEquals(0, table.items());
    }

    @Test
    void whoeverMeetsAnExpiredKeyDidNotChangeIt() {
        table.listener(listener, 1);
        slot.track(KEY, reader);
        slot.expired(KEY, "finder");
        assertEquals(List.of("changed k by finder", "all: changed k by null"), told);
    }

    @ParameterizedTest
    @CsvSource({
        "PRIMARY, true, false",
        "PARKED, true, false",
        "REPLICA, true, true",
        "REPLICA, false, true",
        "ABSENT, false, true",
    })
    void aPrimaryThatIsNoLongerOneTellsItsReaders(Slot.Role next, boolean complete, boolean isTold) {
        table.listener(listener, 1);
        slot.track(KEY, reader);
        slot.become(next, complete);
        assertEquals(isTold ? List.of("untracked [k]", "all: lost sight") : List.of(), told);
        assertEquals(isTold ? 0 : 1, table.keys());
    }

    @Test
    void readersOfAReplicaStayWhenItIsPromotedAndGoWithItsCopy() {
        slot.become(Slot.Role.REPLICA, true);
        slot.track(KEY, reader);
        slot.become(Slot.Role.REPLICA, true);
        slot.become(Slot.Role.PRIMARY, true);
        assertEquals(List.of(), told);
        slot.become(Slot.Role.REPLICA, true);
        slot.track(KEY, reader);
        told.clear();
        slot.become(Slot.Role.REPLICA, false);
        assertEquals(List.of("untracked [k]"), told);
    }

    @Test
    void aFlushIsToldHereOrElsewhereButNotTwice() {
        slot.track(KEY, reader);
        slot.flush(1, true);
        assertEquals(List.of(), told);
        assertEquals(0, table.items());
        slot.track(KEY, reader);
        slot.flush(2, false);
        assertEquals(List.of("untracked [k]"), told);
        assertEquals(0, table.items());
    }

    @Test
    void whatWasNeverServedIsNothingToTell() {
        slot.become(Slot.Role.ABSENT, false);
        table.listener(listener, 1);
        slot.clear();
        slot.become(Slot.Role.REPLICA, false);
        slot.clear();
        assertEquals(List.of(), told);
    }

    @Test
    void manyKeysComeInMessagesOfBoundedSize() {
        for (int i = 0; i < 1300; i++) {
            slot.track(Ascii.bytes("k" + i), reader);
        }
        slot.clear();
        assertEquals(3, told.size());
        assertEquals(0, table.keys());
    }
}
