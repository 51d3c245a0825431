package dev.rondo.server.security;

import static dev.rondo.server.security.SmallCatalog.check;
import static dev.rondo.server.security.SmallCatalog.user;
import static dev.rondo.server.security.SmallCatalog.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserTest {
    private static final String SECRET_HASH = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    /** Rules, and the form that they are shown in. */
    private static final String[][] FORMS = {
        {"on nopass", "on nopass sanitize-payload resetchannels -@all"},
        {"on off", "off sanitize-payload resetchannels -@all"},
        {"skip-sanitize-payload", "off skip-sanitize-payload resetchannels -@all"},
        {"ON ALLKEYS ALLCHANNELS", "on sanitize-payload ~* &* -@all"},
        {"~a ~b ~a", "off sanitize-payload ~a ~b resetchannels -@all"},
        {"%R~a %W~b %RW~c %rw~d", "off sanitize-payload %R~a %W~b ~c ~d resetchannels -@all"},
        {"%R~a %W~a", "off sanitize-payload ~a resetchannels -@all"},
        {"%RW~*", "off sanitize-payload ~* resetchannels -@all"},
        {"~a resetkeys ~b", "off sanitize-payload ~b resetchannels -@all"},
        {"~a allkeys", "off sanitize-payload ~* resetchannels -@all"},
        {"&a &b &a", "off sanitize-payload resetchannels &a &b -@all"},
        {"&a allchannels", "off sanitize-payload &* -@all"},
        {"&a resetchannels", "off sanitize-payload resetchannels -@all"},
        {"+get +SET -append", "off sanitize-payload resetchannels -@all +get +set -append"},
        {"+get -get", "off sanitize-payload resetchannels -@all -get"},
        {"+get +@read +get", "off sanitize-payload resetchannels -@all +@read +get"},
        {"+@all", "off sanitize-payload resetchannels +@all"},
        {"allcommands -get nocommands", "off sanitize-payload resetchannels -@all"},
        {"+@all -@Admin -config", "off sanitize-payload resetchannels +@all -@admin -config"},
        {"+config|get -config", "off sanitize-payload resetchannels -@all -config"},
        {"+config -config|set", "off sanitize-payload resetchannels -@all +config -config|set"},
        {"+config|get +config|get", "off sanitize-payload resetchannels -@all +config|get"},
        {"+select|0 +SELECT|1", "off sanitize-payload resetchannels -@all +select|0 +select|1"},
        {"+select|0 +select", "off sanitize-payload resetchannels -@all +select"},
        {"(~a +get)", "off sanitize-payload resetchannels -@all (~a resetchannels -@all +get)"},
        {"(~a +get) (&b) clearselectors", "off sanitize-payload resetchannels -@all"},
        {"~a (allkeys +@all)", "off sanitize-payload ~a resetchannels -@all (~* resetchannels +@all)"},
        {"()", "off sanitize-payload resetchannels -@all (resetchannels -@all)"},
        {"on ~a &b +get (+set) reset", "off sanitize-payload resetchannels -@all"}
    };

    /** Rules, the one among them that can't be followed, and the beginning of the reason. */
    private static final String[][] MISTAKES = {
        {"allkeys ~a", "~a", "Adding a pattern after the * pattern"},
        {"allchannels &a", "&a", "Adding a pattern after the * pattern"},
        {"%~a", "%~a", "Syntax error"},
        {"%RR~a", "%RR~a", "Syntax error"},
        {"%X~a", "%X~a", "Syntax error"},
        {"%", "%", "Syntax error"},
        {"+nosuch", "+nosuch", "Unknown command or category name in ACL"},
        {"-nosuch", "-nosuch", "Unknown command or category name in ACL"},
        {"+@nosuch", "+@nosuch", "Unknown command or category name in ACL"},
        {"+config|nosuch", "+config|nosuch", "Unknown command or category name in ACL"},
        {"-select|0", "-select|0", "Unknown command or category name in ACL"},
        {"+config|get|x", "+config|get|x", "Allowing first-arg of a subcommand is not supported"},
        {"+select|", "+select|", "Syntax error"},
        {"+config|", "+config|", "Syntax error"},
        {"+", "+", "Unknown command or category name in ACL"},
        {"junk", "junk", "Syntax error"},
        {"#1234", "#1234", "The password hash must be exactly 64 characters"},
        {"!1234", "!1234", "The password hash must be exactly 64 characters"},
        {"<secret", "<secret", "The password you are trying to remove from the user does not exist"},
        {"(+get junk)", "(+get junk)", "Syntax error"},
        {"(+nosuch)", "(+nosuch)", "Unknown command or category name in ACL"}
    };

    /** Rules, a request, and what becomes of it. */
    private static final String[][] OUTCOMES = {
        {"", "get k", "command 0"},
        {"+get", "get k", "key 1"},
        {"+get allkeys", "get k", "ok"},
        {"+get allkeys", "set k v", "command 0"},
        {"", "auth x", "ok"},
        {"+@all -get allkeys", "get k", "command 0"},
        {"+@all -get +get allkeys", "get k", "ok"},
        {"+@read ~a*", "get abc", "ok"},
        {"+@read ~a*", "get bcd", "key 1"},
        {"+@read ~a*", "mget a ab b c", "key 3"},
        {"+@all %R~a", "get a", "ok"},
        {"+@all %R~a", "set a v", "key 1"},
        {"+@all %R~a", "append a v", "key 1"},
        {"+@all %R~a", "exists a", "ok"},
        {"+@all %R~a", "exists b", "key 1"},
        {"+@all %W~a", "get a", "key 1"},
        {"+@all %W~a", "set a v", "ok"},
        {"+@all %R~a %W~?", "append a v", "key 1"},
        {"+config", "config get x", "ok"},
        {"+config|get", "config get x", "ok"},
        {"+config|get", "config set x y", "command 0"},
        {"+config -config|set", "config set x y", "command 0"},
        {"-@all +@admin", "config set x y", "ok"},
        {"+@all -@slow", "config get x", "command 0"},
        {"+select|0", "select 0", "ok"},
        {"+select|0", "select 1", "command 0"},
        {"+select|0", "select", "command 0"},
        {"+select|ab", "select AB", "ok"},
        {"+select|0 -select", "select 0", "command 0"},
        {"+publish &news.*", "publish news.a m", "ok"},
        {"+publish &news.*", "publish other m", "channel 1"},
        {"+publish &news.*", "publish news.a other", "ok"},
        {"+subscribe &a &b", "subscribe a b c", "channel 3"},
        {"+psubscribe &a*", "psubscribe a*", "ok"},
        {"+psubscribe &a*", "psubscribe ab", "channel 1"},
        {"+psubscribe &a*", "psubscribe ab*", "channel 1"},
        {"+psubscribe allchannels", "psubscribe *", "ok"},
        {"~a +get (~b +set)", "get a", "ok"},
        {"~a +get (~b +set)", "set b v", "ok"},
        {"~a +get (~b +set)", "set a v", "key 1"},
        {"~a +get (~b +set)", "get b", "key 1"},
        {"~a +get (~b +set)", "append a v", "command 0"},
        {"~a +mget (~b +mget)", "mget a b", "key 2"},
        {"~a +mget (~b +mget)", "mget b a", "key 2"},
        {"+publish (+publish ~a)", "publish c m", "channel 1"}
    };

    @Test
    void rulesAreShownInTheOneFormThatTheyHave() throws RuleException {
        for (String[] row : FORMS) {
            assertEquals(row[1], user(row[0]).description(), row[0]);
        }
    }

    @Test
    void ruleThatCantBeFollowedIsNamedWithTheReason() {
        for (String[] row : MISTAKES) {
            String message = assertThrows(RuleException.class, () -> user(row[0]), row[0])
                    .getMessage();
            String expected = "Error in ACL SETUSER modifier '" + row[1] + "': " + row[2];
            assertEquals(expected, message.substring(0, Math.min(expected.length(), message.length())));
        }
    }

    @Test
    void selectorThatIsNotClosedIsNamed() {
        RuleException mistake = assertThrows(RuleException.class, () -> user("on (+get ~a"));
        assertEquals("Unmatched parenthesis in acl selector starting at '(+get'.", mistake.getMessage());
    }

    @Test
    void firstArgumentWithBlanksIsRefusedForItCouldNotBeWrittenDown() {
        byte[] rule = Ascii.bytes("+select|0 1");
        User user = SmallCatalog.rules().newUser("alice");
        assertThrows(RuleException.class, () -> SmallCatalog.rules().changed(user, List.of(rule)));
    }

    @Test
    void requestsAreAllowedByTheFirstSelectorThatAllowsAllOfThem() throws RuleException {
        for (String[] row : OUTCOMES) {
            assertEquals(row[2], check(user(row[0]), row[1]), row[0] + " / " + row[1]);
        }
    }

    @Test
    void passwordsAdmitWhoKnowsOne() throws RuleException {
        User user = user("on >secret >other");
        assertEquals(SECRET_HASH, user.passwordHashes().get(0));
        assertTrue(user.admits(Ascii.bytes("secret")));
        assertTrue(user.admits(Ascii.bytes("other")));
        assertFalse(user.admits(Ascii.bytes("wrong")));
        assertTrue(user("on #" + SECRET_HASH).admits(Ascii.bytes("secret")));
        assertFalse(user("on >secret <secret").admits(Ascii.bytes("secret")));
        assertFalse(user("on >secret !" + SECRET_HASH).admits(Ascii.bytes("secret")));
        assertFalse(user("on >secret resetpass").admits(Ascii.bytes("secret")));
    }

    @Test
    void disabledUserAdmitsNobodyAndOneWithoutPasswordEverybody() throws RuleException {
        assertFalse(user(">secret").admits(Ascii.bytes("secret")));
        assertFalse(user("nopass").admits(Ascii.bytes("secret")));
        assertTrue(user("on nopass").admits(Ascii.bytes("anything")));
        assertFalse(user("on nopass >secret").admits(Ascii.bytes("anything")));
        assertFalse(user("on").admits(new byte[0]));
    }

    @Test
    void onlyWhoMayDoEverythingIsUnrestricted() throws RuleException {
        assertTrue(user("+@all allkeys allchannels").isUnrestricted());
        assertTrue(user("(+@all allkeys allchannels)").isUnrestricted());
        assertFalse(user("+@all ~a allchannels").isUnrestricted());
        assertFalse(user("+@all allkeys").isUnrestricted());
        assertFalse(user("+@all -get allkeys allchannels").isUnrestricted());
        assertTrue(User.initialDefault().isUnrestricted());
    }

    @Test
    void readingUnnamedKeysNeedsThePermissionToReadAll() throws RuleException {
        assertTrue(readsAnyKey("+get ~*"));
        assertTrue(readsAnyKey("+get %R~*"));
        assertFalse(readsAnyKey("+get %W~*"));
        assertFalse(readsAnyKey("+get ~a"));
        assertFalse(readsAnyKey("+set ~*"));
        assertTrue(readsAnyKey("+get ~a (+get %R~*)"));
    }

    private static boolean readsAnyKey(String rules) throws RuleException {
        return user(rules)
                .mayReadAnyKeyWith(SmallCatalog.CATALOG.of(0), words("get a").toArray(new byte[0][]));
    }

    @Test
    void newUserMayUseAllChannelsWhereThatIsTheDefault() throws RuleException {
        AclRules rules = new AclRules(SmallCatalog.CATALOG, () -> true);
        User alice = rules.newUser("alice");
        assertEquals(
                "off sanitize-payload &* -@all",
                rules.changed(alice, words("reset")).description());
        assertEquals(
                "off sanitize-payload &* -@all (&* -@all +get)",
                rules.changed(alice, words("(+get)")).description());
    }

    @Test
    void descriptionMakesTheSameUserAgain() throws RuleException {
        String rules = "on >secret ~a %R~b &c +@read -get +config|get +select|0 (~d -@all +set)";
        User user = user(rules);
        assertEquals(user.description(), user(user.description()).description());
        assertEquals("user alice " + user.description(), user.toString());
    }
}
