package dev.rondo.compat.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts Rondo nodes from the packaged jar, each as a process of its own on loopback. The heap is small and the JVM's
 * slower compiler is off, so that many nodes fit on a small machine and start at once.
 */
public final class RondoNodes {
    private static final List<String> JVM_FLAGS = List.of(
            "-Xmx384m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-XX:+PrintConcurrentLocks", // in what it prints of its threads
            "-Djava.net.preferIPv4Stack=true");

    private RondoNodes() {}

    private static List<String> fastFlags(String heap) {
        return List.of("-Xmx" + heap, "-XX:+Use" + collector() + "GC", "-Djava.net.preferIPv4Stack=true");
    }

    /** The collector that the launcher would choose: not every JVM has Shenandoah. */
    private static String collector() {
        try {
            Process trial = new ProcessBuilder(javaProgram(), "-XX:+UseShenandoahGC", "-version")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return trial.waitFor() == 0 ? "Shenandoah" : "G1";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String javaProgram() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** A single server without cluster mode, as redis-server is by default. */
    public static ServerProcess plain(String... directives) {
        return launchPlain(JVM_FLAGS, directives).awaitPong();
    }

    /** Like {@link #plain} with the JVM's full compiler, for long runs. */
    public static ServerProcess plainForLongRuns(String... directives) {
        return launchPlain(fastFlags("1g"), directives).awaitPong();
    }

    /** As {@link #plain}, started by the launcher with the flags that it chooses for the JVM: for benchmarks. */
    public static ServerProcess plainAsUsersDo() {
        return launchAsUsersDo(FreePorts.takeOne(), List.of(), "--cluster-enabled", "no")
                .awaitPong();
    }

    /** A cluster of one node that serves all slots. */
    public static ServerProcess clusterOfOne(String... directives) {
        return launch(FreePorts.takeOne(), List.of(), directives).awaitPong();
    }

    /** A node of a cluster, started but perhaps not serving yet. */
    static ServerProcess launch(int port, List<Integer> otherBusPorts, String... directives) {
        return launch(JVM_FLAGS, port, otherBusPorts, directives);
    }

    /**
     * A node of a cluster as the launcher starts it for users, with the flags it chooses for the JVM: for benchmarks.
     */
    static ServerProcess launchAsUsersDo(int port, List<Integer> otherBusPorts, String... directives) {
        Path folder = ServerProcess.newFolder("rondo-" + port);
        List<String> command = new ArrayList<>();
        command.add(launcher());
        command.add("server");
        command.addAll(arguments(port, folder, otherBusPorts));
        command.addAll(List.of(directives));
        return new ServerProcess("rondo", port, folder, command).launch();
    }

    /** A node with exactly these arguments behind "server", not waited for: for starts that must fail. */
    public static ServerProcess launchWith(int port, Path folder, String... arguments) {
        List<String> command = java(JVM_FLAGS);
        command.addAll(List.of(arguments));
        return new ServerProcess("rondo", port, folder, command).launch();
    }

    /** A client port whose bus ports are free too. */
    public static int freePort() {
        return FreePorts.takeOne();
    }

    /** As many client ports, whose bus ports are free too and no two of which get in each other's way. */
    public static List<Integer> freePorts(int count) {
        return List.copyOf(FreePorts.take(count));
    }

    /** The start of a command line that runs a node; the directives follow. */
    public static List<String> commandLine() {
        return java(JVM_FLAGS);
    }

    /** As {@link #commandLine()}, with the flags that the launcher chooses and so much heap, for measurements. */
    public static List<String> commandLineAsUsersDo(String heap) {
        return List.of("env", "RONDO_JAVA_OPTS=-Xmx" + heap, launcher(), "server");
    }

    /** The start of a command line that runs another program that takes a node's directives behind its arguments. */
    public static List<String> commandLine(Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(javaProgram());
        command.addAll(JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    /** An empty folder for {@link #launchWith}; closing the process removes it. */
    public static Path newFolder() {
        return ServerProcess.newFolder("rondo");
    }

    private static ServerProcess launchPlain(List<String> flags, String... directives) {
        List<String> all = new ArrayList<>(List.of("--cluster-enabled", "no"));
        all.addAll(List.of(directives));
        return launch(flags, FreePorts.takeOne(), List.of(), all.toArray(String[]::new));
    }

    private static ServerProcess launch(
            List<String> flags, int port, List<Integer> otherBusPorts, String... directives) {
        Path folder = ServerProcess.newFolder("rondo-" + port);
        List<String> command = java(flags);
        command.addAll(arguments(port, folder, otherBusPorts));
        command.addAll(List.of(directives));
        return new ServerProcess("rondo", port, folder, command).launch();
    }

    private static List<String> arguments(int port, Path folder, List<Integer> otherBusPorts) {
        List<String> arguments = new ArrayList<>(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
        arguments.addAll(List.of("--dir", folder.resolve("data").toString()));
        if (!otherBusPorts.isEmpty()) {
            List<String> seeds =
                    otherBusPorts.stream().map(bus -> "127.0.0.1:" + bus).toList();
            arguments.addAll(List.of("--join", String.join(",", seeds)));
        }
        return arguments;
    }

    private static List<String> java(List<String> flags) {
        List<String> command = new ArrayList<>();
        command.add(javaProgram());
        command.addAll(flags);
        command.addAll(List.of("-jar", jar().toString(), "server"));
        return command;
    }

    private static String launcher() {
        return RepositoryRoot.find().resolve("rondo").toString();
    }

    private static Path jar() {
        Path jar = RepositoryRoot.find().resolve("server/target/rondo-server.jar");
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: run ./rondo build");
        }
        return jar;
    }
}
