package dev.rondo.compat.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * A program with a main method, run as a user would: in a JVM of its own, with this JVM's class path. It never outlives
 * {@link #close}. For one thread at a time.
 */
public final class JavaProgram implements AutoCloseable {
    private static final List<String> JVM_FLAGS =
            List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true");
    private static final Duration TIMEOUT = Duration.ofSeconds(90);

    private final Class<?> program;
    private final Path output;
    private final Path errors;
    private final Process process;

    private JavaProgram(Class<?> program, Path output, Path errors, Process process) {
        this.program = program;
        this.output = output;
        this.errors = errors;
        this.process = process;
    }

    public static JavaProgram start(Class<?> program, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_FLAGS);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        command.addAll(List.of(arguments));
        try {
            Path output = Files.createTempFile("program-", ".out");
            Path errors = Files.createTempFile("program-", ".err");
            Process process = new ProcessBuilder(command)
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile())
                    .start();
            return new JavaProgram(program, output, errors, process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs a program to its end and returns the lines it printed. */
    public static List<String> run(Class<?> program, String... arguments) {
        try (JavaProgram running = start(program, arguments)) {
            return running.awaitEnd();
        }
    }

    /** Waits until the program has printed a line that starts so. */
    public void awaitLine(String start) {
        Awaitility.await()
                .atMost(TIMEOUT)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> !process.isAlive() || lines(output).stream().anyMatch(line -> line.startsWith(start)));
        if (lines(output).stream().noneMatch(line -> line.startsWith(start))) {
            throw failure("ended without a line \"" + start + "\"");
        }
    }

    /** Waits for the program to end by itself, which it must do with exit code 0, and returns the lines it printed. */
    public List<String> awaitEnd() {
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw failure("does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        if (process.exitValue() != 0) {
            throw failure("ended with exit code " + process.exitValue());
        }
        return lines(output);
    }

    private IllegalStateException failure(String what) {
        return new IllegalStateException(program.getSimpleName() + " " + what + "\n" + String.join("\n", lines(output))
                + "\n" + String.join("\n", lines(errors)));
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            Files.deleteIfExists(output);
            Files.deleteIfExists(errors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
