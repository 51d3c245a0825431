package dev.rondo.compat.process;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that holds the launcher, found from wherever in the repository the tests run. */
public final class RepositoryRoot {
    private RepositoryRoot() {}

    public static Path find() {
        Path start = Path.of("").toAbsolutePath();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve("rondo")) && Files.exists(folder.resolve("server/pom.xml"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no Rondo repository around " + start);
    }
}
