package dev.rondo.compat.diff;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Shows that the tester finds what is broken, and finds nothing between two equal servers. */
class DifferentialTesterIT {
    private static ServerProcess model;
    private static ServerProcess twin;

    @BeforeAll
    static void startTwoRedisServers() {
        model = RedisServers.plain(RedisServers.prompt());
        twin = RedisServers.plain(RedisServers.prompt());
    }

    @AfterAll
    static void stopThem() {
        model.close();
        twin.close();
    }

    /** Redis-server 7.0 shows the rules of users in the order of a hash table, which is each server's own. */
    @Test
    void twoRedisServersShowNoDifference() {
        List<CommandFamily> families = Families.all().stream()
                .filter(family -> !family.name().equals("acl"))
                .toList();
        DifferentialTester.Result result = tester(twin.port(), families).run(1, 20_000, 1);

        assertEquals(List.of(), result.differences());
        assertTrue(result.commands() >= 20_000);
    }

    @Test
    void aWrongNumberIsFoundAndTheSequenceMadeMinimal() throws IOException {
        String found = differenceOf((command, server) -> {
            Reply truth = server.command(command.toArray(String[]::new));
            return truth.equals(Reply.integer(107)) ? Reply.integer(108) : truth;
        });

        assertTrue(found.contains("model:     :107"), found);
        assertTrue(found.contains("candidate: :108"), found);
        assertTrue(found.lines().filter(line -> line.contains("client ")).count() <= 3, found);
    }

    @Test
    void aWrongErrorTextIsFound() throws IOException {
        String found = differenceOf((command, server) -> {
            Reply truth = server.command(command.toArray(String[]::new));
            return truth.equals(Reply.error("ERR syntax error")) ? Reply.error("ERR wrong syntax") : truth;
        });

        assertTrue(found.contains("candidate: -ERR wrong syntax"), found);
    }

    @Test
    void aWriteThatWasAnsweredButNotDoneIsFoundInTheKeyspace() throws IOException {
        CommandFamily family =
                CommandFamily.named("writes only").unspoiled(1, ReplyRule.EXACT, "SET", Args.key(), Args.value());
        String found = differenceOf(
                (command, server) -> command.get(0).equalsIgnoreCase("SET")
                        ? Reply.status("OK")
                        : server.command(command.toArray(String[]::new)),
                family);

        assertTrue(found.contains("keyspace, KEYS"), found);
    }

    @Test
    void aLostExpiryIsFound() throws IOException {
        CommandFamily family = CommandFamily.named("expiry")
                .unspoiled(1, ReplyRule.EXACT, "SET", Args.key(), Args.value())
                .unspoiled(1, ReplyRule.EXACT, "PEXPIRE", Args.key(), Args.word("5000000"));
        String found = differenceOf(
                (command, server) -> command.get(0).equalsIgnoreCase("PEXPIRE")
                        ? server.command("EXISTS", command.get(1))
                        : server.command(command.toArray(String[]::new)),
                family);

        assertTrue(found.contains("PTTL"), found);
        assertTrue(found.contains("candidate: :-1"), found);
    }

    @Test
    void aConnectionThatIsClosedInsteadOfAnsweredIsFound() throws IOException {
        String found = differenceOf((command, server) -> {
            if (command.get(0).equalsIgnoreCase("GETDEL")) {
                server.close();
            }
            return server.command(command.toArray(String[]::new));
        });

        assertTrue(found.contains("no reply"), found);
    }

    private static String differenceOf(LyingProxy.Lie lie) throws IOException {
        return differenceOf(lie, Families.strings());
    }

    private static String differenceOf(LyingProxy.Lie lie, CommandFamily family) throws IOException {
        try (LyingProxy proxy = new LyingProxy(twin.port(), lie)) {
            DifferentialTester.Result result =
                    tester(proxy.port(), List.of(family)).run(1, 20_000, 1);
            assertEquals(1, result.differences().size(), "the lie was not found");
            return result.differences().get(0);
        }
    }

    private static DifferentialTester tester(int candidatePort, List<CommandFamily> families) {
        EpisodeRunner runner = new EpisodeRunner(model.port(), candidatePort, Differences.none());
        return new DifferentialTester(runner, new EpisodeGenerator(families, KeyNames.ANY_SLOT));
    }
}
