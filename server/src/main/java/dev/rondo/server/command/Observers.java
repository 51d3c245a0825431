package dev.rondo.server.command;

import dev.rondo.server.stats.LatencyMonitor;
import dev.rondo.server.stats.SlowLog;
import java.util.concurrent.TimeUnit;

/**
 * Those who look at the commands that a node runs: MONITOR, the slow log and the latency monitor. Thread-safe. A
 * command pays a read of a field for MONITOR and a comparison of its duration for the others, as long as nothing is to
 * be seen.
 */
public final class Observers {
    private final Clock clock;
    private final Monitors monitors = new Monitors();
    private final SlowLog slowLog = new SlowLog();
    private final LatencyMonitor latency = new LatencyMonitor();
    private volatile long slowNs = Long.MAX_VALUE;
    private volatile long thresholdMs;
    /** What takes less time is nothing to anybody. */
    private volatile long leastNs = Long.MAX_VALUE;

    private volatile boolean timesCommands = true;

    public Observers(Clock clock) {
        this.clock = clock;
    }

    Monitors monitors() {
        return monitors;
    }

    SlowLog slowLog() {
        return slowLog;
    }

    LatencyMonitor latency() {
        return latency;
    }

    /** From how many milliseconds on latency events are noted; 0 = they are not. */
    long thresholdMs() {
        return thresholdMs;
    }

    /** Whether it is counted how long commands take. */
    boolean isTimingCommands() {
        return timesCommands;
    }

    /** Chooses whether it is counted from now on how long commands take. */
    public void timeCommands(boolean yes) {
        timesCommands = yes;
    }

    /**
     * Sets from when on what is noted.
     *
     * @param slowerThanMicros of the slow log; negative: it is off
     * @param maxLength of the slow log
     * @param latencyThresholdMs of the latency monitor; 0 = it is off
     */
    public void configure(long slowerThanMicros, long maxLength, long latencyThresholdMs) {
        slowLog.maxLength(maxLength);
        slowNs = slowerThanMicros < 0 ? Long.MAX_VALUE : TimeUnit.MICROSECONDS.toNanos(slowerThanMicros);
        thresholdMs = latencyThresholdMs;
        leastNs = Math.min(
                slowNs, latencyThresholdMs == 0 ? Long.MAX_VALUE : TimeUnit.MILLISECONDS.toNanos(latencyThresholdMs));
    }

    /** A command was run, for a client or as part of a script. */
    void ran(Call call, CommandSpec spec, byte[][] arguments, long tookNs, boolean inScript) {
        if (monitors.isPresent() && !spec.is(Flag.SKIP_MONITOR)) {
            show(call, spec, arguments, inScript);
        }
        if (tookNs >= leastNs) {
            note(call, spec, arguments, tookNs);
        }
    }

    /** Shows a command to those who monitor; one that changes the node's settings is nobody's business. */
    void show(Call call, CommandSpec spec, byte[][] arguments, boolean inScript) {
        Client client = call.clientOrNull();
        if (monitors.isPresent() && client != null && !spec.is(Flag.ADMIN)) {
            String origin = inScript ? "lua" : client.connection().remoteAddress();
            int database = inScript ? call.keyspace().database() : client.database();
            monitors.show(clock.nowMicros(), database, origin, Redaction.of(spec, arguments));
        }
    }

    private void note(Call call, CommandSpec spec, byte[][] arguments, long tookNs) {
        long second = clock.nowMs() / 1000;
        long threshold = thresholdMs;
        long tookMs = TimeUnit.NANOSECONDS.toMillis(tookNs);
        if (threshold > 0 && tookMs >= threshold) {
            latency.add(spec.is(Flag.FAST) ? "fast-command" : "command", second, tookMs);
        }
        Client client = call.clientOrNull();
        if (tookNs >= slowNs && client != null && !spec.is(Flag.SKIP_SLOWLOG)) {
            slowLog.add(
                    second,
                    TimeUnit.NANOSECONDS.toMicros(tookNs),
                    Redaction.of(spec, arguments),
                    client.connection().remoteAddress(),
                    client.name());
        }
    }
}
