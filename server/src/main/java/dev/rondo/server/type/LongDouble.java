package dev.rondo.server.type;

import dev.rondo.server.resp.Ascii;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A finite number of C's {@code long double} on x86-64 (64 bits of precision, 15 bits of exponent), in which Redis
 * computes INCRBYFLOAT: parsed by the rules of {@code strtold}, rounded after each step as the processor does, printed
 * as {@code "%.17Lf"} without trailing zeros. Held exactly, as a decimal. Immutable.
 */
public final class LongDouble {
    private static final int PRECISION_BITS = 64;
    private static final int MAX_EXPONENT_BITS = 16384;
    /** The last bit of the smallest (subnormal) number is worth 2 to this power. */
    private static final int LEAST_EXPONENT = -16445;

    private static final int PRINTED_DECIMALS = 17;
    /** Redis parses in a buffer of 5 KB. */
    private static final int MOST_CHARS = 5 * 1024 - 1;
    /** With this exponent every number of at most {@link #MOST_CHARS} digits overflows or vanishes. */
    private static final int FAR_EXPONENT = 1_000_000;

    private final BigDecimal value;

    private LongDouble(BigDecimal value) {
        this.value = value;
    }

    public static LongDouble of(long number) {
        return new LongDouble(BigDecimal.valueOf(number)); // 64 bits of precision hold any long
    }

    /** Whether the text is an infinity, which parses in C but which no sum may reach. */
    public static boolean isInfinity(byte[] text) {
        int from = text.length > 0 && (text[0] == '+' || text[0] == '-') ? 1 : 0;
        String word = text.length > 9 ? "" : Ascii.string(text).substring(from).toLowerCase(Locale.ROOT);
        return word.equals("inf") || word.equals("infinity");
    }

    /**
     * The number nearest to {@code text}; null when that is no number (blanks around it included), infinite, or too
     * large or too small for the range.
     */
    public static @Nullable LongDouble parse(byte[] text) {
        if (text.length > MOST_CHARS) {
            return null;
        }
        Scanner scanner = new Scanner(text);
        BigDecimal exact = scanner.number();
        if (exact == null || exact.signum() == 0) {
            return exact == null ? null : new LongDouble(exact);
        }
        BigDecimal rounded = round(exact);
        return rounded == null || rounded.signum() == 0 ? null : new LongDouble(rounded);
    }

    /** The sum as the processor rounds it; null when it is infinite. */
    public @Nullable LongDouble plus(LongDouble other) {
        BigDecimal sum = round(value.add(other.value));
        return sum == null ? null : new LongDouble(sum);
    }

    /** 1000 times the number as the processor multiplies it, rounded up, or the nearest long. */
    public long thousandfoldCeiling() {
        BigDecimal product = round(value.multiply(BigDecimal.valueOf(1000)));
        if (product == null || product.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            return value.signum() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        return product.setScale(0, RoundingMode.CEILING).longValue();
    }

    /** As {@code "%.17Lf"} prints it, without trailing zeros; never "-0". */
    @Override
    public String toString() {
        BigDecimal printed = value.setScale(PRINTED_DECIMALS, RoundingMode.HALF_EVEN);
        return printed.signum() == 0 ? "0" : printed.stripTrailingZeros().toPlainString();
    }

    /** The nearest representable number, of two the even one; null beyond the largest. */
    private static @Nullable BigDecimal round(BigDecimal exact) {
        if (exact.signum() == 0) {
            return BigDecimal.ZERO;
        }
        BigInteger numerator = exact.unscaledValue().abs();
        BigInteger denominator = BigInteger.ONE;
        if (exact.scale() > 0) {
            denominator = BigInteger.TEN.pow(exact.scale());
        } else {
            numerator = numerator.multiply(BigInteger.TEN.pow(-exact.scale()));
        }
        // The exponent of the last bit, at most one too small: then the quotient has 65 bits.
        int exponent = Math.max(LEAST_EXPONENT, numerator.bitLength() - denominator.bitLength() - PRECISION_BITS);
        BigInteger mantissa = quotient(numerator, denominator, exponent);
        if (mantissa.bitLength() > PRECISION_BITS) {
            exponent++;
            mantissa = quotient(numerator, denominator, exponent);
        }
        if (mantissa.bitLength() + exponent > MAX_EXPONENT_BITS) {
            return null;
        }
        BigDecimal magnitude = exponent >= 0
                ? new BigDecimal(mantissa.shiftLeft(exponent))
                : new BigDecimal(mantissa.multiply(BigInteger.valueOf(5).pow(-exponent)), -exponent);
        return exact.signum() < 0 ? magnitude.negate() : magnitude;
    }

    /** numerator / denominator / 2^exponent, rounded half to even. */
    private static BigInteger quotient(BigInteger numerator, BigInteger denominator, int exponent) {
        BigInteger dividend = exponent < 0 ? numerator.shiftLeft(-exponent) : numerator;
        BigInteger divisor = exponent > 0 ? denominator.shiftLeft(exponent) : denominator;
        BigInteger[] parts = dividend.divideAndRemainder(divisor);
        int half = parts[1].shiftLeft(1).compareTo(divisor);
        boolean up = half > 0 || half == 0 && parts[0].testBit(0);
        return up ? parts[0].add(BigInteger.ONE) : parts[0];
    }

    /** Reads the decimal and hexadecimal forms of C. */
    private static final class Scanner {
        private final byte[] text;
        private int at;

        Scanner(byte[] text) {
            this.text = text;
        }

        /** The exact number if it makes up the whole text; null otherwise, or when it is far out of range. */
        @Nullable BigDecimal number() {
            boolean negative = at < text.length && text[at] == '-';
            if (at < text.length && (text[at] == '-' || text[at] == '+')) {
                at++;
            }
            boolean hex = at + 1 < text.length && text[at] == '0' && Ascii.lower(text[at + 1]) == 'x';
            at += hex ? 2 : 0;
            BigDecimal magnitude = hex ? scaled(16, 'p') : scaled(10, 'e');
            return magnitude == null || !negative ? magnitude : magnitude.negate();
        }

        private @Nullable BigDecimal scaled(int radix, char exponentMark) {
            StringBuilder digits = new StringBuilder();
            digits(digits, radix);
            int fraction = 0;
            if (at < text.length && text[at] == '.') {
                at++;
                int before = digits.length();
                digits(digits, radix);
                fraction = digits.length() - before;
            }
            if (digits.isEmpty()) {
                return null;
            }
            Integer exponent = exponent(exponentMark);
            if (exponent == null || at != text.length) {
                return null;
            }
            BigInteger mantissa = new BigInteger(digits.toString(), radix);
            if (mantissa.signum() == 0) {
                return BigDecimal.ZERO;
            }
            if (Math.abs(exponent) >= FAR_EXPONENT) {
                return null; // certainly an overflow or an underflow
            }
            if (radix == 10) {
                return outOfReach(digits, fraction, exponent) ? null : new BigDecimal(mantissa, fraction - exponent);
            }
            int power = exponent - 4 * fraction;
            if (Math.abs(power + mantissa.bitLength()) > 2 * MAX_EXPONENT_BITS) {
                return null;
            }
            return power >= 0
                    ? new BigDecimal(mantissa.shiftLeft(power))
                    : new BigDecimal(mantissa.multiply(BigInteger.valueOf(5).pow(-power)), -power);
        }

        /** Whether the decimal exponent of the first digits is so large or small that rounding need not be tried. */
        private static boolean outOfReach(StringBuilder digits, int fraction, int exponent) {
            int zeros = 0;
            while (digits.charAt(zeros) == '0') {
                zeros++;
            }
            int magnitude = digits.length() - zeros - fraction + exponent;
            return Math.abs(magnitude) > 5_000;
        }

        private void digits(StringBuilder target, int radix) {
            for (; at < text.length && text[at] >= 0 && Character.digit(text[at], radix) >= 0; at++) {
                target.append((char) text[at]);
            }
        }

        /** The exponent, 0 when there is none, null when its mark has no digits; far-out ones are cut. */
        private @Nullable Integer exponent(char mark) {
            if (at == text.length || Ascii.lower(text[at]) != mark) {
                return 0;
            }
            at++;
            boolean negative = at < text.length && text[at] == '-';
            if (at < text.length && (text[at] == '-' || text[at] == '+')) {
                at++;
            }
            StringBuilder digits = new StringBuilder();
            digits(digits, 10);
            if (digits.isEmpty()) {
                return null;
            }
            BigInteger value = new BigInteger(digits.toString());
            int magnitude = value.min(BigInteger.valueOf(FAR_EXPONENT)).intValue();
            return negative ? -magnitude : magnitude;
        }
    }
}
