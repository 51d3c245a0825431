package dev.rondo.compat;

import dev.rondo.compat.process.ServerProcess;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A server that runs already, known by its port, or else one that is started and stopped with this. */
final class OptionalServer implements AutoCloseable {
    private final int port;
    private final @Nullable ServerProcess started;

    /** @param runningPort the port of a running server, 0 to start one */
    OptionalServer(int runningPort, Supplier<ServerProcess> start) {
        started = runningPort == 0 ? start.get() : null;
        port = started == null ? runningPort : started.port();
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        if (started != null) {
            started.close();
        }
    }
}
