package dev.rondo.compat.bench;

import dev.rondo.compat.process.RedisServers;
import dev.rondo.compat.process.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A Redis Cluster of three primaries with one replica each, put together with redis-cli. */
final class RedisCluster implements AutoCloseable {
    private static final int NODES = 6;
    private static final int CREATE_TIMEOUT_S = 60;

    private final List<ServerProcess> nodes = new ArrayList<>();

    private RedisCluster() {}

    static RedisCluster start() {
        RedisCluster cluster = new RedisCluster();
        try {
            for (int i = 0; i < NODES; i++) {
                cluster.nodes.add(RedisServers.plain("--cluster-enabled", "yes", "--cluster-node-timeout", "5000"));
            }
            cluster.create();
            return cluster;
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private void create() {
        List<String> command = new ArrayList<>(List.of("redis-cli", "--cluster", "create"));
        nodes.forEach(node -> command.add("127.0.0.1:" + node.port()));
        command.addAll(List.of("--cluster-replicas", "1", "--cluster-yes"));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(CREATE_TIMEOUT_S, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IllegalStateException("redis-cli --cluster create failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        Awaitility.await().atMost(Duration.ofSeconds(CREATE_TIMEOUT_S)).until(() -> nodes.stream()
                .allMatch(RedisCluster::isWhole));
    }

    private static boolean isWhole(ServerProcess node) {
        return node.ask("CLUSTER", "INFO").asText().contains("cluster_state:ok")
                && (node.ask("INFO", "replication").asText().contains("role:master")
                        || node.ask("INFO", "replication").asText().contains("master_link_status:up"));
    }

    int port() {
        return nodes.get(0).port();
    }

    @Override
    public void close() {
        nodes.forEach(ServerProcess::close);
    }
}
