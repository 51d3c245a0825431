package dev.rondo.server;

import dev.rondo.membership.ClusterListener;
import dev.rondo.membership.Holdings;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.commit.CommitFigures;
import dev.rondo.server.commit.CommitLedger;
import dev.rondo.server.commit.CommitMode;
import dev.rondo.server.commit.CommitPath;
import dev.rondo.server.commit.CommitRules;
import dev.rondo.server.config.Config;
import dev.rondo.server.keyspace.Graveyard;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.replication.EffectApplier;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A node that is wrong on purpose: {@code BrokenNode DEFECT --port ... }, otherwise as {@code rondo server}. Checks
 * prove themselves by finding it out.
 */
public final class BrokenNode {
    /** What is wrong. */
    public enum Defect {
        /** A replica leaves out one effect in a thousand. */
        SKIPPED_EFFECTS,
        /** From the day the cluster has four nodes: after each new table, the node goes back to the one before. */
        OLD_TABLES,
        /** In a commit mode that waits for replicas, clients are answered without waiting. */
        EARLY_ACKNOWLEDGEMENT,
        /** No deletion is remembered. */
        DROPPED_TOMBSTONES
    }

    private BrokenNode() {}

    public static void main(String[] args) throws Exception {
        Config config = new Config();
        for (int i = 1; i + 1 < args.length; i += 2) {
            config.set(args[i].substring(2), args[i + 1]);
        }
        RondoServer server = RondoServer.start(config, seams(Defect.valueOf(args[0])));
        Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
        System.exit(server.awaitStop());
    }

    private static Seams seams(Defect defect) {
        return switch (defect) {
            case SKIPPED_EFFECTS -> Seams.NONE.withEffects(BrokenNode::skippingOneInAThousand);
            case OLD_TABLES -> Seams.NONE.withTables(GoingBack::new);
            case EARLY_ACKNOWLEDGEMENT -> Seams.NONE.withCommits(Hasty::new);
            case DROPPED_TOMBSTONES -> Seams.NONE.withGraveyard(() -> new Graveyard(0));
        };
    }

    private static EffectApplier skippingOneInAThousand(EffectApplier whole) {
        AtomicLong count = new AtomicLong();
        return (slot, version, nowMs, command) -> {
            if (count.incrementAndGet() % 1000 != 0) {
                whole.apply(slot, version, nowMs, command);
            }
        };
    }

    /** Never holds a reply back. */
    private record Hasty(CommitMode whole) implements CommitMode {
        @Override
        public CommitPath path() {
            return whole.path();
        }

        @Override
        public CommitRules rules() {
            return whole.rules();
        }

        @Override
        public int replicas(Slot slot) {
            return whole.replicas(slot);
        }

        @Override
        public @Nullable CommitLedger newLedger(Runnable progress) {
            return null;
        }

        @Override
        public CommitFigures figures() {
            return whole.figures();
        }
    }

    /** Takes every table and then the one before it, as if their numbers meant nothing. */
    private record GoingBack(ClusterListener whole) implements ClusterListener {
        @Override
        public Holdings holdings() {
            return whole.holdings();
        }

        @Override
        public void tableChanged(SlotTable previous, SlotTable next) {
            whole.tableChanged(previous, next);
            if (next.members().size() > 3) {
                whole.tableChanged(next, previous);
            }
        }

        @Override
        public void viewChanged(List<Member> reachable) {
            whole.viewChanged(reachable);
        }

        @Override
        public void received(NodeId from, long fromIncarnation, byte[] buffer, int offset, int length) {
            whole.received(from, fromIncarnation, buffer, offset, length);
        }

        @Override
        public void refused(String sentence) {
            whole.refused(sentence);
        }

        @Override
        public void standingInDoubt() {
            whole.standingInDoubt();
        }

        @Override
        public void standingClear(long trueAtNs) {
            whole.standingClear(trueAtNs);
        }

        @Override
        public void askedToLeave(NodeId through) {
            whole.askedToLeave(through);
        }
    }
}
