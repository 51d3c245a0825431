package dev.rondo.server.type;

/**
 * A place on the earth in degrees. Sorted sets hold places as scores: integers of 52 bits, in which the bits of 26-bit
 * fractions of longitude and latitude take turns, so that places near one another mostly have near scores. Longitudes
 * go from -180 to 180, latitudes to the limits of the Web Mercator projection (EPSG:3857).
 */
public record GeoPoint(double longitude, double latitude) {
    public static final double MOST_LONGITUDE = 180;
    public static final double MOST_LATITUDE = 85.05112878;
    /** The bits of each coordinate in a score. */
    public static final int SCORE_STEP = 26;

    static final double EARTH_RADIUS_METERS = 6372797.560856;
    private static final double RADIANS_PER_DEGREE = Math.PI / 180.0;

    private static final String GEOHASH_DIGITS = "0123456789bcdefghjkmnpqrstuvwxyz";
    private static final int GEOHASH_CHARS = 11;
    private static final int BITS_PER_CHAR = 5;
    private static final double GEOHASH_MOST_LATITUDE = 90;
    private static final double TWO_TO_63 = 0x1p63;

    public boolean isValid() {
        return Math.abs(longitude) <= MOST_LONGITUDE && Math.abs(latitude) <= MOST_LATITUDE;
    }

    // ---- scores ----

    /** The score of a valid place. */
    public double score() {
        return GeoCell.of(this, SCORE_STEP).bits();
    }

    /** The place of any score: the middle of the cell that it names, of a meter or less. */
    public static GeoPoint ofScore(double score) {
        GeoCell cell = GeoCell.ofBits(unsigned(score), SCORE_STEP);
        double longitude = (cell.west() + cell.east()) / 2;
        double latitude = (cell.south() + cell.north()) / 2;
        return new GeoPoint(clamp(longitude, MOST_LONGITUDE), clamp(latitude, MOST_LATITUDE));
    }

    private static double clamp(double degrees, double most) {
        return Math.max(-most, Math.min(most, degrees));
    }

    /** The conversion that the processor of Redis makes: what is out of range becomes 2^63 or 0. */
    private static long unsigned(double score) {
        return score >= TWO_TO_63 ? signed(score - TWO_TO_63) ^ Long.MIN_VALUE : signed(score);
    }

    private static long signed(double score) {
        return score >= -TWO_TO_63 && score < TWO_TO_63 ? (long) score : Long.MIN_VALUE;
    }

    /** The standard geohash, for which latitudes go from -90 to 90. */
    public String geohash() {
        long bits = GeoCell.interleave(
                GeoCell.fraction(latitude, GEOHASH_MOST_LATITUDE, SCORE_STEP),
                GeoCell.fraction(longitude, MOST_LONGITUDE, SCORE_STEP));
        StringBuilder text = new StringBuilder(GEOHASH_CHARS);
        for (int i = 1; i < GEOHASH_CHARS; i++) {
            int digit = (int) (bits >>> 2 * SCORE_STEP - i * BITS_PER_CHAR) & 0x1f;
            text.append(GEOHASH_DIGITS.charAt(digit));
        }
        return text.append(GEOHASH_DIGITS.charAt(0)).toString(); // 52 bits don't fill the last one
    }

    // ---- distances ----

    /** The distance in meters over the surface of a sphere (haversine formula). */
    public double metersTo(GeoPoint other) {
        double v = Trigonometry.sin((radians(other.longitude) - radians(longitude)) / 2);
        double here = radians(latitude);
        double there = radians(other.latitude);
        double u = Trigonometry.sin((there - here) / 2);
        double a = u * u + Trigonometry.cos(here) * Trigonometry.cos(there) * v * v;
        return 2.0 * EARTH_RADIUS_METERS * Trigonometry.asin(Math.sqrt(a));
    }

    static double radians(double degrees) {
        return degrees * RADIANS_PER_DEGREE;
    }

    static double degrees(double radians) {
        return radians / RADIANS_PER_DEGREE;
    }
}
