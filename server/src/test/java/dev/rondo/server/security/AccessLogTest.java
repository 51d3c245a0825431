package dev.rondo.server.security;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.resp.Ascii;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class AccessLogTest {
    private final AtomicLong most = new AtomicLong(128);
    private final AccessLog log = new AccessLog(most::get);

    private List<String> objects(long most) {
        return log.newest(most).stream().map(AccessLog.Entry::object).toList();
    }

    private void add(String object, long nowMs) {
        log.add(
                Denial.Reason.KEY,
                AccessLog.Context.TOPLEVEL,
                Ascii.bytes(object),
                "alice",
                "client at " + nowMs,
                nowMs);
    }

    @Test
    void refusalsOfAKindAreOneEntryThatMovesToTheFront() {
        add("a", 1000);
        add("b", 2000);
        add("a", 3000);
        List<AccessLog.Entry> entries = log.newest(10);
        assertEquals(List.of("a", "b"), objects(10));
        AccessLog.Entry twice = entries.get(0);
        assertEquals(0, twice.id());
        assertEquals(2, twice.count());
        assertEquals("client at 3000", twice.client());
        assertEquals(1000, twice.createdMs());
        assertEquals(3000, twice.updatedMs());
        assertEquals(1, entries.get(1).id());
        assertEquals(1, entries.get(1).count());
    }

    @Test
    void aMinuteWithoutAnotherEndsAnEntry() {
        add("a", 0);
        add("a", 60_000);
        add("a", 120_001);
        assertEquals(
                List.of(1L, 2L),
                log.newest(10).stream().map(AccessLog.Entry::count).toList());
    }

    @Test
    void reasonContextAndUserTellEntriesApart() {
        byte[] object = Ascii.bytes("a");
        log.add(Denial.Reason.KEY, AccessLog.Context.TOPLEVEL, object, "alice", "", 0);
        log.add(Denial.Reason.COMMAND, AccessLog.Context.TOPLEVEL, object, "alice", "", 0);
        log.add(Denial.Reason.KEY, AccessLog.Context.MULTI, object, "alice", "", 0);
        log.add(Denial.Reason.KEY, AccessLog.Context.TOPLEVEL, object, "bob", "", 0);
        assertEquals(4, log.newest(10).size());
    }

    @Test
    void onlyTheTenNewestAreCompared() {
        for (int i = 0; i < 11; i++) {
            add("key" + i, 0);
        }
        add("key1", 0);
        add("key0", 0);
        assertEquals(12, log.newest(100).size());
    }

    @Test
    void theOldestGoWhenThereAreTooMany() {
        most.set(2);
        add("a", 0);
        add("b", 0);
        add("c", 0);
        assertEquals(List.of("c", "b"), objects(10));
        most.set(0);
        add("d", 0);
        assertEquals(List.of(), log.newest(10));
    }

    @Test
    void longObjectIsCut() {
        add("x".repeat(AccessLog.MOST_OBJECT_BYTES + 1), 0);
        assertEquals(AccessLog.MOST_OBJECT_BYTES, log.newest(1).get(0).object().length());
    }

    @Test
    void countsGoOnWhenTheEntriesAreForgotten() {
        add("a", 0);
        add("a", 0);
        log.clear();
        assertEquals(List.of(), log.newest(10));
        assertEquals(2, log.count(Denial.Reason.KEY));
        assertEquals(0, log.count(Denial.Reason.AUTH));
        log.resetCounts();
        assertEquals(0, log.count(Denial.Reason.KEY));
    }

    @Test
    void noneOrFewerThanThereAreCanBeAskedFor() {
        add("a", 0);
        add("b", 0);
        assertEquals(List.of(), log.newest(-1));
        assertEquals(List.of("b"), objects(1));
    }
}
