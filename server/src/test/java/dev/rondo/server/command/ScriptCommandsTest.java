package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ScriptCommandsTest {
    private static final String ONE = "e0e1f9fabfc9d4800c877a703b823ac0578ff8db"; // return 1
    private static final Err NO_SCRIPT = new Err("NOSCRIPT No matching script. Please use EVAL.");

    private final PlainNode node = new PlainNode("busy-reply-threshold", "100");
    private final WireClient client = node.connect();
    private final WireClient other = node.connect();

    @AfterEach
    void stop() {
        node.close();
    }

    private Object eval(String body, String... keys) {
        String[] words = new String[3 + keys.length];
        words[0] = "EVAL";
        words[1] = body;
        words[2] = Integer.toString(keys.length);
        System.arraycopy(keys, 0, words, 3, keys.length);
        return client.call(words);
    }

    /** The error of a script that failed, without its place. */
    private static String error(Object reply) {
        return ((Err) reply).text().split(" script: ", -1)[0];
    }

    // ---- running ----

    @Test
    void scriptsSeeTheirKeysAndArgumentsAndRunCommands() {
        assertEquals(
                List.of("OK", "v", "k", "a"),
                client.call(
                        "EVAL",
                        "return {redis.call('SET', KEYS[1], ARGV[1]), redis.call('GET', KEYS[1]), KEYS[1], ARGV[2]}",
                        "1",
                        "k",
                        "v",
                        "a"));
    }

    @Test
    void aScriptIsKnownByItsDigestOnceItWasEvaluatedOrLoaded() {
        assertEquals(NO_SCRIPT, client.call("EVALSHA", ONE, "0"));
        assertEquals(1L, eval("return 1"));
        assertEquals(1L, client.call("EVALSHA", ONE, "0"));
        assertEquals(1L, client.call("EVALSHA", ONE.toUpperCase(java.util.Locale.ROOT), "0"));
        assertEquals(List.of(1L, 0L), client.call("SCRIPT", "EXISTS", ONE, "x"));
        assertEquals("OK", client.call("SCRIPT", "FLUSH"));
        assertEquals(NO_SCRIPT, client.call("EVALSHA", ONE, "0"));
        assertEquals(ONE, client.call("SCRIPT", "LOAD", "return 1"));
        assertEquals(1L, client.call("EVALSHA_RO", ONE, "0"));
    }

    @Test
    void scriptsThatAreWrongAreRefused() {
        assertEquals(new Err("ERR value is not an integer or out of range"), client.call("EVAL", "return 1", "x"));
        assertEquals(
                new Err("ERR Number of keys can't be greater than number of args"),
                client.call("EVAL", "return 1", "2", "k"));
        assertEquals(new Err("ERR Number of keys can't be negative"), client.call("EVAL", "return 1", "-1"));
        assertEquals(NO_SCRIPT, client.call("EVALSHA", "x", "x"));
        assertEquals(
                new Err("ERR Error compiling script (new function): user_script:1: '=' expected near '<eof>'"),
                client.call("SCRIPT", "LOAD", "foo"));
        assertEquals(new Err("ERR Invalid script shebang"), eval("#!lua"));
        assertEquals(new Err("ERR Unexpected engine in script shebang: #!js"), eval("#!js\nreturn 1"));
        assertEquals(new Err("ERR Unexpected flag in script shebang: x"), eval("#!lua flags=x\nreturn 1"));
        assertEquals(new Err("ERR Unknown lua shebang option: x"), eval("#!lua x\nreturn 1"));
    }

    @Test
    void whatMustNotWriteDoesNot() {
        String error = "ERR Write commands are not allowed from read-only scripts.";
        assertEquals(error, error(client.call("EVAL_RO", "return redis.call('SET', 'k', 1)", "0")));
        assertEquals(error, error(eval("#!lua flags=no-writes\nreturn redis.call('SET', 'k', 1)")));
        assertEquals(
                new Err("ERR Can not execute a script with write flag using *_ro command."),
                client.call("EVAL_RO", "#!lua\nreturn 1", "0"));
        assertNull(client.call("GET", "k"));
    }

    @Test
    void commandsThatWouldWaitGiveUpAtOnce() {
        assertNull(eval("return redis.call('BLMPOP', 0, 1, 'list', 'LEFT')"));
        assertNull(eval("return redis.call('BZMPOP', 0, 1, 'zset', 'MIN')"));
    }

    @Test
    void aDatabaseThatAScriptSelectsIsTheScriptsAlone() {
        assertEquals(List.of("OK", "OK"), eval("return {redis.call('SELECT', '3'), redis.call('SET', 'k', 'three')}"));
        assertNull(client.call("GET", "k"));
        client.call("SELECT", "3");
        assertEquals("three", client.call("GET", "k"));
    }

    @Test
    void scriptsReachKeysThatTheyDidNotName() {
        client.call("MSET", "a", "1", "b", "2");
        assertEquals(3L, eval("return redis.call('GET', 'a') + redis.call('GET', 'b')"));
        assertEquals(2L, eval("return #redis.call('KEYS', '*')"));
        assertEquals(0L, eval("redis.call('FLUSHALL'); return redis.call('DBSIZE')"));
    }

    @Test
    void repliesKeepTheirTypesInResp3() {
        client.call("HELLO", "3");
        client.call("HSET", "h", "f", "v");
        assertEquals(Map.of("f", "v"), eval("redis.setresp(3); return redis.call('HGETALL', 'h')"));
        assertEquals(List.of("f", "v"), eval("return redis.call('HGETALL', 'h')"));
        assertEquals(true, eval("redis.setresp(3); return true"));
        assertEquals(1.5, eval("return {double=1.5}"));
    }

    @Test
    void errorsAreCountedOnce() {
        client.call("SET", "s", "x");
        client.call("CONFIG", "RESETSTAT");
        eval("return redis.call('LPUSH', 's', 1)");
        eval("return redis.pcall('LPUSH', 's', 1)");
        eval("return {err='MINE x'}");
        String info = (String) client.call("INFO", "errorstats");
        assertTrue(info.contains("errorstat_WRONGTYPE:count=2"), info);
        assertTrue(info.contains("errorstat_MINE:count=1"), info);
        String commands = (String) client.call("INFO", "commandstats");
        assertTrue(commands.contains("cmdstat_lpush:calls=2"), commands);
        assertTrue(commands.contains("cmdstat_eval:calls=3"), commands);
    }

    // ---- with others ----

    @Test
    void scriptsAreAtomic() throws InterruptedException {
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 2000; i++) {
                other.call("MSET", "{t}a", Integer.toString(i), "{t}b", Integer.toString(i));
            }
        });
        writer.start();
        while (writer.isAlive()) {
            Object seen = eval("return redis.call('GET', '{t}a') == redis.call('GET', '{t}b')");
            assertEquals(1L, seen);
        }
        writer.join();
    }

    @Test
    void aScriptsWriteServesWhoWaitsForIt() {
        other.send("BLPOP", "list", "0");
        awaitBlocked(1);
        assertEquals(2L, eval("redis.call('RPUSH', 'list', 'x'); return redis.call('RPUSH', 'list', 'y')"));
        assertEquals(List.of("list", "x"), other.read());
        assertEquals(List.of("y"), client.call("LRANGE", "list", "0", "-1"));
    }

    private void awaitBlocked(int clients) {
        await().until(() -> ((String) client.call("INFO", "clients")).contains("blocked_clients:" + clients));
    }

    @Test
    void aScriptsWriteFailsTheTransactionThatWatches() {
        other.call("WATCH", "k");
        eval("return redis.call('SET', 'k', 'v')");
        other.call("MULTI");
        other.call("GET", "k");
        assertNull(other.call("EXEC"));
    }

    @Test
    void scriptsRunInTransactions() {
        client.call("MULTI");
        assertEquals("QUEUED", client.call("SET", "k", "1"));
        assertEquals("QUEUED", client.call("EVAL", "return redis.call('INCR', KEYS[1])", "1", "k"));
        assertEquals("QUEUED", client.call("EVAL", "return redis.call('SELECT', '2')", "0"));
        assertEquals("QUEUED", client.call("EVALSHA", "x", "0"));
        assertEquals("QUEUED", client.call("BLPOP", "none", "0"));
        assertEquals("QUEUED", client.call("GET", "k"));
        List<?> replies = (List<?>) client.call("EXEC");
        assertEquals(6, replies.size());
        assertEquals(List.of("OK", 2L, "OK", NO_SCRIPT), replies.subList(0, 4));
        assertNull(replies.get(4));
        assertEquals("2", replies.get(5));
    }

    @Test
    void aTransactionWithAScriptHeedsWhatIsWatched() {
        client.call("WATCH", "k");
        other.call("SET", "k", "x");
        client.call("MULTI");
        client.call("EVAL", "return redis.call('SET', 'k', 'y')", "0");
        assertNull(client.call("EXEC"));
        assertEquals("x", client.call("GET", "k"));
        client.call("MULTI");
        client.call("EVAL", "return redis.call('SET', 'k', 'y')", "0");
        assertEquals(List.of("OK"), client.call("EXEC"));
    }

    @Test
    void pipelinedScriptsAnswerInOrder() {
        for (int i = 0; i < 100; i++) {
            client.send("EVAL", "return ARGV[1]", "0", "s" + i);
            client.send("ECHO", "e" + i);
        }
        for (int i = 0; i < 100; i++) {
            assertEquals("s" + i, client.read());
            assertEquals("e" + i, client.read());
        }
    }

    @Test
    void aClientThatHangsUpGetsWhatItsScriptReplies() {
        client.send("EVAL", "local n = 0 for i = 1, 3e6 do n = n + 1 end redis.call('SET', 'k', n) return n", "0");
        client.shutdownOutput();
        assertEquals(3_000_000L, client.read());
        assertTrue(client.isClosedByServer());
        assertEquals("3000000", other.call("GET", "k"));
    }

    // ---- long ones ----

    private void loop(WireClient by, String before) {
        by.send("EVAL", before + " while true do end", "1", "k");
        await().until(() -> ((Err) nullSafe(other.call("GET", "k"))).text().startsWith("BUSY"));
    }

    private static Object nullSafe(Object reply) {
        return reply instanceof Err ? reply : new Err("");
    }

    @Test
    void aScriptThatTakesLongBlocksItsKeysOnly() {
        other.call("SET", "elsewhere", "x");
        loop(client, "");
        assertEquals("x", other.call("GET", "elsewhere"));
        assertEquals("PONG", other.call("PING"));
        assertEquals(
                new Err("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE."),
                other.call("SET", "k", "x"));
        assertTrue(((Err) other.call("EVAL", "return 1", "0")).text().startsWith("BUSY"));
        other.call("MULTI");
        other.call("GET", "k");
        assertTrue(((Err) other.call("EXEC")).text().startsWith("EXECABORT Transaction discarded because of: BUSY"));
        assertEquals("OK", other.call("SCRIPT", "KILL"));
        assertTrue(((Err) client.read()).text().startsWith("ERR Script killed by user with SCRIPT KILL..."));
        assertNull(other.call("GET", "k"));
        assertEquals(new Err("NOTBUSY No scripts in execution right now."), other.call("SCRIPT", "KILL"));
    }

    @Test
    void whoWaitsForAScriptGetsItsReplyWhenThatHasEnded() {
        client.send("EVAL", "for i = 1, 5e6 do end return redis.call('SET', KEYS[1], 'v')", "1", "k");
        other.call("PING");
        Object seen = other.call("GET", "k");
        assertTrue(seen == null || seen.equals("v") || seen instanceof Err, () -> "seen: " + seen);
        assertEquals("OK", client.read());
    }

    @Test
    void aScriptThatHasWrittenIsNotKilled() {
        WireClient third = node.connect();
        third.send(
                "EVAL", "redis.call('SET', KEYS[1], 1) while redis.call('GET', 'stop') == false do end", "2", "k", "x");
        await().until(() -> nullSafe(other.call("GET", "k")) instanceof Err err
                && err.text().startsWith("BUSY"));
        assertEquals(
                new Err(
                        "UNKILLABLE Sorry the script already executed write commands against the dataset. You can either"
                                + " wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE"
                                + " command."),
                other.call("SCRIPT", "KILL"));
    }
}
