package dev.rondo.server;

import dev.rondo.server.config.Config;
import dev.rondo.server.config.ConfigException;
import dev.rondo.server.config.ConfigFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A plain server inside the test, on a free port, with a folder of its own, and the clients that a test opened. */
public final class PlainNode implements AutoCloseable {
    private final Path folder;
    private final RondoServer server;
    private final List<WireClient> clients = new ArrayList<>();

    /** Starts a node with directives given as name, value, name, value... */
    public PlainNode(String... directives) {
        try {
            folder = Files.createTempDirectory("rondo-node");
            server = start(folder, Seams.NONE, new Config(), directives);
        } catch (IOException | StartException | ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private PlainNode(ConfigFile file) throws IOException, StartException, ConfigException {
        folder = Files.createTempDirectory("rondo-node");
        server = start(folder, Seams.NONE, new Config().read(file));
    }

    private PlainNode(Seams seams) throws IOException, StartException, ConfigException {
        folder = Files.createTempDirectory("rondo-node");
        server = start(folder, seams, new Config());
    }

    /** Starts a node with something between its parts. */
    static PlainNode with(Seams seams) {
        try {
            return new PlainNode(seams);
        } catch (IOException | StartException | ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Starts a node with what a configuration file says. */
    public static PlainNode withFile(Path file) {
        try {
            return new PlainNode(new ConfigFile(file));
        } catch (IOException | StartException | ConfigException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RondoServer start(Path folder, Seams seams, Config config, String... directives)
            throws IOException, StartException, ConfigException {
        config.set("cluster-enabled", "no").set("dir", folder.toString()).set("io-threads", "2");
        for (int i = 0; i < directives.length; i += 2) {
            config.set(directives[i], directives[i + 1]);
        }
        for (int attempt = 0; ; attempt++) {
            config.set("port", Integer.toString(freePort()));
            try {
                return RondoServer.start(config, seams);
            } catch (StartException e) {
                if (attempt == 4) { // somebody else may have taken the port in between, but not every time
                    throw e;
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    public int port() {
        return server.port();
    }

    /** Waits until the node has stopped and returns its exit code. */
    public int awaitStop() throws InterruptedException {
        return server.awaitStop();
    }

    /** A new client, closed with the node. */
    public WireClient connect() {
        WireClient client = new WireClient(port());
        clients.add(client);
        return client;
    }

    @Override
    public void close() {
        clients.forEach(WireClient::close);
        server.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
