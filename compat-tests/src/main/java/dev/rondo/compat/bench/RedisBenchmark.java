package dev.rondo.compat.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Runs the program redis-benchmark, each run bounded in requests and in time. */
public final class RedisBenchmark {
    private static final int TIMEOUT_S = 120;

    private final int clients;
    private final int dataBytes;
    private final int keys;
    private final int timeoutS;

    /** Benchmarks with so many connections, value bytes and distinct keys, each run of two minutes at most. */
    public RedisBenchmark(int clients, int dataBytes, int keys) {
        this(clients, dataBytes, keys, TIMEOUT_S);
    }

    /** As the other, each run of {@code timeoutS} seconds at most. */
    public RedisBenchmark(int clients, int dataBytes, int keys, int timeoutS) {
        this.clients = clients;
        this.dataBytes = dataBytes;
        this.keys = keys;
        this.timeoutS = timeoutS;
    }

    /**
     * Runs one test.
     *
     * @param test the name of one of its tests, such as "SET" or "LRANGE_100"
     * @param depth requests in flight on each connection
     * @throws IllegalStateException with what the program said when it gave up, or that the time was over: one of whose
     *     connections a leaving node has closed loops for ever
     */
    public Measurement run(int port, boolean cluster, String test, int depth, int requests) {
        List<String> command =
                new ArrayList<>(List.of("redis-benchmark", "-h", "127.0.0.1", "-p", text(port), "--csv"));
        command.addAll(List.of("-t", test.toLowerCase(Locale.ROOT), "-c", text(clients), "-P", text(depth)));
        command.addAll(List.of("-d", text(dataBytes), "-r", text(keys), "-n", text(requests)));
        if (cluster) {
            command.add("--cluster");
        }
        return Measurement.parse(output(command), test);
    }

    private static String text(int number) {
        return Integer.toString(number);
    }

    private String output(List<String> command) {
        try {
            Path file = Files.createTempFile("redis-benchmark", ".out");
            try {
                return output(command, file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command.get(0), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private String output(List<String> command, Path file) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(file.toFile())
                .start();
        try {
            if (!process.waitFor(timeoutS, TimeUnit.SECONDS)) {
                throw new IllegalStateException(command + " took longer than " + timeoutS + " s");
            }
        } finally {
            process.destroyForcibly();
        }
        String output = Files.readString(file, StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
            throw new IllegalStateException("redis-benchmark gave up: " + output.strip());
        }
        return output;
    }
}
