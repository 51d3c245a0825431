package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.stats.CommandStats;
import dev.rondo.server.stats.LatencyHistogram;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** All commands of a server, by name in any case. Immutable after construction; lookups do not allocate. */
public final class CommandTable {
    private static final int INDEX_SIZE = 2048; // a power of two, far more than there are commands

    private final Map<String, CommandSpec> byName = new LinkedHashMap<>();
    private final List<CommandSpec> all = new ArrayList<>();
    private final @Nullable CommandSpec[] index = new CommandSpec[INDEX_SIZE];
    private final byte[][] names = new byte[INDEX_SIZE][];

    public CommandTable(Collection<CommandSpec> commands) {
        for (CommandSpec spec : commands) {
            if (byName.put(spec.name(), spec) != null) {
                throw new IllegalArgumentException("declared twice: " + spec.name());
            }
            number(spec);
            byte[] name = Ascii.bytes(spec.name());
            int at = hash(name);
            while (index[at] != null) {
                at = at + 1 & INDEX_SIZE - 1;
            }
            index[at] = spec;
            names[at] = name;
        }
    }

    private void number(CommandSpec spec) {
        spec.id(all.size());
        all.add(spec);
        spec.subcommands().values().forEach(this::number);
    }

    /** The command (not subcommand) of that name, null when there is none. */
    public @Nullable CommandSpec find(byte[] name) {
        for (int at = hash(name); index[at] != null; at = at + 1 & INDEX_SIZE - 1) {
            if (sameIgnoringCase(name, names[at])) {
                return index[at];
            }
        }
        return null;
    }

    public @Nullable CommandSpec find(String lowerCaseName) {
        return byName.get(lowerCaseName);
    }

    /** The command or, by a name like "config|get", the subcommand; null when there is none. */
    @Nullable CommandSpec findFull(String fullName) {
        String[] names = fullName.toLowerCase(Locale.ROOT).split("\\|", -1);
        CommandSpec spec = byName.get(names[0]);
        if (spec == null || names.length == 1) {
            return spec;
        }
        return names.length == 2 ? spec.subcommands().get(names[1]) : null;
    }

    /** The command that these arguments name, a subcommand where the first two do; null when there is none. */
    public @Nullable CommandSpec named(byte[][] arguments) {
        CommandSpec spec = find(arguments[0]);
        return spec != null && spec.isContainer() && arguments.length > 1 ? spec.subcommand(arguments[1]) : spec;
    }

    /** The keys among the arguments of a command; none where it takes none or is unknown. */
    public byte[][] keysOf(byte[][] arguments) {
        CommandSpec spec = named(arguments);
        byte[][] keys = spec == null || !spec.hasKeys() ? null : spec.keys(arguments);
        return keys == null ? new byte[0][] : keys;
    }

    /** The commands, without subcommands. */
    public Collection<CommandSpec> commands() {
        return byName.values();
    }

    /** The number of commands and subcommands. */
    public int size() {
        return all.size();
    }

    /** Commands and subcommands; the index of each is its {@link CommandSpec#id}. */
    List<CommandSpec> all() {
        return all;
    }

    /** Takes what the counters tell of one command. */
    @FunctionalInterface
    public interface UsageVisitor {
        void visit(String fullName, long calls, long microseconds, long rejected, long failed);
    }

    /** Visits the commands and subcommands that were called or rejected, in the order of declaration. */
    public void forEachUsed(CommandStats stats, UsageVisitor visitor) {
        for (CommandSpec spec : all) {
            int id = spec.id();
            long calls = stats.sum(shard -> shard.calls[id]);
            long rejected = stats.sum(shard -> shard.rejected[id]);
            if (calls + rejected > 0) {
                long nanoseconds = stats.sum(shard -> shard.nanoseconds[id]);
                visitor.visit(
                        spec.fullName(), calls, nanoseconds / 1000, rejected, stats.sum(shard -> shard.failed[id]));
            }
        }
    }

    /** Visits the commands and subcommands whose durations were counted. */
    public void forEachTimed(CommandStats stats, BiConsumer<String, LatencyHistogram> visitor) {
        for (CommandSpec spec : all) {
            LatencyHistogram histogram = stats.latency(spec.id());
            if (histogram != null) {
                visitor.accept(spec.fullName(), histogram);
            }
        }
    }

    private static boolean sameIgnoringCase(byte[] name, byte[] lowerCase) {
        if (name.length != lowerCase.length) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (Ascii.lower(name[i]) != lowerCase[i]) {
                return false;
            }
        }
        return true;
    }

    private static int hash(byte[] name) {
        int hash = name.length;
        int end = Math.min(name.length, 24);
        for (int i = 0; i < end; i++) {
            hash = hash * 31 + Ascii.lower(name[i]);
        }
        return (hash ^ hash >>> 11) & INDEX_SIZE - 1;
    }
}
