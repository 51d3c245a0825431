package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;
import static dev.rondo.server.command.CommandSpec.subcommand;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Footprint;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.ScoreText;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Locale;

/**
 * MEMORY: what keys cost, and what the JVM has. Where Redis tells of its allocator, these tell of the heap and of the
 * collector that cleans it.
 */
final class MemoryCommands {
    private static final String MEMORY = "memory";
    private static final String[] ON_ALL_SHARDS = {
        "nondeterministic_output", "request_policy:all_shards", "response_policy:special"
    };
    /** With more of the heap in use the collector has little room to work in. */
    private static final double FULL = 0.85;

    private final NodeParts parts;

    MemoryCommands(NodeParts parts) {
        this.parts = parts;
    }

    List<CommandSpec> commands() {
        return List.of(command(MEMORY, -2)
                .subcommands(
                        subcommand(MEMORY, "doctor", 2).tips(ON_ALL_SHARDS).runs(this::doctor),
                        help(),
                        subcommand(MEMORY, "malloc-stats", 2)
                                .tips(ON_ALL_SHARDS)
                                .runs(call -> call.reply().verbatim("txt", Ascii.bytes(pools()))),
                        subcommand(MEMORY, "purge", 2)
                                .tips("request_policy:all_shards", "response_policy:all_succeeded")
                                .runs(call -> call.reply().ok()), // the collector gives memory back by itself
                        subcommand(MEMORY, "stats", 2).tips(ON_ALL_SHARDS).runs(this::stats),
                        subcommand(MEMORY, "usage", -3)
                                .flags(Flag.READONLY)
                                .keys(2, 2, 1, "RO")
                                .runs(MemoryCommands::usage))
                .container());
    }

    private static CommandSpec help() {
        return Help.of(
                MEMORY,
                new Category[0],
                "DOCTOR",
                "Say what is wrong with memory, if anything.",
                "MALLOC-STATS",
                "Show the JVM's memory pools and collectors.",
                "PURGE",
                "Do nothing: the JVM gives memory back by itself.",
                "STATS",
                "Show what memory is used for.",
                "USAGE <key> [SAMPLES <count>]",
                "Estimate the bytes that a key and its value take in memory.");
    }

    private static void usage(Call call) {
        for (int i = 3; i < call.count(); i += 2) {
            if (!Arguments.is(call.argument(i), "samples") || i + 1 == call.count()) {
                throw CommandException.syntax();
            }
            if (call.longArgument(i + 1) < 0) {
                throw CommandException.syntax();
            }
        }
        Entry entry = call.peek(call.argument(2));
        if (entry == null) {
            call.reply().nullBulk();
        } else {
            call.reply().integer(Footprint.of(entry));
        }
    }

    private long keys() {
        return parts.node().get().databases().existing().stream()
                .mapToLong(Keyspace::primaryKeys)
                .sum();
    }

    private void doctor(Call call) {
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        String finding = "Nothing is wrong with the memory of this node.\n";
        if (keys() == 0) {
            finding = "This node holds no keys, so there is nothing to look into.\n";
        } else if (call.databases().memory().isOver()) {
            finding =
                    "More memory is in use than maxmemory allows, and the policy of evictions finds nothing to remove,"
                            + " or has not come to it yet.\n";
        } else if (heap.getUsed() > FULL * heap.getMax()) {
            finding = String.format(
                    Locale.ROOT,
                    "The heap is nearly full: %d of %d MB are in use. Some of that may be garbage, but if it stays so,"
                            + " give the JVM more by -Xmx.%n",
                    heap.getUsed() >> 20,
                    heap.getMax() >> 20);
        }
        call.reply().verbatim("txt", Ascii.bytes(finding));
    }

    private static String pools() {
        StringBuilder text = new StringBuilder("Memory is managed by the JVM. Bytes used, committed and at most:\n");
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage usage = pool.getUsage();
            text.append(String.format(
                    Locale.ROOT,
                    "%s: %d, %d, %d%n",
                    pool.getName(),
                    usage.getUsed(),
                    usage.getCommitted(),
                    usage.getMax()));
        }
        text.append("Collections and the milliseconds they took:\n");
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s: %d, %d%n",
                    collector.getName(),
                    collector.getCollectionCount(),
                    collector.getCollectionTime()));
        }
        return text.toString();
    }

    // ---- STATS ----

    private static final class Fields {
        private final ReplyWriter reply;
        private int count;

        Fields(ReplyWriter reply) {
            this.reply = reply;
        }

        Fields number(String name, long value) {
            reply.bulk(name);
            reply.integer(value);
            count++;
            return this;
        }

        Fields ratio(String name, long part, long whole) {
            return quotient(name, (double) part, whole);
        }

        Fields percentage(String name, long part, long whole) {
            return quotient(name, 100.0 * part, whole);
        }

        private Fields quotient(String name, double dividend, long divisor) {
            reply.bulk(name);
            reply.doubleText(ScoreText.text(divisor == 0 ? 0 : dividend / divisor));
            count++;
            return this;
        }
    }

    private void stats(Call call) {
        MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
        MemoryUsage heap = memory.getHeapMemoryUsage();
        long inHeap = heap.getUsed();
        long resident = heap.getCommitted() + memory.getNonHeapMemoryUsage().getCommitted();
        MemoryFigures figures = MemoryFigures.of(parts.node().get());
        long used = figures.used();
        long keys = keys();
        long peak = Math.max(used, call.databases().memory().peakBytes());
        ReplyWriter reply = call.reply();
        int mark = reply.mark();
        Fields fields = new Fields(reply);
        fields.number("peak.allocated", peak)
                .number("total.allocated", used)
                .number("startup.allocated", 0)
                .number("replication.backlog", 0)
                .number("clients.slaves", 0)
                .number("clients.normal", figures.clients())
                .number("cluster.links", 0)
                .number("aof.buffer", 0)
                .number("lua.caches", 0)
                .number("functions.caches", 0);
        for (Keyspace keyspace : call.databases().existing()) {
            database(keyspace, fields);
        }
        fields.number("overhead.total", figures.overhead())
                .number("keys.count", keys)
                .number("keys.bytes-per-key", keys == 0 ? 0 : used / keys)
                .number("dataset.bytes", figures.dataset())
                .percentage("dataset.percentage", figures.dataset(), used)
                .percentage("peak.percentage", used, peak)
                .number("allocator.allocated", inHeap)
                .number("allocator.active", heap.getCommitted())
                .number("allocator.resident", resident)
                .ratio("allocator-fragmentation.ratio", heap.getCommitted(), inHeap)
                .number("allocator-fragmentation.bytes", heap.getCommitted() - inHeap)
                .ratio("allocator-rss.ratio", resident, heap.getCommitted())
                .number("allocator-rss.bytes", resident - heap.getCommitted())
                .ratio("rss-overhead.ratio", resident, resident)
                .number("rss-overhead.bytes", 0)
                .ratio("fragmentation", resident, inHeap)
                .number("fragmentation.bytes", resident - inHeap);
        reply.mapAt(mark, fields.count);
    }

    /** The expiry of a key stands in its entry. */
    private static void database(Keyspace keyspace, Fields fields) {
        long keys = keyspace.primaryKeys();
        if (keys > 0) {
            fields.reply.bulk("db." + keyspace.database());
            fields.reply.map(2);
            new Fields(fields.reply)
                    .number("overhead.hashtable.main", Footprint.ofEntries(keys))
                    .number("overhead.hashtable.expires", 0);
            fields.count++;
        }
    }
}
