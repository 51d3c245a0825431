package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;
import static dev.rondo.server.command.CommandSpec.subcommand;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.PendingEntries;
import dev.rondo.server.type.StreamConsumer;
import dev.rondo.server.type.StreamGroup;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** XINFO: what there is to know of a stream, its groups and their consumers. */
final class StreamInfoCommands {
    private static final String XINFO = "xinfo";
    private static final long DEFAULT_COUNT = 10;

    private StreamInfoCommands() {}

    static List<CommandSpec> commands() {
        return List.of(command(XINFO, -2)
                .subcommands(
                        sub("stream", -3).runs(StreamInfoCommands::stream),
                        sub("groups", 3).runs(StreamInfoCommands::groups),
                        sub("consumers", 4).tips("nondeterministic_output").runs(StreamInfoCommands::consumers),
                        Help.of(
                                XINFO,
                                new Category[] {Category.STREAM},
                                "CONSUMERS <key> <group>",
                                "List the consumers of a group.",
                                "GROUPS <key>",
                                "List the groups of a stream.",
                                "STREAM <key> [FULL [COUNT <count>]]",
                                "Describe a stream; with FULL, with its entries, groups and what is pending."))
                .container());
    }

    private static CommandSpec sub(String name, int arity) {
        return subcommand(XINFO, name, arity)
                .flags(Flag.READONLY)
                .acl(Category.STREAM)
                .keys(2, 2, 1, "RO", "access");
    }

    private static StreamValue read(Call call) {
        Entry entry = call.read(call.argument(2));
        if (entry == null) {
            throw new CommandException("ERR no such key");
        }
        return StreamCommands.valueOf(entry);
    }

    // ---- XINFO STREAM ----

    private static void stream(Call call) {
        StreamValue stream = read(call);
        boolean full = call.count() > 3;
        long count = DEFAULT_COUNT;
        if (full) {
            boolean counted = call.count() == 6 && Arguments.is(call.argument(4), "count");
            if (!Arguments.is(call.argument(3), "full") || call.count() != 4 && !counted) {
                throw StreamGroupCommands.malformed(call, "XINFO");
            }
            if (counted) {
                count = call.longArgument(5);
                count = count < 0 ? DEFAULT_COUNT : count == 0 ? Long.MAX_VALUE : count;
            }
        }
        ReplyWriter reply = call.reply();
        reply.map(full ? 9 : 10);
        counters(reply, stream);
        if (full) {
            entriesAndGroups(reply, stream, count);
        } else {
            edges(reply, stream);
        }
    }

    private static void field(ReplyWriter reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
    }

    private static void field(ReplyWriter reply, String name, StreamId id) {
        reply.bulk(name);
        reply.bulk(id.toBytes());
    }

    /** There is no radix tree here; a small one would have about so many nodes. */
    private static void counters(ReplyWriter reply, StreamValue stream) {
        field(reply, "length", stream.size());
        field(reply, "radix-tree-keys", stream.nodes());
        field(reply, "radix-tree-nodes", stream.nodes() + 1L);
        field(reply, "last-generated-id", stream.lastId());
        field(reply, "max-deleted-entry-id", stream.maxDeletedId());
        field(reply, "entries-added", stream.entriesAdded());
        field(reply, "recorded-first-entry-id", stream.firstId());
    }

    private static void edges(ReplyWriter reply, StreamValue stream) {
        field(reply, "groups", stream.groups().size());
        StreamReply entries = new StreamReply(reply);
        for (boolean last : new boolean[] {false, true}) {
            reply.bulk(last ? "last-entry" : "first-entry");
            if (!entries.entry(stream, last ? stream.topId() : stream.firstId())) {
                reply.nullBulk();
            }
        }
    }

    private static void entriesAndGroups(ReplyWriter reply, StreamValue stream, long count) {
        reply.bulk("entries");
        new StreamReply(reply).range(stream, StreamId.MIN, StreamId.MAX, false, count);
        reply.bulk("groups");
        reply.array(stream.groups().size());
        for (StreamGroup group : stream.groups()) {
            reply.map(7);
            reply.bulk("name");
            reply.bulk(group.name());
            progress(reply, stream, group);
            field(reply, "pel-count", group.pending().size());
            pending(reply, group.pending(), count, true);
            reply.bulk("consumers");
            reply.array(group.consumers().size());
            for (StreamConsumer consumer : group.consumers()) {
                reply.map(5);
                reply.bulk("name");
                reply.bulk(consumer.name());
                field(reply, "seen-time", consumer.seenAtMs());
                field(reply, "active-time", consumer.activeAtMs());
                field(reply, "pel-count", consumer.pending().size());
                pending(reply, consumer.pending(), count, false);
            }
        }
    }

    /** How far a group has come. */
    private static void progress(ReplyWriter reply, StreamValue stream, StreamGroup group) {
        field(reply, "last-delivered-id", group.lastId());
        Long read = group.entriesRead() == StreamGroup.UNKNOWN ? null : (Long) group.entriesRead();
        numberOrNull(reply, "entries-read", read);
        numberOrNull(reply, "lag", stream.lag(group));
    }

    private static void numberOrNull(ReplyWriter reply, String name, @Nullable Long value) {
        reply.bulk(name);
        if (value == null) {
            reply.nullBulk();
        } else {
            reply.integer(value);
        }
    }

    private static void pending(ReplyWriter reply, PendingEntries entries, long count, boolean withConsumer) {
        reply.bulk("pending");
        int mark = reply.mark();
        int[] listed = {0};
        entries.forEach(StreamId.MIN, entry -> {
            reply.array(withConsumer ? 4 : 3);
            reply.bulk(entry.id().toBytes());
            if (withConsumer) {
                reply.bulk(entry.consumer().name());
            }
            reply.integer(entry.deliveredAtMs());
            reply.integer(entry.deliveries());
            return ++listed[0] < count;
        });
        reply.arrayAt(mark, listed[0]);
    }

    // ---- XINFO GROUPS and XINFO CONSUMERS ----

    private static void groups(Call call) {
        StreamValue stream = read(call);
        ReplyWriter reply = call.reply();
        reply.array(stream.groups().size());
        for (StreamGroup group : stream.groups()) {
            reply.map(6);
            reply.bulk("name");
            reply.bulk(group.name());
            field(reply, "consumers", group.consumers().size());
            field(reply, "pending", group.pending().size());
            progress(reply, stream, group);
        }
    }

    private static void consumers(Call call) {
        StreamGroup group = StreamGroupCommands.requireGroupOf(read(call), call.argument(2), call.argument(3));
        ReplyWriter reply = call.reply();
        reply.array(group.consumers().size());
        for (StreamConsumer consumer : group.consumers()) {
            boolean wasActive = consumer.activeAtMs() != StreamConsumer.NEVER;
            reply.map(4);
            reply.bulk("name");
            reply.bulk(consumer.name());
            field(reply, "pending", consumer.pending().size());
            field(reply, "idle", Math.max(0, call.nowMs() - consumer.seenAtMs()));
            field(reply, "inactive", wasActive ? call.nowMs() - consumer.activeAtMs() : StreamConsumer.NEVER);
        }
    }
}
