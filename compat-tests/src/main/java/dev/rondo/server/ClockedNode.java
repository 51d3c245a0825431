package dev.rondo.server;

import dev.rondo.server.command.Clock;
import dev.rondo.server.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * A node whose wall clock can be set wrong: {@code ClockedNode --port ... --dir ...}, otherwise as {@code rondo
 * server}. Beside its data folder a file {@link #FILE} says by how many milliseconds; it may change at any time.
 */
public final class ClockedNode {
    /** The name of the file, in the parent of the data folder. */
    public static final String FILE = "clock-offset-ms";

    private static final int LOOK_MS = 20;

    private final Path file;
    private volatile long offsetMs;

    private ClockedNode(Path file) {
        this.file = file;
    }

    public static void main(String[] args) throws Exception {
        Config config = new Config();
        for (int i = 0; i + 1 < args.length; i += 2) {
            config.set(args[i].substring(2), args[i + 1]);
        }
        ClockedNode clocked = new ClockedNode(Path.of(config.get(Config.DIR)).resolveSibling(FILE));
        clocked.look();
        ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor();
        looking.scheduleWithFixedDelay(clocked::look, LOOK_MS, LOOK_MS, TimeUnit.MILLISECONDS);
        Clock wrong = () -> System.currentTimeMillis() + clocked.offsetMs;
        RondoServer server = RondoServer.start(config, Seams.NONE.withClock(wrong));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
        System.exit(server.awaitStop());
    }

    private void look() {
        try {
            offsetMs =
                    Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : 0;
        } catch (IOException | NumberFormatException e) {
            throw new IllegalStateException(file + " cannot be read", e);
        }
    }
}
