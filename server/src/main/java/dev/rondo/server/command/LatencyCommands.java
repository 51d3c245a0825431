package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.stats.LatencyHistogram;
import dev.rondo.server.stats.LatencyMonitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** LATENCY and its subcommands: what took long, and how long commands take. */
final class LatencyCommands {
    private static final Category[] NONE = {};
    private static final String LATENCY = "latency";

    private final NodeParts parts;

    LatencyCommands(NodeParts parts) {
        this.parts = parts;
    }

    List<CommandSpec> commands() {
        return List.of(command(LATENCY, -2)
                .subcommands(
                        telling("doctor", 2).runs(this::doctor),
                        telling("graph", 3).runs(this::graph),
                        Help.of(
                                LATENCY,
                                NONE,
                                "DOCTOR",
                                "Say in words what took long.",
                                "GRAPH <event>",
                                "Draw what is known of an event.",
                                "HISTOGRAM [<command> ...]",
                                "Show how many calls of commands took how many microseconds at most.",
                                "HISTORY <event>",
                                "Show the times and milliseconds of an event.",
                                "LATEST",
                                "Show the latest and the longest time of each event.",
                                "RESET [<event> ...]",
                                "Forget events, or all of them."),
                        telling("histogram", -2).runs(this::histogram),
                        telling("history", 3).runs(this::history),
                        telling("latest", 2).runs(this::latest),
                        admin("reset", -2)
                                .tips("request_policy:all_nodes", "response_policy:agg_sum")
                                .runs(this::reset))
                .container());
    }

    private static CommandSpec admin(String name, int arity) {
        return CommandSpec.subcommand(LATENCY, name, arity).flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE);
    }

    private static CommandSpec telling(String name, int arity) {
        return admin(name, arity)
                .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special");
    }

    private LatencyMonitor monitor() {
        return parts.node().get().observers().latency();
    }

    private void latest(Call call) {
        List<LatencyMonitor.Series> all = monitor().all();
        ReplyWriter reply = call.reply();
        reply.array(all.size());
        for (LatencyMonitor.Series series : all) {
            reply.array(4);
            reply.bulk(series.event());
            reply.integer(series.latest().second());
            reply.integer(series.latest().ms());
            reply.integer(series.maxMs());
        }
    }

    private void history(Call call) {
        LatencyMonitor.Series series = monitor().of(Ascii.string(call.argument(2)));
        List<LatencyMonitor.Sample> samples = series == null ? List.of() : series.samples();
        call.reply().array(samples.size());
        for (LatencyMonitor.Sample sample : samples) {
            call.reply().array(2);
            call.reply().integer(sample.second());
            call.reply().integer(sample.ms());
        }
    }

    private void reset(Call call) {
        if (call.count() == 2) {
            call.reply().integer(monitor().resetAll());
            return;
        }
        int forgotten = 0;
        for (int i = 2; i < call.count(); i++) {
            forgotten += monitor().reset(Ascii.string(call.argument(i))) ? 1 : 0;
        }
        call.reply().integer(forgotten);
    }

    private void graph(Call call) {
        String event = Ascii.string(call.argument(2));
        LatencyMonitor.Series series = monitor().of(event);
        if (series == null) {
            throw new CommandException("ERR No samples available for event '" + event + "'");
        }
        call.reply().verbatim("txt", Ascii.bytes(LatencyGraph.draw(series, call.nowMs() / 1000)));
    }

    private void doctor(Call call) {
        long thresholdMs = parts.node().get().observers().thresholdMs();
        StringBuilder report = new StringBuilder();
        if (thresholdMs == 0) {
            report.append("Nothing is watched: latency-monitor-threshold is 0. CONFIG SET latency-monitor-threshold"
                    + " <milliseconds> has every command noted that takes longer.\n");
        } else if (monitor().all().isEmpty()) {
            report.append("Nothing took ").append(thresholdMs).append(" ms or longer.\n");
        }
        for (LatencyMonitor.Series series : monitor().all()) {
            double mean = series.samples().stream()
                    .mapToLong(LatencyMonitor.Sample::ms)
                    .average()
                    .orElse(0);
            report.append(String.format(
                    Locale.ROOT,
                    "%s: %d times noted, %.0f ms in the mean, %d ms at most, the latest %d s ago.\n",
                    series.event(),
                    series.samples().size(),
                    mean,
                    series.maxMs(),
                    Math.max(0, call.nowMs() / 1000 - series.latest().second())));
        }
        if (!monitor().all().isEmpty()) {
            report.append("SLOWLOG GET names the commands; LATENCY HISTOGRAM shows how long all of them take.\n");
        }
        call.reply().verbatim("txt", Ascii.bytes(report.toString()));
    }

    private void histogram(Call call) {
        Node node = parts.node().get();
        List<CommandSpec> asked = new ArrayList<>();
        if (call.count() == 2) {
            asked.addAll(node.commands().all());
        }
        for (int i = 2; i < call.count(); i++) {
            CommandSpec spec = node.commands().findFull(Ascii.string(call.argument(i)));
            if (spec != null) {
                asked.add(spec);
                asked.addAll(spec.subcommands().values());
            }
        }
        int mark = call.reply().mark();
        int found = 0;
        for (CommandSpec spec : asked) {
            LatencyHistogram histogram = node.commandStats().latency(spec.id());
            if (histogram != null) {
                write(call.reply(), spec, histogram);
                found++;
            }
        }
        call.reply().mapAt(mark, found);
    }

    private static void write(ReplyWriter reply, CommandSpec spec, LatencyHistogram histogram) {
        reply.bulk(spec.fullName());
        reply.map(2);
        reply.bulk("calls");
        reply.integer(histogram.total());
        reply.bulk("histogram_usec");
        int mark = reply.mark();
        int[] points = {0};
        histogram.forEachDoubling((microseconds, commands) -> {
            reply.integer(microseconds);
            reply.integer(commands);
            points[0]++;
        });
        reply.mapAt(mark, points[0]);
    }
}
