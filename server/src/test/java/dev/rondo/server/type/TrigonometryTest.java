package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class TrigonometryTest {
    private static final MathContext PRECISE = new MathContext(50);
    private static final int TRIES = 20_000;
    /** One in a thousand; of those of StrictMath it is one in ten. */
    private static final int MOST_OFF = 20;

    /** The series of sine (from 1) or cosine (from 0), to 50 digits. */
    private static BigDecimal series(double x, int from) {
        BigDecimal exact = new BigDecimal(x);
        BigDecimal term = from == 1 ? exact : BigDecimal.ONE;
        BigDecimal sum = term;
        for (int i = from + 1; term.signum() != 0 && i < 80; i += 2) {
            term = term.multiply(exact, PRECISE).multiply(exact, PRECISE);
            term = term.divide(BigDecimal.valueOf((long) i * (i + 1)), PRECISE).negate();
            sum = sum.add(term, PRECISE);
        }
        return sum;
    }

    private static void assertNearlyAlwaysNearest(DoubleUnaryOperator function, int from, double most) {
        Random random = new Random(7);
        int off = 0;
        for (int i = 0; i < TRIES; i++) {
            double x = most * (2 * random.nextDouble() - 1);
            double expected = series(x, from).doubleValue();
            double actual = function.applyAsDouble(x);
            assertTrue(Math.abs(expected - actual) <= Math.ulp(expected), () -> "at " + x);
            off += expected == actual ? 0 : 1;
        }
        assertTrue(off <= MOST_OFF, off + " are off by one");
    }

    @Test
    void sinesAreTheNearestDoubles() {
        assertNearlyAlwaysNearest(Trigonometry::sin, 1, Math.PI);
        assertNearlyAlwaysNearest(Trigonometry::sin, 1, 0.01);
    }

    @Test
    void cosinesAreTheNearestDoubles() {
        assertNearlyAlwaysNearest(Trigonometry::cos, 0, Math.PI / 2);
        assertNearlyAlwaysNearest(Trigonometry::cos, 0, 0.01);
    }

    /** The sine of the nearest double is nearer to the argument than those of its neighbours. */
    @Test
    void arcsinesAreTheNearestDoubles() {
        Random random = new Random(7);
        int off = 0;
        for (int i = 0; i < TRIES; i++) {
            double y = random.nextDouble();
            double x = Trigonometry.asin(y);
            BigDecimal error = series(x, 1).subtract(new BigDecimal(y)).abs();
            for (double neighbour : new double[] {Math.nextUp(x), Math.nextDown(x)}) {
                off += series(neighbour, 1).subtract(new BigDecimal(y)).abs().compareTo(error) < 0 ? 1 : 0;
            }
        }
        assertTrue(off <= MOST_OFF, off + " are off by one");
    }

    @Test
    void theEndsOfTheRangesAreExact() {
        assertEquals(0.0, Trigonometry.sin(0));
        assertEquals(1.0, Trigonometry.cos(0));
        assertEquals(1.0, Trigonometry.sin(Math.PI / 2));
        assertEquals(1.2246467991473532e-16, Trigonometry.sin(Math.PI));
        assertEquals(6.123233995736766e-17, Trigonometry.cos(Math.PI / 2));
        assertEquals(0.0, Trigonometry.asin(0));
        assertEquals(Math.PI / 2, Trigonometry.asin(1));
    }
}
