package dev.rondo.compat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RepositoryRoot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher script says what it can do and what is missing, in sentences. */
class LauncherIT {
    @TempDir
    private Path folder;

    /** How a run of the launcher ended and what it printed. */
    private record Result(int exitCode, String output) {}

    @Test
    void withoutArgumentsItExplainsItself() throws Exception {
        Result result = rondo(Map.of());

        assertEquals(0, result.exitCode());
        for (String command : List.of("demo", "server", "build", "test", "bench", "fuzz")) {
            assertTrue(result.output().contains("\n  " + command), result.output());
        }
    }

    @Test
    void aWrongJavaHomeIsNamed() throws Exception {
        Result result = rondo(Map.of("JAVA_HOME", folder.toString()), "server");

        assertEquals(1, result.exitCode());
        assertEquals(
                "rondo: JAVA_HOME is " + folder + ", but there is no bin/java in it.",
                result.output().strip());
    }

    @Test
    void anOldJavaIsRefused() throws Exception {
        Path java = Files.createDirectories(folder.resolve("bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n");
        assertTrue(java.toFile().setExecutable(true));

        Result result = rondo(Map.of("JAVA_HOME", folder.toString()), "server");

        assertEquals(1, result.exitCode());
        assertEquals(
                "rondo: " + java + " is Java 11. Rondo needs a JDK, 17 or newer.",
                result.output().strip());
    }

    @Test
    void aMissingJavaIsNamedWithWhatToInstall() throws Exception {
        Path tools = Files.createDirectories(folder.resolve("path"));
        for (String tool : List.of("dirname", "readlink")) {
            Path script = Files.writeString(tools.resolve(tool), "#!/bin/sh\nexec /usr/bin/" + tool + " \"$@\"\n");
            assertTrue(script.toFile().setExecutable(true));
        }
        Result result = rondo(Map.of("JAVA_HOME", "", "PATH", tools.toString()), "server");

        assertEquals(1, result.exitCode());
        assertTrue(result.output().startsWith("rondo: Java is missing. Install a JDK"), result.output());
    }

    @Test
    void everythingElseGoesToRondo() throws Exception {
        Result result = rondo(Map.of(), "server", "--help");

        assertEquals(0, result.exitCode(), result.output());
        assertTrue(result.output().contains("--cluster-enabled"), result.output());
    }

    /**
     * In network namespaces where they can be made, on loopback elsewhere; the other tests of chaos stay on loopback.
     */
    @Test
    void chaosRunsInANetworkOfItsOwn() throws Exception {
        Result result = rondo(
                Map.of(),
                "chaos",
                "--minutes",
                "0.1",
                "--seed",
                "7",
                "--nodes",
                "3",
                "--faults",
                "ONE_WAY",
                "--ops",
                "300");

        assertEquals(0, result.exitCode(), result.output());
        boolean isPrivate = result.output().contains("links are cut by the network");
        assertTrue(isPrivate != result.output().contains("No private network can be made"), result.output());
    }

    private Result rondo(Map<String, String> environment, String... arguments) throws Exception {
        Path output = folder.resolve("output");
        List<String> command =
                new ArrayList<>(List.of(RepositoryRoot.find().resolve("rondo").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(command + " does not end: " + Files.readString(output));
        }
        return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }
}
