package dev.rondo.server.type;

import java.util.ArrayList;
import java.util.List;

/**
 * An area to search for places: a circle, or a box whose sides are parallel to those of the map. Immutable.
 *
 * @param isBox whether it is a box
 * @param width of a box; the radius of a circle
 * @param height of a box; the radius of a circle
 * @param metersPerUnit what a unit of width and height is
 */
public record GeoShape(GeoPoint center, boolean isBox, double width, double height, double metersPerUnit) {
    /** Told members that are in the shape; answers whether it wants to go on. */
    @FunctionalInterface
    public interface Visitor {
        boolean visit(byte[] member, double score, GeoPoint point, double meters);
    }

    /** Half the earth's circumference at the equator. */
    private static final double MERCATOR_MAX = 20037726.37;

    private static final double HIGH_LATITUDE = 66;
    private static final double HIGHEST_LATITUDE = 80;

    /** The order in which cells around the middle one are searched, as columns and rows away. */
    private static final int[][] AROUND = {{0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}
    };

    public static GeoShape circle(GeoPoint center, double radius, double metersPerUnit) {
        return new GeoShape(center, false, radius, radius, metersPerUnit);
    }

    public static GeoShape box(GeoPoint center, double width, double height, double metersPerUnit) {
        return new GeoShape(center, true, width, height, metersPerUnit);
    }

    /** Visits the members of the set that are in the shape, in the order of Redis: cell by cell, each by score. */
    public void search(SortedSetValue set, Visitor visitor) {
        boolean[] goOn = {true};
        for (GeoCell cell : cells()) {
            double end = cell.scoreBehind();
            int from = set.countBelow(cell.leastScore(), false);
            set.forEach(from, false, (member, score) -> {
                if (score >= end) {
                    return false;
                }
                GeoPoint point = GeoPoint.ofScore(score);
                double meters = metersTo(point);
                goOn[0] = Double.isNaN(meters) || visitor.visit(member, score, point, meters);
                return goOn[0];
            });
            if (!goOn[0]) {
                return;
            }
        }
    }

    /** The distance from the center to a point in the shape, NaN for one outside. */
    private double metersTo(GeoPoint point) {
        if (!isBox) {
            double meters = center.metersTo(point);
            return meters > width * metersPerUnit ? Double.NaN : meters;
        }
        double latitudes = GeoPoint.radians(center.latitude()) - GeoPoint.radians(point.latitude());
        if (GeoPoint.EARTH_RADIUS_METERS * Math.abs(latitudes) > height * metersPerUnit / 2) {
            return Double.NaN;
        }
        double eastWest = point.metersTo(new GeoPoint(center.longitude(), point.latitude()));
        return eastWest > width * metersPerUnit / 2 ? Double.NaN : center.metersTo(point);
    }

    // ---- the cells to search ----

    /** The sides of a box around the shape, in degrees; near the poles it reaches far beyond the map. */
    private record Bounds(double west, double south, double east, double north) {}

    private Bounds bounds() {
        double halfHeight = metersPerUnit * (isBox ? height / 2 : height);
        double halfWidth = metersPerUnit * (isBox ? width / 2 : width);
        double latitude = center.latitude();
        double latitudes = GeoPoint.degrees(halfHeight / GeoPoint.EARTH_RADIUS_METERS);
        double nearerToThePole = latitude < 0 ? latitude - latitudes : latitude + latitudes;
        double longitudes = GeoPoint.degrees(
                halfWidth / GeoPoint.EARTH_RADIUS_METERS / StrictMath.cos(GeoPoint.radians(nearerToThePole)));
        return new Bounds(
                center.longitude() - longitudes,
                latitude - latitudes,
                center.longitude() + longitudes,
                latitude + latitudes);
    }

    private List<GeoCell> cells() {
        Bounds bounds = bounds();
        int step = step();
        GeoCell middle = GeoCell.of(center, step);
        boolean tooSmall = middle.moved(0, 1).north() < bounds.north
                || middle.moved(0, -1).south() > bounds.south
                || middle.moved(1, 0).east() < bounds.east
                || middle.moved(-1, 0).west() > bounds.west;
        if (tooSmall && step > 1) {
            step--;
            middle = GeoCell.of(center, step);
        }
        List<GeoCell> cells = new ArrayList<>(AROUND.length);
        GeoCell last = null;
        for (int[] away : AROUND) {
            if (step >= 2 && isNeedless(middle, bounds, away[0], away[1])) {
                continue;
            }
            GeoCell cell = middle.moved(away[0], away[1]);
            if (!cell.equals(last)) { // in a coarse grid one cell may be the neighbour on both sides
                cells.add(cell);
            }
            last = cells.size() > 1 ? cell : null;
        }
        return cells;
    }

    /** Whether the bounds end within the middle cell on a side towards which the cell lies. */
    private static boolean isNeedless(GeoCell middle, Bounds bounds, int columns, int rows) {
        return rows < 0 && middle.south() < bounds.south
                || rows > 0 && middle.north() > bounds.north
                || columns < 0 && middle.west() < bounds.west
                || columns > 0 && middle.east() > bounds.east;
    }

    /** A number of steps at which the shape is in few cells around its center. */
    private int step() {
        double meters = isBox ? Math.sqrt(width / 2 * (width / 2) + height / 2 * (height / 2)) : width;
        meters *= metersPerUnit;
        if (meters == 0) {
            return GeoPoint.SCORE_STEP;
        }
        int step = 1;
        for (; meters < MERCATOR_MAX; meters *= 2) {
            step++;
        }
        step -= 2;
        double latitude = Math.abs(center.latitude());
        step -= latitude > HIGHEST_LATITUDE ? 2 : latitude > HIGH_LATITUDE ? 1 : 0;
        return Math.max(1, Math.min(GeoPoint.SCORE_STEP, step));
    }
}
