package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.keyspace.Keyspace;
import dev.rondo.server.keyspace.Slot;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.type.DataType;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keys of any type: whether they exist, deleting, renaming, copying and moving them. */
final class KeyCommands {
    private static final int DATABASE_NOT_GIVEN = -1;

    private KeyCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("del", -2)
                        .flags(Flag.WRITE)
                        .acl(Category.KEYSPACE)
                        .keys(1, -1, 1, "RM", "delete")
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .runs(KeyCommands::delete),
                command("unlink", -2)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.KEYSPACE)
                        .keys(1, -1, 1, "RM", "delete")
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .runs(KeyCommands::delete),
                command("exists", -2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.KEYSPACE)
                        .keys(1, -1, 1, "RO")
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .runs(KeyCommands::exists),
                command("touch", -2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.KEYSPACE)
                        .keys(1, -1, 1, "RO")
                        .tips("request_policy:multi_shard", "response_policy:agg_sum")
                        .runs(KeyCommands::touch),
                command("type", 2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.KEYSPACE)
                        .keys(1, 1, 1, "RO")
                        .runs(KeyCommands::type),
                command("rename", 3)
                        .flags(Flag.WRITE)
                        .acl(Category.KEYSPACE)
                        .keys(1, 1, 1, "RW", "access", "delete")
                        .keys(2, 2, 1, "OW", "update")
                        .runs(call -> rename(call, false)),
                command("renamenx", 3)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.KEYSPACE)
                        .keys(1, 1, 1, "RW", "access", "delete")
                        .keys(2, 2, 1, "OW", "insert")
                        .runs(call -> rename(call, true)),
                command("copy", -3)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.KEYSPACE)
                        .keys(1, 1, 1, "RO", "access")
                        .keys(2, 2, 1, "OW", "update")
                        .otherDatabase(KeyCommands::databaseOfCopy)
                        .runs(KeyCommands::copy),
                command("move", 3)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.KEYSPACE)
                        .keys(1, 1, 1, "RW", "access", "update")
                        .otherDatabase(arguments -> databaseOrNone(arguments[2]))
                        .runs(KeyCommands::move));
    }

    /** The effect names only keys that were there: replicas bury what it names. */
    private static void delete(Call call) {
        byte[][] effect = new byte[call.count()][];
        int deleted = 0;
        for (int i = 1; i < call.count(); i++) {
            if (call.delete(call.argument(i))) {
                effect[++deleted] = call.argument(i);
            }
        }
        if (deleted > 0) {
            effect[0] = ExpiryCommands.DEL;
            call.propagate(Arrays.copyOf(effect, deleted + 1));
        }
        call.reply().integer(deleted);
    }

    private static void exists(Call call) {
        int present = 0;
        for (int i = 1; i < call.count(); i++) {
            if (call.readUntouched(call.argument(i)) != null) {
                present++;
            }
        }
        call.reply().integer(present);
    }

    private static void touch(Call call) {
        int present = 0;
        for (int i = 1; i < call.count(); i++) {
            Entry entry = call.readUntouched(call.argument(i));
            if (entry != null) {
                call.touch(entry); // even for a client whose reads leave no trace
                present++;
            }
        }
        call.reply().integer(present);
    }

    private static void type(Call call) {
        Entry entry = call.readUntouched(call.argument(1));
        call.reply().simple(entry == null ? "none" : DataType.of(entry.value()).redisName());
    }

    private static void rename(Call call, boolean onlyIfAbsent) {
        byte[] from = call.argument(1);
        byte[] to = call.argument(2);
        Entry source = call.write(from);
        if (source == null) {
            throw new CommandException("ERR no such key");
        }
        boolean same = Arrays.equals(from, to);
        if (onlyIfAbsent && (same || call.write(to) != null)) {
            call.reply().integer(0);
            return;
        }
        if (!same) {
            Slot target = call.slotOf(to);
            call.remove(target, to);
            call.remove(call.slotOf(from), from);
            call.put(target, to, source.value(), source.expireAtMs()).useMark(source.useMark());
            call.event(EventClass.GENERIC, "rename_from", from);
            call.event(EventClass.GENERIC, "rename_to", to);
        }
        if (onlyIfAbsent) {
            call.reply().integer(1);
        } else {
            call.reply().ok();
        }
    }

    // ---- COPY and MOVE ----

    private static void copy(Call call) {
        byte[] from = call.argument(1);
        byte[] to = call.argument(2);
        boolean replace = false;
        int database = call.keyspace().database();
        for (int i = 3; i < call.count(); i++) {
            if (Arguments.is(call.argument(i), "replace")) {
                replace = true;
            } else if (Arguments.is(call.argument(i), "db") && i + 1 < call.count()) {
                database = database(call, call.argument(++i));
            } else {
                throw CommandException.syntax();
            }
        }
        if (call.isCluster() && database != 0) {
            throw new CommandException("ERR Copying to another database is not allowed in cluster mode");
        }
        Keyspace target = call.databases().get(database);
        if (target == call.keyspace() && Arrays.equals(from, to)) {
            throw sameObject();
        }
        Entry source = call.read(from);
        Slot targetSlot = target.slotOf(to);
        if (source == null || call.peek(targetSlot, to) != null && !replace) {
            call.reply().integer(0);
            return;
        }
        call.remove(targetSlot, to);
        call.put(targetSlot, to, DataType.copy(source.value()), source.expireAtMs());
        call.event(EventClass.GENERIC, "copy_to", targetSlot, to);
        call.propagate(call.slotOf(from), call.arguments());
        call.reply().integer(1);
    }

    private static void move(Call call) {
        byte[] key = call.argument(1);
        if (call.isCluster()) {
            throw new CommandException("ERR MOVE is not allowed in cluster mode");
        }
        Keyspace target = call.databases().get(database(call, call.argument(2)));
        if (target == call.keyspace()) {
            throw sameObject();
        }
        Entry source = call.write(key);
        Slot targetSlot = target.slotOf(key);
        if (source == null || call.peek(targetSlot, key) != null) {
            call.reply().integer(0);
            return;
        }
        call.remove(call.slotOf(key), key);
        call.put(targetSlot, key, source.value(), source.expireAtMs()).useMark(source.useMark());
        call.event(EventClass.GENERIC, "move_from", key);
        call.event(EventClass.GENERIC, "move_to", targetSlot, key);
        call.propagate(call.slotOf(key), call.arguments());
        call.reply().integer(1);
    }

    private static CommandException sameObject() {
        return new CommandException("ERR source and destination objects are the same");
    }

    private static int database(Call call, byte[] number) {
        int index = Arguments.toInt(number);
        if (index < 0 || index >= call.databases().count()) {
            throw new CommandException("ERR DB index is out of range");
        }
        return index;
    }

    /** The last database named, which the dispatcher locks; the command itself finds fault with the rest. */
    private static int databaseOfCopy(byte[][] arguments) {
        int database = DATABASE_NOT_GIVEN;
        for (int i = 3; i + 1 < arguments.length; i++) {
            if (Arguments.is(arguments[i], "db")) {
                database = databaseOrNone(arguments[++i]);
            }
        }
        return database;
    }

    private static int databaseOrNone(byte[] number) {
        @Nullable Long value = Arguments.longOrNull(number);
        return value == null || value < 0 || value > Integer.MAX_VALUE ? DATABASE_NOT_GIVEN : (int) (long) value;
    }
}
