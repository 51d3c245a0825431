package dev.rondo.server.type;

import dev.rondo.server.resp.Ascii;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Scores as text: printed as Redis 7.2 does, with as few digits as tell them apart, and parsed by the rules of
 * {@code strtod}. Pure functions.
 */
public final class ScoreText {
    private static final double MOST_INTEGER = 0x1p62;
    /** An integer with more zeros than this behind its digits is printed with an exponent. */
    private static final int MOST_ZEROS = 7;
    /** So is a fraction of more decimals than this, but for those near to 1. */
    private static final int MOST_DECIMALS = 6;

    private static final int LEAST_EXPONENT = 4;

    private static final int MOST_PLAIN_DIGITS = 15;
    private static final double[] POWERS_OF_TEN = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    private static final int PRECISE_DIGITS = 17;
    private static final int LEAST_PLAIN_EXPONENT = -4;
    private static final MathContext PRECISION = new MathContext(PRECISE_DIGITS, RoundingMode.HALF_EVEN);

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d++\\.?\\d*+|\\.\\d++)([eE][+-]?\\d++)?");
    private static final Pattern HEX =
            Pattern.compile("([+-]?0[xX])([0-9a-fA-F]++\\.?[0-9a-fA-F]*+|\\.[0-9a-fA-F]++)([pP][+-]?\\d++)?");
    private static final Pattern INFINITY = Pattern.compile("[+-]?inf(inity)?", Pattern.CASE_INSENSITIVE);
    private static final Pattern NOT_ZERO = Pattern.compile("[1-9a-fA-F]");

    private ScoreText() {}

    // ---- printing ----

    /** Integers in full as far as 64 bits hold them for certain, other numbers by {@link ShortDecimal}. */
    public static String text(double score) {
        if (isInteger(score)) {
            return score == 0 && 1 / score < 0 ? "-0" : Long.toString((long) score);
        }
        if (Double.isInfinite(score)) {
            return score > 0 ? "inf" : "-inf";
        }
        ShortDecimal decimal = ShortDecimal.of(Math.abs(score));
        return (score < 0 ? "-" : "") + layOut(Long.toString(decimal.digits()), decimal.exponent());
    }

    /** See {@link #text}. */
    public static byte[] bytes(double score) {
        return isInteger(score) && score != 0 ? Ascii.decimal((long) score) : Ascii.bytes(text(score));
    }

    /** As Redis holds a score in a listpack, and ZSCAN shows it then: that is where minus zero loses its sign. */
    public static byte[] packed(double score) {
        return isInteger(score) ? Ascii.decimal((long) score) : bytes(score);
    }

    private static boolean isInteger(double score) {
        return Math.abs(score) <= MOST_INTEGER && score == (long) score;
    }

    private static String layOut(String digits, int exponent) {
        int count = digits.length();
        int magnitude = count - 1 + exponent; // of the first digit
        if (exponent >= 0 && magnitude < count + MOST_ZEROS) {
            return digits + "0".repeat(exponent);
        }
        if (exponent < 0 && (-exponent <= MOST_DECIMALS || Math.abs(magnitude) < LEAST_EXPONENT)) {
            int point = count + exponent;
            return point > 0
                    ? digits.substring(0, point) + "." + digits.substring(point)
                    : "0." + "0".repeat(-point) + digits;
        }
        String fraction = count > 1 ? "." + digits.substring(1) : "";
        return digits.charAt(0) + fraction + (magnitude < 0 ? "e" : "e+") + magnitude;
    }

    /** As ZSCAN shows the scores of large sets: C's {@code "%.17g"}. */
    public static byte[] precise(double score) {
        if (score == 0 || Double.isInfinite(score)) {
            return bytes(score);
        }
        BigDecimal rounded = new BigDecimal(score).round(PRECISION).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= LEAST_PLAIN_EXPONENT && exponent < PRECISE_DIGITS) {
            return Ascii.bytes(rounded.toPlainString());
        }
        String digits = rounded.unscaledValue().abs().toString();
        StringBuilder text = new StringBuilder(score < 0 ? "-" : "").append(digits.charAt(0));
        if (digits.length() > 1) {
            text.append('.').append(digits, 1, digits.length());
        }
        int magnitude = Math.abs(exponent);
        text.append(exponent < 0 ? "e-" : "e+")
                .append(magnitude < 10 ? "0" : "")
                .append(magnitude);
        return Ascii.bytes(text.toString());
    }

    // ---- parsing ----

    /** The number that makes up the whole text, NaN when there is none or when it is too large or too small. */
    public static double parse(byte[] text) {
        if (Ascii.isLong(text)) {
            return Ascii.toLong(text);
        }
        double plain = plain(text);
        return Double.isNaN(plain) ? parse(Ascii.string(text), false) : plain;
    }

    /**
     * The number that a few digits with at most one point make up, NaN when the text is of another kind. Both the
     * digits and the power of ten are doubles, so that their quotient is the nearest to the text that there is.
     */
    private static double plain(byte[] text) {
        int start = text.length > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
        long digits = 0;
        int decimals = -1; // no point yet
        if (text.length - start > MOST_PLAIN_DIGITS) {
            return Double.NaN;
        }
        for (int i = start; i < text.length; i++) {
            if (text[i] >= '0' && text[i] <= '9') {
                digits = 10 * digits + text[i] - '0';
                decimals += decimals < 0 ? 0 : 1;
            } else if (text[i] == '.' && decimals < 0 && text.length - start > 1) {
                decimals = 0;
            } else {
                return Double.NaN;
            }
        }
        if (start == text.length) {
            return Double.NaN;
        }
        double value = decimals > 0 ? digits / POWERS_OF_TEN[decimals] : digits;
        return text[0] == '-' ? -value : value;
    }

    /**
     * An end of a range of scores, {@code text[from..)}: as {@link #parse}, but nothing is 0, blanks may precede, a
     * zero byte ends it, and what is too large or too small becomes infinite or zero.
     */
    public static double parseEnd(byte[] text, int from) {
        if (Ascii.isLong(text, from, text.length)) {
            return Ascii.toLong(text, from, text.length);
        }
        return parseLoosely(Ascii.cString(text).substring(from), true);
    }

    /**
     * What SORT makes of a text: as {@link #parse}, but nothing is 0, blanks may precede and a zero byte ends it; NaN
     * also for a fraction so small that its digits are lost.
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
