package dev.rondo.server.cluster;

import dev.rondo.server.commit.CommitRules;

/** What a write without replicas comes to: it is refused, unless a test says otherwise. */
final class SimulatedRules implements CommitRules {
    WithoutReplicas withoutReplicas = WithoutReplicas.REFUSE;

    @Override
    public long timeoutMs() {
        return 1;
    }

    @Override
    public WithoutReplicas withoutReplicas() {
        return withoutReplicas;
    }

    @Override
    public int leastReplicas() {
        return 0;
    }
}
