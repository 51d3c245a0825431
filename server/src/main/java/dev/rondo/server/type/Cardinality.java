package dev.rondo.server.type;

/**
 * How many distinct elements a HyperLogLog has seen, estimated from how many of its registers hold each value: the
 * estimator of Otmar Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), section 4, which
 * needs neither tables nor a correction by range. Pure functions.
 */
final class Cardinality {
    /** The limit of the factor alpha for many registers: 1 / (2 ln 2). */
    private static final double ALPHA = 0.7213475204444817;

    private Cardinality() {}

    /**
     * The estimate, rounded.
     *
     * @param counts how many of the registers hold the value of the index
     * @param highest the highest value that an element can give a register
     * @return {@link Long#MIN_VALUE} where it is no 64-bit number, which only made-up registers lead to
     */
    static long estimate(int[] counts, int registers, int highest) {
        double all = registers;
        double sum = all * tau((all - counts[highest]) / all);
        for (int value = highest - 1; value >= 1; value--) {
            sum = (sum + counts[value]) * 0.5;
        }
        sum += all * sigma(counts[0] / all);
        double estimate = ALPHA * all * all / sum;
        return estimate < 0x1p63 ? Math.round(estimate) : Long.MIN_VALUE;
    }

    /** What the registers that are still 0 add: x + the sum of x^(2^k) * 2^(k-1) for k = 1, 2, ... */
    private static double sigma(double share) {
        if (share == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double power = share;
        double weight = 1;
        double sum = share;
        double before;
        do {
            before = sum;
            power *= power;
            sum += power * weight;
            weight += weight;
        } while (sum != before);
        return sum;
    }

    /** What the registers with the highest value add: (1 - x - the sum of (1 - x^(2^-k))^2 * 2^-k) / 3. */
    private static double tau(double share) {
        if (share == 0 || share == 1) {
            return 0;
        }
        double root = share;
        double weight = 1;
        double sum = 1 - share;
        double before;
        do {
            before = sum;
            root = Math.sqrt(root);
            weight *= 0.5;
            double gap = 1 - root;
            sum -= gap * gap * weight;
        } while (sum != before);
        return sum / 3;
    }
}
