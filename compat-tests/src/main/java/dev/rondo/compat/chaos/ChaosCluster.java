package dev.rondo.compat.chaos;

import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import dev.rondo.server.ClockedNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a run: a fixed number of places, each with an address, of which some hold a running node. Nodes are
 * told by their place. For the scheduler's thread; {@link #members}, {@link #placeOf} and {@link #connect} for any.
 */
final class ChaosCluster implements AutoCloseable {
    static final int SLOTS = 16384;
    private static final Duration LOOK = Duration.ofMillis(200);
    private static final Duration LEAVE_TIMEOUT = Duration.ofSeconds(60);
    private static final int CONTROL_TIMEOUT_MS = 3000;
    private static final long THREADS_PRINTED_NS = 2_000_000_000L;

    private final Network network;
    private final Path root;
    private final @Nullable ServerProcess[] processes;
    private final Map<String, Integer> placeByAddress = new HashMap<>();
    private final IntFunction<List<String>> commandLine;
    private final List<String> directives;
    private volatile List<Integer> members = List.of();
    private int folders;

    /**
     * Prepares as many places.
     *
     * @param commandLine the start of the command line of the node at a place; the directives follow
     */
    ChaosCluster(
            Network network, int places, Path root, IntFunction<List<String>> commandLine, List<String> directives) {
        this.network = network;
        this.root = root;
        this.commandLine = commandLine;
        this.directives = directives;
        this.processes = new ServerProcess[places];
        for (int place = 0; place < places; place++) {
            placeByAddress.put(network.host(place) + ":" + network.port(place), place);
        }
    }

    Network network() {
        return network;
    }

    /** How many nodes there can be at most. */
    int places() {
        return processes.length;
    }

    /** The places of the nodes that should be running now. Any thread. */
    List<Integer> members() {
        return members;
    }

    /** The place with this address, -1 when there is none. Any thread. */
    int placeOf(String address) {
        return placeByAddress.getOrDefault(address, -1);
    }

    // ---- what is done to nodes ----

    /** Starts a new node with an empty folder at a place; it counts once {@link #awaitPong} has waited for it. */
    void launchNew(int place) {
        ServerProcess old = processes[place];
        if (old != null && old.isAlive()) {
            throw new IllegalStateException("node " + place + " runs already");
        }
        String seeds = IntStream.range(0, places())
                .filter(other -> other != place)
                .mapToObj(network::busAddress)
                .collect(Collectors.joining(","));
        Path folder = root.resolve("node-" + place + "-" + ++folders);
        List<String> command = new ArrayList<>(network.launcher(place));
        command.addAll(commandLine.apply(place));
        command.addAll(List.of("--port", Integer.toString(network.port(place)), "--bind", network.host(place)));
        command.addAll(List.of("--protected-mode", "no")); // the clients of a private network are not on loopback
        command.addAll(List.of("--dir", folder.resolve("data").toString(), "--join", seeds));
        command.addAll(directives);
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        processes[place] =
                new ServerProcess("node " + place, network.host(place), network.port(place), folder, command).launch();
    }

    void awaitPong(int place) {
        process(place).awaitPong();
        setMember(place, true);
    }

    void kill(int place) {
        setMember(place, false);
        process(place).kill();
    }

    /** Asks the node to stop and waits for its end. */
    void stop(int place) {
        setMember(place, false);
        process(place).terminate();
        process(place).awaitExit(LEAVE_TIMEOUT);
    }

    /** Starts a killed or stopped node on its folder, and waits until it serves. */
    void restart(int place) {
        process(place).restart();
        setMember(place, true);
    }

    void pause(int place) {
        process(place).pause();
    }

    void resume(int place) {
        process(place).resume();
    }

    /** Sets the wall clock of a {@link ClockedNode} wrong by so many milliseconds; 0 sets it right. */
    void shiftClock(int place, long offsetMs) {
        Path file = process(place).folder().resolve(ClockedNode.FILE);
        Path written = file.resolveSibling(ClockedNode.FILE + ".new");
        try {
            Files.writeString(written, Long.toString(offsetMs));
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ServerProcess process(int place) {
        ServerProcess process = processes[place];
        if (process == null) {
            throw new IllegalStateException("there was never a node " + place);
        }
        return process;
    }

    private void setMember(int place, boolean member) {
        List<Integer> next = new ArrayList<>(members);
        next.remove((Integer) place);
        if (member) {
            next.add(place);
        }
        next.sort(Comparator.naturalOrder());
        members = List.copyOf(next);
    }

    /** Opens a connection to a node. Any thread. */
    RespConnection connect(int place, int timeoutMs) {
        return RespConnection.to(new InetSocketAddress(network.host(place), network.port(place)), timeoutMs);
    }

    // ---- what it looks like ----

    /**
     * Waits until all members agree on one table that spreads the slots evenly and every copy is complete, and until
     * this has lasted: a fault may be noticed late.
     *
     * @param lasting for how long it must have been so
     * @return null, or what is still wrong when the time is over
     */
    @Nullable String awaitWhole(Duration timeout, Duration lasting) {
        return awaitWhole(timeout, lasting, LOOK);
    }

    /** As the other, looking only so often: nodes that look at all their slots keep their clients waiting meanwhile. */
    @Nullable String awaitWhole(Duration timeout, Duration lasting, Duration interval) {
        try {
            Awaitility.await()
                    .atMost(timeout)
                    .during(lasting)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(interval)
                    .until(() -> flaw() == null);
            return null;
        } catch (ConditionTimeoutException e) {
            String flaw = flaw();
            return flaw == null ? "it becomes whole again and again, but not for " + lasting : flaw;
        }
    }

    /** What keeps the cluster from being whole; null when nothing does. */
    private @Nullable String flaw() {
        List<List<Integer>> agreed = List.of();
        long primary = 0;
        long inSync = 0;
        for (int place : members) {
            if (!process(place).isAlive()) {
                return "node " + place + " has ended by itself: "
                        + process(place).tail();
            }
            try (RespConnection connection = connect(place, CONTROL_TIMEOUT_MS)) {
                Map<String, String> facts = facts(connection.command("CLUSTER", "INFO"));
                facts.putAll(facts(connection.command("INFO", "cluster")));
                if (!facts.getOrDefault("cluster_state", "").equals("ok")) {
                    return "node " + place + ": cluster_state is " + facts.get("cluster_state");
                }
                long moving = number(facts, "cluster_slots_moving") + number(facts, "cluster_slots_incomplete");
                if (moving > 0 || number(facts, "cluster_known_nodes") != members.size()) {
                    return "node " + place + ": " + facts;
                }
                primary += number(facts, "cluster_slots_primary");
                inSync += number(facts, "cluster_slots_replica");
                List<List<Integer>> owners = owners(connection);
                if (!agreed.isEmpty() && !agreed.equals(owners)) {
                    return "node " + place + " has another table than the nodes before it";
                }
                agreed = owners;
            } catch (UncheckedIOException | IllegalStateException e) {
                return "node " + place + ": " + e.getMessage();
            }
        }
        if (primary != SLOTS || inSync != (members.size() > 1 ? SLOTS : 0)) {
            return primary + " slots have a primary and " + inSync + " a complete replica";
        }
        return spreadFlaw(agreed);
    }

    private @Nullable String spreadFlaw(List<List<Integer>> owners) {
        Map<Integer, Integer> slotsOf = new HashMap<>();
        owners.forEach(list -> slotsOf.merge(list.get(0), 1, Integer::sum));
        int share = SLOTS / members.size();
        boolean even = slotsOf.size() == members.size()
                && slotsOf.values().stream().allMatch(slots -> slots == share || slots == share + 1);
        return even ? null : "the slots are not spread evenly: " + slotsOf;
    }

    /** The places of every slot's owners, the primary first, as the first member tells them. */
    List<List<Integer>> owners() {
        try (RespConnection connection = connect(members.get(0), CONTROL_TIMEOUT_MS)) {
            return owners(connection);
        }
    }

    private List<List<Integer>> owners(RespConnection connection) {
        List<List<Integer>> result = new ArrayList<>();
        Map<Long, Reply> ranges = new HashMap<>();
        for (Reply range : connection.command("CLUSTER", "SLOTS").asList()) {
            ranges.put(range.asList().get(0).asLong(), range);
        }
        while (result.size() < SLOTS) {
            Reply range = ranges.get((long) result.size());
            if (range == null) {
                throw new IllegalStateException("slot " + result.size() + " is not served");
            }
            List<Integer> owners = range.asList().stream()
                    .skip(2)
                    .map(owner -> placeOf(owner.asList().get(0).asText() + ":"
                            + owner.asList().get(1).asText()))
                    .toList();
            for (long slot = result.size(); slot <= range.asList().get(1).asLong(); slot++) {
                result.add(owners);
            }
        }
        return result;
    }

    /** How many keys each slot holds, as its primary counts them. */
    int[] keyCounts() {
        List<List<Integer>> owners = owners();
        int[] counts = new int[SLOTS];
        for (int place : members) {
            int[] served = IntStream.range(0, SLOTS)
                    .filter(slot -> owners.get(slot).get(0) == place)
                    .toArray();
            try (RespConnection connection = connect(place, CONTROL_TIMEOUT_MS)) {
                for (int slot : served) {
                    connection.queue(List.of("CLUSTER", "COUNTKEYSINSLOT", Integer.toString(slot)));
                }
                connection.flush();
                for (int slot : served) {
                    counts[slot] = (int) connection.read().asLong();
                }
            }
        }
        return counts;
    }

    private static Map<String, String> facts(Reply info) {
        Map<String, String> facts = new HashMap<>();
        for (String line : info.asText().split("\r\n")) {
            int colon = line.indexOf(':');
            if (line.startsWith("cluster_") && colon > 0) {
                facts.put(line.substring(0, colon), line.substring(colon + 1));
            }
        }
        return facts;
    }

    private static long number(Map<String, String> facts, String name) {
        return Long.parseLong(facts.getOrDefault(name, "0"));
    }

    /** The kinds of warnings and errors in the nodes' output, each with how often it came. */
    Map<String, Integer> complaints() {
        Map<String, Integer> counts = new TreeMap<>();
        for (ServerProcess process : processes) {
            if (process != null) {
                process.output()
                        .lines()
                        .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                        .map(line -> line.substring(Math.max(line.indexOf(" WARN "), line.indexOf(" ERROR "))))
                        .map(line -> line.replaceAll("[0-9a-f]{40}", "ID").replaceAll("[0-9]+", "N"))
                        .forEach(line -> counts.merge(line.strip(), 1, Integer::sum));
            }
        }
        return counts;
    }

    /** Has all running nodes print where their threads stand, twice, so that it shows which of them move. */
    void printThreads() {
        for (int times = 0; times < 2; times++) {
            for (ServerProcess process : processes) {
                if (process != null && process.isAlive()) {
                    process.printThreads();
                }
            }
            LockSupport.parkNanos(THREADS_PRINTED_NS);
        }
    }

    /** Keeps the output of all nodes that there were, for whoever looks into a failure; returns where. */
    Path keepLogs() {
        try (Stream<Path> files = Files.walk(root)) {
            Path kept = Files.createTempDirectory("rondo-chaos-logs-");
            for (Path log : files.filter(file -> file.endsWith("process.log")).toList()) {
                Files.copy(log, kept.resolve(log.getParent().getFileName() + ".log"));
            }
            return kept;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends every process at once, when this JVM ends before its time. Any thread. */
    void killAll() {
        for (ServerProcess process : processes) {
            if (process != null && process.isAlive()) {
                process.kill();
            }
        }
        removeFolders();
    }

    @Override
    public void close() {
        for (ServerProcess process : processes) {
            if (process != null) {
                process.close();
            }
        }
        removeFolders();
    }

    private void removeFolders() {
        if (!Files.exists(root)) {
            return;
        }
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
