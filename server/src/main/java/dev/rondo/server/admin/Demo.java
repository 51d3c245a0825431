package dev.rondo.server.admin;

import dev.rondo.server.net.RespClient;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code rondo demo}: runs a cluster of three nodes on loopback, each a process of its own, shows what has formed and
 * how to connect, and goes on until it is stopped.
 */
public final class Demo {
    private static final String HOST = "127.0.0.1";
    private static final int NODES = 3;
    private static final int SLOTS = 16384;
    private static final String NOWHERE = "no node yet";
    private static final int FIRST_PORT = 7001;
    private static final int LAST_PORT = 7990;
    private static final int BUS_OFFSET = 10_000;
    private static final int FAILURE_DETECTION_OFFSET = 100;
    private static final int READY_TIMEOUT_S = 60;
    private static final int POLL_MS = 100;

    private record DemoNode(int port, Path directory, Process process) {}

    /** The slots that one node serves, as ranges, and where their copies are. */
    private static final class Share {
        private final List<long[]> ranges = new ArrayList<>();
        private final Set<String> copies = new TreeSet<>();
        private long slots;

        /** Adds a range that lies behind those added so far. */
        void add(long first, long last, String copy) {
            long[] previous = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (previous != null && previous[1] + 1 == first) {
                previous[1] = last;
            } else {
                ranges.add(new long[] {first, last});
            }
            copies.add(copy);
            slots += last - first + 1;
        }

        boolean isFair() {
            return slots - SLOTS / NODES <= 1 && !copies.contains(NOWHERE);
        }

        @Override
        public String toString() {
            return slots + " slots: "
                    + ranges.stream().map(range -> range[0] + "-" + range[1]).collect(Collectors.joining(", "))
                    + "; copies on " + String.join(", ", copies);
        }
    }

    private final PrintStream out;
    private final Path directory;
    private final List<DemoNode> nodes = new ArrayList<>();
    private volatile boolean stopping;

    /** A demo that writes to {@code out} and keeps the nodes' data below {@code directory}. */
    public Demo(PrintStream out, Path directory) {
        this.out = out;
        this.directory = directory;
    }

    /** Runs until the process is stopped; returns an exit code when the cluster does not come up. */
    public int run() throws IOException, InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAll, "stop-demo"));
        List<Integer> ports = freePorts();
        if (ports.get(0) != FIRST_PORT) {
            out.println("Port " + FIRST_PORT + " and those next to it are taken; using " + ports + " instead.");
        }
        out.println("Starting " + NODES + " nodes ...");
        long startNs = System.nanoTime();
        for (int port : ports) {
            nodes.add(start(port, ports));
        }
        if (!awaitReady()) {
            return 1;
        }
        long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
        show(tookMs);
        watch(ports);
        return 0;
    }

    private static List<Integer> freePorts() throws IOException {
        for (int first = FIRST_PORT; first + NODES <= LAST_PORT; first += 10) {
            boolean free = true;
            for (int port = first; port < first + NODES; port++) {
                int bus = port + BUS_OFFSET;
                free &= isFree(port) && isFree(bus) && isFree(bus + FAILURE_DETECTION_OFFSET);
            }
            if (free) {
                List<Integer> ports = new ArrayList<>();
                for (int port = first; port < first + NODES; port++) {
                    ports.add(port);
                }
                return ports;
            }
        }
        throw new IOException("no " + NODES + " free ports from " + FIRST_PORT + " to " + LAST_PORT);
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private DemoNode start(int port, List<Integer> ports) throws IOException {
        Path dir = directory.resolve(Integer.toString(port));
        Files.createDirectories(dir);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), "dev.rondo.server.Rondo", "server"));
        command.addAll(serverArguments(port, ports, dir));
        File log = dir.resolve("node.log").toFile();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        return new DemoNode(port, dir, process);
    }

    private static List<String> serverArguments(int port, List<Integer> ports, Path dir) {
        List<String> seeds = new ArrayList<>();
        for (int other : ports) {
            if (other != port) {
                seeds.add(HOST + ":" + (other + BUS_OFFSET));
            }
        }
        return List.of(
                "--bind",
                HOST,
                "--port",
                Integer.toString(port),
                "--dir",
                dir.toString(),
                "--enable-admin-command",
                "yes",
                "--join",
                String.join(",", seeds));
    }

    private boolean awaitReady() throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(READY_TIMEOUT_S);
        for (DemoNode node : nodes) {
            while (!isReady(node)) {
                if (!node.process.isAlive() || System.nanoTime() > deadlineNs) {
                    out.println("Node " + node.port + " did not come up; its log says:");
                    List<String> lines = Files.readAllLines(node.directory.resolve("node.log"));
                    lines.subList(Math.max(0, lines.size() - 20), lines.size()).forEach(out::println);
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(POLL_MS);
            }
        }
        return true;
    }

    /** Whether the node sees a whole cluster: an equal share of slots for each node, and a copy of each slot. */
    private static boolean isReady(DemoNode node) {
        try (RespClient client = RespClient.connect(HOST, node.port, 1000)) {
            if (!String.valueOf(client.command("CLUSTER", "INFO")).contains("cluster_state:ok")) {
                return false;
            }
            Collection<Share> shares = shares(client).values();
            return shares.size() == NODES && shares.stream().allMatch(Share::isFair);
        } catch (IOException e) {
            return false; // not listening yet, or still starting
        }
    }

    /** What CLUSTER SLOTS says of each node: it lists first slot, last slot, primary, replicas. */
    @SuppressWarnings("unchecked") // the shape of CLUSTER SLOTS
    private static Map<String, Share> shares(RespClient client) throws IOException {
        Map<String, Share> shares = new TreeMap<>();
        for (List<Object> range : (List<List<Object>>) (List<?>) client.command("CLUSTER", "SLOTS")) {
            shares.computeIfAbsent(address(range.get(2)), primary -> new Share())
                    .add((Long) range.get(0), (Long) range.get(1), range.size() > 3 ? address(range.get(3)) : NOWHERE);
        }
        return shares;
    }

    private void show(long tookMs) throws IOException {
        int port = nodes.get(0).port;
        out.printf("The cluster is ready after %.1f s.%n%n", tookMs / 1000.0);
        try (RespClient client = RespClient.connect(HOST, port, 5000)) {
            Map<String, Share> shares = shares(client);
            for (DemoNode node : nodes) {
                String address = HOST + ":" + node.port;
                out.printf("  %s  pid %d  %s%n", address, node.process.pid(), shares.get(address));
            }
        }
        out.println();
        out.println("Try it from another shell:");
        out.println("  redis-cli -c -p " + port + " set hello world");
        out.println("  redis-cli -c -p " + nodes.get(1).port + " get hello");
        out.println("  redis-cli --cluster check " + HOST + ":" + port);
        out.println("or from Java, with Jedis:");
        out.println("  var jedis = RedisClusterClient.create(new HostAndPort(\"" + HOST + "\", " + port + "));");
        out.println("  jedis.set(\"hello\", \"world\");");
        out.println("Look at it, or cut a node off:");
        out.println("  ./rondo admin --node " + HOST + ":" + port + " nodes");
        out.println("  ./rondo admin --node " + HOST + ":" + port + " break-link " + HOST + ":" + nodes.get(1).port);
        out.println("Then kill -9 one of the pids above, and go on reading and writing. Ctrl-C stops everything.");
    }

    @SuppressWarnings("unchecked") // the shape of CLUSTER SLOTS
    private static String address(@Nullable Object node) {
        List<Object> fields = (List<Object>) node;
        return fields.get(0) + ":" + fields.get(1);
    }

    /** Says when a node goes, and how to bring it back. */
    private void watch(List<Integer> ports) throws InterruptedException {
        List<DemoNode> alive = new ArrayList<>(nodes);
        while (true) {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
            for (DemoNode node : List.copyOf(alive)) {
                if (!node.process.isAlive() && !stopping) {
                    alive.remove(node);
                    out.println();
                    out.println("Node " + node.port + " is gone; the others serve its slots. Bring it back with:");
                    out.println(
                            "  ./rondo server " + String.join(" ", serverArguments(node.port, ports, node.directory)));
                }
            }
        }
    }

    private void stopAll() {
        stopping = true;
        nodes.forEach(node -> node.process.destroy());
        for (DemoNode node : nodes) {
            try {
                if (!node.process.waitFor(10, TimeUnit.SECONDS)) {
                    node.process.destroyForcibly();
                }
            } catch (InterruptedException e) {
                node.process.destroyForcibly();
            }
        }
    }
}
