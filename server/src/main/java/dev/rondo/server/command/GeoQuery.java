package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.GeoPoint;
import dev.rondo.server.type.GeoShape;
import dev.rondo.server.type.ScoreText;
import dev.rondo.server.type.SortedSetValue;
import org.jspecify.annotations.Nullable;

/** The arguments of GEOSEARCH, GEORADIUS and their relatives, as the client wrote them. */
final class GeoQuery {
    /** Which of the commands it is, and so what its arguments may be. */
    enum Form {
        RADIUS,
        RADIUS_BY_MEMBER,
        SEARCH,
        SEARCH_STORE
    }

    /** The order in which members are answered. */
    enum Order {
        NONE,
        ASCENDING,
        DESCENDING
    }

    private final Call call;
    private final Form form;
    private final boolean mayStore;
    private final @Nullable SortedSetValue set;

    private @Nullable GeoPoint center;
    private boolean centerOnMember;
    private boolean centerOnPlace;
    private boolean circle;
    private boolean box;
    private double width;
    private double height;
    private double metersPerUnit = 1;

    boolean withDistance;
    boolean withHash;
    boolean withCoordinates;
    boolean any;
    /** The most members that are answered, 0 for all. */
    long count;

    Order order = Order.NONE;
    byte @Nullable [] target;
    boolean storeDistance;

    private GeoQuery(Call call, Form form, boolean mayStore, @Nullable SortedSetValue set) {
        this.call = call;
        this.form = form;
        this.mayStore = mayStore;
        this.set = set;
    }

    /**
     * Reads the arguments of a call.
     *
     * @param set the set to be searched, which may have to have the member in the center; null when there is none
     */
    static GeoQuery parse(Call call, Form form, boolean mayStore, @Nullable SortedSetValue set) {
        GeoQuery query = new GeoQuery(call, form, mayStore, set);
        int at = query.fixedArguments();
        while (at < call.count()) {
            at = query.option(at);
        }
        query.check();
        return query;
    }

    /** What is searched; there must be a set. */
    GeoShape shape() {
        if (center == null) {
            throw new IllegalStateException("no center");
        }
        return box ? GeoShape.box(center, width, height, metersPerUnit) : GeoShape.circle(center, width, metersPerUnit);
    }

    /** Reads the arguments in front of the options and returns where those begin. */
    private int fixedArguments() {
        switch (form) {
            case RADIUS -> {
                center = GeoCommands.place(call.argument(2), call.argument(3));
                radius(4);
                return 6;
            }
            case RADIUS_BY_MEMBER -> {
                if (set != null) {
                    centerOn(call.argument(2));
                    radius(3);
                }
                return 5;
            }
            case SEARCH_STORE -> {
                target = call.argument(1);
                return 3;
            }
            default -> {
                return 2;
            }
        }
    }

    private void centerOn(byte[] member) {
        center = GeoCommands.place(set, member);
        if (center == null) {
            throw new CommandException("ERR could not decode requested zset member");
        }
    }

    private void radius(int at) {
        width = distance(call.argument(at), "ERR need numeric radius");
        if (width < 0) {
            throw new CommandException("ERR radius cannot be negative");
        }
        metersPerUnit = GeoCommands.metersPerUnit(call.argument(at + 1));
    }

    private void box(int at) {
        width = distance(call.argument(at), "ERR need numeric width");
        height = distance(call.argument(at + 1), "ERR need numeric height");
        if (width < 0 || height < 0) {
            throw new CommandException("ERR height or width cannot be negative");
        }
        metersPerUnit = GeoCommands.metersPerUnit(call.argument(at + 2));
    }

    private static double distance(byte[] text, String error) {
        double value = ScoreText.parse(text);
        if (Double.isNaN(value)) {
            throw new CommandException(error);
        }
        return value;
    }

    // ---- options ----

    /** Takes the option at an index and returns the index behind it and its arguments. */
    private int option(int at) {
        byte[] word = call.argument(at);
        int more = call.count() - 1 - at;
        if (Arguments.is(word, "withdist")) {
            withDistance = true;
        } else if (Arguments.is(word, "withhash")) {
            withHash = true;
        } else if (Arguments.is(word, "withcoord")) {
            withCoordinates = true;
        } else if (Arguments.is(word, "any")) {
            any = true;
        } else if (Arguments.is(word, "asc")) {
            order = Order.ASCENDING;
        } else if (Arguments.is(word, "desc")) {
            order = Order.DESCENDING;
        } else if (Arguments.is(word, "count") && more >= 1) {
            count = call.longArgument(at + 1);
            if (count <= 0) {
                throw new CommandException("ERR COUNT must be > 0");
            }
            return at + 2;
        } else {
            return isSearch() ? optionOfSearch(word, at, more) : optionOfRadius(word, at, more);
        }
        return at + 1;
    }

    private boolean isSearch() {
        return form == Form.SEARCH || form == Form.SEARCH_STORE;
    }

    private int optionOfRadius(byte[] word, int at, int more) {
        boolean distances = Arguments.is(word, "storedist");
        if (!mayStore || more < 1 || !distances && !Arguments.is(word, "store")) {
            throw CommandException.syntax();
        }
        target = call.argument(at + 1);
        storeDistance = distances;
        return at + 2;
    }

    private int optionOfSearch(byte[] word, int at, int more) {
        if (Arguments.is(word, "frommember") && more >= 1 && !centerOnPlace) {
            if (set != null) {
                centerOn(call.argument(at + 1));
            }
            centerOnMember = true;
            return at + 2;
        }
        if (Arguments.is(word, "fromlonlat") && more >= 2 && !centerOnMember) {
            center = GeoCommands.place(call.argument(at + 1), call.argument(at + 2));
            centerOnPlace = true;
            return at + 3;
        }
        if (Arguments.is(word, "byradius") && more >= 2 && !box) {
            radius(at + 1);
            circle = true;
            return at + 3;
        }
        if (Arguments.is(word, "bybox") && more >= 3 && !circle) {
            box(at + 1);
            box = true;
            return at + 4;
        }
        if (form == Form.SEARCH_STORE && Arguments.is(word, "storedist")) {
            storeDistance = true;
            return at + 1;
        }
        throw CommandException.syntax();
    }

    private void check() {
        if (target != null && (withDistance || withHash || withCoordinates)) {
            throw new CommandException("ERR " + (isSearch() ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS")
                    + " is not compatible with WITHDIST, WITHHASH and WITHCOORD options");
        }
        if (isSearch() && !centerOnMember && !centerOnPlace) {
            throw exactlyOne("FROMMEMBER or FROMLONLAT");
        }
        if (isSearch() && !circle && !box) {
            throw exactlyOne("BYRADIUS and BYBOX");
        }
        if (any && count == 0) {
            throw new CommandException("ERR the ANY argument requires COUNT argument");
        }
    }

    private CommandException exactlyOne(String options) {
        String name = Ascii.cString(call.argument(0));
        return new CommandException("ERR exactly one of " + options + " can be specified for " + name);
    }
}
