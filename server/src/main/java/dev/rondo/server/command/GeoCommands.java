package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.GeoPoint;
import dev.rondo.server.type.SortedSetValue;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Places in sorted sets: adding them, where they are and how far from one another. */
final class GeoCommands {
    private static final byte[] ZADD = Ascii.bytes("ZADD");
    private static final int COORDINATE_DECIMALS = 17;
    private static final int DISTANCE_DECIMALS = 4;
    private static final double DISTANCE_SCALE = 10_000;

    private GeoCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("geoadd", -5)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.GEO)
                        .keys(1, 1, 1, "RW", "update")
                        .runs(GeoCommands::add),
                reading("geodist", -4).runs(GeoCommands::distance),
                reading("geohash", -2).runs(GeoCommands::hashes),
                reading("geopos", -2).runs(GeoCommands::positions));
    }

    private static CommandSpec reading(String name, int arity) {
        return command(name, arity).flags(Flag.READONLY).acl(Category.GEO).keys(1, 1, 1, "RO", "access");
    }

    /** The place of a member, null when it is not present. */
    static @Nullable GeoPoint place(@Nullable SortedSetValue set, byte[] member) {
        double score = set == null ? Double.NaN : set.score(member);
        return Double.isNaN(score) ? null : GeoPoint.ofScore(score);
    }

    /** The place that two arguments name. */
    static GeoPoint place(byte[] longitude, byte[] latitude) {
        GeoPoint place = new GeoPoint(SortedSetCommands.toScore(longitude), SortedSetCommands.toScore(latitude));
        if (!place.isValid()) {
            throw new CommandException("ERR invalid longitude,latitude pair " + sixDecimals(place.longitude()) + ","
                    + sixDecimals(place.latitude()));
        }
        return place;
    }

    /** As C's "%f". */
    private static String sixDecimals(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        String text = new BigDecimal(value).setScale(6, RoundingMode.HALF_EVEN).toPlainString();
        return value < 0 && !text.startsWith("-") || 1 / value < 0 && value == 0 ? "-" + text : text;
    }

    /** The meters of a unit that a client names. */
    static double metersPerUnit(byte[] unit) {
        if (Arguments.is(unit, "m")) {
            return 1;
        }
        if (Arguments.is(unit, "km")) {
            return 1000;
        }
        if (Arguments.is(unit, "ft")) {
            return 0.3048;
        }
        if (Arguments.is(unit, "mi")) {
            return 1609.34;
        }
        throw new CommandException("ERR unsupported unit provided. please use M, KM, FT, MI");
    }

    /** Rounded by multiplying, as Redis 7.2 does it. */
    static void distance(ReplyWriter reply, double units) {
        long scaled = (long) Math.rint(units * DISTANCE_SCALE);
        reply.bulk(BigDecimal.valueOf(scaled, DISTANCE_DECIMALS).toPlainString());
    }

    static void position(ReplyWriter reply, GeoPoint place) {
        reply.array(2);
        reply.doubleText(coordinate(place.longitude()));
        reply.doubleText(coordinate(place.latitude()));
    }

    /** As C's "%.17Lf", without trailing zeros. */
    private static String coordinate(double degrees) {
        BigDecimal rounded = new BigDecimal(degrees).setScale(COORDINATE_DECIMALS, RoundingMode.HALF_EVEN);
        return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
    }

    // ---- commands ----

    /** GEOADD is a ZADD of what the places are as scores, and propagates as one. */
    private static void add(Call call) {
        int at = 2;
        boolean nx = false;
        boolean xx = false;
        boolean ch = false;
        for (; at < call.count(); at++) {
            byte[] word = call.argument(at);
            if (Arguments.is(word, "nx")) {
                nx = true;
            } else if (Arguments.is(word, "xx")) {
                xx = true;
            } else if (Arguments.is(word, "ch")) {
                ch = true;
            } else {
                break;
            }
        }
        int rest = call.count() - at;
        if (rest == 0 || rest % 3 != 0 || nx && xx) {
            throw CommandException.syntax();
        }
        List<byte[]> zadd = new ArrayList<>(List.of(call.arguments()).subList(0, at));
        zadd.set(0, ZADD);
        double[] scores = new double[rest / 3];
        for (int i = 0; i < scores.length; i++) {
            scores[i] = place(call.argument(at + 3 * i), call.argument(at + 3 * i + 1))
                    .score();
            zadd.add(Ascii.decimal((long) scores[i]));
            zadd.add(call.argument(at + 3 * i + 2));
        }
        byte[][] command = zadd.toArray(byte[][]::new);
        SortedSetCommands.add(call, new ZaddOptions(nx, xx, false, false, ch, false, at), scores, command);
        if (call.isDirty()) {
            call.propagate(command);
        }
    }

    private static void distance(Call call) {
        if (call.count() > 5) {
            throw CommandException.syntax();
        }
        double metersPerUnit = call.count() == 5 ? metersPerUnit(call.argument(4)) : 1;
        SortedSetValue set = SortedSetCommands.read(call, 1);
        GeoPoint from = place(set, call.argument(2));
        GeoPoint to = place(set, call.argument(3));
        if (from == null || to == null) {
            call.reply().nullBulk();
        } else {
            distance(call.reply(), from.metersTo(to) / metersPerUnit);
        }
    }

    private static void hashes(Call call) {
        SortedSetValue set = SortedSetCommands.read(call, 1);
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            GeoPoint place = place(set, call.argument(i));
            if (place == null) {
                call.reply().nullBulk();
            } else {
                call.reply().bulk(place.geohash());
            }
        }
    }

    private static void positions(Call call) {
        SortedSetValue set = SortedSetCommands.read(call, 1);
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            GeoPoint place = place(set, call.argument(i));
            if (place == null) {
                call.reply().nullArray();
            } else {
                position(call.reply(), place);
            }
        }
    }
}
