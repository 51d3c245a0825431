package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.config.Config;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.keyspace.UseMark;
import dev.rondo.server.net.Connection;
import dev.rondo.server.persistence.DumpPayload;
import dev.rondo.server.persistence.RdbFormatException;
import dev.rondo.server.persistence.RdbWriter;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.DataType;
import dev.rondo.server.type.Limits;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.Value;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** DEBUG, for tests of clients and of this server; switched on by the directive enable-debug-command. */
final class DebugCommands {
    private static final double MS_PER_SECOND = 1000;
    /** Redis keeps 24 bits of the time of the last access. */
    private static final int LRU_MASK = 0xff_ffff;

    /** What one DEBUG POPULATE adds at most. */
    private static final int MOST_POPULATED = 10_000_000;

    private static final long MOST_POPULATED_BYTES = 1L << 30;
    private static final String DEFAULT_PREFIX = "key";
    private static final byte[] SET = Ascii.bytes("SET");
    private static final Set<String> RELOAD_OPTIONS = Set.of("merge", "noflush", "nosave");

    /** A subcommand: how many arguments it takes with DEBUG and its own name, and what it does. */
    private record Form(int least, int most, CommandSpec.Body body) {}

    private final NodeParts parts;
    private final Map<String, Form> forms = new HashMap<>();

    DebugCommands(NodeParts parts) {
        this.parts = parts;
        forms.put("digest", new Form(2, 2, DebugCommands::digest));
        forms.put("digest-value", new Form(2, Integer.MAX_VALUE, DebugCommands::digestValues));
        forms.put("error", new Form(3, 3, DebugCommands::error));
        forms.put("help", new Form(2, 2, call -> help(call.reply())));
        forms.put("object", new Form(3, 3, call -> object(call, call.argument(2))));
        forms.put("populate", new Form(3, 5, DebugCommands::populate));
        forms.put("protocol", new Form(3, 3, call -> DebugReplies.write(word(call, 2), call.reply())));
        forms.put("reload", new Form(2, Integer.MAX_VALUE, DebugCommands::reload));
        forms.put("set-active-expire", new Form(3, 3, this::setActiveExpiry));
        forms.put("sleep", new Form(3, 3, this::sleep));
    }

    List<CommandSpec> commands() {
        return List.of(command("debug", -2)
                .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                .wholeKeyspace()
                .runs(this::debug));
    }

    private void debug(Call call) {
        if (!isAllowed(call.client().connection())) {
            throw new CommandException("ERR DEBUG command not allowed. If the enable-debug-command option is set to"
                    + " \"local\", you can run it from a local connection, otherwise you need to set this option in the"
                    + " configuration file, and then restart the server.");
        }
        Form form = forms.get(word(call, 1));
        if (form == null || call.count() < form.least || call.count() > form.most) {
            throw new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                    + Ascii.string(call.argument(1)) + "'. Try DEBUG HELP.");
        }
        form.body.run(call);
    }

    private static String word(Call call, int argument) {
        return Ascii.string(call.argument(argument)).toLowerCase(Locale.ROOT);
    }

    private boolean isAllowed(Connection connection) {
        return switch (parts.config().get(Config.DEBUG_COMMAND)) {
            case "yes" -> true;
            case "local" -> connection.isFromThisHost();
            default -> false;
        };
    }

    private static void help(ReplyWriter reply) {
        Help.write(
                reply,
                "DEBUG",
                List.of(
                        "DIGEST",
                        "Show a fingerprint of all keys that this node serves.",
                        "DIGEST-VALUE <key> [<key> ...]",
                        "Show fingerprints of values.",
                        "ERROR <text>",
                        "Answer with this error.",
                        "OBJECT <key>",
                        "Show how the value of a key is held.",
                        "POPULATE <count> [<prefix> [<size>]]",
                        "Add strings that are not there yet, in slots that this node serves.",
                        "PROTOCOL <type>",
                        "Answer with a reply of this type.",
                        "RELOAD",
                        "Replace every value by what is read from its form on disk.",
                        "SET-ACTIVE-EXPIRE (0|1)",
                        "Choose whether expired keys are removed though nobody asks for them.",
                        "SLEEP <seconds>",
                        "Hold back every client of this node for so long; decimals are allowed."));
    }

    private static void error(Call call) {
        throw new CommandException(Ascii.string(call.argument(2)));
    }

    private void setActiveExpiry(Call call) {
        parts.activeExpiry().set(Arguments.is(call.argument(2), "1"));
        call.reply().ok();
    }

    // ---- keys ----

    private static void digest(Call call) {
        DebugDigest digest = new DebugDigest();
        for (Keyspace keyspace : call.databases().existing()) {
            if (keyspace.primaryKeys() > 0) {
                digest.database(keyspace.database());
                call.servedSlots()
                        .each(keyspace, slot -> slot.forEach(entry -> digest.add(DebugDigest.ofEntry(entry))));
            }
        }
        call.reply().simple(digest.hex());
    }

    private static void digestValues(Call call) {
        call.reply().array(call.count() - 2);
        for (int i = 2; i < call.count(); i++) {
            byte[] key = call.argument(i);
            DebugDigest digest = call.servedSlots().in(call.keyspace().slotOf(key), slot -> {
                Entry entry = call.peek(slot, key);
                return entry == null ? null : DebugDigest.ofValue(entry);
            });
            call.reply().simple((digest == null ? new DebugDigest() : digest).hex());
        }
    }

    private static void populate(Call call) {
        long count = positive(call.argument(2));
        String prefix = call.count() > 3 ? Ascii.string(call.argument(3)) : DEFAULT_PREFIX;
        long size = call.count() > 4 ? positive(call.argument(4)) : 0;
        if (count > MOST_POPULATED || size > MOST_POPULATED_BYTES / Math.max(1, count)) {
            throw new CommandException("ERR value is out of range");
        }
        for (int i = 0; i < count; i++) {
            byte[] key = Ascii.bytes(prefix + ":" + i);
            byte[] text = Ascii.bytes("value:" + i);
            byte[] value = size == 0 ? text : Arrays.copyOf(text, (int) size);
            call.servedSlots().in(call.keyspace().slotOf(key), slot -> {
                if (call.peek(slot, key) == null) {
                    call.put(slot, key, StringValue.of(value), Entry.NO_EXPIRY);
                    call.propagate(slot, SET, key, value);
                }
                return null;
            });
        }
        call.reply().ok();
    }

    private static long positive(byte[] text) {
        return Arguments.toLong(text, 0, Long.MAX_VALUE, "ERR value is out of range, must be positive");
    }

    /** In memory: there is nothing on disk. */
    private static void reload(Call call) {
        if (call.count() > 2) {
            throw new CommandException(
                    RELOAD_OPTIONS.contains(word(call, 2))
                            ? "ERR Nothing is kept on disk, so DEBUG RELOAD takes no options"
                            : "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
        }
        for (Keyspace keyspace : call.databases().existing()) {
            call.servedSlots().each(keyspace, slot -> {
                for (Entry entry : slot.snapshot()) {
                    slot.setValue(entry, reloaded(entry.value(), call.limits()));
                }
            });
        }
        call.reply().ok();
    }

    private static Object reloaded(Object value, Limits limits) {
        try {
            Object read = DumpPayload.parse(DumpPayload.of(value));
            if (read instanceof Value collection) {
                collection.fit(limits);
            }
            return read;
        } catch (RdbFormatException e) {
            throw new IllegalStateException("cannot read what was written", e);
        }
    }

    /** As in Redis a line for people; the address is that of the entry in this JVM, if it were one. */
    private static void object(Call call, byte[] key) {
        Slot slot = call.keyspace().slotOf(key);
        String line = call.servedSlots().in(slot, locked -> describe(call, call.peek(locked, key)));
        if (line == null) {
            throw new CommandException("ERR no such key");
        }
        call.reply().simple(line);
    }

    private static @Nullable String describe(Call call, @Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        RdbWriter form = new RdbWriter();
        form.writeValue(entry.value());
        return String.format(
                Locale.ROOT,
                "Value at:0x%x refcount:1 encoding:%s serializedlength:%d lru:%d lru_seconds_idle:%d",
                System.identityHashCode(entry.value()),
                DataType.encoding(entry.value()),
                form.size(),
                entry.useMark() & LRU_MASK,
                UseMark.idleSeconds(entry.useMark(), call.nowMs()));
    }

    /**
     * Every request from now on waits, as it would if the server slept, but no event loop is blocked. The caller's
     * reply waits too, unless it is part of a transaction's.
     */
    private void sleep(Call call) {
        long durationMs = (long) (seconds(call.argument(2)) * MS_PER_SECOND);
        Node node = parts.node().get();
        Connection connection = call.client().connection();
        boolean delayed = durationMs > 0 && !call.client().isInTransaction();
        if (durationMs > 0) {
            node.pauseGate()
                    .pause(
                            PauseGate.Cause.DEBUG_SLEEP,
                            PauseGate.Mode.ALL,
                            node.clock().nowMs() + durationMs);
        }
        if (!delayed) {
            call.reply().ok();
        } else {
            connection.suspend();
        }
        parts.timer().after(durationMs, () -> {
            if (delayed) {
                connection.resume(ReplyWriter::ok);
            }
            node.pauseGate().tick(node.clock().nowMs());
        });
    }

    /** What can't be read as a number is 0, as in Redis. */
    private static double seconds(byte[] text) {
        try {
            double seconds = Double.parseDouble(Ascii.string(text));
            return seconds > 0 && seconds < Long.MAX_VALUE / MS_PER_SECOND ? seconds : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
