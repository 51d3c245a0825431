package dev.rondo.compat.process;

import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One real server process, on loopback unless told otherwise, with its own folder. It can be killed, frozen and started
 * again on the same port and folder. It never outlives this JVM, and {@link #close} removes its folder. Signals go to
 * this process's id only. For one thread at a time.
 */
public final class ServerProcess implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(60);
    private static final int TAIL_LINES = 40;
    private static final int CONNECT_TIMEOUT_MS = 10_000;

    private final String name;
    private final String host;
    private final int port;
    private final Path folder;
    private final Path log;
    private final List<String> commandLine;

    private volatile @Nullable Process process;

    private boolean paused;
    private final Thread onJvmExit = new Thread(this::killIfAlive);

    ServerProcess(String name, int port, Path folder, List<String> commandLine) {
        this(name, "127.0.0.1", port, folder, commandLine);
    }

    /** A server that will listen on a certain address; {@link #launch} starts it. */
    public ServerProcess(String name, String host, int port, Path folder, List<String> commandLine) {
        this.name = name;
        this.host = host;
        this.port = port;
        this.folder = folder;
        this.log = folder.resolve("process.log");
        this.commandLine = commandLine;
        Runtime.getRuntime().addShutdownHook(onJvmExit);
    }

    /** A new empty folder for a server; close() of the server removes it. */
    static Path newFolder(String name) {
        try {
            return Files.createTempDirectory("rondo-compat-" + name + "-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the process without waiting for it to serve. */
    public ServerProcess launch() {
        if (isAlive()) {
            throw new IllegalStateException(this + " runs already");
        }
        try {
            Process started = new ProcessBuilder(commandLine)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            process = started;
            paused = false;
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + commandLine, e);
        }
    }

    /** Waits until the server answers PING, and fails with its last output if it ends or does not come up. */
    public ServerProcess awaitPong() {
        try {
            Awaitility.await()
                    .atMost(START_TIMEOUT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(25))
                    .until(() -> !isAlive() || answersPing());
        } catch (ConditionTimeoutException e) {
            throw startFailure(" does not answer PING", e);
        }
        if (!isAlive()) {
            throw startFailure(" ended while it started", null);
        }
        return this;
    }

    /** Waits for the process to end by itself and returns its exit code. */
    public int awaitExit(Duration timeout) {
        try {
            if (!running().waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(this + " still runs after " + timeout + tail());
            }
            return running().exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    public int port() {
        return port;
    }

    public int busPort() {
        return port + FreePorts.BUS_OFFSET;
    }

    public Path folder() {
        return folder;
    }

    public long pid() {
        return running().pid();
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public RespConnection connect() {
        return connect(CONNECT_TIMEOUT_MS);
    }

    /** A connection whose replies must come within this time. */
    public RespConnection connect(int timeoutMs) {
        return RespConnection.to(new InetSocketAddress(host, port), timeoutMs);
    }

    /** One command on a connection of its own. */
    public Reply ask(String... command) {
        try (RespConnection connection = connect()) {
            return connection.command(command);
        }
    }

    /** Memory of the process that is in RAM now, as the kernel counts it. */
    public long residentBytes() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            String line = lines.filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL: the process gets no chance to say or save anything. */
    public void kill() {
        running().destroyForcibly();
        awaitExit(STOP_TIMEOUT);
    }

    /** SIGTERM: the orderly stop; returns the exit code. */
    public int stop() {
        resumeIfPaused();
        terminate();
        return awaitExit(STOP_TIMEOUT);
    }

    /** SIGTERM, not waited for. */
    public void terminate() {
        running().destroy();
    }

    /** SIGSTOP: the process hangs, its sockets stay open. */
    public void pause() {
        signal("STOP");
        paused = true;
    }

    /** SIGCONT: ends {@link #pause}. */
    public void resume() {
        signal("CONT");
        paused = false;
    }

    /** SIGQUIT: a JVM prints where its threads stand, and which locks they hold, into its output. */
    public void printThreads() {
        signal("QUIT");
    }

    /** Starts the process again on the same port and folder, after it has ended. */
    public ServerProcess restart() {
        return launch().awaitPong();
    }

    /** Everything the process has printed so far. */
    public String output() {
        try {
            return Files.exists(log) ? Files.readString(log) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end of the output, for the message of a failure. */
    public String tail() {
        List<String> lines = output().lines().toList();
        List<String> last = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
        return "\n--- last output of " + name + " (" + commandLine + "):\n" + String.join("\n", last);
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(onJvmExit);
        if (isAlive()) {
            kill();
        }
        removeFolder();
    }

    @Override
    public String toString() {
        return name + " on port " + port;
    }

    private IllegalStateException startFailure(String what, @Nullable Exception cause) {
        IllegalStateException failure = new IllegalStateException(this + what + tail(), cause);
        close();
        return failure;
    }

    private void killIfAlive() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private boolean answersPing() {
        try (RespConnection connection = connect(1000)) {
            return connection.command("PING").equals(Reply.status("PONG"));
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException(this + " was never started");
        }
        return process;
    }

    private void resumeIfPaused() {
        if (paused) {
            resume();
        }
    }

    private void signal(String signal) {
        try {
            int exit = new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IllegalStateException("kill -" + signal + " of " + this + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void removeFolder() {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
