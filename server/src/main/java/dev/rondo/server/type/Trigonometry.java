package dev.rondo.server.type;

/**
 * Sine, cosine and arcsine rounded to the nearest double but for one argument in a thousand or less: what glibc, with
 * which Redis computes distances, answers in nearly all cases, and the same on every processor. {@link StrictMath} is
 * off by one unit in the last place far more often, which can be seen in distances. Computed with pairs of doubles (T.
 * J. Dekker, "A floating-point technique for extending the available precision", 1971). Pure functions.
 */
final class Trigonometry {
    private static final double HALF_PI = 0x1.921fb54442d18p+0;
    private static final double HALF_PI_REST = 0x1.1a62633145c07p-54;
    private static final double SPLIT = 0x1p27 + 1;

    private static final double SIXTH = 0x1.5555555555555p-3;
    private static final double SIXTH_REST = 0x1.5555555555555p-57;
    private static final double A_24TH = 0x1.5555555555555p-5;
    private static final double A_24TH_REST = 0x1.5555555555555p-59;
    private static final double A_120TH = 0x1.1111111111111p-7;
    private static final double A_120TH_REST = 0x1.1111111111111p-63;

    /** The coefficients of x^17/x to x^7/x in the series of the sine. */
    private static final double[] SIN_TAIL = {
        1.0 / 355_687_428_096_000L,
        -1.0 / 1_307_674_368_000L,
        1.0 / 6_227_020_800L,
        -1.0 / 39_916_800,
        1.0 / 362_880,
        -1.0 / 5040
    };
    /** The coefficients of x^16 to x^6 in the series of the cosine. */
    private static final double[] COS_TAIL = {
        1.0 / 20_922_789_888_000L, -1.0 / 87_178_291_200L, 1.0 / 479_001_600, -1.0 / 3_628_800, 1.0 / 40_320, -1.0 / 720
    };

    private Trigonometry() {}

    /** An unevaluated sum of two doubles, the second less than half a unit in the last place of the first. */
    private record Pair(double value, double rest) {
        /** The sum of two doubles, the first of which is the greater one. */
        static Pair sum(double a, double b) {
            double sum = a + b;
            return new Pair(sum, b - (sum - a));
        }

        static Pair product(double a, double b) {
            double value = a * b;
            double aHigh = high(a);
            double bHigh = high(b);
            double aLow = a - aHigh;
            double bLow = b - bHigh;
            return new Pair(value, aLow * bLow - (value - aHigh * bHigh - aLow * bHigh - aHigh * bLow));
        }

        private static double high(double a) {
            double scaled = SPLIT * a;
            return scaled - (scaled - a);
        }

        Pair times(Pair other) {
            Pair product = product(value, other.value);
            return sum(product.value, product.rest + (value * other.rest + rest * other.value));
        }

        /** The sum with a pair that is smaller. */
        Pair plus(Pair smaller) {
            Pair sum = sum(value, smaller.value);
            return sum(sum.value, sum.rest + rest + smaller.rest);
        }
    }

    /** For arguments from -pi to pi. */
    static double sin(double x) {
        return x < 0 ? -positiveSin(-x).value : positiveSin(x).value;
    }

    private static Pair positiveSin(double x) {
        if (x <= HALF_PI / 2) {
            return smallSin(x);
        }
        if (x <= 3 * HALF_PI / 2) {
            Pair rest = minus(HALF_PI, HALF_PI_REST, x);
            Pair cos = smallCos(rest.value);
            return Pair.sum(cos.value, cos.rest - rest.rest * aboutSin(rest.value));
        }
        Pair rest = minus(2 * HALF_PI, 2 * HALF_PI_REST, x);
        Pair sin = smallSin(rest.value);
        return Pair.sum(sin.value, sin.rest + rest.rest * aboutCos(rest.value));
    }

    /** For arguments from -pi/2 to pi/2. */
    static double cos(double x) {
        double positive = Math.abs(x);
        if (positive <= HALF_PI / 2) {
            return smallCos(positive).value;
        }
        Pair rest = minus(HALF_PI, HALF_PI_REST, positive);
        Pair sin = smallSin(rest.value);
        return sin.value + (sin.rest + rest.rest * aboutCos(rest.value));
    }

    /** For arguments from 0 to 1: one step of Newton's method from a good approximation. */
    static double asin(double y) {
        double x = StrictMath.asin(y);
        if (y <= 0 || y >= 1) {
            return x;
        }
        Pair sin = positiveSin(x);
        return x + (y - sin.value - sin.rest) / cos(x);
    }

    private static Pair minus(double a, double aRest, double b) {
        double difference = a - b; // exact where it matters: b is between half and twice a
        return Pair.sum(difference, aRest);
    }

    // ---- series, for arguments up to pi/4: the first terms as pairs, the small ones as doubles ----

    private static Pair smallSin(double x) {
        Pair z = Pair.product(x, x);
        Pair inner = new Pair(A_120TH, A_120TH_REST).plus(z.times(new Pair(polynomial(z.value, SIN_TAIL), 0)));
        Pair outer = new Pair(-SIXTH, -SIXTH_REST).plus(z.times(inner));
        return new Pair(x, 0).plus(z.times(outer).times(new Pair(x, 0)));
    }

    private static Pair smallCos(double x) {
        Pair z = Pair.product(x, x);
        Pair inner = new Pair(A_24TH, A_24TH_REST).plus(z.times(new Pair(polynomial(z.value, COS_TAIL), 0)));
        Pair outer = new Pair(-0.5, 0).plus(z.times(inner));
        return new Pair(1, 0).plus(z.times(outer));
    }

    /** The lowest power has the last coefficient. */
    private static double polynomial(double x, double[] coefficients) {
        double sum = 0;
        for (double coefficient : coefficients) {
            sum = sum * x + coefficient;
        }
        return sum;
    }

    /** Good enough to be multiplied with the rest of a pair. */
    private static double aboutSin(double x) {
        return x - x * x * x / 6;
    }

    private static double aboutCos(double x) {
        return 1 - x * x / 2 + x * x * x * x / 24;
    }
}
