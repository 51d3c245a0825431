package dev.rondo.compat.bench;

import java.util.List;

/**
 * What one run of redis-benchmark measured.
 *
 * @param requestsPerSecond throughput
 * @param p50Ms median latency of a request, milliseconds
 * @param p99Ms 99th percentile of the latency, milliseconds
 */
public record Measurement(double requestsPerSecond, double p50Ms, double p99Ms) {
    private static final int COLUMNS = 8;

    /**
     * Reads the line of a test from the output of {@code redis-benchmark --csv}:
     * "test","rps","avg","min","p50","p95","p99","max". Behind some names it says more in brackets.
     */
    static Measurement parse(String output, String test) {
        for (String line : output.split("[\r\n]+")) {
            String[] columns = line.replace("\"", "").split(",");
            if (columns.length == COLUMNS
                    && columns[0].replaceFirst(" \\(.*", "").equalsIgnoreCase(test)) {
                return new Measurement(
                        Double.parseDouble(columns[1]), Double.parseDouble(columns[4]), Double.parseDouble(columns[6]));
            }
        }
        throw new IllegalStateException("redis-benchmark printed no line for " + test + ": " + output);
    }

    /** Each figure's median over several runs. */
    public static Measurement median(List<Measurement> runs) {
        return new Measurement(
                median(runs.stream().mapToDouble(Measurement::requestsPerSecond).toArray()),
                median(runs.stream().mapToDouble(Measurement::p50Ms).toArray()),
                median(runs.stream().mapToDouble(Measurement::p99Ms).toArray()));
    }

    static double median(double[] values) {
        java.util.Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }
}
