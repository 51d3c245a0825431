package dev.rondo.compat;

import dev.rondo.compat.commands.CommandComparison;
import dev.rondo.compat.commands.CommandTables;
import dev.rondo.compat.commands.MissingCommands;
import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.RondoNodes;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Says which commands of redis-server are missing, and whether the others are described as there. Starts redis-server
 * and Rondo unless told the ports of running ones. Exit code 1 if anything is missing or differs without a reason.
 */
@Command(
        name = "commands",
        mixinStandardHelpOptions = true,
        description = "Holds Rondo's COMMAND against redis-server's.")
public final class CommandsRun implements Callable<Integer> {
    @Option(names = "--model-port", description = "a running redis-server on loopback")
    private int modelPort;

    @Option(names = "--candidate-port", description = "a running server on loopback to hold against it")
    private int candidatePort;

    public static void main(String[] args) {
        System.exit(new CommandLine(new CommandsRun()).execute(args));
    }

    @Override
    public Integer call() {
        try (OptionalServer model = new OptionalServer(modelPort, RedisServers::plain);
                OptionalServer candidate = new OptionalServer(candidatePort, RondoNodes::plain)) {
            CommandComparison comparison = new CommandComparison(
                    CommandTables.of(model.port()), CommandTables.of(candidate.port()), MissingCommands.ofRondo());
            return report(comparison);
        }
    }

    private static int report(CommandComparison comparison) {
        System.out.printf(
                "%d commands and subcommands of redis-server are here%n",
                comparison.common().size());
        comparison
                .missing()
                .forEach((reason, names) -> System.out.printf("missing, %s: %s%n", reason, String.join(" ", names)));
        System.out.printf("only here: %s%n", String.join(" ", comparison.additional()));
        int failures = print("MISSING without a reason", comparison.unaccounted())
                + print("HERE, though listed as missing", comparison.outdated())
                + print("DIFFERENCE", comparison.differences());
        return failures == 0 ? 0 : 1;
    }

    private static int print(String title, List<String> findings) {
        findings.forEach(finding -> System.out.printf("%s: %s%n", title, finding));
        return findings.size();
    }
}
