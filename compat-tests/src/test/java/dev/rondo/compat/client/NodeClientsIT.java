package dev.rondo.compat.client;

import dev.rondo.compat.process.RondoCluster;
import dev.rondo.compat.process.RondoNodes;
import dev.rondo.compat.process.ServerProcess;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * ioredis and node-redis, in Node.js: the checks themselves are the scripts of src/test/node. Maven leaves this class
 * out unless it is called with {@code -Dexcluded.tags=none}; {@code ./rondo test} does so where Node.js and npm are
 * there and can install the clients.
 */
@Tag("node")
class NodeClientsIT {
    private static final int FAILOVER_CHECKS = 5;

    /** A client, its script, and how many checks that has, which must all have run. */
    enum Client {
        IOREDIS("ioredis.mjs", 41, 42),
        NODE_REDIS("node-redis.mjs", 41, 40);

        private final String script;
        private final int plainChecks;
        private final int clusterChecks;

        Client(String script, int plainChecks, int clusterChecks) {
            this.script = script;
            this.plainChecks = plainChecks;
            this.clusterChecks = clusterChecks;
        }
    }

    @ParameterizedTest
    @EnumSource
    void aPlainServerIsAsAnyRedis(Client client) {
        try (ServerProcess plain = RondoNodes.plain();
                NodeScript script = NodeScript.start(client.script, "plain", List.of(plain))) {
            script.awaitChecks(client.plainChecks);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aClusterIsAsAnyRedisCluster(Client client) {
        try (RondoCluster cluster = RondoCluster.start(3);
                NodeScript script = NodeScript.start(client.script, "cluster", cluster.nodes())) {
            script.awaitChecks(client.clusterChecks);
        }
    }

    @ParameterizedTest
    @EnumSource
    void clientsGoOnWhenANodeIsKilledAndWhenOneJoins(Client client) {
        try (RondoCluster cluster = RondoCluster.start(3);
                NodeScript script = NodeScript.start(client.script, "failover", cluster.nodes())) {
            script.awaitPoint("writing");
            cluster.kill(cluster.node(0));
            script.tell("killed");
            script.awaitPoint("going on");
            cluster.awaitOk();
            cluster.addNode();
            cluster.awaitOk();
            script.tell("joined");
            script.awaitChecks(FAILOVER_CHECKS);
        }
    }
}
