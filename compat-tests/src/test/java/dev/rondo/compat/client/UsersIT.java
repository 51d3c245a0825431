package dev.rondo.compat.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.ServerProcess;
import dev.rondo.compat.wire.Reply;
import dev.rondo.compat.wire.RespConnection;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.resps.AccessControlUser;

/** Jedis and Lettuce as users with a password, on a cluster whose nodes have the same users. */
class UsersIT {
    private static RondoCluster cluster;

    @BeforeAll
    static void startClusterWithAUser() {
        cluster = RondoCluster.start(3);
        for (ServerProcess node : cluster.nodes()) {
            try (RespConnection connection = node.connect()) {
                Reply reply = connection.command(
                        "ACL",
                        "SETUSER",
                        "app",
                        "on",
                        ">secret",
                        "~app:*",
                        "%R~shared:*",
                        "+@all",
                        "-@dangerous",
                        "+cluster|nodes",
                        "+cluster|slots",
                        "+cluster|shards",
                        "+info");
                assertEquals(Reply.status("OK"), reply);
            }
        }
    }

    @AfterAll
    static void stopServers() {
        cluster.close();
    }

    private static JedisClientConfig app(String password) {
        return DefaultJedisClientConfig.builder().user("app").password(password).build();
    }

    private static HostAndPort firstNode() {
        return new HostAndPort("127.0.0.1", cluster.nodes().get(0).port());
    }

    @Test
    void jedisClusterClientServesTheUserWithinItsRules() {
        Set<HostAndPort> seeds = cluster.nodes().stream()
                .map(node -> new HostAndPort("127.0.0.1", node.port()))
                .collect(Collectors.toSet());
        try (RedisClusterClient client = RedisClusterClient.create(seeds, "app", "secret")) {
            for (int i = 0; i < 100; i++) {
                assertEquals("OK", client.set("app:" + i, "value"));
            }
            assertNull(client.get("shared:1"));
            assertThrows(JedisAccessControlException.class, () -> client.set("shared:1", "value"));
            assertThrows(JedisAccessControlException.class, () -> client.get("other"));
        }
    }

    @Test
    void jedisIsToldThatThePasswordIsWrong() {
        assertThrows(JedisAccessControlException.class, () -> {
            try (Jedis client = new Jedis(firstNode(), app("guess"))) {
                client.ping();
            }
        });
    }

    @Test
    void jedisReadsTheDescriptionOfAUser() {
        try (Jedis admin = new Jedis(firstNode())) {
            AccessControlUser user = admin.aclGetUser("app");
            assertTrue(user.getFlags().contains("on"));
            assertEquals("~app:* %R~shared:*", user.getKeys());
            assertTrue(user.getCommands().startsWith("+@all -@dangerous"));
            admin.aclLogReset();
            assertThrows(JedisAccessControlException.class, () -> new Jedis(firstNode(), app("guess")).close());
            assertEquals("auth", admin.aclLog().get(0).getReason());
        }
    }

    @Test
    void lettuceClusterClientServesTheUserWithinItsRules() {
        RedisURI uri = RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(cluster.nodes().get(0).port())
                .withAuthentication("app", "secret")
                .build();
        var client = io.lettuce.core.cluster.RedisClusterClient.create(uri);
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            RedisAdvancedClusterCommands<String, String> commands = connection.sync();
            for (int i = 0; i < 100; i++) {
                assertEquals("OK", commands.set("app:" + i, "value"));
            }
            RedisCommandExecutionException refusal =
                    assertThrows(RedisCommandExecutionException.class, () -> commands.get("other"));
            assertEquals("NOPERM No permissions to access a key", refusal.getMessage());
        } finally {
            client.shutdown(Duration.ZERO, Duration.ofSeconds(5));
        }
    }
}
