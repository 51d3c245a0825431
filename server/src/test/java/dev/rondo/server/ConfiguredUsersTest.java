package dev.rondo.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.WireClient.Err;
import dev.rondo.server.config.Config;
import dev.rondo.server.config.ConfigException;
import dev.rondo.server.config.ConfigFile;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Users of the configuration, in its own lines or in a file, from the start to the rewriting. */
class ConfiguredUsersTest {
    private static final String EVERYBODY = "user default on nopass sanitize-payload ~* &* +@all";

    @TempDir
    private Path folder;

    private Path configuration(String... lines) throws IOException {
        return Files.write(folder.resolve("rondo.conf"), List.of(lines));
    }

    private Path users(String... lines) throws IOException {
        return Files.write(folder.resolve("users.acl"), List.of(lines));
    }

    @Test
    void linesDefineUsersAndRewritingKeepsThem() throws IOException {
        Path file =
                configuration("user alice on \">a\\\"b\" ~x* (+get ~y)", "user default on >secret +@all ~*", "hz 20");
        List<String> lines;
        try (PlainNode node = PlainNode.withFile(file)) {
            WireClient client = node.connect();
            assertEquals("OK", client.call("AUTH", "secret"));
            assertEquals("OK", client.call("ACL", "SETUSER", "bob", "+@read", "~\u00ff'"));
            assertEquals("OK", client.call("CONFIG", "REWRITE"));
            lines = Files.readAllLines(file);
            assertEquals("hz 20", lines.get(3));
            assertTrue(lines.get(1).startsWith("user bob off sanitize-payload \"~\\xff'\" resetchannels -@all"));
            assertTrue(lines.get(0).startsWith("user alice on sanitize-payload #"));
        }
        try (PlainNode node = PlainNode.withFile(file)) {
            WireClient client = node.connect();
            assertEquals("OK", client.call("AUTH", "secret"));
            List<?> described = (List<?>) client.call("ACL", "LIST");
            assertEquals("user bob off sanitize-payload ~\u00ff' resetchannels -@all +@read", described.get(1));
            assertTrue(described.get(0).toString().endsWith("-@all (~y resetchannels -@all +get)"));
        }
    }

    /** The client takes a char for a byte, so these are the bytes of the password as UTF-8. */
    @Test
    void aPasswordOfAnyAlphabetOutlastsRewriting() throws IOException {
        Path file = configuration("hz 20");
        String password = "p\u00c3\u00a4ss\u00e2\u0082\u00ac";
        try (PlainNode node = PlainNode.withFile(file)) {
            WireClient client = node.connect();
            assertEquals("OK", client.call("CONFIG", "SET", "requirepass", password));
            assertEquals(List.of("requirepass", password), client.call("CONFIG", "GET", "requirepass"));
            assertEquals("OK", node.connect().call("AUTH", password));
            assertEquals("OK", client.call("CONFIG", "REWRITE"));
            assertEquals(
                    new Err("ERR CONFIG SET failed (possibly related to argument 'requirepass') - argument must be text"
                            + " in UTF-8"),
                    client.call("CONFIG", "SET", "requirepass", "\u00ff"));
        }
        try (PlainNode node = PlainNode.withFile(file)) {
            WireClient client = node.connect();
            assertEquals("OK", client.call("AUTH", password));
            assertEquals(List.of("requirepass", password), client.call("CONFIG", "GET", "requirepass"));
        }
    }

    @Test
    void fileOfUsersIsLoadedAtTheStartAndOnDemand() throws IOException {
        Path file = users("user alice on nopass +@all ~*");
        try (PlainNode node = new PlainNode("aclfile", file.toString(), "requirepass", "ignored")) {
            WireClient client = node.connect();
            WireClient alice = node.connect();
            assertEquals("OK", alice.call("AUTH", "alice", "x"));
            assertEquals(EVERYBODY, ((List<?>) client.call("ACL", "LIST")).get(1));

            users("user alice on nopass", "user bob junk", EVERYBODY);
            assertTrue(((Err) client.call("ACL", "LOAD")).text().startsWith("ERR " + file + ":2: Syntax error. "));
            assertEquals(List.of("alice", "default"), client.call("ACL", "USERS"));

            users("user carol on nopass");
            assertEquals("OK", client.call("ACL", "LOAD"));
            assertEquals(List.of("carol", "default"), client.call("ACL", "USERS"));
            assertTrue(alice.isClosedByServer());

            client.call("ACL", "SETUSER", "carol", "+get");
            assertEquals("OK", client.call("ACL", "SAVE"));
            assertEquals(
                    List.of("user carol on nopass sanitize-payload resetchannels -@all +get", EVERYBODY),
                    Files.readAllLines(file));
        }
    }

    @Test
    void whoReloadsUsersIsAnsweredBeforeItIsDisconnected() throws IOException {
        Path file = users("user alice on nopass +@all ~*");
        try (PlainNode node = new PlainNode("aclfile", file.toString())) {
            WireClient alice = node.connect();
            assertEquals("OK", alice.call("AUTH", "alice", "x"));
            assertEquals("OK", alice.call("ACL", "LOAD"));
            assertTrue(alice.isClosedByServer());
        }
    }

    @Test
    void withoutAFileThereIsNothingToLoadOrSave() {
        try (PlainNode node = new PlainNode()) {
            String error = ((Err) node.connect().call("ACL", "LOAD")).text();
            assertTrue(error.startsWith("ERR This Redis instance is not configured to use an ACL file."));
            assertEquals(new Err(error), node.connect().call("ACL", "SAVE"));
        }
    }

    @Test
    void nodeWithWrongUsersDoesNotStart() throws IOException {
        assertRefused(
                "user 'alice': Error in ACL SETUSER modifier '+nosuch': Unknown command or category name in ACL",
                configuration("user alice +nosuch"));
        assertRefused(
                "users can be defined in the configuration or in the file that aclfile names, not in both",
                configuration("user alice on", "aclfile users.acl"));
        assertRefused(
                "aclfile: Error loading ACLs, opening file 'none.acl': No such file or directory",
                configuration("aclfile none.acl"));
    }

    private void assertRefused(String sentence, Path file) {
        StartException refused = assertThrows(StartException.class, () -> {
            Config config = new Config().read(new ConfigFile(file));
            config.set("cluster-enabled", "no").set("dir", folder.toString());
            try (ServerSocket free = new ServerSocket(0)) {
                config.set("port", Integer.toString(free.getLocalPort()));
            }
            RondoServer.start(config).close();
        });
        assertEquals(sentence, refused.getMessage());
    }

    @Test
    void linesThatCanMeanTwoThingsAreRefusedWhenTheyAreRead() throws IOException {
        assertEquals(
                "line 2: user: Duplicate user found. A user can only be defined once in config files",
                failure(configuration("user alice on", "user alice off")));
        assertTrue(failure(configuration("rename-command CONFIG \"\"")).startsWith("line 1: rename-command: "));
    }

    private static String failure(Path file) {
        return assertThrows(ConfigException.class, () -> new Config().read(new ConfigFile(file)))
                .getMessage();
    }
}
