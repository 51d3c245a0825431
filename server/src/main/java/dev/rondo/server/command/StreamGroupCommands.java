package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;
import static dev.rondo.server.command.CommandSpec.subcommand;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.PendingEntries;
import dev.rondo.server.type.StreamConsumer;
import dev.rondo.server.type.StreamGroup;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Streams: groups of consumers, and what is pending in them. */
final class StreamGroupCommands {
    /** The event of a new consumer, whatever command it is made by. */
    static final String CONSUMER_CREATED = "xgroup-createconsumer";

    private static final String XGROUP = "xgroup";

    private StreamGroupCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command(XGROUP, -2)
                        .subcommands(
                                sub("create", -5)
                                        .flags(Flag.DENYOOM)
                                        .keys(2, 2, 1, "RW", "insert")
                                        .runs(StreamGroupCommands::create),
                                sub("setid", -5).keys(2, 2, 1, "RW", "update").runs(StreamGroupCommands::setId),
                                sub("destroy", 4).keys(2, 2, 1, "RW", "delete").runs(StreamGroupCommands::destroy),
                                sub("createconsumer", 5)
                                        .flags(Flag.DENYOOM)
                                        .keys(2, 2, 1, "RW", "insert")
                                        .runs(StreamGroupCommands::createConsumer),
                                sub("delconsumer", 5)
                                        .keys(2, 2, 1, "RW", "delete")
                                        .runs(StreamGroupCommands::deleteConsumer),
                                help())
                        .container(),
                command("xack", -4)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.STREAM)
                        .keys(1, 1, 1, "RW", "update")
                        .runs(StreamGroupCommands::acknowledge),
                command("xpending", -3)
                        .flags(Flag.READONLY)
                        .acl(Category.STREAM)
                        .keys(1, 1, 1, "RO", "access")
                        .tips("nondeterministic_output")
                        .runs(StreamGroupCommands::pending));
    }

    private static CommandSpec sub(String name, int arity) {
        return subcommand(XGROUP, name, arity).flags(Flag.WRITE).acl(Category.STREAM);
    }

    private static CommandSpec help() {
        return Help.of(
                XGROUP,
                new Category[] {Category.STREAM},
                "CREATE <key> <group> <id|$> [MKSTREAM] [ENTRIESREAD <count>]",
                "Make a group that reads on behind an id; with MKSTREAM, make the stream too.",
                "CREATECONSUMER <key> <group> <consumer>",
                "Make a consumer, if there is none of this name.",
                "DELCONSUMER <key> <group> <consumer>",
                "Remove a consumer with all that is pending with it.",
                "DESTROY <key> <group>",
                "Remove a group.",
                "SETID <key> <group> <id|$> [ENTRIESREAD <count>]",
                "Have a group read on behind another id.");
    }

    /** Refuses the arguments of a subcommand, as a container does one that it does not have. */
    static CommandException malformed(Call call, String container) {
        return new CommandException("ERR unknown subcommand or wrong number of arguments for '"
                + Ascii.cString(call.argument(1)) + "'. Try " + container + " HELP.");
    }

    static StreamGroup requireGroup(@Nullable StreamValue stream, byte[] key, byte[] name) {
        StreamGroup group = stream == null ? null : stream.group(name);
        if (group == null) {
            throw new CommandException(
                    "NOGROUP No such key '" + Ascii.cString(key) + "' or consumer group '" + Ascii.cString(name) + "'");
        }
        return group;
    }

    /** As {@link #requireGroup}, of a stream that is there. */
    static StreamGroup requireGroupOf(StreamValue stream, byte[] key, byte[] name) {
        StreamGroup group = stream.group(name);
        if (group == null) {
            throw new CommandException("NOGROUP No such consumer group '" + Ascii.cString(name) + "' for key name '"
                    + Ascii.cString(key) + "'");
        }
        return group;
    }

    // ---- XGROUP ----

    /** The options of CREATE and SETID. */
    private record Options(boolean makesStream, long entriesRead) {
        static Options parse(Call call, boolean creates) {
            boolean makesStream = false;
            long entriesRead = StreamGroup.UNKNOWN;
            for (int i = 5; i < call.count(); i++) {
                if (creates && Arguments.is(call.argument(i), "mkstream")) {
                    makesStream = true;
                } else if (i + 1 < call.count() && Arguments.is(call.argument(i), "entriesread")) {
                    entriesRead = call.longArgument(++i);
                    if (entriesRead < StreamGroup.UNKNOWN) {
                        throw new CommandException("ERR value for ENTRIESREAD must be positive or -1");
                    }
                } else {
                    throw malformed(call, "XGROUP");
                }
            }
            return new Options(makesStream, entriesRead);
        }
    }

    /** The entry of the stream that XGROUP is about, which must be there. */
    private static Entry stream(Call call) {
        Entry entry = call.write(call.argument(2), StreamValue.class);
        if (entry == null) {
            throw new CommandException("ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you"
                    + " may want to use the MKSTREAM option to create an empty stream automatically.");
        }
        return entry;
    }

    private static StreamGroup group(Call call, Entry entry) {
        return requireGroupOf(StreamCommands.valueOf(entry), call.argument(2), call.argument(3));
    }

    private static void changed(Call call, Entry entry, String event) {
        call.changedQuietly(entry);
        call.event(EventClass.STREAM, event, entry.key());
    }

    private static void create(Call call) {
        Options options = Options.parse(call, true);
        Entry entry = options.makesStream ? call.write(call.argument(2), StreamValue.class) : stream(call);
        if (call.count() > 8) {
            throw malformed(call, "XGROUP");
        }
        StreamValue present = entry == null ? null : StreamCommands.valueOf(entry);
        StreamId id;
        if (Arguments.is(call.argument(4), "$")) {
            id = present == null ? StreamId.MIN : present.lastId();
        } else {
            id = StreamIds.toId(call.argument(4));
        }
        if (present != null && present.group(call.argument(3)) != null) {
            throw new CommandException("BUSYGROUP Consumer Group name already exists");
        }
        if (entry == null) {
            entry = call.writeOrAdd(call.argument(2), StreamValue.class, StreamValue::new);
            call.changed(entry);
        }
        StreamCommands.valueOf(entry).addGroup(call.argument(3), id, options.entriesRead);
        changed(call, entry, "xgroup-create");
        call.reply().ok();
    }

    private static void setId(Call call) {
        Options options = Options.parse(call, false);
        Entry entry = stream(call);
        StreamGroup group = group(call, entry);
        if (call.count() != 5 && call.count() != 7) {
            throw malformed(call, "XGROUP");
        }
        StreamId id = Arguments.is(call.argument(4), "$")
                ? StreamCommands.valueOf(entry).lastId()
                : StreamIds.toIdOrEnd(call.argument(4), 0);
        group.lastId(id);
        group.entriesRead(options.entriesRead);
        changed(call, entry, "xgroup-setid");
        call.reply().ok();
    }

    /** Consumers that wait for the group's next entry are told that there is no group any more. */
    private static void destroy(Call call) {
        Entry entry = stream(call);
        boolean removed = StreamCommands.valueOf(entry).removeGroup(call.argument(3));
        if (removed) {
            changed(call, entry, "xgroup-destroy");
            call.slotOf(entry.key()).touchQueue(entry.key());
        }
        call.reply().integer(removed ? 1 : 0);
    }

    private static void createConsumer(Call call) {
        Entry entry = stream(call);
        StreamGroup group = group(call, entry);
        boolean creates = group.consumer(call.argument(4)) == null;
        if (creates) {
            group.addConsumer(call.argument(4), call.nowMs());
            changed(call, entry, CONSUMER_CREATED);
        }
        call.reply().integer(creates ? 1 : 0);
    }

    private static void deleteConsumer(Call call) {
        Entry entry = stream(call);
        StreamGroup group = group(call, entry);
        StreamConsumer consumer = group.consumer(call.argument(4));
        if (consumer == null) {
            call.reply().integer(0);
            return;
        }
        int pending = consumer.pending().size();
        group.removeConsumer(consumer);
        changed(call, entry, "xgroup-delconsumer");
        call.reply().integer(pending);
    }

    // ---- XACK ----

    private static void acknowledge(Call call) {
        Entry entry = call.read(call.argument(1));
        StreamGroup group = entry == null ? null : StreamCommands.valueOf(entry).group(call.argument(2));
        int acknowledged = 0;
        if (group != null) {
            for (StreamId id : StreamIds.toIds(call.arguments(), 3)) {
                acknowledged += group.acknowledge(id) ? 1 : 0;
            }
        }
        if (acknowledged > 0) {
            call.changedQuietly(entry);
        }
        call.reply().integer(acknowledged);
    }

    // ---- XPENDING ----

    /** What XPENDING asks for in detail. */
    private record Range(StreamId from, StreamId to, long count, long minIdleMs, byte @Nullable [] consumer) {
        static Range parse(Call call) {
            int at = 3;
            long minIdleMs = 0;
            if (Arguments.is(call.argument(3), "idle")) {
                minIdleMs = call.longArgument(4);
                if (call.count() < 8) {
                    throw CommandException.syntax();
                }
                at = 5;
            }
            long count = Math.max(0, call.longArgument(at + 2));
            StreamId from = StreamIds.toStart(call.argument(at));
            StreamId to = StreamIds.toEnd(call.argument(at + 1));
            return new Range(from, to, count, minIdleMs, at + 3 < call.count() ? call.argument(at + 3) : null);
        }
    }

    private static void pending(Call call) {
        if (call.count() != 3 && (call.count() < 6 || call.count() > 9)) {
            throw CommandException.syntax();
        }
        Range range = call.count() == 3 ? null : Range.parse(call);
        StreamValue stream = call.read(call.argument(1), StreamValue.class);
        StreamGroup group = requireGroup(stream, call.argument(1), call.argument(2));
        if (range == null) {
            summary(call.reply(), group);
        } else {
            list(call, group, range);
        }
    }

    /** How many are pending, the first and the last of them, and how many with each consumer. */
    private static void summary(ReplyWriter reply, StreamGroup group) {
        reply.array(4);
        reply.integer(group.pending().size());
        if (group.pending().size() == 0) {
            reply.nullBulk();
            reply.nullBulk();
            reply.nullArray();
            return;
        }
        reply.bulk(group.pending().first().id().toBytes());
        reply.bulk(group.pending().last().id().toBytes());
        int mark = reply.mark();
        int consumers = 0;
        for (StreamConsumer consumer : group.consumers()) {
            if (consumer.pending().size() > 0) {
                reply.array(2);
                reply.bulk(consumer.name());
                reply.bulkLong(consumer.pending().size());
                consumers++;
            }
        }
        reply.arrayAt(mark, consumers);
    }

    private static void list(Call call, StreamGroup group, Range range) {
        ReplyWriter reply = call.reply();
        StreamConsumer consumer = range.consumer == null ? null : group.consumer(range.consumer);
        if (range.consumer != null && consumer == null || range.count == 0) {
            reply.array(0);
            return;
        }
        PendingEntries entries = consumer == null ? group.pending() : consumer.pending();
        int mark = reply.mark();
        int[] listed = {0};
        entries.forEach(range.from, entry -> {
            if (entry.id().isAfter(range.to)) {
                return false;
            }
            long idleMs = call.nowMs() - entry.deliveredAtMs();
            if (range.minIdleMs == 0 || idleMs >= range.minIdleMs) {
                reply.array(4);
                reply.bulk(entry.id().toBytes());
                reply.bulk(entry.consumer().name());
                reply.integer(Math.max(0, idleMs));
                reply.integer(entry.deliveries());
                listed[0]++;
            }
            return listed[0] < range.count;
        });
        reply.arrayAt(mark, listed[0]);
    }
}
