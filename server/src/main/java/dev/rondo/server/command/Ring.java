package dev.rondo.server.command;

/** The picture that LOLWUT draws: the slots of a cluster as a ring, shared by a number of nodes. Pure functions. */
final class Ring {
    private static final String MARKS = "o*+x#@%&=~";
    private static final int ROWS = 13;
    private static final int COLUMNS = 2 * ROWS; // a character is about twice as high as it is wide
    private static final double OUTER = ROWS / 2.0;
    private static final double INNER = OUTER * 0.55;

    private Ring() {}

    /** The ring in {@code nodes} equal shares (1 to 10). */
    static String draw(int nodes) {
        StringBuilder picture = new StringBuilder();
        for (int row = 0; row < ROWS; row++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < COLUMNS; column++) {
                double y = row + 0.5 - OUTER;
                double x = (column + 0.5) / 2 - OUTER;
                double distance = Math.hypot(x, y);
                boolean onRing = distance <= OUTER && distance >= INNER;
                line.append(onRing ? mark(x, y, nodes) : ' ');
            }
            picture.append(line.toString().stripTrailing()).append('\n');
        }
        return picture.toString();
    }

    /** Clockwise from the top, as the slots are numbered. */
    private static char mark(double x, double y, int nodes) {
        double turn = (Math.atan2(x, -y) / (2 * Math.PI) + 1) % 1;
        return MARKS.charAt((int) (turn * nodes) % MARKS.length());
    }

    static int mostNodes() {
        return MARKS.length();
    }
}
