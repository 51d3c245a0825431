package dev.rondo.server.script;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Numbers as C prints them, and as its {@code strtod} reads them from the front of a text. Pure functions. */
final class NumberText {
    private static final int LEAST_PLAIN_EXPONENT = -4;
    private static final int MOST_DIGITS = 17;
    /** Beyond it Redis does not take a number for an integer. */
    private static final double MOST_INTEGER = 0x1p62;

    private NumberText() {}

    /** {@code "%.<digits>g"}. */
    static String general(double number, int digits) {
        if (Double.isNaN(number)) {
            return isNegative(number) ? "-nan" : "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return isNegative(number) ? "-0" : "0";
        }
        BigDecimal rounded = round(number, digits);
        int exponent = exponent(rounded);
        if (exponent >= LEAST_PLAIN_EXPONENT && exponent < digits) {
            return rounded.toPlainString();
        }
        return scientific(rounded, exponent, 2);
    }

    private static boolean isNegative(double number) {
        return Double.doubleToRawLongBits(number) < 0;
    }

    /**
     * The number as an argument of a command: an integer where that is exact, else the fewest digits that mean it, in
     * the form of the algorithm "Grisu2" as Redis 7.2 has it.
     */
    static String argument(double number) {
        if (Math.abs(number) <= MOST_INTEGER && number == (long) number) {
            return Long.toString((long) number);
        }
        if (Double.isNaN(number)) {
            return "nan";
        }
        if (Double.isInfinite(number)) {
            return number > 0 ? "inf" : "-inf";
        }
        BigDecimal shortest = shortest(number);
        int digits = shortest.precision();
        int exponent = exponent(shortest);
        int shift = exponent - digits + 1; // the power of ten of the last digit
        boolean plain = shift >= 0 ? exponent < digits + 7 : shift > -7 || Math.abs(exponent) < 4;
        return plain ? shortest.toPlainString() : scientific(shortest, exponent, 1);
    }

    private static BigDecimal shortest(double number) {
        for (int digits = 1; digits < MOST_DIGITS; digits++) {
            BigDecimal candidate = round(number, digits);
            if (candidate.doubleValue() == number) {
                return candidate;
            }
        }
        return round(number, MOST_DIGITS);
    }

    private static BigDecimal round(double number, int digits) {
        return new BigDecimal(number)
                .round(new MathContext(digits, RoundingMode.HALF_EVEN))
                .stripTrailingZeros();
    }

    private static int exponent(BigDecimal number) {
        return number.precision() - number.scale() - 1;
    }

    private static String scientific(BigDecimal number, int exponent, int exponentDigits) {
        String digits = number.unscaledValue().abs().toString();
        StringBuilder text = new StringBuilder(number.signum() < 0 ? "-" : "").append(digits.charAt(0));
        if (digits.length() > 1) {
            text.append('.').append(digits, 1, digits.length());
        }
        text.append(exponent < 0 ? "e-" : "e+");
        String magnitude = Integer.toString(Math.abs(exponent));
        return text.append("0".repeat(Math.max(0, exponentDigits - magnitude.length())))
                .append(magnitude)
                .toString();
    }

    /** A number and where it ends; {@code end} is {@code from} when there is none. */
    record Parsed(double value, int end) {}

    /** Reads a number at {@code text[from..)}, which blanks do not precede. */
    static Parsed parse(byte[] text, int from) {
        Scanner scanner = new Scanner(text, from);
        return scanner.number();
    }

    /** What strtod takes: decimal and hexadecimal numbers, infinities and what is none. */
    private static final class Scanner {
        private final byte[] text;
        private final int from;
        private int at;

        Scanner(byte[] text, int from) {
            this.text = text;
            this.from = from;
            this.at = from;
        }

        Parsed number() {
            boolean negative = peek(0) == '-';
            if (negative || peek(0) == '+') {
                at++;
            }
            double magnitude = magnitude();
            return at < 0 ? new Parsed(0, from) : new Parsed(negative ? -magnitude : magnitude, at);
        }

        /** Sets {@code at} to -1 when there is no number. */
        private double magnitude() {
            if (isWord("infinity")) {
                at += "infinity".length();
                return Double.POSITIVE_INFINITY;
            }
            if (isWord("inf")) {
                at += "inf".length();
                return Double.POSITIVE_INFINITY;
            }
            if (isWord("nan")) {
                at += "nan".length();
                return Double.NaN;
            }
            boolean hex = peek(0) == '0' && (peek(1) | 0x20) == 'x' && isDigit(peek(2) == '.' ? peek(3) : peek(2), 16);
            return hex ? hexadecimal() : decimal();
        }

        private double decimal() {
            int start = at;
            int digits = skipDigits(10);
            if (peek(0) == '.') {
                at++;
                digits += skipDigits(10);
            }
            if (digits == 0) {
                at = -1;
                return 0;
            }
            skipExponent('e');
            return Double.parseDouble(LuaConstant.text(text, start, at - start));
        }

        private double hexadecimal() {
            int start = at;
            at += 2;
            skipDigits(16);
            if (peek(0) == '.') {
                at++;
                skipDigits(16);
            }
            int mantissaEnd = at;
            skipExponent('p');
            String number = LuaConstant.text(text, start, at - start);
            return Double.parseDouble(at == mantissaEnd ? number + "p0" : number);
        }

        private void skipExponent(char letter) {
            if ((peek(0) | 0x20) == letter) {
                int sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
                if (isDigit(peek(1 + sign), 10)) {
                    at += 1 + sign;
                    skipDigits(10);
                }
            }
        }

        private int skipDigits(int radix) {
            int start = at;
            while (isDigit(peek(0), radix)) {
                at++;
            }
            return at - start;
        }

        private boolean isWord(String lowerCase) {
            for (int i = 0; i < lowerCase.length(); i++) {
                if ((peek(i) | 0x20) != lowerCase.charAt(i)) {
                    return false;
                }
            }
            return true;
        }

        private int peek(int ahead) {
            return at + ahead < text.length ? text[at + ahead] : 0;
        }

        private static boolean isDigit(int c, int radix) {
            return c > 0 && Character.digit(c, radix) >= 0;
        }
    }
}
