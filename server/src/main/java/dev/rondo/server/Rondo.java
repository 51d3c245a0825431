package dev.rondo.server;

import dev.rondo.server.admin.Admin;
import dev.rondo.server.admin.Demo;
import dev.rondo.server.config.Config;
import dev.rondo.server.config.ConfigException;
import dev.rondo.server.config.ConfigFile;
import dev.rondo.server.config.Directive;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** The command line: {@code rondo server --port 7001 ...}. */
public final class Rondo {
    private static final Logger log = LoggerFactory.getLogger(Rondo.class);

    private Rondo() {}

    /** Runs a subcommand; the process ends with its exit code. */
    public static void main(String[] args) throws InterruptedException {
        CommandSpec root = CommandSpec.create().name("rondo");
        root.usageMessage().description("A Redis-compatible cluster that forms, balances and heals itself.");
        root.mixinStandardHelpOptions(true);
        root.addSubcommand("server", serverSpec());
        root.addSubcommand("demo", demoSpec());
        root.addSubcommand("admin", Admin.spec());
        CommandLine line = new CommandLine(root);
        ParseResult result;
        try {
            result = line.parseArgs(args);
        } catch (CommandLine.ParameterException e) {
            System.err.println("rondo: " + e.getMessage());
            System.exit(1);
            return;
        }
        Integer helped = CommandLine.executeHelpRequest(result);
        if (helped != null) {
            System.exit(helped);
        }
        if (!result.hasSubcommand()) {
            line.usage(System.out);
            System.exit(1);
        }
        ParseResult subcommand = result.subcommand();
        System.exit(
                switch (subcommand.commandSpec().name()) {
                    case "demo" -> demo();
                    case "admin" -> Admin.run(subcommand, System.out, System.err);
                    default -> server(subcommand);
                });
    }

    private static CommandSpec demoSpec() {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().description("Runs a cluster of three nodes on this machine until it is stopped.");
        spec.mixinStandardHelpOptions(true);
        return spec;
    }

    private static int demo() throws InterruptedException {
        try {
            return new Demo(System.out, Path.of("data", "demo")).run();
        } catch (IOException e) {
            System.err.println("rondo: " + e.getMessage());
            return 1;
        }
    }

    private static CommandSpec serverSpec() {
        CommandSpec spec = CommandSpec.create();
        spec.usageMessage().description("Runs a node. Every directive of the configuration is an option.");
        spec.mixinStandardHelpOptions(true);
        spec.addPositional(PositionalParamSpec.builder()
                .type(Path.class)
                .paramLabel("FILE")
                .arity("0..1")
                .index("0")
                .description("a file of directives in the form of redis.conf; options count more")
                .build());
        Config defaults = new Config();
        for (Directive<?> directive : Config.directives()) {
            spec.addOption(OptionSpec.builder("--" + directive.name())
                    .type(String.class)
                    .paramLabel("VALUE")
                    .description("default: " + defaults.text(directive))
                    .arity("1")
                    .build());
        }
        return spec;
    }

    /**
     * The orderly end, after a signal as well as after the main thread's exit. Ends the JVM itself because a JVM that
     * ends by a signal says so in its exit code, while this is no failure.
     */
    private static void stop(RondoServer server) {
        server.close();
        try {
            Runtime.getRuntime().halt(server.awaitStop());
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(1);
        }
    }

    private static void read(Config config, ConfigFile file) throws StartException {
        try {
            config.read(file);
        } catch (IOException e) {
            throw new StartException("can't read the configuration file " + file.path() + ": " + e.getMessage(), e);
        } catch (ConfigException e) {
            throw new StartException(file.path() + ", " + e.getMessage(), e);
        }
    }

    private static int server(ParseResult options) throws InterruptedException {
        Config config = new Config();
        try {
            Path file = options.matchedPositionalValue(0, null);
            if (file != null) {
                read(config, new ConfigFile(file));
            }
            for (OptionSpec option : options.matchedOptions()) {
                String name = option.longestName().substring(2);
                try {
                    config.set(name, option.getValue());
                } catch (ConfigException e) {
                    throw new StartException("--" + name + ": " + e.getMessage(), e);
                }
            }
            // Of this process, not of a node: libraries have threads of their own, which must not end unheard.
            Thread.setDefaultUncaughtExceptionHandler(
                    (thread, e) -> log.error("The thread {} has ended by itself", thread.getName(), e));
            RondoServer server = RondoServer.prepare(config, Seams.NONE);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "shutdown"));
            server.open();
            return server.awaitStop();
        } catch (StartException e) {
            System.err.println("rondo: " + e.getMessage());
            return 1;
        }
    }
}
