package dev.rondo.server;

import dev.rondo.membership.ClusterListener;
import dev.rondo.server.command.Clock;
import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.keyspace.Graveyard;
import dev.rondo.server.replication.EffectApplier;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Where a test puts itself between the parts of a node, to break them on purpose and see that its checks notice. Only
 * this package can give any but {@link #NONE}.
 *
 * @param effects between the stream of a primary and this node's copies
 * @param tables between the membership and this node's roles
 * @param commits between the configured commit mode and the dispatcher
 * @param graveyard the memory of what was deleted
 * @param clock the wall clock of commands and expiry
 */
record Seams(
        UnaryOperator<EffectApplier> effects,
        UnaryOperator<ClusterListener> tables,
        UnaryOperator<CommitMode> commits,
        Supplier<Graveyard> graveyard,
        Clock clock) {
    static final Seams NONE = new Seams(
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            UnaryOperator.identity(),
            Graveyard::new,
            Clock.system());

    Seams withEffects(UnaryOperator<EffectApplier> other) {
        return new Seams(other, tables, commits, graveyard, clock);
    }

    Seams withTables(UnaryOperator<ClusterListener> other) {
        return new Seams(effects, other, commits, graveyard, clock);
    }

    Seams withCommits(UnaryOperator<CommitMode> other) {
        return new Seams(effects, tables, other, graveyard, clock);
    }

    Seams withGraveyard(Supplier<Graveyard> other) {
        return new Seams(effects, tables, commits, other, clock);
    }

    Seams withClock(Clock other) {
        return new Seams(effects, tables, commits, graveyard, other);
    }
}
