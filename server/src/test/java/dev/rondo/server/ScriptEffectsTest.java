package dev.rondo.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

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

/** What replicas are told of scripts: what their commands did, all at once, and never the script. */
class ScriptEffectsTest {
    private static final String LOCK = "if redis.call('EXISTS', KEYS[1]) == 0"
            + " or redis.call('HEXISTS', KEYS[1], ARGV[2]) == 1 then"
            + " redis.call('HINCRBY', KEYS[1], ARGV[2], 1) redis.call('PEXPIRE', KEYS[1], ARGV[1]) return nil end"
            + " return redis.call('PTTL', KEYS[1])";
    private static final String UNLOCK = "if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return nil end"
            + " if redis.call('HINCRBY', KEYS[1], ARGV[1], -1) > 0 then return 0 end"
            + " redis.call('DEL', KEYS[1]) redis.call('PUBLISH', KEYS[2], 'free') return 1";

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

    @Test
    void aScriptIsOneBatchOfWhatItsCommandsDid() {
        client.call(
                "EVAL",
                "redis.call('SET', 'a', 1) redis.call('GET', 'a') redis.call('INCRBYFLOAT', 'a', '0.5')"
                        + " redis.call('GETDEL', 'none') redis.call('RPUSH', 'l', 'x') return redis.pcall('INCR', 'l')",
                "0");
        assertEquals(List.of("SET a 1; SET a 1.5 KEEPTTL; RPUSH l x"), batches);
    }

    @Test
    void aScriptThatFailsHasDoneWhatItDid() {
        client.call("EVAL", "redis.call('SET', 'a', 1) error('x')", "0");
        assertEquals(List.of("SET a 1"), batches);
    }

    @Test
    void aTransactionWithScriptsIsOneBatch() {
        client.call("MULTI");
        client.call("SET", "a", "1");
        client.call("EVAL", "return redis.call('INCR', KEYS[1])", "1", "a");
        client.call("SET", "b", "2");
        client.call("EXEC");
        assertEquals(List.of("SET a 1; INCR a; SET b 2"), batches);
    }

    @Test
    void whoWaitsForAKeyIsServedBehindTheScript() {
        WireClient waiting = node.connect();
        waiting.send("BLPOP", "list", "0");
        await().until(() -> ((String) client.call("INFO", "clients")).contains("blocked_clients:1"));
        client.call("EVAL", "redis.call('RPUSH', 'list', 'x') return redis.call('SET', 'k', 'v')", "0");
        assertEquals(List.of("list", "x"), waiting.read());
        assertEquals(List.of("RPUSH list x; SET k v", "LPOP list"), batches);
    }

    @Test
    void aLockOfScriptsLetsOneOwnerIn() {
        WireClient other = node.connect();
        other.call("SUBSCRIBE", "channel");
        assertNull(client.call("EVAL", LOCK, "1", "lock", "30000", "one"));
        assertNull(client.call("EVAL", LOCK, "1", "lock", "30000", "one"));
        Object left = client.call("EVAL", LOCK, "1", "lock", "30000", "two");
        assertEquals(true, (Long) left > 29_000 && (Long) left <= 30_000);
        assertNull(client.call("EVAL", UNLOCK, "2", "lock", "channel", "two"));
        assertEquals(0L, client.call("EVAL", UNLOCK, "2", "lock", "channel", "one"));
        assertEquals(1L, client.call("EVAL", UNLOCK, "2", "lock", "channel", "one"));
        assertEquals(List.of("message", "channel", "free"), other.read());
        assertNull(client.call("EVAL", LOCK, "1", "lock", "30000", "two"));
    }
}
