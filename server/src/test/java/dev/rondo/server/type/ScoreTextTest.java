package dev.rondo.server.type;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.resp.Ascii;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreTextTest {
    /** Recorded from ZADD and ZSCORE of redis-server 7.0.15. */
    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            inf, inf
            +inf, inf
            -INF, -inf
            Infinity, inf
            4.9e-324, 4.9406564584124654e-324
            0x10, 16
            0x1p3, 8
            0x.8, 0.5
            1., 1
            .5, 0.5
            0.1, 0.10000000000000001
            1e22, 1e+22
            1e17, 1e+17
            99999999999999984, 99999999999999984
            123456789012345678, 1.2345678901234568e+17
            1e16, 10000000000000000
            3.0, 3
            1e-5, 1.0000000000000001e-05
            -1e-5, -1.0000000000000001e-05
            0.0001, 0.0001
            1.5e300, 1.5000000000000001e+300
            -0, -0
            0e999999999999999999999, 0
            """)
    void parsesAndPrintsAsRedis(String text, String printed) {
        double score = ScoreText.parse(Ascii.bytes(text));
        assertEquals(printed, ScoreText.text(score));
        assertEquals(printed, Ascii.string(ScoreText.bytes(score)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                " 1",
                "1 ",
                "nan",
                "-nan",
                "nan(1)",
                "1e400",
                "-1e400",
                "1e-400",
                "0x",
                "0x1p",
                "1e",
                "e1",
                ".",
                "1_0",
                "1f",
                "1d",
                "0x1p9999999999",
                "1e99999999999",
                "+-1",
                "1\0",
                "inf ",
                "\u0661"
            })
    void refusesWhatRedisRefuses(String text) {
        assertTrue(Double.isNaN(ScoreText.parse(Ascii.bytes(text))));
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            '', 0
            ' 1', 1
            '\t-2.5', -2.5
            1e400, inf
            -1e400, -inf
            1e-400, 0
            """)
    void endsOfRangesAreReadMoreFreely(String text, String printed) {
        assertEquals(printed, ScoreText.text(ScoreText.parseEnd(Ascii.bytes(text), 0)));
        assertEquals(printed, ScoreText.text(ScoreText.parseEnd(Ascii.bytes("(" + text), 1)));
        assertEquals(printed, ScoreText.text(ScoreText.parseEnd(Ascii.bytes("(" + text + "\0junk"), 1)));
        assertTrue(Double.isNaN(ScoreText.parseEnd(Ascii.bytes("(" + text + "x"), 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "nan", "1 ", "(1", "abc", "0x"})
    void endsOfRangesThatAreNoNumbersAreRefused(String text) {
        assertTrue(Double.isNaN(ScoreText.parseEnd(Ascii.bytes(text), 0)));
    }

    @ParameterizedTest
    @CsvSource(
            textBlock =
                    """
            '', 0
            ' 1', 1
            '\t-2.5', -2.5
            0x10, 16
            -inf, -inf
            """)
    void weightsAreReadMoreFreely(String text, String printed) {
        assertEquals(printed, ScoreText.text(ScoreText.parseWeight(Ascii.bytes(text))));
        assertEquals(printed, ScoreText.text(ScoreText.parseWeight(Ascii.bytes(text + "\0junk"))));
        assertTrue(Double.isNaN(ScoreText.parseWeight(Ascii.bytes(text + "x"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "nan", "1 ", "abc", "1e400", "1e-400", "1e-320"})
    void weightsThatAreNoNumbersOrOutOfRangeAreRefused(String text) {
        assertTrue(Double.isNaN(ScoreText.parseWeight(Ascii.bytes(text))));
    }

    @Property(tries = 5000)
    void everyDoubleComesBackFromItsText(@ForAll long bits) {
        double score = Double.longBitsToDouble(bits);
        if (!Double.isNaN(score)) {
            assertEquals(score, ScoreText.parse(Ascii.bytes(ScoreText.text(score))));
        }
    }
}
