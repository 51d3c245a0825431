package dev.rondo.server.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Users and what they may do, as seen on the wire. */
class AclCommandsTest {
    private static final Err NO_KEY = new Err("NOPERM No permissions to access a key");
    private static final Err NO_CHANNEL = new Err("NOPERM No permissions to access a channel");
    private static final Err WRONG_PASS = new Err("WRONGPASS invalid username-password pair or user is disabled.");

    private PlainNode node;
    private WireClient admin;
    private WireClient alice;

    @BeforeEach
    void start() {
        node = new PlainNode();
        admin = node.connect();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    /** A client that is logged in as a user whom these rules make. */
    private WireClient logIn(String... rules) {
        String[] command = new String[rules.length + 5];
        command[0] = "ACL";
        command[1] = "SETUSER";
        command[2] = "alice";
        command[3] = "on";
        command[4] = ">secret";
        System.arraycopy(rules, 0, command, 5, rules.length);
        assertEquals("OK", admin.call(command));
        alice = node.connect();
        assertEquals("OK", alice.call("AUTH", "alice", "secret"));
        return alice;
    }

    private static Err noCommand(String name) {
        return new Err("NOPERM User alice has no permissions to run the '" + name + "' command");
    }

    // ---- description ----

    @Test
    void userIsDescribedInBothProtocols() {
        admin.call("ACL", "SETUSER", "alice", "on", "~a", "%R~b", "&c", "+get", "(~d", "+@read)");
        Map<?, ?> selector = Map.of("commands", "-@all +@read", "keys", "~d", "channels", "");
        List<?> old = (List<?>) admin.call("ACL", "GETUSER", "alice");
        assertEquals(List.of("flags", List.of("on", "sanitize-payload"), "passwords", List.of()), old.subList(0, 4));
        assertEquals(
                List.of("commands", "-@all +get", "keys", "~a %R~b", "channels", "&c", "selectors"),
                old.subList(4, 11));
        assertEquals(List.of(List.of("commands", "-@all +@read", "keys", "~d", "channels", "")), old.get(11));
        admin.call("HELLO", "3");
        Map<?, ?> fields = assertInstanceOf(Map.class, admin.call("ACL", "GETUSER", "alice"));
        assertEquals(List.of(selector), fields.get("selectors"));
        assertEquals(List.of("on", "sanitize-payload"), fields.get("flags"));
    }

    @Test
    void usersAreListedInOrder() {
        admin.call("ACL", "SETUSER", "zoe", "+get");
        admin.call("ACL", "SETUSER", "bob");
        assertEquals(List.of("bob", "default", "zoe"), admin.call("ACL", "USERS"));
        assertEquals(
                List.of(
                        "user bob off sanitize-payload resetchannels -@all",
                        "user default on nopass sanitize-payload ~* &* +@all",
                        "user zoe off sanitize-payload resetchannels -@all +get"),
                admin.call("ACL", "LIST"));
    }

    @Test
    void wrongRulesAndNamesAreRefusedInRedisWords() {
        assertEquals(
                new Err("ERR Error in ACL SETUSER modifier '+nosuch': Unknown command or category name in ACL"),
                admin.call("ACL", "SETUSER", "alice", "+nosuch"));
        assertEquals(
                new Err("ERR Unmatched parenthesis in acl selector starting at '(+get'."),
                admin.call("ACL", "SETUSER", "alice", "(+get"));
        assertEquals(
                new Err("ERR Usernames can't contain spaces or null characters"),
                admin.call("ACL", "SETUSER", "al ice"));
        assertEquals(new Err("ERR The 'default' user cannot be removed"), admin.call("ACL", "DELUSER", "default"));
        assertEquals(0L, admin.call("ACL", "DELUSER", "alice"));
    }

    @Test
    void dryRunTellsWithoutRunning() {
        admin.call("ACL", "SETUSER", "alice", "+get", "+publish", "~a");
        assertEquals("OK", admin.call("ACL", "DRYRUN", "alice", "GET", "a"));
        assertEquals(
                "User alice has no permissions to access the 'b' key",
                admin.call("ACL", "DRYRUN", "alice", "GET", "b"));
        assertEquals(
                "User alice has no permissions to access the 'b' channel",
                admin.call("ACL", "DRYRUN", "alice", "PUBLISH", "b", "m"));
        assertEquals(
                "User alice has no permissions to run the 'config|get' command",
                admin.call("ACL", "DRYRUN", "alice", "CONFIG", "GET", "x"));
        assertEquals(new Err("ERR User 'bob' not found"), admin.call("ACL", "DRYRUN", "bob", "GET", "a"));
        assertEquals(new Err("ERR Command 'nosuch' not found"), admin.call("ACL", "DRYRUN", "alice", "nosuch"));
        assertEquals(
                new Err("ERR wrong number of arguments for 'get' command"),
                admin.call("ACL", "DRYRUN", "alice", "GET"));
    }

    // ---- the gate ----

    @Test
    void requestsAreRefusedInRedisWords() {
        logIn("+@string", "~a*", "+publish", "&news");
        assertEquals("OK", alice.call("SET", "abc", "v"));
        assertEquals(noCommand("del"), alice.call("DEL", "abc"));
        assertEquals(noCommand("acl|whoami"), alice.call("ACL", "WHOAMI"));
        assertEquals(NO_KEY, alice.call("MGET", "abc", "b"));
        assertEquals(NO_CHANNEL, alice.call("PUBLISH", "other", "m"));
        assertEquals(0L, alice.call("PUBLISH", "news", "m"));
    }

    @Test
    void keysNeedThePermissionForWhatTheCommandDoesWithThem() {
        logIn("+@all", "%R~r", "%W~w");
        assertEquals("OK", alice.call("SET", "w", "v"));
        assertEquals(NO_KEY, alice.call("SET", "w", "v", "GET"));
        assertEquals(NO_KEY, alice.call("GET", "w"));
        assertNull(alice.call("GET", "r"));
        assertEquals(NO_KEY, alice.call("SET", "r", "v"));
        assertEquals(0L, alice.call("COPY", "r", "w"));
        assertEquals(NO_KEY, alice.call("COPY", "w", "r"));
        assertEquals(1L, alice.call("EXISTS", "r", "w"));
        assertEquals(NO_KEY, alice.call("EXISTS", "x"));
        assertEquals(NO_KEY, alice.call("GEORADIUS", "r", "0", "0", "1", "m", "STORE", "x"));
        assertEquals(NO_KEY, alice.call("GEORADIUS", "r", "0", "0", "1", "m", "STORE", "w", "STORE", "x"));
    }

    @Test
    void scriptsMayDoWhatTheirClientMay() {
        logIn("+eval", "+get", "+set", "~a");
        assertEquals("OK", alice.call("EVAL", "return redis.call('set', KEYS[1], 'v')", "1", "a"));
        assertEquals(NO_KEY, alice.call("EVAL", "return 1", "1", "b"));
        Err refused = (Err) alice.call("EVAL", "return redis.call('del', 'a')", "0");
        assertTrue(refused.text()
                .startsWith("ERR ACL failure in script: User alice has no permissions to run the 'del'" + " command"));
        refused = (Err) alice.call("EVAL", "return redis.call('get', 'b')", "0");
        assertTrue(refused.text().startsWith("ERR ACL failure in script: No permissions to access a key"));
        String check = "return {redis.acl_check_cmd('get', 'a'), redis.acl_check_cmd('get', 'b'),"
                + " redis.acl_check_cmd('get'), redis.acl_check_cmd('del', 'a')}";
        List<?> allowed = (List<?>) alice.call("EVAL", check, "0");
        assertEquals(1L, allowed.get(0));
        assertNull(allowed.get(1));
        assertEquals(1L, allowed.get(2));
        assertNull(allowed.get(3));
        admin.call("HELLO", "3");
        checkEntry(((List<?>) admin.call("ACL", "LOG", "1")).get(0), 1, "key", "lua", "b", "alice");
    }

    @Test
    void sortByOtherKeysNeedsThePermissionToReadAll() {
        logIn("+@all", "~list");
        alice.call("RPUSH", "list", "2", "1");
        assertEquals(List.of("1", "2"), alice.call("SORT", "list"));
        assertEquals(List.of("2", "1"), alice.call("SORT", "list", "BY", "nosort"));
        assertEquals(
                new Err("ERR BY option of SORT denied due to insufficient ACL permissions."),
                alice.call("SORT", "list", "BY", "weight_*"));
        assertEquals(
                new Err("ERR GET option of SORT denied due to insufficient ACL permissions."),
                alice.call("SORT_RO", "list", "GET", "#"));
        assertEquals(NO_KEY, alice.call("SORT", "list", "STORE", "target"));
        admin.call("ACL", "SETUSER", "alice", "%R~*");
        assertEquals(List.of("1", "2"), alice.call("SORT", "list", "GET", "#"));
    }

    @Test
    void newRulesHoldFromTheNextRequestOn() {
        logIn("+get", "~*");
        assertNull(alice.call("GET", "k"));
        admin.call("ACL", "SETUSER", "alice", "-get");
        assertEquals(noCommand("get"), alice.call("GET", "k"));
        admin.call("ACL", "SETUSER", "alice", "+get");
        assertNull(alice.call("GET", "k"));
    }

    @Test
    void refusalInMultiBreaksTheTransaction() {
        logIn("+@transaction", "+get", "~a");
        alice.call("MULTI");
        assertEquals("QUEUED", alice.call("GET", "a"));
        assertEquals(NO_KEY, alice.call("GET", "b"));
        assertEquals(new Err("EXECABORT Transaction discarded because of previous errors."), alice.call("EXEC"));
    }

    @Test
    void rulesAreAskedAgainAtExec() {
        logIn("+@transaction", "+get", "+set", "+publish", "~a", "~b", "&c");
        alice.call("MULTI");
        alice.call("GET", "a");
        alice.call("SET", "b", "v");
        alice.call("PUBLISH", "c", "m");
        alice.call("GET", "b");
        admin.call("ACL", "SETUSER", "alice", "-set", "resetkeys", "~a", "resetchannels");
        List<?> replies = (List<?>) alice.call("EXEC");
        String changed = "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC"
                + " call. This command is no longer allowed for the following reason: ";
        assertNull(replies.get(0));
        assertEquals(new Err(changed + "no permission to execute the command or subcommand"), replies.get(1));
        assertEquals(
                new Err(changed + "no permission to access one of the channels used as arguments"), replies.get(2));
        assertEquals(new Err(changed + "no permission to touch the specified keys"), replies.get(3));
        assertEquals(0L, admin.call("EXISTS", "b"));
    }

    @Test
    void execThatIsForbiddenDiscardsTheTransaction() {
        logIn("+multi", "+get", "~*");
        alice.call("MULTI");
        alice.call("GET", "a");
        assertEquals(
                new Err("EXECABORT Transaction discarded because of: NOPERM User alice has no permissions to run the"
                        + " 'exec' command"),
                alice.call("EXEC"));
        assertNull(alice.call("GET", "a"));
    }

    @Test
    void blockedClientGetsNothingThatItMayNotHaveAnyMore() {
        logIn("+@all", "~list");
        alice.send("BLPOP", "list", "0");
        awaitBlocked();
        admin.call("ACL", "SETUSER", "alice", "resetkeys");
        admin.call("RPUSH", "list", "element");
        assertEquals(NO_KEY, alice.read());
        assertEquals(1L, admin.call("LLEN", "list"));
    }

    private void awaitBlocked() {
        while (!((String) admin.call("INFO", "clients")).contains("blocked_clients:1")) {
            Thread.onSpinWait();
        }
    }

    // ---- login ----

    @Test
    void loginNeedsAnEnabledUserAndOneOfItsPasswords() {
        admin.call("ACL", "SETUSER", "alice", ">secret", "+@all", "~*");
        WireClient client = node.connect();
        assertEquals(WRONG_PASS, client.call("AUTH", "alice", "secret"));
        admin.call("ACL", "SETUSER", "alice", "on");
        assertEquals(WRONG_PASS, client.call("AUTH", "alice", "wrong"));
        assertEquals(WRONG_PASS, client.call("AUTH", "nobody", "secret"));
        assertEquals("default", client.call("ACL", "WHOAMI"));
        assertEquals("OK", client.call("AUTH", "alice", "secret"));
        assertEquals("alice", client.call("ACL", "WHOAMI"));
        assertTrue(((String) client.call("CLIENT", "INFO")).contains(" user=alice "));
        assertEquals("RESET", client.call("RESET"));
        assertEquals("default", client.call("ACL", "WHOAMI"));
        assertInstanceOf(Map.class, client.call("HELLO", "3", "AUTH", "alice", "secret"));
        assertEquals("alice", client.call("ACL", "WHOAMI"));
    }

    @Test
    void whoIsNotLoggedInMayNotBeServedUnlessDefaultNeedsNoPassword() {
        WireClient early = node.connect();
        assertEquals("PONG", early.call("PING")); // it is served, and not just connected
        admin.call("ACL", "SETUSER", "default", ">secret");
        WireClient late = node.connect();
        assertEquals("PONG", early.call("PING"));
        assertEquals(new Err("NOAUTH Authentication required."), late.call("PING"));
        assertEquals("OK", late.call("AUTH", "secret"));
        assertEquals("PONG", late.call("PING"));
    }

    @Test
    void requirepassIsThePasswordOfDefault() {
        admin.call("CONFIG", "SET", "requirepass", "secret");
        assertTrue(((List<?>) admin.call("ACL", "LIST")).get(0).toString().contains(" #2bb80d537b1da3e38bd30361aa"));
        admin.call("ACL", "SETUSER", "default", "resetpass", ">other");
        admin.call("CONFIG", "SET", "requirepass", "secret");
        assertEquals("OK", node.connect().call("AUTH", "other"));
        admin.call("CONFIG", "SET", "requirepass", "");
        assertEquals("PONG", node.connect().call("PING"));
    }

    @Test
    void removedUsersClientsAreDisconnected() {
        logIn("+@all", "~*");
        WireClient bystander = node.connect();
        assertEquals(1L, admin.call("ACL", "DELUSER", "alice", "nobody"));
        assertTrue(alice.isClosedByServer());
        assertEquals("PONG", bystander.call("PING"));
        assertEquals(WRONG_PASS, bystander.call("AUTH", "alice", "secret"));
    }

    @Test
    void whoRemovesItselfGetsTheReplyBeforeTheEnd() {
        logIn("+@all", "~*");
        assertEquals(1L, alice.call("ACL", "DELUSER", "alice"));
        assertTrue(alice.isClosedByServer());
    }

    @Test
    void listenersAreDisconnectedWhenTheyLoseAChannel() {
        logIn("+@all", "&a", "&b*");
        WireClient other = node.connect();
        other.call("AUTH", "alice", "secret");
        alice.call("SUBSCRIBE", "a");
        other.call("PSUBSCRIBE", "b*");
        admin.call("ACL", "SETUSER", "alice", "resetchannels", "&b*");
        assertTrue(alice.isClosedByServer());
        assertEquals(1L, admin.call("PUBLISH", "bc", "message"));
        assertFalse(other.isSilentFor(5000));
    }

    @Test
    void aBitFieldThatIsOnlyReadNeedsNoRightToWrite() {
        logIn("+@all", "%R~r");
        Err refusal = new Err("NOPERM No permissions to access a key");
        assertEquals(List.of(0L), alice.call("BITFIELD", "r", "GET", "u8", "0", "OVERFLOW", "SAT"));
        assertEquals(List.of(), alice.call("BITFIELD", "r"));
        assertEquals(refusal, alice.call("BITFIELD", "r", "GET", "u8", "0", "SET", "u8", "0", "1"));
        assertEquals(refusal, alice.call("BITFIELD", "r", "INCRBY", "u8", "0", "1"));
        assertEquals(refusal, alice.call("BITFIELD", "r", "GET", "u8"));
    }

    @Test
    void clientsOfAUserAreKilledByItsName() {
        logIn("+@all");
        assertEquals(new Err("ERR No such user 'nobody'"), admin.call("CLIENT", "KILL", "USER", "nobody"));
        assertEquals(1L, admin.call("CLIENT", "KILL", "USER", "alice"));
        assertTrue(alice.isClosedByServer());
    }

    // ---- the log ----

    @Test
    void refusalsAreLoggedAndCounted() {
        logIn("+get", "+@transaction", "~a");
        alice.call("SET", "a", "v");
        alice.call("GET", "b");
        alice.call("GET", "b");
        alice.call("MULTI");
        alice.call("GET", "b");
        node.connect().call("HELLO", "3", "AUTH", "nobody", "x");
        admin.call("HELLO", "3");
        List<?> entries = (List<?>) admin.call("ACL", "LOG");
        assertEquals(4, entries.size());
        checkEntry(entries.get(0), 1, "auth", "toplevel", "HELLO", "nobody");
        checkEntry(entries.get(1), 1, "key", "multi", "b", "alice");
        checkEntry(entries.get(2), 2, "key", "toplevel", "b", "alice");
        checkEntry(entries.get(3), 1, "command", "toplevel", "set", "alice");
        assertEquals(1, ((List<?>) admin.call("ACL", "LOG", "1")).size());
        String stats = (String) admin.call("INFO", "stats");
        for (String counted : List.of("auth:1", "cmd:1", "key:3", "channel:0")) {
            assertTrue(stats.contains("acl_access_denied_" + counted + "\r\n"), counted);
        }
        assertEquals("OK", admin.call("ACL", "LOG", "RESET"));
        assertEquals(List.of(), admin.call("ACL", "LOG"));
    }

    private static void checkEntry(
            Object entry, long count, String reason, String context, String object, String user) {
        Map<?, ?> fields = assertInstanceOf(Map.class, entry);
        assertEquals(count, fields.get("count"));
        assertEquals(reason, fields.get("reason"));
        assertEquals(context, fields.get("context"));
        assertEquals(object, fields.get("object"));
        assertEquals(user, fields.get("username"));
        assertTrue((Double) fields.get("age-seconds") >= 0);
        assertTrue(((String) fields.get("client-info")).startsWith("id="));
        assertInstanceOf(Long.class, fields.get("entry-id"));
        assertTrue((Long) fields.get("timestamp-last-updated") >= (Long) fields.get("timestamp-created"));
    }
}
