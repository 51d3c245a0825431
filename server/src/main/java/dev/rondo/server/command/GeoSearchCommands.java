package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.GeoPoint;
import dev.rondo.server.type.SortedSetValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Finding places in an area: GEOSEARCH, GEORADIUS and their forms. */
final class GeoSearchCommands {
    /** A member in the area. */
    private record Found(byte[] member, double score, GeoPoint point, double meters) {}

    /** From here on an option may name a key. */
    private static final int FIRST_OPTION_AT = 5;

    private GeoSearchCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                reading("geosearch", -7).runs(call -> search(call, 1, GeoQuery.Form.SEARCH, false)),
                command("geosearchstore", -8)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.GEO)
                        .keys(1, 1, 1, "OW", "update")
                        .keys(2, 2, 1, "RO", "access")
                        .runs(call -> search(call, 2, GeoQuery.Form.SEARCH_STORE, true)),
                storing("georadius", -6, 6).runs(call -> search(call, 1, GeoQuery.Form.RADIUS, true)),
                storing("georadiusbymember", -5, 5).runs(call -> search(call, 1, GeoQuery.Form.RADIUS_BY_MEMBER, true)),
                reading("georadius_ro", -6).runs(call -> search(call, 1, GeoQuery.Form.RADIUS, false)),
                reading("georadiusbymember_ro", -5)
                        .runs(call -> search(call, 1, GeoQuery.Form.RADIUS_BY_MEMBER, false)));
    }

    private static CommandSpec reading(String name, int arity) {
        return command(name, arity).flags(Flag.READONLY).acl(Category.GEO).keys(1, 1, 1, "RO", "access");
    }

    /** A command whose options from an index on may name a key to store the result in. */
    private static CommandSpec storing(String name, int arity, int optionsAt) {
        return command(name, arity)
                .flags(Flag.WRITE, Flag.DENYOOM, Flag.MOVABLEKEYS)
                .acl(Category.GEO)
                .keys(1, 1, 1, "RO", "access")
                .keyBehind("STORE", optionsAt, "OW", "update")
                .keyBehind("STOREDIST", optionsAt, "OW", "update")
                .keyFinder(GeoSearchCommands::keys);
    }

    /** The set that is searched and the key to store into: of several the last one, which key specs can't say. */
    private static byte[][] keys(byte[][] arguments) {
        byte[] target = null;
        for (int i = FIRST_OPTION_AT; i + 1 < arguments.length; i++) {
            if (Arguments.is(arguments[i], "store") || Arguments.is(arguments[i], "storedist")) {
                target = arguments[++i];
            }
        }
        return target == null ? new byte[][] {arguments[1]} : new byte[][] {arguments[1], target};
    }

    private static void search(Call call, int keyAt, GeoQuery.Form form, boolean mayStore) {
        SortedSetValue set = SortedSetCommands.read(call, keyAt);
        GeoQuery query = GeoQuery.parse(call, form, mayStore, set);
        List<Found> found = set == null ? List.of() : find(set, query);
        double metersPerUnit = set == null ? 1 : query.shape().metersPerUnit();
        if (query.target != null) {
            String event = form == GeoQuery.Form.SEARCH_STORE ? "geosearchstore" : "georadiusstore";
            store(call, query.target, found, query.storeDistance ? metersPerUnit : 0, event);
        } else {
            answer(call.reply(), found, query, metersPerUnit);
        }
    }

    private static List<Found> find(SortedSetValue set, GeoQuery query) {
        List<Found> found = new ArrayList<>();
        query.shape().search(set, (member, score, point, meters) -> {
            found.add(new Found(member, score, point, meters));
            return !query.any || found.size() < query.count;
        });
        GeoQuery.Order order = query.order;
        if (order == GeoQuery.Order.NONE && query.count > 0 && !query.any) {
            order = GeoQuery.Order.ASCENDING;
        }
        int wanted = (int) (query.count > 0 ? Math.min(query.count, found.size()) : found.size());
        List<Found> ordered = order == GeoQuery.Order.NONE ? found : sorted(found, wanted, order);
        return ordered.subList(0, wanted);
    }

    /** The first ones in order, and among equally distant ones in the order of Redis, which is not always stable. */
    private static List<Found> sorted(List<Found> found, int wanted, GeoQuery.Order order) {
        Comparator<Found> byDistance = Comparator.comparingDouble(Found::meters);
        Comparator<Found> comparator = order == GeoQuery.Order.ASCENDING ? byDistance : byDistance.reversed();
        if (wanted == found.size()) {
            found.sort(comparator);
            return found;
        }
        Found[] items = found.toArray(Found[]::new);
        PartialSort.sort(items, wanted, comparator);
        return Arrays.asList(items);
    }

    private static void answer(ReplyWriter reply, List<Found> found, GeoQuery query, double metersPerUnit) {
        int more = (query.withDistance ? 1 : 0) + (query.withHash ? 1 : 0) + (query.withCoordinates ? 1 : 0);
        reply.array(found.size());
        for (Found each : found) {
            if (more > 0) {
                reply.array(1 + more);
            }
            reply.bulk(each.member);
            if (query.withDistance) {
                GeoCommands.distance(reply, each.meters / metersPerUnit);
            }
            if (query.withHash) {
                reply.integer((long) each.score);
            }
            if (query.withCoordinates) {
                GeoCommands.position(reply, each.point);
            }
        }
    }

    /** Stores the members found with their scores or, given the meters of a unit, their distances. */
    private static void store(Call call, byte[] target, List<Found> found, double metersPerUnit, String event) {
        SortedSetValue result = SortedSetValue.indexed();
        for (Found each : found) {
            double score = metersPerUnit > 0 ? each.meters / metersPerUnit : each.score;
            result.put(each.member, score, call.limits());
        }
        result.fit(call.limits());
        SortedSetRangeCommands.store(call, target, result, event);
    }
}
