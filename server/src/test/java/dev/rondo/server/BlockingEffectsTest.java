package dev.rondo.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.commit.Effects;
import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What replicas are told when a write serves clients that waited for it: the write, then each serve by itself, in
 * order.
 */
class BlockingEffectsTest {
    private final List<String> batches = new CopyOnWriteArrayList<>();
    private final PlainNode node = PlainNode.with(Seams.NONE.withCommits(
            mode -> CommitMode.async((effects, nowMs) -> batches.add(text(effects)), slot -> 0, mode.rules())));
    private final WireClient client = node.connect();

    @AfterEach
    void stop() {
        node.close();
    }

    private static String text(Effects effects) {
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < effects.size(); i++) {
            commands.add(Stream.of(effects.command(i)).map(Ascii::string).collect(Collectors.joining(" ")));
        }
        return String.join("; ", commands);
    }

    private WireClient blocked(String command) {
        WireClient waiting = node.connect();
        String id = Long.toString((Long) waiting.call("CLIENT", "ID"));
        waiting.send(command.split(" "));
        await().until(() -> ((String) client.call("CLIENT", "LIST", "ID", id)).contains(" flags=b "));
        return waiting;
    }

    private List<String> batchesOf(String... commands) {
        batches.clear();
        for (String command : commands) {
            client.call(command.split(" "));
        }
        return batches;
    }

    @Test
    void aServedClientTakesAsTheCommandWouldThatDoesNotWait() {
        blocked("BLPOP list 0");
        blocked("BRPOP list 0");
        blocked("BLMPOP 0 2 other list RIGHT COUNT 2");
        assertEquals(
                List.of("RPUSH list 1 2 3 4 5 6", "LPOP list", "RPOP list", "RPOP list 2"),
                batchesOf("RPUSH list 1 2 3 4 5 6"));
    }

    @Test
    void readersTakeNothingAndConsumersClaim() {
        client.call("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM");
        blocked("XREAD BLOCK 0 STREAMS s $");
        blocked("XREADGROUP GROUP g c BLOCK 0 STREAMS s >");
        List<String> batches = batchesOf("XADD s 5-0 f v");
        assertEquals(2, batches.size());
        assertEquals("XADD s 5-0 f v", batches.get(0));
        assertEquals(
                "XCLAIM s g c 0 5-0 TIME T RETRYCOUNT 1 FORCE JUSTID LASTID 5-0",
                batches.get(1).replaceFirst("TIME \\d+", "TIME T"));
        blocked("XREADGROUP GROUP g d BLOCK 0 STREAMS s >");
        assertEquals(List.of("XGROUP DESTROY s g"), batchesOf("XGROUP DESTROY s g"));
    }

    @Test
    void oneServeAfterTheOther() {
        blocked("BLMOVE a b LEFT RIGHT 0");
        blocked("BRPOPLPUSH b c 0");
        blocked("BLPOP c 0");
        assertEquals(List.of("RPUSH a x", "LMOVE a b LEFT RIGHT", "RPOPLPUSH b c", "LPOP c"), batchesOf("RPUSH a x"));
    }

    @Test
    void aTransactionStaysWhole() {
        blocked("BLPOP list 0");
        assertEquals(
                List.of("RPUSH list 1; SET k v; RPUSH list 2", "LPOP list"),
                batchesOf("MULTI", "RPUSH list 1", "SET k v", "RPUSH list 2", "EXEC"));
    }

    @Test
    void aServeThatFailsHasNoEffect() {
        client.call("SET", "word", "x");
        blocked("BLMOVE list word LEFT LEFT 0");
        assertEquals(List.of("RPUSH list 1"), batchesOf("RPUSH list 1"));
    }
}
