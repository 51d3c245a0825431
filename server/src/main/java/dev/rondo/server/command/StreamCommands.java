package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import java.util.List;

/** Streams: adding entries and removing them. */
final class StreamCommands {
    private static final String NOT_BEHIND_THE_LAST =
            "ERR The ID specified in XADD is equal or smaller than the target stream top item";

    private StreamCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("xadd", -5)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .acl(Category.STREAM)
                        .keys(1, 1, 1, "RW", "update")
                        .tips("nondeterministic_output")
                        .runs(StreamCommands::add),
                command("xtrim", -4)
                        .flags(Flag.WRITE)
                        .acl(Category.STREAM)
                        .keys(1, 1, 1, "RW", "delete")
                        .tips("nondeterministic_output")
                        .runs(StreamCommands::trim),
                command("xdel", -3)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.STREAM)
                        .keys(1, 1, 1, "RW", "delete")
                        .runs(StreamCommands::delete),
                command("xlen", 2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.STREAM)
                        .keys(1, 1, 1, "RO")
                        .runs(StreamCommands::length),
                command("xsetid", -3)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .acl(Category.STREAM)
                        .keys(1, 1, 1, "RW", "update")
                        .runs(StreamCommands::setId));
    }

    static StreamValue valueOf(Entry entry) {
        return Call.valueOf(entry, StreamValue.class);
    }

    // ---- XADD ----

    private static void add(Call call) {
        StreamTrimOptions options = StreamTrimOptions.ofAdd(call);
        int fieldsAt = options.idAt() + 1;
        int fieldArguments = call.count() - fieldsAt;
        if (fieldArguments < 2 || fieldArguments % 2 != 0) {
            throw CommandException.wrongArity(call.spec().fullName());
        }
        if (options.hasSequence() && StreamId.MIN.equals(options.id())) {
            throw new CommandException("ERR The ID specified in XADD must be greater than 0-0");
        }
        byte[] key = call.argument(1);
        Entry present = call.write(key, StreamValue.class);
        if (present == null && !options.mayCreate()) {
            call.reply().nullBulk();
            return;
        }
        StreamId id =
                newId(options, present == null ? StreamId.MIN : valueOf(present).lastId(), call.nowMs());
        if (StreamValue.bytes(call.arguments(), fieldsAt) > StreamValue.MAX_BYTES) {
            throw new CommandException("ERR Elements are too large to be stored");
        }
        Entry entry = present != null ? present : call.writeOrAdd(key, StreamValue.class, StreamValue::new);
        StreamValue stream = valueOf(entry);
        stream.add(id, call.arguments(), fieldsAt, call.limits());
        call.changed(entry, EventClass.STREAM, "xadd");
        if (options.trim() != null && stream.trim(options.trim()) > 0) {
            call.event(EventClass.STREAM, "xtrim", key);
        }
        if (options.id() == null || !options.hasSequence() || !options.isExact()) {
            byte[][] effect = call.arguments().clone();
            effect[options.idAt()] = id.toBytes();
            options.resolve(effect, stream);
            call.propagate(effect);
        }
        call.reply().bulk(id.toBytes());
    }

    /** The id of the next entry of a stream. */
    private static StreamId newId(StreamTrimOptions options, StreamId last, long nowMs) {
        if (last.equals(StreamId.MAX)) {
            throw new CommandException("ERR The stream has exhausted the last possible ID, unable to add more items");
        }
        StreamId wanted = options.id() == null ? new StreamId(nowMs, 0) : options.id();
        StreamId id = wanted;
        if (options.id() == null && Long.compareUnsigned(wanted.ms(), last.ms()) <= 0) {
            id = last.next();
        } else if (!options.hasSequence() && wanted.ms() == last.ms()) {
            id = last.sequence() == StreamId.LAST_SEQUENCE ? null : last.next();
        }
        if (id == null || !id.isAfter(last)) {
            throw new CommandException(NOT_BEHIND_THE_LAST);
        }
        return id;
    }

    // ---- removing ----

    private static void trim(Call call) {
        StreamTrimOptions options = StreamTrimOptions.ofTrim(call);
        Entry entry = call.write(call.argument(1), StreamValue.class);
        if (entry == null || options.trim() == null) {
            call.reply().integer(0);
            return;
        }
        StreamValue stream = valueOf(entry);
        long removed = stream.trim(options.trim());
        if (removed > 0) {
            call.changed(entry, EventClass.STREAM, "xtrim");
            if (!options.isExact()) {
                byte[][] effect = call.arguments().clone();
                options.resolve(effect, stream);
                call.propagate(effect);
            }
        }
        call.reply().integer(removed);
    }

    private static void delete(Call call) {
        Entry entry = call.write(call.argument(1), StreamValue.class);
        int deleted = 0;
        if (entry != null) {
            StreamValue stream = valueOf(entry);
            for (StreamId id : StreamIds.toIds(call.arguments(), 2)) {
                deleted += stream.delete(id) ? 1 : 0;
            }
            if (deleted > 0) {
                call.changed(entry, EventClass.STREAM, "xdel");
            }
        }
        call.reply().integer(deleted);
    }

    private static void length(Call call) {
        StreamValue stream = call.read(call.argument(1), StreamValue.class);
        call.reply().integer(stream == null ? 0 : stream.size());
    }

    // ---- XSETID ----

    private static final long NOT_GIVEN = -1;

    private static void setId(Call call) {
        StreamId id = StreamIds.toId(call.argument(2));
        StreamId maxDeletedId = StreamId.MIN;
        long entriesAdded = NOT_GIVEN;
        for (int i = 3; i < call.count(); i += 2) {
            boolean more = i + 1 < call.count();
            if (more && Arguments.is(call.argument(i), "entriesadded")) {
                entriesAdded = call.longArgument(i + 1);
                check(entriesAdded >= 0, "ERR entries_added must be positive");
            } else if (more && Arguments.is(call.argument(i), "maxdeletedid")) {
                maxDeletedId = StreamIds.toId(call.argument(i + 1));
                check(
                        !id.isBefore(maxDeletedId),
                        "ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id");
            } else {
                throw CommandException.syntax();
            }
        }
        Entry entry = call.write(call.argument(1), StreamValue.class);
        check(entry != null, "ERR no such key");
        StreamValue stream = valueOf(entry);
        check(
                !id.isBefore(stream.maxDeletedId()),
                "ERR The ID specified in XSETID is smaller than current max_deleted_entry_id");
        check(
                !id.isBefore(stream.topId()),
                "ERR The ID specified in XSETID is smaller than the target stream top item");
        check(
                entriesAdded == NOT_GIVEN || entriesAdded >= stream.size(),
                "ERR The entries_added specified in XSETID is smaller than the target stream length");
        stream.lastId(id);
        if (entriesAdded != NOT_GIVEN) {
            stream.entriesAdded(entriesAdded);
        }
        if (!maxDeletedId.equals(StreamId.MIN)) {
            stream.maxDeletedId(maxDeletedId);
        }
        call.changedQuietly(entry);
        call.event(EventClass.STREAM, "xsetid", entry.key());
        call.reply().ok();
    }

    private static void check(boolean holds, String error) {
        if (!holds) {
            throw new CommandException(error);
        }
    }
}
