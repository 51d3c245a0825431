package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the comparison with redis-server cannot show of SORT: that it is atomic over many slots, and bounded. */
class SortCommandsTest {
    private static final int ROUNDS = 300;

    private PlainNode node;
    private WireClient client;

    @BeforeEach
    void start() {
        node = new PlainNode();
        client = node.connect();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static Object call(WireClient via, String line) {
        return via.call(line.split(" "));
    }

    @Test
    void weightsInOtherSlotsAreSeenAtOneMomentWhileTransactionsChangeThem() {
        call(client, "RPUSH l a b");
        call(client, "MSET w_a 1 w_b 2");
        AtomicBoolean over = new AtomicBoolean();
        List<WireClient> writers = List.of(node.connect(), node.connect());
        List<CompletableFuture<Void>> running = writers.stream()
                .map(writer -> CompletableFuture.runAsync(() -> {
                    boolean forward = writer == writers.get(0);
                    while (!over.get()) {
                        call(writer, "MULTI");
                        call(writer, forward ? "SET w_a 1" : "SET w_b 1");
                        call(writer, forward ? "SET w_b 2" : "SET w_a 2");
                        call(writer, "EXEC");
                    }
                }))
                .toList();
        for (int i = 0; i < ROUNDS; i++) {
            assertEquals(List.of("1", "2"), call(client, "SORT l BY w_* GET w_*"));
            assertEquals(2L, call(client, "SORT l BY w_* GET w_* STORE stored"));
            assertEquals(List.of("1", "2"), call(client, "LRANGE stored 0 -1"));
        }
        over.set(true);
        running.forEach(CompletableFuture::join);
    }

    @Test
    void aTransactionMaySortByKeysOfOtherSlots() {
        call(client, "RPUSH l a b");
        call(client, "MULTI");
        call(client, "MSET w_a 2 w_b 1");
        call(client, "SORT l BY w_* GET # GET w_*");
        call(client, "SORT l BY w_* STORE stored");
        call(client, "LRANGE stored 0 -1");
        assertEquals(List.of("OK", List.of("b", "1", "a", "2"), 2L, List.of("b", "a")), call(client, "EXEC"));
    }

    @Test
    void clientsThatWaitForTheTargetGetWhatIsStored() {
        call(client, "RPUSH l 2 1");
        WireClient waiting = node.connect();
        waiting.send("BLPOP", "stored", "0");
        while (!((String) call(client, "INFO clients")).contains("blocked_clients:1")) {
            Thread.onSpinWait();
        }
        assertEquals(2L, call(client, "SORT l GET none_* GET # LIMIT 0 1 STORE stored"));
        assertEquals(List.of("stored", ""), waiting.read());
    }

    @Test
    void moreResultsThanAnybodyCanTakeAreRefused() {
        String[] pushes = Stream.concat(
                        Stream.of("RPUSH", "l"), IntStream.range(0, 140_000).mapToObj(i -> "1"))
                .toArray(String[]::new);
        client.call(pushes);
        String[] sort = Stream.concat(
                        Stream.of("SORT", "l"), IntStream.range(0, 2000).mapToObj(i -> i % 2 == 0 ? "GET" : "#"))
                .toArray(String[]::new);
        assertEquals(new Err("ERR value is out of range"), client.call(sort));
        assertTrue(call(client, "SORT l LIMIT 5 1") instanceof List<?> list && list.equals(List.of("1")));
    }
}
