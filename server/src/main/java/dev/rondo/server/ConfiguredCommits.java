package dev.rondo.server;

import dev.rondo.server.commit.CommitRules;
import dev.rondo.server.config.Config;

/** What the directives say of commits at present. */
record ConfiguredCommits(Config config) implements CommitRules {
    /**
     * Refuses what could never work.
     *
     * @throws StartException with a sentence that says what
     */
    static void check(Config config) throws StartException {
        if (!config.get(Config.COMMIT_MODE).equals("replica")) {
            return;
        }
        if (!config.get(Config.CLUSTER_ENABLED)) {
            throw new StartException(
                    "--commit-mode replica: a node with --cluster-enabled no has no replicas to wait for");
        }
        if (config.get(Config.REPLICAS) == 0
                && config.get(Config.COMMIT_WITHOUT_REPLICAS).equals("refuse")) {
            throw new StartException("--commit-mode replica: with --replicas 0 every write would be refused;"
                    + " choose more, or --commit-without-replicas continue");
        }
    }

    @Override
    public long timeoutMs() {
        return config.get(Config.COMMIT_TIMEOUT_MS);
    }

    @Override
    public WithoutReplicas withoutReplicas() {
        return config.get(Config.COMMIT_WITHOUT_REPLICAS).equals("continue")
                ? WithoutReplicas.CONTINUE
                : WithoutReplicas.REFUSE;
    }

    @Override
    public int leastReplicas() {
        return config.get(Config.MIN_REPLICAS_TO_WRITE);
    }
}
