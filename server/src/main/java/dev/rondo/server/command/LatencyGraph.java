package dev.rondo.server.command;

import dev.rondo.server.stats.LatencyMonitor;
import java.util.List;

/** Draws the samples of a latency event with letters, as LATENCY GRAPH shows them. Pure functions. */
final class LatencyGraph {
    private static final int COLUMNS = 80;
    private static final int ROWS = 4;
    /** Three heights of the top of a column; below it stands a bar. */
    private static final String TOPS = "_o#";

    private LatencyGraph() {}

    static String draw(LatencyMonitor.Series series, long nowSecond) {
        List<LatencyMonitor.Sample> samples = series.samples();
        long min = samples.stream().mapToLong(LatencyMonitor.Sample::ms).min().orElse(0);
        long max = samples.stream().mapToLong(LatencyMonitor.Sample::ms).max().orElse(0);
        StringBuilder graph = new StringBuilder(series.event() + " - high " + max + " ms, low " + min
                + " ms (all time high " + series.maxMs() + " ms)\n");
        graph.append("-".repeat(COLUMNS)).append('\n');
        for (int from = 0; from < samples.size(); from += COLUMNS) {
            graph.append(from == 0 ? "" : "\n");
            columns(graph, samples.subList(from, Math.min(samples.size(), from + COLUMNS)), min, max, nowSecond);
        }
        return graph.toString();
    }

    private static void columns(
            StringBuilder graph, List<LatencyMonitor.Sample> samples, long min, long max, long nowSecond) {
        int steps = TOPS.length() * ROWS;
        for (int row = ROWS - 1; row >= 0; row--) {
            for (LatencyMonitor.Sample sample : samples) {
                int step = (int) Math.min(steps - 1, (sample.ms() - min) * steps / Math.max(1, max - min));
                int height = step - row * TOPS.length();
                graph.append(height < 0 ? ' ' : height < TOPS.length() ? TOPS.charAt(height) : '|');
            }
            graph.append('\n');
        }
        graph.append(" ".repeat(samples.size())).append('\n');
        List<String> labels =
                samples.stream().map(sample -> ago(nowSecond - sample.second())).toList();
        int longest = labels.stream().mapToInt(String::length).max().orElse(0);
        for (int at = 0; at < longest; at++) {
            for (String label : labels) {
                graph.append(at < label.length() ? label.charAt(at) : ' ');
            }
            graph.append('\n');
        }
    }

    private static String ago(long seconds) {
        if (seconds < 60) {
            return Math.max(0, seconds) + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m";
        }
        return seconds < 86_400 ? seconds / 3600 + "h" : seconds / 86_400 + "d";
    }
}
