package dev.rondo.compat.fault;

import dev.rondo.compat.process.ServerProcess;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

/** A cluster client of some library, as far as the tests of its steering go. For one thread at a time. */
interface KeyClient extends AutoCloseable {
    String get(String key);

    void set(String key, String value);

    @Override
    void close();

    /** Jedis, which learns of a change from MOVED alone. */
    static KeyClient jedis(List<ServerProcess> seeds) {
        Set<HostAndPort> addresses = seeds.stream()
                .map(node -> new HostAndPort("127.0.0.1", node.port()))
                .collect(Collectors.toSet());
        RedisClusterClient client = RedisClusterClient.builder()
                .nodes(addresses)
                .clientConfig(
                        DefaultJedisClientConfig.builder().timeoutMillis(5000).build())
                .build();
        return new KeyClient() {
            @Override
            public String get(String key) {
                return client.get(key);
            }

            @Override
            public void set(String key, String value) {
                client.set(key, value);
            }

            @Override
            public void close() {
                client.close();
            }

            @Override
            public String toString() {
                return "Jedis, from " + seeds;
            }
        };
    }

    /** Lettuce, which goes to nodes of its topology only, and therefore asks for it again every second. */
    static KeyClient lettuce(List<ServerProcess> seeds) {
        io.lettuce.core.cluster.RedisClusterClient client =
                io.lettuce.core.cluster.RedisClusterClient.create(seeds.stream()
                        .map(node -> RedisURI.create("127.0.0.1", node.port()))
                        .toList());
        client.setOptions(ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(Duration.ofSeconds(1))
                        .build())
                .build());
        StatefulRedisClusterConnection<String, String> connection = client.connect();
        return new KeyClient() {
            @Override
            public String get(String key) {
                return connection.sync().get(key);
            }

            @Override
            public void set(String key, String value) {
                connection.sync().set(key, value);
            }

            @Override
            public void close() {
                connection.close();
                client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
            }

            @Override
            public String toString() {
                return "Lettuce, from " + seeds;
            }
        };
    }
}
