package dev.rondo.compat.process;

import dev.rondo.compat.wire.RespConnection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The servers of a test class that holds Rondo against redis-server: a plain one of each for all its tests, and for
 * each test, if it asks for them, a connection to either, emptied.
 */
public final class ServerPair implements BeforeAllCallback, AfterAllCallback, AfterEachCallback {
    private final String[] directives;
    private @Nullable ServerProcess redis;
    private @Nullable ServerProcess rondo;
    private @Nullable RespConnection model;
    private @Nullable RespConnection candidate;

    /** @param directives for both servers */
    public ServerPair(String... directives) {
        this.directives = directives.clone();
    }

    public ServerProcess redis() {
        return Objects.requireNonNull(redis, "not started");
    }

    public ServerProcess rondo() {
        return Objects.requireNonNull(rondo, "not started");
    }

    /** This test's connection to redis-server, which held nothing when it was first asked for. */
    public RespConnection model() {
        if (model == null) {
            model = emptied(redis());
        }
        return model;
    }

    /** This test's connection to Rondo, which held nothing when it was first asked for. */
    public RespConnection candidate() {
        if (candidate == null) {
            candidate = emptied(rondo());
        }
        return candidate;
    }

    private static RespConnection emptied(ServerProcess server) {
        RespConnection connection = server.connect();
        connection.command("FLUSHALL");
        return connection;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        redis = RedisServers.plain(directives);
        rondo = RondoNodes.plain(directives);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (model != null) {
            model.close();
            model = null;
        }
        if (candidate != null) {
            candidate.close();
            candidate = null;
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        redis().close();
        rondo().close();
    }
}
