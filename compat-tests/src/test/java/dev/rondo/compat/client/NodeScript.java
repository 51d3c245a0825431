package dev.rondo.compat.client;

import dev.rondo.compat.process.RepositoryRoot;
import dev.rondo.compat.process.ServerProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A script of src/test/node that runs in Node.js: it prints a line for every check, and at some points waits to be told
 * what has happened. It is ended when it takes too long; what it printed by then is in the message of the failure.
 */
final class NodeScript implements AutoCloseable {
    private static final int TIMEOUT_S = 240;

    private final Process process;
    private final BufferedReader output;
    private final List<String> lines = new ArrayList<>();
    private final Thread guard;

    private NodeScript(Process process) {
        this.process = process;
        this.output = process.inputReader();
        this.guard = new Thread(this::endWhenTooLong, "node-guard");
        guard.setDaemon(true);
        guard.start();
    }

    static NodeScript start(String script, String mode, List<ServerProcess> nodes) {
        String addresses =
                nodes.stream().map(node -> "127.0.0.1:" + node.port()).collect(Collectors.joining(","));
        try {
            return new NodeScript(new ProcessBuilder("node", script, mode, addresses)
                    .directory(RepositoryRoot.find()
                            .resolve("compat-tests/src/test/node")
                            .toFile())
                    .redirectErrorStream(true)
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until the script has come to a point, which it says in a line of its own. */
    void awaitPoint(String point) {
        String line = nextLine();
        while (line != null) {
            if (line.equals(point)) {
                return;
            }
            line = nextLine();
        }
        throw failure("ended and did not say \"" + point + "\"");
    }

    void tell(String word) {
        try {
            Writer input = process.outputWriter();
            input.write(word + "\n");
            input.flush();
        } catch (IOException e) {
            throw failure("does not listen: " + e.getMessage());
        }
    }

    /** Waits for the script to end with exit code 0, after exactly so many checks. */
    void awaitChecks(int expected) {
        while (nextLine() != null) {
            // All that it prints is kept.
        }
        try {
            int exitCode = process.waitFor();
            long checks = lines.stream().filter(line -> line.startsWith("ok ")).count();
            if (exitCode != 0 || checks != expected) {
                throw failure(
                        "ended with exit code " + exitCode + " after " + checks + " of " + expected + " good checks");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        guard.interrupt();
    }

    private String nextLine() {
        try {
            String line = output.readLine();
            if (line != null) {
                lines.add(line);
            }
            return line;
        } catch (IOException e) {
            throw failure("cannot be read: " + e.getMessage());
        }
    }

    private void endWhenTooLong() {
        try {
            if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private IllegalStateException failure(String what) {
        return new IllegalStateException("the script " + what + "\n" + String.join("\n", lines));
    }
}
