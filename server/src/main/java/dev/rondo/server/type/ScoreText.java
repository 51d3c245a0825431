package dev.rondo.server.type;

import dev.rondo.server.resp.Ascii;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Scores as text: printed as C's {@code "%.17g"}, which no two doubles share, and parsed by the rules of {@code strtod}.
 * Pure functions.
 */
public final class ScoreText {
    private static final int DIGITS = 17;
    private static final int LEAST_PLAIN_EXPONENT = -4;
    private static final double LEAST_NOT_PLAIN = 1e17;
    private static final double MOST_PACKED_INTEGER = 0x1p62;
    private static final MathContext PRECISION = new MathContext(DIGITS, RoundingMode.HALF_EVEN);

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d++\\.?\\d*+|\\.\\d++)([eE][+-]?\\d++)?");
    private static final Pattern HEX =
            Pattern.compile("([+-]?0[xX])([0-9a-fA-F]++\\.?[0-9a-fA-F]*+|\\.[0-9a-fA-F]++)([pP][+-]?\\d++)?");
    private static final Pattern INFINITY = Pattern.compile("[+-]?inf(inity)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NOT_ZERO = Pattern.compile("[1-9a-fA-F]");

    private ScoreText() {}

    // ---- printing ----

    /** As Redis 7.0 prints a score: "%.17g", "inf" and "-inf". */
    public static String text(double score) {
        if (Double.isInfinite(score)) {
            return score > 0 ? "inf" : "-inf";
        }
        if (score == 0) {
            return 1 / score < 0 ? "-0" : "0";
        }
        if (isPlainInteger(score)) {
            return Long.toString((long) score);
        }
        BigDecimal rounded = new BigDecimal(score).round(PRECISION).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= LEAST_PLAIN_EXPONENT && exponent < DIGITS) {
            return rounded.toPlainString();
        }
        String digits = rounded.unscaledValue().abs().toString();
        StringBuilder text = new StringBuilder(score < 0 ? "-" : "").append(digits.charAt(0));
        if (digits.length() > 1) {
            text.append('.').append(digits, 1, digits.length());
        }
        text.append(exponent < 0 ? "e-" : "e+");
        int magnitude = Math.abs(exponent);
        return text.append(magnitude < 10 ? "0" : "").append(magnitude).toString();
    }

    /** See {@link #text}. */
    public static byte[] bytes(double score) {
        return isPlainInteger(score) && score != 0 ? Ascii.decimal((long) score) : Ascii.bytes(text(score));
    }

    /** As Redis holds a score in a listpack, and ZSCAN shows it then: as an integer wherever that is safe. */
    public static byte[] packed(double score) {
        boolean integer = Math.abs(score) <= MOST_PACKED_INTEGER && score == (long) score;
        return integer ? Ascii.decimal((long) score) : bytes(score);
    }

    private static boolean isPlainInteger(double score) {
        return Math.abs(score) < LEAST_NOT_PLAIN && score == (long) score;
    }

    // ---- parsing ----

    /** The number that makes up the whole text, NaN when there is none or when it is too large or too small. */
    public static double parse(byte[] text) {
        if (Ascii.isLong(text)) {
            return Ascii.toLong(text);
        }
        return parse(Ascii.string(text), false);
    }

    /**
     * An end of a range of scores, {@code text[from..)}: as {@link #parse}, but nothing is 0, blanks may precede, a zero
     * byte ends it, and what is too large or too small becomes infinite or zero.
     */
    public static double parseEnd(byte[] text, int from) {
        if (Ascii.isLong(text, from, text.length)) {
            return Ascii.toLong(text, from, text.length);
        }
        return parseLoosely(Ascii.cString(text).substring(from), true);
    }

    /**
     * What SORT makes of a text: as {@link #parse}, but nothing is 0, blanks may precede and a zero byte ends it; NaN also
     * for a fraction so small that its digits are lost.
     */
    public static double parseWeight(byte[] text) {
        if (Ascii.isLong(text)) {
            return Ascii.toLong(text);
        }
        double weight = parseLoosely(Ascii.cString(text), false);
        return weight != 0 && Math.abs(weight) < Double.MIN_NORMAL ? Double.NaN : weight;
    }

    private static double parseLoosely(String text, boolean outOfRange) {
        if (text.isEmpty()) {
            return 0;
        }
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return parse(text.substring(start), outOfRange);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    private static double parse(String text, boolean outOfRange) {
        if (INFINITY.matcher(text).matches()) {
            return text.charAt(0) == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        Matcher hex = HEX.matcher(text);
        String mantissa;
        double value;
        if (hex.matches()) {
            mantissa = hex.group(2);
            value = Double.parseDouble(hex.group(3) == null ? text + "p0" : text);
        } else {
            Matcher decimal = DECIMAL.matcher(text);
            if (!decimal.matches()) {
                return Double.NaN;
            }
            mantissa = decimal.group(1);
            value = Double.parseDouble(text);
        }
        boolean lost = Double.isInfinite(value)
                || value == 0 && NOT_ZERO.matcher(mantissa).find();
        return lost && !outOfRange ? Double.NaN : value;
    }
}
