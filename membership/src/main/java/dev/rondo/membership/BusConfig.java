package dev.rondo.membership;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How a node takes part in the cluster bus. Immutable; begin with {@link #of} and change single values with the
 * {@code with...} methods.
 *
 * @param clusterName nodes with different names never form one cluster
 * @param bindHost the local address of the bus; nothing listens anywhere else
 * @param busPort the port of the bus; failure detection listens on {@code busPort + }{@value #FAILURE_PORT_OFFSET} too
 * @param seeds bus addresses {@code host:busPort} of nodes to look for; this node's own may be among them; empty = be
 *     the first
 * @param secret when not null, nodes must know it to join, and the bus is encrypted with a key derived from it
 * @param replicas copies of each slot besides the primary, 0 to {@value #MAX_REPLICAS}
 * @param lostSlots what happens to slots whose every holder is gone
 * @param maxMovingSlots how many slots may change owners for the sake of balance at the same time
 * @param joinTimeoutMs how long to look for the other nodes at start before going on alone; a node that is not the
 *     first among its seeds looks longer, see {@link SeedDiscovery}
 * @param heartbeatTimeoutMs after how long a silent (hung) node is taken for dead; a killed one is noticed at once
 * @param reportTimeoutMs how long the coordinator waits for the reports of all members before it plans without the
 *     missing ones
 */
public record BusConfig(
        String clusterName,
        String bindHost,
        int busPort,
        List<String> seeds,
        @Nullable String secret,
        int replicas,
        LostSlots lostSlots,
        int maxMovingSlots,
        int joinTimeoutMs,
        int heartbeatTimeoutMs,
        int reportTimeoutMs) {

    /** How far above the bus port failure detection listens. */
    public static final int FAILURE_PORT_OFFSET = 100;

    /** The most replicas of a slot. */
    public static final int MAX_REPLICAS = 8;

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException with one plain sentence when a value is out of range
     */
    public BusConfig {
        Objects.requireNonNull(lostSlots, "lostSlots");
        seeds = List.copyOf(seeds);
        seeds.forEach(BusConfig::checkSeed);
        check(!clusterName.isBlank(), "the cluster name must not be empty");
        check(
                busPort >= 1 && busPort + FAILURE_PORT_OFFSET <= 65_535,
                "the bus port must be between 1 and " + (65_535 - FAILURE_PORT_OFFSET) + ", not " + busPort);
        check(
                replicas >= 0 && replicas <= MAX_REPLICAS,
                "replicas must be between 0 and " + MAX_REPLICAS + ", not " + replicas);
        check(maxMovingSlots > 0, "the number of moving slots must be positive");
        check(secret == null || !secret.isEmpty(), "the cluster secret must not be empty");
        check(joinTimeoutMs > 0 && heartbeatTimeoutMs > 0 && reportTimeoutMs > 0, "timeouts must be positive");
    }

    /**
     * A bus on {@code bindHost:busPort} that looks for {@code seeds}, all else by default: one replica, wait for lost
     * slots.
     */
    public static BusConfig of(String bindHost, int busPort, List<String> seeds) {
        return new BusConfig("rondo", bindHost, busPort, seeds, null, 1, LostSlots.WAIT, 1024, 800, 2000, 800);
    }

    private static void check(boolean good, String sentence) {
        if (!good) {
            throw new IllegalArgumentException(sentence);
        }
    }

    private static void checkSeed(String seed) {
        int colon = seed.lastIndexOf(':');
        boolean good = colon > 0 && colon < seed.length() - 1;
        if (good) {
            String digits = seed.substring(colon + 1);
            good = digits.length() <= 5
                    && digits.chars().allMatch(c -> c >= '0' && c <= '9')
                    && Integer.parseInt(digits) >= 1
                    && Integer.parseInt(digits) <= 65_535;
        }
        check(good, "not an address host:port of a node to join: " + seed);
    }

    /** The same with another cluster name. */
    public BusConfig withClusterName(String value) {
        return with(draft -> draft.clusterName = value);
    }

    /** The same with a shared secret; null for none. */
    public BusConfig withSecret(@Nullable String value) {
        return with(draft -> draft.secret = value);
    }

    /** The same with another number of replicas. */
    public BusConfig withReplicas(int value) {
        return with(draft -> draft.replicas = value);
    }

    /** The same with another policy for lost slots. */
    public BusConfig withLostSlots(LostSlots value) {
        return with(draft -> draft.lostSlots = value);
    }

    /** The same with another bound on slots that move at the same time. */
    public BusConfig withMaxMovingSlots(int value) {
        return with(draft -> draft.maxMovingSlots = value);
    }

    /** The same with other waiting times; see the record's components. */
    public BusConfig withTimeouts(int joinMs, int heartbeatMs, int reportMs) {
        return with(draft -> {
            draft.joinTimeoutMs = joinMs;
            draft.heartbeatTimeoutMs = heartbeatMs;
            draft.reportTimeoutMs = reportMs;
        });
    }

    private BusConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return new BusConfig(
                draft.clusterName,
                bindHost,
                busPort,
                seeds,
                draft.secret,
                draft.replicas,
                draft.lostSlots,
                draft.maxMovingSlots,
                draft.joinTimeoutMs,
                draft.heartbeatTimeoutMs,
                draft.reportTimeoutMs);
    }

    /** What can be changed, while it is changed. */
    private static final class Draft {
        String clusterName;

        @Nullable String secret;

        int replicas;
        LostSlots lostSlots;
        int maxMovingSlots;
        int joinTimeoutMs;
        int heartbeatTimeoutMs;
        int reportTimeoutMs;

        Draft(BusConfig from) {
            clusterName = from.clusterName;
            secret = from.secret;
            replicas = from.replicas;
            lostSlots = from.lostSlots;
            maxMovingSlots = from.maxMovingSlots;
            joinTimeoutMs = from.joinTimeoutMs;
            heartbeatTimeoutMs = from.heartbeatTimeoutMs;
            reportTimeoutMs = from.reportTimeoutMs;
        }
    }
}
