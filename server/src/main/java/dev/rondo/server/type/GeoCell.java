package dev.rondo.server.type;

/**
 * A cell of the grid that divides the map into 2^step columns and as many rows. Immutable.
 *
 * @param column counted from the west
 * @param row counted from the south
 */
record GeoCell(long column, long row, int step) {
    /** The cell in which a valid place is. */
    static GeoCell of(GeoPoint point, int step) {
        return new GeoCell(
                fraction(point.longitude(), GeoPoint.MOST_LONGITUDE, step),
                fraction(point.latitude(), GeoPoint.MOST_LATITUDE, step),
                step);
    }

    static GeoCell ofBits(long bits, int step) {
        return new GeoCell(everySecond(bits >>> 1), everySecond(bits), step);
    }

    /** Where between the most negative and the most positive the degrees are, in parts of 2^step. */
    static long fraction(double degrees, double most, int step) {
        return (long) ((degrees + most) / (2 * most) * (1L << step)) & 0xffff_ffffL;
    }

    /** Column and row in turns, the lowest bit being the row's. */
    long bits() {
        return interleave(row, column);
    }

    static long interleave(long even, long odd) {
        return spread(even) | spread(odd) << 1;
    }

    /** Puts a zero in front of each of 32 bits. */
    private static long spread(long bits) {
        long x = bits & 0xffff_ffffL;
        x = (x | x << 16) & 0x0000_ffff_0000_ffffL;
        x = (x | x << 8) & 0x00ff_00ff_00ff_00ffL;
        x = (x | x << 4) & 0x0f0f_0f0f_0f0f_0f0fL;
        x = (x | x << 2) & 0x3333_3333_3333_3333L;
        return (x | x << 1) & 0x5555_5555_5555_5555L;
    }

    private static long everySecond(long bits) {
        long x = bits & 0x5555_5555_5555_5555L;
        x = (x | x >>> 1) & 0x3333_3333_3333_3333L;
        x = (x | x >>> 2) & 0x0f0f_0f0f_0f0f_0f0fL;
        x = (x | x >>> 4) & 0x00ff_00ff_00ff_00ffL;
        x = (x | x >>> 8) & 0x0000_ffff_0000_ffffL;
        return (x | x >>> 16) & 0xffff_ffffL;
    }

    /** The cell so many columns and rows away; behind the last comes the first. On the very edge there is one more. */
    GeoCell moved(int columns, int rows) {
        long mask = (1L << step) - 1;
        return new GeoCell(columns == 0 ? column : column + columns & mask, rows == 0 ? row : row + rows & mask, step);
    }

    /** The least score of a place in the cell. */
    double leastScore() {
        return bits() << 2 * (GeoPoint.SCORE_STEP - step);
    }

    /** The least score behind those of the cell. */
    double scoreBehind() {
        return bits() + 1 << 2 * (GeoPoint.SCORE_STEP - step);
    }

    double west() {
        return edge(column, GeoPoint.MOST_LONGITUDE);
    }

    double east() {
        return edge(column + 1, GeoPoint.MOST_LONGITUDE);
    }

    double south() {
        return edge(row, GeoPoint.MOST_LATITUDE);
    }

    double north() {
        return edge(row + 1, GeoPoint.MOST_LATITUDE);
    }

    private double edge(long index, double most) {
        return -most + index * 1.0 / (1L << step) * (2 * most);
    }
}
