package dev.rondo.server.cluster;

import dev.rondo.membership.Member;
import dev.rondo.membership.SlotTable;
import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's orderly way out of its cluster: it announces that it wants no slots, and goes on serving until it serves
 * none and no slot's copies depend on it; then it goes on sending clients to the others until they have learnt the way,
 * as they take a closed connection for a failure and wait before they try again. Used once, by the thread that stops
 * the node; {@link #hurry} and the questions may come from any thread.
 */
public final class Departure {
    private static final Logger log = LoggerFactory.getLogger(Departure.class);
    private static final long POLL_MS = 20;
    private static final long REPORT_NS = TimeUnit.SECONDS.toNanos(2);
    /** Clients that have not asked here for so long know where to go. */
    private static final long QUIET_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private static final long LONGEST_LINGER_NS = TimeUnit.SECONDS.toNanos(3);

    private final ClusterService cluster;
    private final Keyspace keyspace;
    private final CountDownLatch hurried = new CountDownLatch(1);
    private volatile boolean underWay;

    public Departure(ClusterService cluster, Keyspace keyspace) {
        this.cluster = cluster;
        this.keyspace = keyspace;
    }

    /** Whether the node is on its way out. */
    boolean isUnderWay() {
        return underWay;
    }

    /** Ends {@link #handOver}, or has it do nothing. */
    public void hurry() {
        hurried.countDown();
    }

    /**
     * Hands over all that this node serves or keeps for others, and returns when that is done, when nobody is there to
     * take it, when {@link #hurry} is called, or when {@code timeoutMs} is over.
     */
    public void handOver(long timeoutMs) {
        if (timeoutMs <= 0 || hurried.getCount() == 0 || isFree() || !hasHeirs()) {
            return;
        }
        underWay = true;
        long startNs = System.nanoTime();
        log.info("Leaving the cluster: {} slots to hand over", served());
        cluster.bus().setWeight(0);
        try {
            String outcome = await(startNs, timeoutMs * 1_000_000L);
            long tookMs = (System.nanoTime() - startNs) / 1_000_000L;
            if (isFree()) {
                log.info("Everything is handed over after {} ms", tookMs);
                linger();
            } else {
                log.warn("Leaving after {} ms with {} slots still served here: {}", tookMs, served(), outcome);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.warn("Leaving with {} slots still served here: interrupted", served());
        }
    }

    private String await(long startNs, long timeoutNs) throws InterruptedException {
        long reportedNs = startNs;
        while (!isFree()) {
            long nowNs = System.nanoTime();
            if (!hasHeirs()) {
                return "nobody is there to take them";
            }
            if (nowNs - startNs > timeoutNs) {
                return "leave-timeout is over";
            }
            if (nowNs - reportedNs > REPORT_NS) {
                reportedNs = nowNs;
                log.info("Leaving the cluster: {} slots still to hand over", served());
            }
            if (hurried.await(POLL_MS, TimeUnit.MILLISECONDS)) {
                return "told to leave now";
            }
        }
        return "done";
    }

    /** Waits until no client was sent elsewhere for a while. */
    private void linger() throws InterruptedException {
        long startNs = System.nanoTime();
        long nowNs = startNs;
        while (nowNs - startNs < LONGEST_LINGER_NS
                && nowNs - cluster.redirectedAtNs() < QUIET_NS
                && !hurried.await(POLL_MS, TimeUnit.MILLISECONDS)) {
            nowNs = System.nanoTime();
        }
    }

    /** Whether a node can be reached that is not about to leave itself. */
    private boolean hasHeirs() {
        return cluster.reachable().stream().anyMatch(member -> !isSelf(member) && member.weight() > 0);
    }

    private boolean isSelf(Member member) {
        return member.id().equals(cluster.self().id());
    }

    /**
     * Whether no slot depends on this node: it serves none, has nothing to merge, and the table counts on no copy of
     * its.
     */
    private boolean isFree() {
        SlotTable table = cluster.table();
        return served() == 0
                && !cluster.isMerging()
                && table.ranges().stream()
                        .allMatch(range -> range.owners().stream().noneMatch(this::isSelf));
    }

    private int served() {
        int served = 0;
        for (int i = 0; i < KeySlot.SLOTS; i++) {
            Slot.Role role = keyspace.slot(i).role();
            served += role == Slot.Role.PRIMARY || role == Slot.Role.PARKED ? 1 : 0;
        }
        return served;
    }
}
