package dev.rondo.membership;

import java.util.Arrays;

/**
 * How many replicas each member should hold, for {@link ReplicaBalance}: its weighted share, as far as its own slots
 * (which it cannot replicate) and the rule of distinct zones leave it possible. One use, one thread.
 */
final class ReplicaShares {

    private static final double EPSILON = 1e-6;
    private static final int BISECTIONS = 100;

    /** The share rounded down and up. */
    final int[] low;

    final int[] high;

    ReplicaShares(int[] weights, int[] zones, int zoneCount, int copies, int[] primaries) {
        int members = weights.length;
        double[] zoneWeight = new double[zoneCount];
        double[] zoneUpper = new double[zoneCount];
        Arrays.fill(zoneUpper, SlotTable.SLOTS);
        for (int i = 0; i < members; i++) {
            zoneWeight[zones[i]] += weights[i];
            zoneUpper[zones[i]] -= primaries[i];
        }
        double total = (double) copies * SlotTable.SLOTS;
        double[] share = new double[members];
        if (copies < zoneCount) {
            double[] zoneShare = fill(total, zoneWeight, new double[zoneCount], zoneUpper);
            for (int i = 0; i < members; i++) {
                share[i] = zoneShare[zones[i]] * weights[i] / zoneWeight[zones[i]];
            }
        } else {
            double[] weight = new double[members];
            double[] lower = new double[members];
            double[] upper = new double[members];
            for (int i = 0; i < members; i++) {
                weight[i] = weights[i];
                upper[i] = SlotTable.SLOTS - primaries[i];
                double floor = zoneCount == 1 ? 0 : zoneUpper[zones[i]] * weights[i] / zoneWeight[zones[i]];
                lower[i] = Math.min(floor, upper[i]);
            }
            share = fill(total, weight, lower, upper);
        }
        low = Arrays.stream(share).mapToInt(x -> (int) Math.floor(x + EPSILON)).toArray();
        high = Arrays.stream(share).mapToInt(x -> (int) Math.ceil(x - EPSILON)).toArray();
    }

    /** Shares in proportion to the weights, clamped to the bounds, that sum to {@code total}. */
    private static double[] fill(double total, double[] weight, double[] lower, double[] upper) {
        double from = 0;
        double to = 0;
        for (int i = 0; i < weight.length; i++) {
            to = Math.max(to, upper[i] / weight[i]);
        }
        double[] share = new double[weight.length];
        for (int round = 0; round < BISECTIONS; round++) {
            double level = (from + to) / 2;
            double sum = 0;
            for (int i = 0; i < weight.length; i++) {
                share[i] = Math.max(lower[i], Math.min(upper[i], level * weight[i]));
                sum += share[i];
            }
            if (sum > total) {
                to = level;
            } else {
                from = level;
            }
        }
        return share;
    }
}
