package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import java.math.BigDecimal;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LongDoubleTest {

    private static @Nullable LongDouble parse(String text) {
        return LongDouble.parse(Ascii.bytes(text));
    }

    /** Recorded from INCRBYFLOAT of redis-server 7.0.15 on x86-64. */
    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            5.,                     9007199254740993,     9007199254740998
            0.00000000000000001,    .5,                   0.50000000000000001
            1e-7,                   18446744073709551615, 18446744073709551615
            0.000000000000000005,   .5,                   0.5
            5.0e3,                  1E5,                  105000
            0x1p3,                  1e19,                 10000000000000000008
            3.0,                    3.0e-5,               3.00003
            123456789012345678901234567890, 0.1,          123456789012345678899921813504
            18446744073709551617,   0.30000000000000004,  18446744073709551616
            0.30000000000000004,    +7.25,                7.55000000000000004
            9007199254740993,       0.30000000000000004,  9007199254740993.2998046875
            36893488147419103233,   -0,                   36893488147419103232
            17179869184.5,          0.1,                  17179869184.59999999962747097
            -3.5,                   0.30000000000000004,  -3.19999999999999996
            3.0e-5,                 1E5,                  100000.00003000000000242
            1e20,                   18446744073709551615, 118446744073709551616
            0.1,                    0.2,                  0.3
            1e4932,                 -1e4932,              0
            -0,                     0,                    0
            0,                      1e-4940,              0
            """)
    void sumsAndPrintsAsRedis(String one, String other, String sum) {
        LongDouble left = parse(one);
        LongDouble right = parse(other);
        assertNotNull(left);
        assertNotNull(right);
        assertEquals(sum, String.valueOf(left.plus(right)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "1 ",
                "abc",
                "1e",
                "1e+",
                "0x",
                "0xg",
                ".",
                "-",
                "+-1",
                "1..2",
                "nan",
                "inf",
                "1e4933",
                "1e-4952",
                "1e99999999999999999999",
                "1,5",
                "--1",
                "0x1p",
                "1f"
            })
    void refusesWhatCRefusesOrCannotHold(String text) {
        assertNull(parse(text));
    }

    @Test
    void refusesWhatIsLongerThanRedisReads() {
        assertNotNull(parse("0".repeat(5 * 1024 - 1)));
        assertNull(parse("0".repeat(5 * 1024)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"inf", "-inf", "+INF", "infinity", "-Infinity"})
    void knowsInfinities(String text) {
        assertTrue(LongDouble.isInfinity(Ascii.bytes(text)));
    }

    @Test
    void aSumBeyondTheRangeIsNone() {
        LongDouble large = parse("1.18973149535723176502e4932");
        assertNotNull(large);
        assertNull(large.plus(large));
    }

    @Property
    void everyLongIsHeldExactly(@ForAll long number) {
        assertEquals(Long.toString(number), LongDouble.of(number).toString());
        assertEquals(Long.toString(number), String.valueOf(parse(Long.toString(number))));
    }

    /** A double has fewer bits than the type, so it survives unless it has digits that are not printed. */
    @Property
    void doublesPrintTheirExactValueToSeventeenDecimals(@ForAll double number) {
        String exact = new BigDecimal(number).toPlainString();
        if (exact.length() < 5 * 1024) {
            BigDecimal printed = new BigDecimal(String.valueOf(parse(exact)));
            BigDecimal error = printed.subtract(new BigDecimal(number)).abs();
            assertTrue(error.compareTo(new BigDecimal("5e-18")) <= 0, exact);
        }
    }
}
