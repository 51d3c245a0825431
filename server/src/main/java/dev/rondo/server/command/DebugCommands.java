package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.config.Config;
import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.net.Connection;
import dev.rondo.server.persistence.RdbWriter;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.DataType;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** DEBUG, for tests of clients and of this server; switched on by the directive enable-debug-command. */
final class DebugCommands {
    private static final double MS_PER_SECOND = 1000;
    /** Redis keeps 24 bits of the time of the last access. */
    private static final int LRU_MASK = 0xff_ffff;

    private final NodeParts parts;

    DebugCommands(NodeParts parts) {
        this.parts = parts;
    }

    List<CommandSpec> commands() {
        return List.of(command("debug", -2)
                .flags(Flag.ADMIN, Flag.NOSCRIPT, Flag.LOADING, Flag.STALE)
                .runs(this::debug));
    }

    private void debug(Call call) {
        if (!isAllowed(call.client().connection())) {
            throw new CommandException("ERR DEBUG command not allowed. If the enable-debug-command option is set to"
                    + " \"local\", you can run it from a local connection, otherwise you need to set this option in the"
                    + " configuration file, and then restart the server.");
        }
        String word = Ascii.string(call.argument(1)).toLowerCase(Locale.ROOT);
        if (word.equals("sleep") && call.count() == 3) {
            sleep(call);
        } else if (word.equals("error") && call.count() == 3) {
            throw new CommandException(Ascii.string(call.argument(2)));
        } else if (word.equals("set-active-expire") && call.count() == 3) {
            parts.activeExpiry().set(Arguments.is(call.argument(2), "1"));
            call.reply().ok();
        } else if (word.equals("object") && call.count() == 3) {
            object(call, call.argument(2));
        } else if (word.equals("help") && call.count() == 2) {
            help(call.reply());
        } else {
            throw new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                    + Ascii.string(call.argument(1)) + "'. Try DEBUG HELP.");
        }
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
                        "ERROR <text>",
                        "Answer with this error.",
                        "OBJECT <key>",
                        "Show how the value of a key is held.",
                        "SET-ACTIVE-EXPIRE (0|1)",
                        "Choose whether expired keys are removed though nobody asks for them.",
                        "SLEEP <seconds>",
                        "Hold back every client of this node for so long; decimals are allowed."));
    }

    /** As in Redis a line for people; the address is that of the entry in this JVM, if it were one. */
    private static void object(Call call, byte[] key) {
        Slot slot = call.keyspace().slotOf(key);
        String line = call.inServedSlot(slot, locked -> describe(call, call.peek(locked, key)));
        if (line == null) {
            throw new CommandException("ERR no such key");
        }
        call.reply().simple(line);
    }

    private static @Nullable String describe(Call call, @Nullable Entry entry) {
        if (entry == null) {
            return null;
        }
        int seconds = (int) (call.nowMs() / 1000);
        RdbWriter form = new RdbWriter();
        form.writeValue(entry.value());
        return String.format(
                Locale.ROOT,
                "Value at:0x%x refcount:1 encoding:%s serializedlength:%d lru:%d lru_seconds_idle:%d",
                System.identityHashCode(entry.value()),
                DataType.encoding(entry.value()),
                form.size(),
                entry.accessedAtSeconds() & LRU_MASK,
                Math.max(0, seconds - entry.accessedAtSeconds()));
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
