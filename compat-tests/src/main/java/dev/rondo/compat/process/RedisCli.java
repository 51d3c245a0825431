package dev.rondo.compat.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs the stock redis-cli, as a user would in a shell. */
public final class RedisCli {
    private static final int TIMEOUT_SECONDS = 60;

    private RedisCli() {}

    /**
     * What redis-cli printed and how it ended.
     *
     * @param output standard output and error together, without the last line break
     */
    public record Result(int exitCode, String output) {}

    /** {@code redis-cli -p PORT ARGUMENTS} with nothing to read. */
    public static Result run(int port, String... arguments) {
        return runWithInput(port, "", arguments);
    }

    /** The same with these bytes (one char each) as standard input. */
    public static Result runWithInput(int port, String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of("redis-cli", "-h", "127.0.0.1", "-p", Integer.toString(port)));
        command.addAll(List.of(arguments));
        return execute(command, input);
    }

    /** {@code redis-cli --cluster ACTION 127.0.0.1:PORT}. */
    public static Result cluster(String action, int port) {
        return execute(List.of("redis-cli", "--cluster", action, "127.0.0.1:" + port), "");
    }

    private static Result execute(List<String> command, String input) {
        Path output = null;
        try {
            output = Files.createTempFile("redis-cli-", ".out");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(ISO_8859_1));
            }
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " does not end: " + Files.readString(output));
            }
            return new Result(
                    process.exitValue(), Files.readString(output, ISO_8859_1).stripTrailing());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            deleteIfThere(output);
        }
    }

    private static void deleteIfThere(@Nullable Path file) {
        try {
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
