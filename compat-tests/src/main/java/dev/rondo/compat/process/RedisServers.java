package dev.rondo.compat.process;

import dev.rondo.compat.wire.RespConnection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** Starts real redis-server processes: the model of every command. They save nothing. */
public final class RedisServers {
    private RedisServers() {}

    /** Has the server look 500 times a second for clients that have waited long enough, and not just 10 times. */
    public static String[] prompt() {
        return new String[] {"--hz", "500", "--dynamic-hz", "no"};
    }

    public static ServerProcess plain(String... directives) {
        return launch(directives).awaitPong();
    }

    /** A Redis Cluster of one node that owns all slots. */
    public static ServerProcess clusterOfOne(String... directives) {
        List<String> all = new ArrayList<>(List.of("--cluster-enabled", "yes"));
        all.addAll(List.of(directives));
        ServerProcess server = launch(all.toArray(String[]::new)).awaitPong();
        try (RespConnection connection = server.connect()) {
            connection.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> connection.command("CLUSTER", "INFO").asText().startsWith("cluster_state:ok"));
        }
        return server;
    }

    private static ServerProcess launch(String... directives) {
        int port = FreePorts.takeOne();
        Path folder = ServerProcess.newFolder("redis-" + port);
        List<String> command = new ArrayList<>(List.of("redis-server", "--port", Integer.toString(port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.toString()));
        command.addAll(List.of(directives));
        return new ServerProcess("redis-server", port, folder, command).launch();
    }
}
