package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.UseMark;
import dev.rondo.server.persistence.DumpPayload;
import dev.rondo.server.persistence.RdbFormatException;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.Value;
import java.util.List;

/** Values as bytes: DUMP and RESTORE, which the nodes of a Redis Cluster call RESTORE-ASKING among themselves. */
final class DumpCommands {
    private static final byte[] RESTORE = Ascii.bytes("RESTORE");
    private static final byte[] REPLACE = Ascii.bytes("REPLACE");
    private static final byte[] ABSTTL = Ascii.bytes("ABSTTL");
    private static final long NOT_GIVEN = -1;
    private static final long MOST_FREQUENCY = 255;

    private DumpCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("dump", 2)
                        .flags(Flag.READONLY)
                        .acl(Category.KEYSPACE)
                        .keys(1, 1, 1, "RO", "access")
                        .tips("nondeterministic_output")
                        .runs(DumpCommands::dump),
                restoring("restore").runs(DumpCommands::restore),
                restoring("restore-asking").flags(Flag.ASKING).runs(DumpCommands::restore));
    }

    private static CommandSpec restoring(String name) {
        return command(name, -4)
                .flags(Flag.WRITE, Flag.DENYOOM)
                .acl(Category.KEYSPACE, Category.DANGEROUS)
                .keys(1, 1, 1, "OW", "update");
    }

    private static void dump(Call call) {
        Entry entry = call.read(call.argument(1));
        call.reply().bulkOrNull(entry == null ? null : DumpPayload.of(entry.value()));
    }

    /** The options of RESTORE. Of IDLETIME and FREQ the one is heeded that the policy of evictions asks for. */
    private record Options(boolean replace, boolean absolute, long idleSeconds, long frequency) {
        static Options parse(Call call) {
            boolean replace = false;
            boolean absolute = false;
            long idleSeconds = NOT_GIVEN;
            long frequency = NOT_GIVEN;
            for (int i = 4; i < call.count(); i++) {
                byte[] option = call.argument(i);
                boolean more = i + 1 < call.count();
                if (Arguments.is(option, "replace")) {
                    replace = true;
                } else if (Arguments.is(option, "absttl")) {
                    absolute = true;
                } else if (Arguments.is(option, "idletime") && more && frequency == NOT_GIVEN) {
                    idleSeconds = call.longArgument(++i);
                    if (idleSeconds < 0) {
                        throw new CommandException("ERR Invalid IDLETIME value, must be >= 0");
                    }
                } else if (Arguments.is(option, "freq") && more && idleSeconds == NOT_GIVEN) {
                    frequency = call.longArgument(++i);
                    if (frequency < 0 || frequency > MOST_FREQUENCY) {
                        throw new CommandException("ERR Invalid FREQ value, must be >= 0 and <= 255");
                    }
                } else {
                    throw CommandException.syntax();
                }
            }
            return new Options(replace, absolute, idleSeconds, frequency);
        }
    }

    private static void restore(Call call) {
        byte[] key = call.argument(1);
        byte[] payload = call.argument(3);
        Options options = Options.parse(call);
        if (!options.replace && call.write(key) != null) {
            throw new CommandException("BUSYKEY Target key name already exists.");
        }
        long ttl = call.longArgument(2);
        if (ttl < 0) {
            throw new CommandException("ERR Invalid TTL value, must be >= 0");
        }
        Object value = parse(payload);
        if (value instanceof Value collection) {
            collection.fit(call.limits());
        }
        long expireAtMs = ttl == 0 || options.absolute ? ttl : ttl + call.nowMs();
        boolean deleted = options.replace && call.remove(call.slotOf(key), key);
        if (ttl != 0 && call.isPast(expireAtMs)) {
            if (deleted) {
                call.event(EventClass.GENERIC, "del", key);
                call.propagate(ExpiryCommands.DEL, key);
            }
        } else {
            Entry entry = call.put(call.slotOf(key), key, value, ttl == 0 ? Entry.NO_EXPIRY : expireAtMs);
            mark(call, entry, options);
            call.event(EventClass.GENERIC, "restore", key);
            call.propagate(RESTORE, key, Ascii.decimal(expireAtMs), payload, REPLACE, ABSTTL);
        }
        call.reply().ok();
    }

    private static void mark(Call call, Entry entry, Options options) {
        boolean countsUses = call.databases().memory().rules().policy().countsUses();
        if (countsUses && options.frequency >= 0) {
            entry.useMark(UseMark.ofFrequency((int) options.frequency, call.nowMs()));
        } else if (!countsUses && options.idleSeconds > 0) {
            entry.useMark(UseMark.ofTime(call.nowMs()) - (int) Math.min(options.idleSeconds, Integer.MAX_VALUE));
        }
    }

    private static Object parse(byte[] payload) {
        if (!DumpPayload.isIntact(payload)) {
            throw new CommandException("ERR DUMP payload version or checksum are wrong");
        }
        try {
            return DumpPayload.parse(payload);
        } catch (RdbFormatException e) {
            throw new CommandException("ERR Bad data format");
        }
    }
}
