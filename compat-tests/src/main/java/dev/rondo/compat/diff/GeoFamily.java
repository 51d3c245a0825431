package dev.rondo.compat.diff;

import static dev.rondo.compat.diff.Args.anyOf;
import static dev.rondo.compat.diff.Args.drawn;
import static dev.rondo.compat.diff.Args.integer;
import static dev.rondo.compat.diff.Args.key;
import static dev.rondo.compat.diff.Args.number;
import static dev.rondo.compat.diff.Args.oneWordOf;
import static dev.rondo.compat.diff.Args.option;
import static dev.rondo.compat.diff.Args.optionally;
import static dev.rondo.compat.diff.Args.optionsInAnyOrder;
import static dev.rondo.compat.diff.Args.repeated;
import static dev.rondo.compat.diff.Args.value;
import static dev.rondo.compat.diff.Args.word;

/** Places in sorted sets for the differential tester: all over the world, near one another, and at its edges. */
final class GeoFamily {
    private GeoFamily() {}

    static CommandFamily geo() {
        CommandFamily family = CommandFamily.named("geo");
        places(family);
        searches(family);
        return family.command(2, "DEL", repeated(1, 2, key()))
                .command(1, "SET", key(), value())
                .command(2, "ZADD", key(), drawn(GeoFamily::oddScore), member())
                .command(2, "ZREM", key(), member())
                .command(3, ReplyRule.CLOSE_FRACTIONS, "ZRANGE", key(), word("0"), word("-1"), word("WITHSCORES"))
                .unspoiled(3, ReplyRule.SAME_FIELDS, "HELLO", oneWordOf("2", "3"));
    }

    private static void places(CommandFamily family) {
        family.command(16, "GEOADD", key(), repeated(1, 6, place(), member()))
                .command(
                        6,
                        "GEOADD",
                        key(),
                        optionsInAnyOrder(word("NX"), word("XX"), word("CH")),
                        repeated(1, 3, place(), member()))
                .command(10, "GEODIST", key(), member(), member(), optionally(50, unit()))
                .command(6, "GEOHASH", key(), repeated(0, 4, member()))
                .command(6, "GEOPOS", key(), repeated(0, 4, member()));
    }

    private static void searches(CommandFamily family) {
        family.command(16, "GEOSEARCH", key(), from(), by(), searchOptions())
                .command(4, "GEOSEARCH", key(), optionsInAnyOrder(from(), from(), by(), by()), searchOptions())
                .command(8, "GEOSEARCHSTORE", key(), key(), from(), by(), storeOptions())
                .command(8, "GEORADIUS", key(), place(), distance(), unit(), searchOptions())
                .command(8, "GEORADIUSBYMEMBER", key(), member(), distance(), unit(), searchOptions())
                .command(3, "GEORADIUS_RO", key(), place(), distance(), unit(), searchOptions())
                .command(3, "GEORADIUSBYMEMBER_RO", key(), member(), distance(), unit(), searchOptions())
                .command(3, "GEORADIUS", key(), place(), distance(), unit(), targetOptions())
                .command(3, "GEORADIUSBYMEMBER", key(), member(), distance(), unit(), targetOptions())
                .command(1, "GEORADIUS_RO", key(), place(), distance(), unit(), targetOptions());
    }

    private static Arg member() {
        return drawn(draw -> draw.percent(4)
                ? draw.oneOf("", "x".repeat(70), "\0\u00ff")
                : draw.percent(70) ? "p" + draw.below(12) : "q" + draw.below(200));
    }

    /** Scores that are no places of GEOADD: cells next to one another, fractions, and what is out of range. */
    private static String oddScore(Draw draw) {
        return draw.percent(70)
                ? Long.toString(draw.nextLong() >>> 12)
                : draw.oneOf(
                        "0",
                        "-1",
                        "0.5",
                        "4503599627370495",
                        "4503599627370496",
                        "1e18",
                        "1e19",
                        "1e300",
                        "inf",
                        "-inf");
    }

    private static Arg place() {
        Arg any = number();
        return (args, draw) -> {
            switch (draw.below(12)) {
                case 0 -> {
                    any.addTo(args, draw);
                    any.addTo(args, draw);
                }
                case 1 -> {
                    args.add(draw.oneOf("180", "-180", "0", "179.999999", "-179.9999999", "180.0001", "inf"));
                    args.add(draw.oneOf("85.05112878", "-85.05112878", "0", "85", "-85.05112879", "90"));
                }
                case 2, 3, 4, 5 -> { // near one another
                    args.add(Double.toString(13 + draw.nextDouble()));
                    args.add(Double.toString(38 + draw.nextDouble()));
                }
                case 6 -> { // around a pole and the date line
                    args.add(Double.toString(draw.oneOf(-1, 1) * (180 - draw.nextDouble())));
                    args.add(Double.toString(draw.oneOf(-1, 1) * (85 - 6 * draw.nextDouble())));
                }
                default -> {
                    args.add(Double.toString(360 * draw.nextDouble() - 180));
                    args.add(Double.toString(170 * draw.nextDouble() - 85));
                }
            }
        };
    }

    private static Arg distance() {
        Arg any = number();
        return (args, draw) -> {
            switch (draw.below(10)) {
                case 0 -> any.addTo(args, draw);
                case 1 -> args.add(draw.oneOf("0", "1", "-1", "1e9", "inf", "0.001", "20037726.37"));
                case 2, 3, 4 -> args.add(Double.toString(200 * draw.nextDouble()));
                case 5, 6 -> args.add(Double.toString(8_000 * draw.nextDouble()));
                default -> args.add(Double.toString(20_000_000 * draw.nextDouble()));
            }
        };
    }

    private static Arg unit() {
        return oneWordOf("M", "KM", "KM", "KM", "FT", "MI", "M", "KM", "FT", "MI", "parsec");
    }

    private static Arg from() {
        return anyOf(option("FROMMEMBER", member()), option("FROMLONLAT", place()));
    }

    private static Arg by() {
        return anyOf(option("BYRADIUS", distance(), unit()), option("BYBOX", distance(), distance(), unit()));
    }

    private static Arg searchOptions() {
        return optionsInAnyOrder(
                word("WITHCOORD"),
                word("WITHDIST"),
                word("WITHHASH"),
                oneWordOf("ASC", "DESC"),
                option("COUNT", integer()),
                option("COUNT", integer(), word("ANY")),
                optionally(10, oneWordOf("ANY", "STOREDIST", "junk")));
    }

    private static Arg storeOptions() {
        return optionsInAnyOrder(
                word("STOREDIST"),
                oneWordOf("ASC", "DESC"),
                option("COUNT", integer()),
                option("COUNT", integer(), word("ANY")),
                optionally(20, oneWordOf("WITHDIST", "WITHHASH")));
    }

    private static Arg targetOptions() {
        return optionsInAnyOrder(
                option("STORE", key()),
                option("STORE", key()),
                option("STOREDIST", key()),
                option("STOREDIST", key()),
                oneWordOf("ASC", "DESC"),
                option("COUNT", integer()),
                optionally(10, word("WITHDIST")));
    }
}
