package dev.rondo.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RedisCli;
import dev.rondo.compat.process.RepositoryRoot;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first minute of a stranger with Rondo: one command starts three nodes, redis-cli works, Ctrl-C ends it all. */
class DemoIT {
    private static final Pattern INVITATION = Pattern.compile("redis-cli -c -p (\\d+)");

    @TempDir
    private Path folder;

    private Process demo;
    private List<Integer> ports = List.of();
    private List<Long> pids = List.of();

    @BeforeEach
    void startTheDemo() throws IOException {
        Path output = folder.resolve("demo.log");
        demo = new ProcessBuilder(RepositoryRoot.find().resolve("rondo").toString(), "demo")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> !demo.isAlive()
                        || INVITATION.matcher(Files.readString(output)).find());
        Matcher invitation = INVITATION.matcher(Files.readString(output));
        assertTrue(invitation.find(), Files.readString(output));
        ports = portsOfCluster(Integer.parseInt(invitation.group(1)));
        pids = ports.stream().map(DemoIT::pidOf).toList();
    }

    @AfterEach
    void leaveNothingBehind() {
        demo.destroyForcibly();
        pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    }

    @Test
    void threeNodesServeSurviveAKillAndStopWithCtrlC() throws Exception {
        assertEquals(3, ports.size());
        assertEquals(
                "OK", RedisCli.run(ports.get(0), "-c", "set", "hello", "world").output());
        RedisCli.Result check = RedisCli.cluster("check", ports.get(0));
        assertEquals(0, check.exitCode(), check.output());

        ProcessHandle.of(pids.get(1)).orElseThrow().destroyForcibly();
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertEquals(
                    "world", RedisCli.run(ports.get(0), "-c", "get", "hello").output());
            assertEquals(
                    "world", RedisCli.run(ports.get(2), "-c", "get", "hello").output());
        });

        new ProcessBuilder("kill", "-INT", Long.toString(demo.pid())).start().waitFor();

        assertTrue(demo.waitFor(60, TimeUnit.SECONDS), "Ctrl-C ends the demo");
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> ports.stream()
                .noneMatch(DemoIT::answers));
        List<String> gone = Files.readAllLines(folder.resolve("demo.log")).stream()
                .filter(line -> line.contains(" is gone"))
                .toList();
        assertEquals(1, gone.size(), "of those that the demo stops it says nothing: " + gone);
    }

    private static List<Integer> portsOfCluster(int port) {
        List<Integer> ports = new ArrayList<>();
        try (RespConnection connection = RespConnection.to(port)) {
            for (Reply range : connection.command("CLUSTER", "SLOTS").asList()) {
                ports.add((int) range.asList().get(2).asList().get(1).asLong());
            }
        }
        return ports.stream().distinct().sorted().toList();
    }

    private static long pidOf(int port) {
        try (RespConnection connection = RespConnection.to(port)) {
            Matcher pid = Pattern.compile("process_id:(\\d+)")
                    .matcher(connection.command("INFO", "server").asText());
            assertTrue(pid.find());
            return Long.parseLong(pid.group(1));
        }
    }

    private static boolean answers(int port) {
        try (RespConnection connection = RespConnection.to(port, 500)) {
            return connection.command("PING").equals(Reply.status("PONG"));
        } catch (UncheckedIOException gone) {
            return false;
        }
    }
}
