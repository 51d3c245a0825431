package dev.rondo.server.type;

import java.math.BigInteger;

/**
 * A positive double as few decimal digits that are nearest to it: the algorithm Grisu2 of Florian Loitsch, "Printing
 * Floating-Point Numbers Quickly and Accurately with Integers" (2010), with 64-bit integers and the powers of ten that
 * Redis uses. Whatever reads the digits gets the same double back. In about one of a thousand they are not the fewest,
 * and then they are not in Redis either.
 *
 * @param digits the digits as a number, 17 at most
 * @param exponent the power of ten that they are to be multiplied by
 */
record ShortDecimal(long digits, int exponent) {
    private static final int FRACTION_BITS = 52;
    private static final long IMPLICIT_BIT = 1L << FRACTION_BITS;
    private static final int EXPONENT_BIAS = 1023 + FRACTION_BITS;

    /** The numbers are scaled by a power of ten so that their binary exponent gets into this range. */
    private static final int LEAST_SCALED = -60;

    private static final int MOST_SCALED = -32;
    private static final double LOG10_OF_2 = 0.30102999566398114;
    private static final int FIRST_POWER = -348;
    private static final int POWER_STEP = 8;
    private static final int POWERS = 87;
    /** 10^(FIRST_POWER + i * POWER_STEP) is SIGNIFICANDS[i] * 2^EXPONENTS[i], rounded to 64 bits. */
    private static final long[] SIGNIFICANDS = new long[POWERS];

    private static final int[] EXPONENTS = new int[POWERS];

    static {
        for (int i = 0; i < POWERS; i++) {
            int power = FIRST_POWER + i * POWER_STEP;
            BigInteger ten = BigInteger.TEN.pow(Math.abs(power));
            EXPONENTS[i] = power >= 0 ? ten.bitLength() - Long.SIZE : -(ten.bitLength() + Long.SIZE - 1);
            BigInteger doubled = power >= 0 // with one bit more, to round by
                    ? ten.shiftLeft(1).shiftRight(EXPONENTS[i])
                    : BigInteger.ONE.shiftLeft(1 - EXPONENTS[i]).divide(ten);
            SIGNIFICANDS[i] = doubled.add(BigInteger.ONE).shiftRight(1).longValue();
        }
    }

    /** The digits of a positive finite number. */
    static ShortDecimal of(double value) {
        long bits = Double.doubleToRawLongBits(value);
        int biased = (int) (bits >>> FRACTION_BITS);
        long fraction = bits & (IMPLICIT_BIT - 1) | (biased == 0 ? 0 : IMPLICIT_BIT);
        int shift = Long.numberOfLeadingZeros(fraction);
        int exponent = Math.max(1, biased) - EXPONENT_BIAS - shift;
        long number = fraction << shift;
        long half = 1L << (shift - 1); // of the distance to the next double
        int power = power(exponent);
        long scale = SIGNIFICANDS[power];
        long scaled = product(number, scale);
        long most = product(number + half, scale) - 1; // what is read as this double lies safely within
        long least = product(number - (fraction == IMPLICIT_BIT ? half / 2 : half), scale) + 1;
        int places = -(exponent + EXPONENTS[power] + Long.SIZE);
        return generate(most, most - least, most - scaled, places, -(FIRST_POWER + power * POWER_STEP));
    }

    /** Which power of ten brings a number with this exponent into the range. */
    private static int power(int exponent) {
        int guess = (int) (-(exponent + POWERS) * LOG10_OF_2);
        int power = (guess - FIRST_POWER) / POWER_STEP;
        while (exponent + EXPONENTS[power] + Long.SIZE < LEAST_SCALED) {
            power++;
        }
        while (exponent + EXPONENTS[power] + Long.SIZE > MOST_SCALED) {
            power--;
        }
        return power;
    }

    /** The upper half of the product of two unsigned numbers, rounded. */
    private static long product(long a, long b) {
        long high = Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
        return high + (a * b >>> 63);
    }

    /**
     * Takes digits off the largest number allowed until what is left is within the tolerance.
     *
     * @param gap how far the number itself is below the largest
     * @param places how many of the bits are behind the point
     */
    private static ShortDecimal generate(long most, long tolerance, long gap, int places, int exponent) {
        long one = 1L << places;
        long whole = most >>> places;
        long rest = most & (one - 1);
        long digits = 0;
        long unit = 1_000_000_000;
        for (int left = 9; left >= 0; left--) {
            digits = 10 * digits + whole / unit;
            whole %= unit;
            long rested = (whole << places) + rest;
            if (Long.compareUnsigned(rested, tolerance) <= 0) {
                return new ShortDecimal(digits - steps(rested, tolerance, gap, unit << places), exponent + left);
            }
            unit /= 10;
        }
        long finer = tolerance;
        long finerGap = gap;
        for (int left = -1; ; left--) {
            rest *= 10;
            finer *= 10;
            finerGap *= 10;
            digits = 10 * digits + (rest >>> places);
            rest &= one - 1;
            if (Long.compareUnsigned(rest, finer) < 0) {
                return new ShortDecimal(digits - steps(rest, finer, finerGap, one), exponent + left);
            }
        }
    }

    /** How often the last digit must be made smaller by one to be as near to the number as it can. */
    private static int steps(long rest, long tolerance, long gap, long unit) {
        int steps = 0;
        long below = rest; // how far the digits are below the largest number allowed
        while (Long.compareUnsigned(below, gap) < 0
                && Long.compareUnsigned(tolerance - below, unit) >= 0
                && (Long.compareUnsigned(below + unit, gap) < 0
                        || Long.compareUnsigned(gap - below, below + unit - gap) > 0)) {
            steps++;
            below += unit;
        }
        return steps;
    }
}
