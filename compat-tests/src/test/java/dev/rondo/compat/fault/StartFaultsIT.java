package dev.rondo.compat.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A node that cannot start says why in one plain sentence and ends with exit code 1; others are not disturbed. */
class StartFaultsIT {
    private static final Duration QUICKLY = Duration.ofSeconds(20);

    @Test
    void aPortInUseIsNamed() {
        try (ServerProcess first = RondoNodes.plain();
                ServerProcess second = start(first.port(), "--cluster-enabled", "no")) {
            assertRefused(second, Integer.toString(first.port()));
            assertEquals(Reply.status("PONG"), first.ask("PING"));
        }
    }

    @Test
    void aBusPortInUseIsNamed() {
        try (ServerProcess first = RondoNodes.clusterOfOne();
                ServerProcess second =
                        start(RondoNodes.freePort(), "--cluster-port", Integer.toString(first.busPort()))) {
            assertRefused(second, Integer.toString(first.busPort()));
            assertEquals(Reply.status("PONG"), first.ask("PING"));
        }
    }

    @Test
    void aDataFolderThatCannotBeWrittenIsNamed() throws IOException {
        Path folder = RondoNodes.newFolder();
        Path file = Files.writeString(folder.resolve("a-file-where-a-folder-should-be"), "");
        int port = RondoNodes.freePort();
        try (ServerProcess node = RondoNodes.launchWith(
                port, folder, "--port", Integer.toString(port), "--bind", "127.0.0.1", "--dir", file.toString())) {
            assertRefused(node, file.toString());
        }
    }

    @Test
    void aDataFolderInUseIsRefused() {
        try (ServerProcess first = RondoNodes.clusterOfOne()) {
            String dir = first.folder().resolve("data").toString();
            int port = RondoNodes.freePort();
            try (ServerProcess second = RondoNodes.launchWith(
                    port,
                    RondoNodes.newFolder(),
                    "--port",
                    Integer.toString(port),
                    "--bind",
                    "127.0.0.1",
                    "--dir",
                    dir)) {
                assertRefused(second, dir);
                assertEquals(Reply.status("PONG"), first.ask("PING"));
            }
        }
    }

    @Test
    void aSecondNodeWithTheSameIdIsRefused() throws IOException {
        try (RondoCluster cluster = RondoCluster.start(3)) {
            Path copy = RondoNodes.newFolder();
            copyFolder(cluster.node(0).folder().resolve("data"), copy.resolve("data"));
            int port = RondoNodes.freePort();
            try (ServerProcess twin = RondoNodes.launchWith(
                    port,
                    copy,
                    "--port",
                    Integer.toString(port),
                    "--bind",
                    "127.0.0.1",
                    "--dir",
                    copy.resolve("data").toString(),
                    "--join",
                    "127.0.0.1:" + cluster.node(1).busPort())) {
                assertRefused(twin, cluster.node(0).ask("CLUSTER", "MYID").asText());
            }
            cluster.awaitOk();
        }
    }

    @Test
    void anUnreachableSeedIsNamedAndTheNodeServesAlone() {
        int nobody = RondoNodes.freePort();
        int port = RondoNodes.freePort();
        try (ServerProcess node = start(port, "--join", "127.0.0.1:" + nobody)) {
            node.awaitPong();
            assertEquals(Reply.status("OK"), node.ask("SET", "key", "value"));
            assertTrue(node.output().contains("127.0.0.1:" + nobody), node.output());
        }
    }

    @Test
    void wrongArgumentsAreExplained() {
        for (String wrong : List.of(
                "--no-such-directive 1",
                "--port abc",
                "--port 70000",
                "--port 60000",
                "--cluster-enabled perhaps",
                "--join nowhere")) {
            String[] arguments = wrong.split(" ", -1);
            String named = arguments[0].equals("--join") ? arguments[1] : arguments[0];
            try (ServerProcess node = RondoNodes.launchWith(RondoNodes.freePort(), RondoNodes.newFolder(), arguments)) {
                assertRefused(node, named);
            }
        }
    }

    @Test
    void aNodeThatListensOnEveryAddressMustNameOne() {
        int port = RondoNodes.freePort();
        try (ServerProcess node = RondoNodes.launchWith(
                port, RondoNodes.newFolder(), "--port", Integer.toString(port), "--bind", "0.0.0.0")) {
            assertRefused(node, "--cluster-announce-ip");
        }
    }

    private static ServerProcess start(int port, String... directives) {
        Path folder = RondoNodes.newFolder();
        List<String> arguments = Stream.concat(
                        Stream.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--dir", folder + "/data"),
                        Stream.of(directives))
                .toList();
        return RondoNodes.launchWith(port, folder, arguments.toArray(String[]::new));
    }

    private static void assertRefused(ServerProcess node, String named) {
        assertEquals(1, node.awaitExit(QUICKLY), node.tail());
        List<String> words =
                node.output().lines().filter(line -> line.startsWith("rondo: ")).toList();
        assertEquals(1, words.size(), "one plain sentence, not: " + node.output());
        assertTrue(words.get(0).contains(named), words.get(0) + " does not name " + named);
        assertFalse(node.output().contains("\tat "), "no stack trace: " + node.output());
    }

    private static void copyFolder(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }
}
