package dev.rondo.compat.diff;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Function;

/**
 * The vocabulary in which command families describe arguments: mostly valid, often at a boundary, sometimes garbage.
 */
final class Args {
    private static final List<String> INTEGERS_AT_BOUNDARIES = List.of(
            "0",
            "-0",
            "-1",
            "1",
            "127",
            "128",
            "-129",
            "255",
            "32767",
            "32768",
            "65536",
            "2147483647",
            "2147483648",
            "-2147483649",
            "4294967296",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775806",
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999999");
    private static final List<String> NOT_INTEGERS =
            List.of("", " 1", "1 ", "+1", "01", "1.0", "1e3", "abc", "0x10", "--1", "-", "nan", "1\0", "\u00ff");
    private static final List<String> FLOATS = List.of(
            "0",
            "-0",
            "0.1",
            "3.0",
            "-3.5",
            "5.0e3",
            "1e-7",
            "1e400",
            "-1e400",
            "1e17",
            "1.5e300",
            "inf",
            "-inf",
            "+inf",
            "infinity",
            "nan",
            "0x1p3",
            ".5",
            "5.",
            "3.0e",
            "1 ",
            " 1",
            "",
            "abc",
            "123456789.123456789",
            "1e4932",
            "1e5000",
            "0.30000000000000004",
            "17179869184.5");
    /** Ends long ago or beyond what can be told: what ends in between is drawn. */
    private static final List<String> TTL_SECONDS = List.of(
            "0",
            "-1",
            "-100",
            "9223372036854775",
            "9223372036854776",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "abc",
            "1000.5",
            "");

    private static final List<String> TTL_MILLIS = List.of(
            "0",
            "-1",
            "-100",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "abc",
            "1000000.5",
            "");
    private static final List<String> UNIX_SECONDS = List.of(
            "4102444800",
            "4000000000",
            "33177117420",
            "1",
            "0",
            "-1",
            "1600000000",
            "9223372036854775",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "abc",
            "");
    private static final List<String> UNIX_MILLIS = List.of(
            "4102444800000",
            "4000000000000",
            "33177117420000",
            "1",
            "0",
            "-1",
            "1600000000000",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "abc",
            "");

    private Args() {}

    static Arg drawn(Function<Draw, String> generator) {
        return (args, draw) -> args.add(generator.apply(draw));
    }

    static Arg key() {
        return drawn(Draw::key);
    }

    /** A fixed word; now and then in lower or mixed case, which must not matter. */
    static Arg word(String word) {
        return drawn(draw -> anyCase(word, draw));
    }

    static Arg oneWordOf(String... words) {
        return drawn(draw -> anyCase(draw.oneOf(words), draw));
    }

    /** A word followed by its own arguments, such as EX 100. */
    static Arg option(String word, Arg... following) {
        return (args, draw) -> {
            args.add(anyCase(word, draw));
            addAll(args, draw, following);
        };
    }

    /** Any subset of the options in any order, mostly few: valid, conflicting and repeated ones. */
    static Arg optionsInAnyOrder(Arg... options) {
        return (args, draw) -> {
            int count = draw.oneOf(0, 0, 0, 1, 1, 1, 2, 2, 3);
            List<Arg> shuffled = new ArrayList<>(List.of(options));
            Collections.shuffle(shuffled, new Random(draw.nextLong()));
            for (int i = 0; i < Math.min(count, shuffled.size()); i++) {
                shuffled.get(i).addTo(args, draw);
            }
        };
    }

    static Arg optionally(int percent, Arg... following) {
        return (args, draw) -> {
            if (draw.percent(percent)) {
                addAll(args, draw, following);
            }
        };
    }

    static Arg anyOf(Arg... choices) {
        return (args, draw) -> draw.oneOf(choices).addTo(args, draw);
    }

    static Arg repeated(int atLeast, int atMost, Arg... repeated) {
        return (args, draw) -> {
            for (int i = draw.between(atLeast, atMost); i > 0; i--) {
                addAll(args, draw, repeated);
            }
        };
    }

    /** What applications store: short texts, numbers of all kinds, binary, empty, and now and then something long. */
    static Arg value() {
        return drawn(Args::drawValue);
    }

    static Arg integer() {
        return drawn(draw -> {
            if (draw.percent(70)) {
                return Integer.toString(draw.between(-20, 120));
            }
            return draw.percent(75) ? draw.pick(INTEGERS_AT_BOUNDARIES) : draw.pick(NOT_INTEGERS);
        });
    }

    static Arg number() {
        return drawn(draw -> draw.percent(50)
                ? draw.pick(FLOATS)
                : Double.toString(draw.between(-100_000, 100_000) / (double) draw.oneOf(1, 2, 8, 10, 100)));
    }

    /** An offset into a string: near its ends or just too far, never so far that the server must allocate a lot. */
    static Arg offset() {
        return drawn(draw -> draw.percent(90)
                ? Integer.toString(draw.between(-12, 70))
                : draw.oneOf("536870912", "536870913", "-1", "abc", "9223372036854775807", "-9223372036854775808"));
    }

    static Arg ttlSeconds() {
        return drawn(draw -> draw.percent(35) ? farAwaySeconds(draw) : draw.pick(TTL_SECONDS));
    }

    static Arg ttlMillis() {
        return drawn(draw -> draw.percent(35) ? farAwaySeconds(draw) + "000" : draw.pick(TTL_MILLIS));
    }

    /**
     * Ends far away, never while a run compares, and at no time that another expiry of the episode ends at: whether two
     * commands ran within one millisecond must not look like a difference of the servers.
     */
    static String farAwaySeconds(Draw draw) {
        long fewOrMany = draw.percent(80) ? 1000 : 5_000_000_000L;
        return Long.toString(fewOrMany + draw.below(1_000_000_000));
    }

    static Arg unixSeconds() {
        return drawn(draw -> draw.pick(UNIX_SECONDS));
    }

    static Arg unixMillis() {
        return drawn(draw -> draw.pick(UNIX_MILLIS));
    }

    /** How many elements to choose at random; never so many that a server must answer a lot. */
    static Arg pickCount() {
        return drawn(draw -> draw.percent(90)
                ? Integer.toString(draw.between(-30, 120))
                : draw.oneOf("-9223372036854775808", "9223372036854775807", "abc", "", "1.5"));
    }

    static Arg badCursor() {
        return drawn(draw -> draw.oneOf("abc", "1x", "99999999999999999999", "-"));
    }

    static Arg pattern() {
        return drawn(draw -> draw.oneOf(
                "*",
                "k*",
                "*a*",
                "?",
                "{tag}*",
                "{tag}?",
                "k[1]",
                "k\\*",
                "*[a-c]",
                "*[^a]",
                "[z-a]*",
                "",
                "a",
                "\\",
                "[",
                "*[1-",
                "**k**",
                "*\0*",
                "k\\[1\\]",
                "*\\"));
    }

    static String drawValue(Draw draw) {
        return switch (draw.below(20)) {
            case 0, 1, 2, 3 -> draw.oneOf("hello", "value", "x", "ohmytext", "mynewtext", "The quick brown fox");
            case 4, 5, 6, 7 -> Integer.toString(draw.between(-50, 10_050));
            case 8 -> draw.pick(INTEGERS_AT_BOUNDARIES);
            case 9 -> draw.pick(NOT_INTEGERS);
            case 10, 11 -> draw.pick(FLOATS);
            case 12 -> Long.toString(draw.nextLong());
            case 13, 14 -> draw.bytes(draw.between(1, 16));
            case 15 -> "a".repeat(draw.between(40, 48));
            case 16 -> draw.oneOf("ab", "abc", "\0").repeat(draw.between(1, 60));
            case 17 -> "";
            case 18 -> Double.toString(draw.nextDouble());
            default -> draw.bytes(draw.below(8)) + draw.oneOf("\r\n", "$5\r\n", "*", "\0", "'", "\"");
        };
    }

    static void addAll(List<String> args, Draw draw, Arg... all) {
        for (Arg arg : all) {
            arg.addTo(args, draw);
        }
    }

    static String anyCase(String word, Draw draw) {
        if (draw.percent(90)) {
            return word;
        }
        return draw.percent(50)
                ? word.toLowerCase(Locale.ROOT)
                : word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT);
    }
}
