package dev.rondo.server.cluster;

import dev.rondo.membership.BusConfig;
import dev.rondo.membership.Cluster;
import dev.rondo.membership.ClusterListener;
import dev.rondo.membership.Holdings;
import dev.rondo.membership.Identity;
import dev.rondo.membership.Member;
import dev.rondo.membership.NodeId;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.command.Ownership;
import dev.rondo.server.command.ServingLease;
import dev.rondo.server.keyspace.Graveyard;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.replication.Bus;
import dev.rondo.server.replication.EffectApplier;
import dev.rondo.server.replication.Replication;
import dev.rondo.server.replication.ReplicationListener;
import dev.rondo.server.stats.Watchdog;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node in its cluster: joins the bus, turns slot tables into roles, connects replication with the bus, and tells
 * the dispatcher where a slot is served. Thread-safe.
 */
public final class ClusterService implements Ownership, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(ClusterService.class);
    private static final long RETRY_MS = 500;
    private static final long FORGET_PERIOD_MS = 1000;
    /** Heartbeats come four times in the time after which their absence means death: half of it is never too late. */
    private static final long LEASE_PER_HEARTBEAT_TIMEOUT_NS = 500_000;

    private final Member self;
    private final Replication replication;
    private final SlotRoles roles;
    private final CompletableFuture<Cluster> cluster = new CompletableFuture<>();
    private final CountDownLatch member = new CountDownLatch(1);
    private final ScheduledExecutorService retries =
            Executors.newSingleThreadScheduledExecutor(task -> daemon(task, "cluster-retry"));
    private final Consumer<String> refusal;
    private volatile SlotTable table = SlotTable.NONE;
    private volatile List<Member> reachable;
    private volatile @Nullable String refused;
    private final Keyspace keyspace;
    private final Graveyard graveyard;
    private final HandoverNews news = new HandoverNews();
    private final Urgency urgency = new Urgency(System::nanoTime);
    private final Absences absences = new Absences();
    private final ServingLease lease = new ServingLease();
    private final CompletableFuture<Pulse> pulse = new CompletableFuture<>();
    private volatile long redirectedAtNs = System.nanoTime();
    private volatile Runnable leaving = () -> {};
    private volatile Runnable takenIn = () -> {};

    /**
     * Prepares the node's part; {@link #join} goes to the network.
     *
     * @param graveyard the memory of what was deleted
     * @param refusal told when the cluster refuses this node while it runs
     * @param slotLeft told, under the slot's lock, that this node no longer serves it
     */
    public ClusterService(
            Member self,
            Keyspace keyspace,
            Graveyard graveyard,
            LongSupplier streamLimitBytes,
            UnaryOperator<byte[][]> keysOf,
            EffectApplier applier,
            Replication.MessageSink messages,
            Consumer<String> refusal,
            Consumer<Slot> slotLeft) {
        this.self = self;
        this.keyspace = keyspace;
        this.graveyard = graveyard;
        keyspace.keepTombstones(graveyard);
        this.refusal = refusal;
        this.reachable = List.of(self);
        this.replication = new Replication(
                keyspace,
                self.id(),
                new ClusterBus(),
                self.incarnation(),
                streamLimitBytes,
                this::table,
                keysOf,
                applier,
                new SlotEvents(),
                messages);
        this.roles = new SlotRoles(keyspace, self.id(), replication, this::table, System::nanoTime, slotLeft);
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Joins the cluster, or founds one, and returns when this node has its place in a slot table.
     *
     * @param seam what stands between the membership and this node; nothing but in tests
     * @throws IOException with one sentence when that is not possible
     */
    public void join(BusConfig config, long timeoutMs, UnaryOperator<ClusterListener> seam)
            throws IOException, InterruptedException {
        cluster.complete(Cluster.start(config, self, seam.apply(new MembershipEvents())));
        Cluster bus = cluster.join();
        pulse.complete(
                new Pulse(lease, config.heartbeatTimeoutMs() * LEASE_PER_HEARTBEAT_TIMEOUT_NS, bus::doubtStanding));
        boolean joined = member.await(timeoutMs, TimeUnit.MILLISECONDS);
        if (refused != null) {
            throw new IOException(refused);
        }
        if (!joined) {
            throw new IOException("the cluster did not take this node in within " + timeoutMs / 1000 + " s");
        }
        repeat(roles::requestMissing, RETRY_MS);
        repeat(this::forgetDeletions, FORGET_PERIOD_MS);
    }

    /** One failure is no reason not to try again, which the executor would take it for. */
    private void repeat(Runnable task, long periodMs) {
        Runnable guarded = () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                log.error("A regular task of the cluster failed", e);
            }
        };
        retries.scheduleWithFixedDelay(guarded, periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    /** Has the threads watched on which this node's part in the cluster depends; once it has joined. */
    public void watch(Watchdog watchdog) {
        watchdog.watch("membership", bus()::execute);
        watchdog.watch("slot-sync", replication::execute);
        watchdog.watch("cluster-retry", retries);
    }

    private void lookForAbsences(long nowMs) {
        graveyard.othersMayHoldMore(absences.isAnyAway(nowMs));
    }

    /** Forgets deletions that are old enough; not while this node may have been away without knowing it. */
    private void forgetDeletions() {
        long nowMs = System.currentTimeMillis();
        lookForAbsences(nowMs);
        if (!lease.isOver(System.nanoTime(), nowMs)) {
            keyspace.forgetDeletions(nowMs - absences.retentionMs(nowMs));
        }
    }

    /** Whether this node still has what other primaries have won and not got. */
    boolean isMerging() {
        return roles.isMerging();
    }

    /** The memory of deletions. */
    Graveyard graveyard() {
        return graveyard;
    }

    public Replication replication() {
        return replication;
    }

    /** The newest slot table. */
    public SlotTable table() {
        return table;
    }

    public Member self() {
        return self;
    }

    /** For how long slots have moved for more than balance, in nanoseconds; negative when none do. */
    public long urgentForNs() {
        return urgency.lastsNs();
    }

    /** The members in this node's view, itself included, sorted by id. */
    public List<Member> reachable() {
        return reachable;
    }

    /** The other members, with how far each is behind. */
    List<Follower> followers() {
        return reachable.stream()
                .filter(each -> !each.equals(self))
                .map(each -> new Follower(each, replication.backlog(each.id()), replication.lagSeconds(each.id())))
                .toList();
    }

    /** The bus, once {@link #join} has started it. */
    public Cluster bus() {
        return cluster.join();
    }

    // ---- ownership ----

    @Override
    public boolean isCluster() {
        return true;
    }

    @Override
    public ServingLease lease() {
        return lease;
    }

    @Override
    public boolean isDue(Slot slot) {
        return roles.isDue(slot);
    }

    @Override
    public String refusal(int slot) {
        Member owner = servedBy(slot);
        if (owner == null || owner.id().equals(self.id())) {
            return "CLUSTERDOWN Hash slot not served";
        }
        redirectedAtNs = System.nanoTime();
        return "MOVED " + slot + " " + owner.host() + ":" + owner.port();
    }

    /** When a client was last sent to another node; the start of this one if never. */
    long redirectedAtNs() {
        return redirectedAtNs;
    }

    /** The member that serves the slot as far as this node knows; null when it is lost. */
    public @Nullable Member servedBy(int slot) {
        SlotTable now = table;
        Member handedTo = roles.handedTo(slot);
        Member newOwner = handedTo == null ? news.servedBy(now, slot) : now.member(handedTo.id());
        return newOwner != null ? newOwner : now.primary(slot);
    }

    /** Maximal runs of slots with the same owners as far as this node knows, which may be more than the table says. */
    List<SlotTable.Range> ranges() {
        SlotTable now = table;
        Member here = now.member(self.id());
        return ServedRanges.of(now, slot -> {
            Member heir = roles.handedOverTo(slot);
            if (heir != null) {
                return now.member(heir.id());
            }
            return roles.isTaken(slot) ? here : news.servedBy(now, slot);
        });
    }

    // ---- messages ----

    /** Sends a message published on a shard channel to the slot's other owners. */
    public void publishToShard(int slot, byte[] channel, byte[] message) {
        List<NodeId> others = table.owners(slot).stream()
                .map(Member::id)
                .filter(id -> !id.equals(self.id()))
                .toList();
        replication.publishToShard(others, slot, channel, message);
    }

    /** Says what to do when another node passes on the word that this one is to leave. */
    public void whenAskedToLeave(Runnable action) {
        leaving = action;
    }

    /** Says what to do before this node serves its first slot, when clients may be sent to it any moment. */
    public void whenTakenIn(Runnable action) {
        takenIn = action;
    }

    /** Ends a {@link #join} that still waits for this node's place, so that the node can stop. */
    public void stopJoining() {
        refused = "stopped while it joined the cluster";
        member.countDown();
    }

    /** Waits until the replicas have all that this node has written, or {@code timeoutMs} is over. */
    public void drain(long timeoutMs) {
        replication.drain(timeoutMs);
    }

    @Override
    public void close() {
        retries.shutdownNow();
        pulse.thenAccept(Pulse::close);
        if (cluster.isDone()) {
            cluster.join().close();
        }
        replication.close();
    }

    /** Membership's words, on its thread. */
    private final class MembershipEvents implements ClusterListener {
        @Override
        public Holdings holdings() {
            return roles.holdings();
        }

        @Override
        public void tableChanged(SlotTable previous, SlotTable next) {
            table = next;
            news.tableChanged(previous, next);
            urgency.tableChanged(next);
            long nowMs = System.currentTimeMillis();
            absences.tableChanged(previous, next, nowMs);
            lookForAbsences(nowMs); // before this node serves what another has served
            log.debug(
                    "Slot table {} of {} members", next.epoch(), next.members().size());
            boolean named = next.member(self.id()) != null;
            if (named && member.getCount() > 0) {
                takenIn.run();
            }
            roles.apply(next);
            if (named) {
                member.countDown();
            }
        }

        @Override
        public void viewChanged(List<Member> members) {
            reachable = List.copyOf(members);
            log.debug("View of {}", members);
            Map<NodeId, Long> peers = new HashMap<>();
            for (Member each : members) {
                if (!each.id().equals(self.id())) {
                    peers.put(each.id(), each.incarnation());
                }
            }
            replication.reachable(peers);
        }

        @Override
        public void received(NodeId from, long fromIncarnation, byte[] buffer, int offset, int length) {
            replication.received(from, fromIncarnation, buffer, offset, length);
        }

        @Override
        public void refused(String sentence) {
            log.error("The cluster refuses this node: {}", sentence);
            refused = sentence;
            boolean starting = member.getCount() > 0;
            member.countDown();
            if (!starting) {
                refusal.accept(sentence);
            }
        }

        @Override
        public void standingInDoubt() {
            pulse.thenAccept(Pulse::doubt);
        }

        @Override
        public void standingClear(long trueAtNs) {
            long nowMs = System.currentTimeMillis();
            absences.selfReturned(nowMs);
            lookForAbsences(nowMs);
            pulse.thenAccept(beating -> beating.restore(trueAtNs));
        }

        @Override
        public void askedToLeave(NodeId through) {
            log.info("Node {} passes on that this node is to leave", through);
            leaving.run();
        }
    }

    /** Replication's words, under slot locks. */
    private final class SlotEvents implements ReplicationListener {
        @Override
        public void inSync(Slot slot) {
            holdingsChanged();
        }

        @Override
        public void followed() {
            holdingsChanged();
        }

        @Override
        public void outOfSync(Slot slot) {
            roles.voided(slot);
            holdingsChanged();
        }

        @Override
        public void askedInVain(Slot slot) {
            roles.askSoon(slot);
        }

        @Override
        public boolean isOutdated(Slot slot, long epoch) {
            return roles.isOutdated(slot, epoch);
        }

        @Override
        public boolean isTakenSince(Slot slot, long epoch) {
            return roles.isTakenSince(slot, epoch);
        }

        @Override
        public void taken(Slot slot, long epoch) {
            roles.taken(slot, epoch);
            holdingsChanged();
        }

        @Override
        public void served(Identity by, int slot) {
            news.served(by, slot);
        }

        @Override
        public void handingOver(Slot slot, Member heir) {
            roles.handingOver(slot, heir);
        }

        @Override
        public void handedOver(Slot slot) {
            roles.handedOver(slot);
            holdingsChanged();
        }

        @Override
        public void kept(Slot slot) {
            roles.kept(slot);
            holdingsChanged();
        }

        /** Never waits, for a slot is locked: what comes before the bus has started is told once it has. */
        private void holdingsChanged() {
            cluster.thenAccept(Cluster::holdingsChanged);
        }
    }

    /** The bus as replication sees it. */
    private final class ClusterBus implements Bus {
        @Override
        public boolean send(NodeId to, byte[] message, int length) {
            return cluster.join().send(to, message, 0, length);
        }

        @Override
        public boolean sendUnordered(NodeId to, byte[] message, int length) {
            return cluster.join().sendUnordered(to, message, 0, length);
        }
    }
}
