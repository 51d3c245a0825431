package dev.rondo.server.security;

import static dev.rondo.server.security.SmallCatalog.rules;
import static dev.rondo.server.security.SmallCatalog.user;
import static dev.rondo.server.security.SmallCatalog.words;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.util.List;
import org.junit.jupiter.api.Test;

class UsersTest {
    private final Users users = new Users();

    private Users.Revocation set(String name, String changes) throws RuleException {
        return users.set(name, words(changes), rules());
    }

    @Test
    void defaultIsThereFromTheBeginningAndMayDoEverything() {
        assertEquals(
                "[user default on nopass sanitize-payload ~* &* +@all]",
                users.all().toString());
        assertFalse(users.isLoginNeeded());
    }

    @Test
    void loginIsNeededOnceDefaultHasAPasswordOrIsDisabled() throws RuleException {
        users.defaultPassword(Ascii.bytes("secret"));
        assertTrue(users.isLoginNeeded());
        users.defaultPassword(new byte[0]);
        assertFalse(users.isLoginNeeded());
        set("default", "off");
        assertTrue(users.isLoginNeeded());
    }

    @Test
    void rulesChangeTheUserOfAnAccountThatClientsKeep() throws RuleException {
        set("alice", "on");
        Account account = users.find("alice");
        set("alice", "+get");
        assertSame(account, users.find("alice"));
        assertEquals(
                "on sanitize-payload resetchannels -@all +get", account.user().description());
    }

    @Test
    void wrongRuleChangesNothing() throws RuleException {
        set("alice", "on");
        User before = users.find("alice").user();
        assertThrows(RuleException.class, () -> set("alice", "off junk"));
        assertSame(before, users.find("alice").user());
        assertThrows(RuleException.class, () -> set("bob", "on junk"));
        assertNull(users.find("bob"));
    }

    @Test
    void removedUserMayDoNothingAndANewOneOfThatNameIsSomebodyElse() throws RuleException {
        set("alice", "on nopass +@all allkeys allchannels");
        Account removed = users.remove("alice");
        assertTrue(removed.isDeleted());
        assertFalse(removed.user().isUnrestricted());
        assertFalse(removed.user().admits(new byte[0]));
        assertNull(users.remove("alice"));
        set("alice", "on");
        assertNotSame(removed, users.find("alice"));
    }

    @Test
    void usersComeInTheOrderOfTheirNamesBytes() throws RuleException {
        set("b", "");
        set("\u00ff", "");
        set("B", "");
        set("", "");
        assertEquals(
                List.of("", "B", "b", "default", "\u00ff"),
                users.all().stream().map(User::name).toList());
    }

    @Test
    void losingAChannelHoldsListenersToThoseThatAreLeft() throws RuleException {
        set("alice", "&a &b*");
        assertNull(set("alice", "&c"));
        Users.Revocation revocation = set("alice", "resetchannels &b*");
        assertSame(users.find("alice"), revocation.account());
        assertTrue(revocation.allows(Ascii.bytes("bc"), false));
        assertFalse(revocation.allows(Ascii.bytes("a"), false));
        assertTrue(revocation.allows(Ascii.bytes("b*"), true));
        assertFalse(revocation.allows(Ascii.bytes("bc"), true));
    }

    @Test
    void channelsOfSelectorsCountToo() throws RuleException {
        set("alice", "&a");
        assertNull(set("alice", "resetchannels (&a)"));
        assertNull(set("alice", "allchannels"));
        assertNotNull(set("alice", "resetchannels"));
    }

    @Test
    void replacingAllKeepsTheAccountOfDefaultAlone() throws RuleException {
        set("alice", "on");
        set("default", "off");
        Account alice = users.find("alice");
        Account everybody = users.defaultAccount();
        Users.Replacement replacement = users.replaceAll(List.of(user("on +get")));
        assertEquals(List.of(alice), replacement.removed());
        assertTrue(alice.isDeleted());
        assertEquals(
                "[user alice on sanitize-payload resetchannels -@all +get,"
                        + " user default on nopass sanitize-payload ~* &* +@all]",
                users.all().toString());
        assertSame(everybody, users.defaultAccount());
        assertSame(everybody, users.find("default"));
    }

    @Test
    void namesHaveNoBlanks() {
        assertTrue(Users.isName(Ascii.bytes("alice")));
        assertTrue(Users.isName(Ascii.bytes("")));
        assertFalse(Users.isName(Ascii.bytes("al ice")));
        assertFalse(Users.isName(Ascii.bytes("alice\n")));
        assertFalse(Users.isName(Ascii.bytes("alice\0")));
    }
}
