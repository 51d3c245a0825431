package dev.rondo.server;

import dev.rondo.server.config.Config;
import dev.rondo.server.config.ConfigException;
import dev.rondo.server.net.RespClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Starts a node on loopback, uses it and stops it, so that a JVM run with {@code -XX:ArchiveClassesAtExit} knows which
 * classes a start needs. The launcher does so after each build; nodes start in about half the time with the archive.
 */
final class StartRehearsal {
    private static final int FIRST_PORT = 20_000;
    private static final int LAST_PORT = 40_000;
    private static final int[] PORT_OFFSETS = {0, 10_000, 10_100};
    private static final int TIMEOUT_MS = 5_000;

    private StartRehearsal() {}

    /** Takes no arguments. */
    public static void main(String[] args) throws IOException, ConfigException, StartException {
        Path directory = Files.createTempDirectory("rondo-rehearsal");
        Config config = new Config()
                .set("port", Integer.toString(freePort()))
                .set("dir", directory.toString())
                .set("loglevel", "warning");
        try (RondoServer server = RondoServer.start(config);
                RespClient client = RespClient.connect("127.0.0.1", server.port(), TIMEOUT_MS)) {
            client.command("HELLO", "2");
            client.command("SET", "key", "value", "EX", "100");
            client.command("GET", "key");
            client.command("CLUSTER", "SLOTS");
            client.command("INFO");
        } finally {
            for (String name : new String[] {"node-id", "rondo.lock", ""}) {
                Files.deleteIfExists(directory.resolve(name));
            }
        }
    }

    private static int freePort() throws IOException {
        for (int port = FIRST_PORT; port < LAST_PORT; port++) {
            boolean free = true;
            for (int offset : PORT_OFFSETS) {
                free &= isFree(port + offset);
            }
            if (free) {
                return port;
            }
        }
        throw new IOException("no free ports");
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
