package dev.rondo.server.cluster;

import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.commit.CommitFigures;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.replication.Replication;
import dev.rondo.server.replication.SyncFigures;
import dev.rondo.server.stats.Info;
import dev.rondo.server.stats.InfoSection;
import dev.rondo.server.stats.InfoText;
import java.util.List;

/** The sections of INFO that tell of a cluster node's slots and of those who follow it. Thread-safe. */
public final class ClusterInfo {
    private final ClusterService cluster;
    private final Keyspace keyspace;
    private final Departure departure;
    private final String commitMode;
    private final CommitFigures commits;

    public ClusterInfo(
            ClusterService cluster, Keyspace keyspace, Departure departure, String commitMode, CommitFigures commits) {
        this.commitMode = commitMode;
        this.commits = commits;
        this.cluster = cluster;
        this.keyspace = keyspace;
        this.departure = departure;
    }

    /** Adds the sections, in place of those of a plain server. */
    public void addTo(Info info) {
        info.add(InfoSection.of("Replication", this::replication)).add(InfoSection.of("Cluster", this::cluster));
    }

    /**
     * How many replicas every slot of this node has: as many WAIT may be asked for, and clients that ask for all that
     * INFO tells of do not wait in vain. The nodes that follow some of its slots are more.
     */
    private int copies() {
        NodeId self = cluster.self().id();
        return cluster.table().ranges().stream()
                .map(SlotTable.Range::owners)
                .filter(owners -> !owners.isEmpty() && owners.get(0).id().equals(self))
                .mapToInt(owners -> owners.size() - 1)
                .min()
                .orElse(0);
    }

    private void replication(InfoText text) {
        List<Follower> followers = cluster.followers();
        long offset = cluster.replication().offset();
        SyncFigures syncs = cluster.replication().syncFigures();
        text.field("role", "master").field("connected_slaves", copies());
        for (int i = 0; i < followers.size(); i++) {
            Follower follower = followers.get(i);
            text.field(
                    "slave" + i,
                    "ip=" + follower.member().host() + ",port="
                            + follower.member().port() + ",state=online,offset=" + (offset - follower.backlogBytes())
                            + ",lag=" + follower.lagSeconds());
        }
        text.field("master_failover_state", "no-failover")
                .field("master_replid", cluster.self().id().hex())
                .field("master_repl_offset", offset)
                .field("second_repl_offset", -1)
                .field("repl_backlog_active", 0)
                .field("sync_full_slots", syncs.fullSlots.sum())
                .field("sync_partial_slots", syncs.partialSlots.sum())
                .field("sync_sent_bytes", syncs.sentBytes.sum())
                .field("sync_equal_bytes", syncs.equalBytes.sum())
                .field("commit_mode", commitMode)
                .field("commit_held_batches", commits.held.sum())
                .field("commit_refused_requests", commits.refused.sum())
                .field("commit_unconfirmed_requests", commits.unconfirmed.sum());
    }

    private void cluster(InfoText text) {
        int primary = 0;
        int inSync = 0;
        int incomplete = 0;
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot slot = keyspace.slot(i);
            switch (slot.role()) {
                case PRIMARY, PARKED -> primary++;
                case REPLICA -> {
                    inSync += slot.isInSync() ? 1 : 0;
                    incomplete += slot.isInSync() ? 0 : 1;
                }
                case ABSENT -> {}
            }
        }
        Replication replication = cluster.replication();
        text.field("cluster_enabled", true)
                .field("cluster_leaving", departure.isUnderWay())
                .field("cluster_slots_primary", primary)
                .field("cluster_slots_replica", inSync)
                .field("cluster_slots_incomplete", incomplete)
                .field("cluster_slots_moving", replication.slotsMoving())
                .field("cluster_slots_copied", replication.slotsCopied())
                .field("cluster_bytes_copied", replication.bytesCopied())
                .field("cluster_slots_handed_over", replication.slotsHandedOver())
                .field("cluster_effects_applied", replication.effectsApplied())
                .field("cluster_sequence_gaps", replication.gaps())
                .field("cluster_streams_broken", replication.brokenStreams())
                .field("cluster_stream_gaps", replication.streamGaps())
                .field("cluster_deletions_bytes", cluster.graveyard().bytes())
                .field("cluster_deletions_dropped", cluster.graveyard().dropped());
    }
}
