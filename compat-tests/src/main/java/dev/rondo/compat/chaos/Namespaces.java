package dev.rondo.compat.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A private network of Linux network namespaces: one for each node, and a hub with a bridge, in which the clients run.
 * It has no connection to the machine's own network. A link is cut in one direction by a permanent neighbour entry with
 * an address that nobody has: the packets go out and reach nobody, and no socket is told.
 *
 * <p>One process makes the namespaces and removes them; another, started in the hub, uses them. The names bear the id
 * of the process that made them, so that those a killed process left behind can be told and removed.
 */
final class Namespaces implements Network {
    private static final String PREFIX = "rondo-chaos-";
    private static final String SUBNET = "10.213.77.";
    private static final String HUB_ADDRESS = SUBNET + "254";
    private static final String NOBODY = "02:00:00:00:00:99";
    private static final int PORT = 7000;
    private static final int TIMEOUT_SECONDS = 20;

    private final String name;
    private final int nodes;
    private final Set<List<Integer>> cuts = new HashSet<>();

    private Namespaces(String name, int nodes) {
        this.name = name;
        this.nodes = nodes;
    }

    /** Makes the namespaces. Fails when this user or this kernel cannot; then nothing is left behind. */
    static Namespaces create(int nodes) throws IOException {
        removeLeftovers();
        Namespaces made = new Namespaces(PREFIX + ProcessHandle.current().pid(), nodes);
        try {
            made.build();
            return made;
        } catch (IOException e) {
            made.remove();
            throw e;
        }
    }

    /** Those that another process has made. */
    static Namespaces existing(String name, int nodes) {
        return new Namespaces(name, nodes);
    }

    String name() {
        return name;
    }

    /** What stands before a command line to run it where the clients belong. */
    List<String> hubLauncher() {
        return List.of("ip", "netns", "exec", hub());
    }

    private void build() throws IOException {
        run("ip", "netns", "add", hub());
        run("ip", "-n", hub(), "link", "set", "lo", "up");
        run("ip", "-n", hub(), "link", "add", "br0", "type", "bridge");
        run("ip", "-n", hub(), "addr", "add", HUB_ADDRESS + "/24", "dev", "br0");
        run("ip", "-n", hub(), "link", "set", "br0", "up");
        for (int node = 0; node < nodes; node++) {
            String place = place(node);
            String plug = "plug" + node;
            run("ip", "netns", "add", place);
            run("ip", "-n", hub(), "link", "add", plug, "type", "veth", "peer", "name", "eth0", "netns", place);
            run("ip", "-n", hub(), "link", "set", plug, "master", "br0", "up");
            run("ip", "-n", place, "addr", "add", host(node) + "/24", "dev", "eth0");
            run("ip", "-n", place, "link", "set", "lo", "up");
            run("ip", "-n", place, "link", "set", "eth0", "up");
        }
    }

    /** Removes the namespaces, with what still runs in them. */
    void remove() {
        List<String> places = new ArrayList<>(List.of(hub()));
        for (int node = 0; node < nodes; node++) {
            places.add(place(node));
        }
        places.forEach(Namespaces::remove);
    }

    private static void remove(String place) {
        if (!Files.exists(Path.of("/run/netns", place))) {
            return;
        }
        try {
            for (String pid : run("ip", "netns", "pids", place).split("\\s+")) {
                if (!pid.isBlank()) {
                    ProcessHandle.of(Long.parseLong(pid)).ifPresent(ProcessHandle::destroyForcibly);
                }
            }
            run("ip", "netns", "del", place);
        } catch (IOException e) {
            System.err.println("chaos: " + e.getMessage());
        }
    }

    private static void removeLeftovers() throws IOException {
        for (String line : run("ip", "netns", "list").split("\n")) {
            String place = line.split(" ", 2)[0].strip();
            if (place.startsWith(PREFIX)) {
                long maker = Long.parseLong(place.substring(PREFIX.length()).split("-", 2)[0]);
                if (ProcessHandle.of(maker).isEmpty()) {
                    remove(place);
                }
            }
        }
    }

    private String hub() {
        return name + "-hub";
    }

    private String place(int node) {
        return name + "-" + node;
    }

    @Override
    public String host(int node) {
        return SUBNET + (node + 1);
    }

    @Override
    public int port(int node) {
        return PORT;
    }

    @Override
    public List<String> launcher(int node) {
        return List.of("ip", "netns", "exec", place(node));
    }

    @Override
    public String cutting() {
        return "by the network";
    }

    @Override
    public void cut(int from, int to) {
        if (cuts.add(List.of(from, to))) {
            runOrFail(
                    "ip",
                    "-n",
                    place(from),
                    "neigh",
                    "replace",
                    host(to),
                    "lladdr",
                    NOBODY,
                    "dev",
                    "eth0",
                    "nud",
                    "permanent");
        }
    }

    @Override
    public void heal() {
        for (List<Integer> cut : cuts) {
            runOrFail("ip", "-n", place(cut.get(0)), "neigh", "del", host(cut.get(1)), "dev", "eth0");
        }
        cuts.clear();
    }

    private static void runOrFail(String... command) {
        try {
            run(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + ": " + output.strip());
            }
            return output;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
