package dev.rondo.server.admin;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows under a heading, in columns as wide as their widest cell; numbers to the right. For one thread. */
final class TextTable {
    private final String[] heading;
    private final List<String[]> rows = new ArrayList<>();

    TextTable(String... heading) {
        this.heading = heading;
    }

    /** Adds a row with a cell for each column. */
    void row(Object... cells) {
        if (cells.length != heading.length) {
            throw new IllegalArgumentException(cells.length + " cells for " + heading.length + " columns");
        }
        rows.add(Arrays.stream(cells).map(String::valueOf).toArray(String[]::new));
    }

    void print(PrintStream out) {
        int[] widths = Arrays.stream(heading).mapToInt(String::length).toArray();
        for (String[] row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        print(out, heading, widths);
        rows.forEach(row -> print(out, row, widths));
    }

    private static void print(PrintStream out, String[] row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            String padding = " ".repeat(widths[i] - row[i].length());
            boolean number = !row[i].isEmpty() && row[i].chars().allMatch(Character::isDigit);
            line.append(i == 0 ? "" : "  ").append(number ? padding + row[i] : row[i] + padding);
        }
        out.println(line.toString().stripTrailing());
    }
}
