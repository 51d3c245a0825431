package dev.rondo.server.security;

import static dev.rondo.server.security.SmallCatalog.rules;
import static dev.rondo.server.security.SmallCatalog.user;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AclFileTest {
    private static final String NOTHING_DONE =
            "WARNING: ACL errors detected, no change to the previously active ACL rules was performed";

    @TempDir
    private Path folder;

    private AclFile file(String... lines) throws IOException {
        Files.write(folder.resolve("users.acl"), List.of(lines), StandardCharsets.ISO_8859_1);
        return new AclFile(folder, "users.acl");
    }

    @Test
    void eachLineIsAUser() throws Exception {
        AclFile file = file("user alice on nopass ~* +@all", "", "  \t", "user bob (+get ~a) +set\r", "user carol  on");
        assertEquals(
                "[user alice on nopass sanitize-payload ~* resetchannels +@all,"
                        + " user bob off sanitize-payload resetchannels -@all +set (~a resetchannels -@all +get),"
                        + " user carol on sanitize-payload resetchannels -@all]",
                file.load(rules()).toString());
    }

    @Test
    void whatWasSavedIsLoadedAgain() throws Exception {
        AclFile file = new AclFile(folder, "users.acl");
        User alice = user("on >secret ~\u00ff* %R~b &c +@read -config|get (+set)");
        file.save(List.of(User.initialDefault(), alice));
        assertEquals(
                "user default on nopass sanitize-payload ~* &* +@all\n" + alice + "\n",
                Files.readString(folder.resolve("users.acl"), StandardCharsets.ISO_8859_1));
        assertEquals(
                List.of(User.initialDefault(), alice).toString(),
                file.load(rules()).toString());
    }

    @Test
    void everyMistakeIsToldWithItsLine() throws Exception {
        AclFile file = file(
                "alice on",
                "user",
                "user bob on junk ~a off +nosuch alsojunk -@nosuch",
                "user bob off",
                "user carol (+get",
                "user dave >secret allkeys ~x");
        assertEquals(
                "users.acl:1 should start with user keyword followed by the username. "
                        + "users.acl:2 should start with user keyword followed by the username. "
                        + "users.acl:3: Syntax error. "
                        + "users.acl:3: Error in applying operation '+nosuch': Unknown command or category name in ACL. "
                        + "users.acl:3: Error in applying operation '-@nosuch': Unknown command or category name in ACL. "
                        + "WARNING: Duplicate user 'bob' found on line 4. "
                        + "users.acl:5: Unmatched parenthesis in selector definition."
                        + "users.acl:6: Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and"
                        + " does not have any effect. Try 'resetkeys' to start with an empty list of patterns. "
                        + NOTHING_DONE,
                assertThrows(RuleException.class, () -> file.load(rules())).getMessage());
    }

    @Test
    void missingFileIsNamed() {
        AclFile none = new AclFile(folder, "none.acl");
        assertEquals(
                "Error loading ACLs, opening file 'none.acl': No such file or directory",
                assertThrows(RuleException.class, () -> none.load(rules())).getMessage());
    }
}
