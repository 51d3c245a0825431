package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.PendingEntry;
import dev.rondo.server.type.StreamConsumer;
import dev.rondo.server.type.StreamGroup;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Streams: pending entries that go from one consumer of a group to another. */
final class StreamClaimCommands {
    private static final long NOT_GIVEN = -1;
    private static final long DEFAULT_COUNT = 100;
    /** Beyond this Redis would need more bytes for the ids than there can be. */
    private static final long MOST_COUNT = Long.MAX_VALUE / 16;
    /** So many pending entries are looked at for each that is wanted. */
    private static final long LOOKED_AT_PER_COUNT = 10;

    private StreamClaimCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                command("xclaim", -6)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.STREAM)
                        .keys(1, 1, 1, "RW", "update")
                        .tips("nondeterministic_output")
                        .runs(StreamClaimCommands::claim),
                command("xautoclaim", -6)
                        .flags(Flag.WRITE, Flag.FAST)
                        .acl(Category.STREAM)
                        .keys(1, 1, 1, "RW", "delete")
                        .tips("nondeterministic_output")
                        .runs(StreamClaimCommands::claimNext));
    }

    private static long minIdleMs(Call call, String name) {
        return Math.max(0, longOption(call.argument(4), "Invalid min-idle-time argument for " + name));
    }

    private static long longOption(byte[] text, String error) {
        return Arguments.toLong(text, Long.MIN_VALUE, Long.MAX_VALUE, "ERR " + error);
    }

    private static boolean isIdle(PendingEntry entry, long minIdleMs, long nowMs) {
        return minIdleMs == 0 || nowMs - entry.deliveredAtMs() >= minIdleMs;
    }

    // ---- XCLAIM ----

    /** What XCLAIM is to do. A number that was not given is {@link #NOT_GIVEN}. */
    private record Claim(
            List<StreamId> ids, long deliveredAtMs, long deliveries, boolean force, boolean justId, StreamId lastId) {
        /** Words that are ids stand in front of the options. */
        static Claim parse(Call call) {
            List<StreamId> ids = new ArrayList<>();
            int at = 5;
            for (; at < call.count(); at++) {
                StreamId id = StreamIds.idOrNull(call.argument(at));
                if (id == null) {
                    break;
                }
                ids.add(id);
            }
            long deliveredAtMs = NOT_GIVEN;
            long deliveries = NOT_GIVEN;
            boolean force = false;
            boolean justId = false;
            StreamId lastId = StreamId.MIN;
            for (; at < call.count(); at++) {
                byte[] option = call.argument(at);
                boolean more = at + 1 < call.count();
                if (Arguments.is(option, "force")) {
                    force = true;
                } else if (Arguments.is(option, "justid")) {
                    justId = true;
                } else if (more && Arguments.is(option, "idle")) {
                    deliveredAtMs = call.nowMs() - number(call, ++at, "IDLE");
                } else if (more && Arguments.is(option, "time")) {
                    deliveredAtMs = number(call, ++at, "TIME");
                } else if (more && Arguments.is(option, "retrycount")) {
                    deliveries = number(call, ++at, "RETRYCOUNT");
                } else if (more && Arguments.is(option, "lastid")) {
                    lastId = StreamIds.toId(call.argument(++at));
                } else {
                    throw new CommandException("ERR Unrecognized XCLAIM option '" + Ascii.cString(option) + "'");
                }
            }
            return new Claim(ids, deliveredAtMs, deliveries, force, justId, lastId);
        }

        private static long number(Call call, int at, String option) {
            return longOption(call.argument(at), "Invalid " + option + " option argument for XCLAIM");
        }

        /** A time that makes no sense, since clients' clocks differ, is taken for the present one. */
        long deliveredAtMs(long nowMs) {
            return deliveredAtMs < 0 || deliveredAtMs > nowMs ? nowMs : deliveredAtMs;
        }

        /** The new number of deliveries of an entry that may have been delivered before. */
        long deliveries(@Nullable PendingEntry entry) {
            if (deliveries >= 0) {
                return deliveries;
            }
            return (entry == null ? 1 : entry.deliveries()) + (justId ? 0 : 1);
        }
    }

    private static void claim(Call call) {
        Entry entry = call.read(call.argument(1));
        StreamValue stream = entry == null ? null : StreamCommands.valueOf(entry);
        StreamGroup group = StreamGroupCommands.requireGroup(stream, call.argument(1), call.argument(2));
        long minIdleMs = minIdleMs(call, "XCLAIM");
        Claim claim = Claim.parse(call);
        Claims claims = new Claims(call, entry, group);
        setOn(call, stream, group, claim, claims);
        StreamConsumer consumer = claims.consumer(call.argument(3));
        StreamReply reply = new StreamReply(call.reply());
        int mark = call.reply().mark();
        int claimed = 0;
        for (StreamId id : claim.ids) {
            PendingEntry pending = group.pending().find(id);
            boolean exists = stream.contains(id);
            if (!exists && pending != null) {
                group.acknowledge(id);
                claims.drop(id);
            } else if (exists && (pending == null ? claim.force : isIdle(pending, minIdleMs, call.nowMs()))) {
                long atMs = claim.deliveredAtMs(call.nowMs());
                long deliveries = claim.deliveries(pending);
                group.assign(id, consumer, atMs, deliveries);
                consumer.active(call.nowMs());
                claims.claim(id, atMs, deliveries);
                reply.claimed(stream, id, claim.justId);
                claimed++;
            }
        }
        call.reply().arrayAt(mark, claimed);
        claims.end();
    }

    /**
     * Sets the group on to the id that was given for that. In a replay, where XREADGROUP has become an XCLAIM, the
     * entries up to there are those that the group has got.
     */
    private static void setOn(Call call, StreamValue stream, StreamGroup group, Claim claim, Claims claims) {
        if (call.isApplying()) {
            claim.ids.stream().filter(id -> !id.isAfter(claim.lastId)).forEach(id -> stream.deliver(group, id));
        }
        if (claim.lastId.isAfter(group.lastId())) {
            group.lastId(claim.lastId);
            claims.setOn();
        }
    }

    // ---- XAUTOCLAIM ----

    private static void claimNext(Call call) {
        Entry entry = call.read(call.argument(1));
        long minIdleMs = minIdleMs(call, "XAUTOCLAIM");
        StreamId start = StreamIds.toStart(call.argument(5));
        long count = DEFAULT_COUNT;
        boolean justId = false;
        for (int i = 6; i < call.count(); i++) {
            if (i + 1 < call.count() && Arguments.is(call.argument(i), "count")) {
                count = Arguments.toLong(call.argument(++i), 1, MOST_COUNT, "ERR COUNT must be > 0");
            } else if (Arguments.is(call.argument(i), "justid")) {
                justId = true;
            } else {
                throw CommandException.syntax();
            }
        }
        StreamValue stream = entry == null ? null : StreamCommands.valueOf(entry);
        StreamGroup group = StreamGroupCommands.requireGroup(stream, call.argument(1), call.argument(2));
        Claims claims = new Claims(call, entry, group);
        StreamConsumer consumer = claims.consumer(call.argument(3));
        Sweep sweep = new Sweep(stream, minIdleMs, call.nowMs(), count);
        group.pending().forEach(start, sweep::visit);
        for (StreamId id : sweep.claimed) {
            PendingEntry pending = group.pending().find(id);
            long deliveries = pending.deliveries() + (justId ? 0 : 1);
            group.assign(id, consumer, call.nowMs(), deliveries);
            consumer.active(call.nowMs());
            claims.claim(id, call.nowMs(), deliveries);
        }
        for (StreamId id : sweep.gone) {
            group.acknowledge(id);
            claims.drop(id);
        }
        claims.end();
        sweep.answer(call.reply(), justId);
    }

    /** Goes through pending entries in search of those that may be claimed, and of those whose entries are gone. */
    private static final class Sweep {
        private final StreamValue stream;
        private final long minIdleMs;
        private final long nowMs;
        private final List<StreamId> claimed = new ArrayList<>();
        private final List<StreamId> gone = new ArrayList<>();
        private long left;
        private long leftToLookAt;
        private StreamId next = StreamId.MIN;

        Sweep(StreamValue stream, long minIdleMs, long nowMs, long count) {
            this.stream = stream;
            this.minIdleMs = minIdleMs;
            this.nowMs = nowMs;
            left = count;
            leftToLookAt = count * LOOKED_AT_PER_COUNT;
        }

        boolean visit(PendingEntry entry) {
            if (leftToLookAt == 0 || left == 0) {
                next = entry.id();
                return false;
            }
            leftToLookAt--;
            StreamId id = entry.id();
            if (!stream.contains(id)) {
                gone.add(id);
                left--;
            } else if (isIdle(entry, minIdleMs, nowMs)) {
                claimed.add(id);
                left--;
            }
            return true;
        }

        void answer(ReplyWriter writer, boolean justId) {
            StreamReply reply = new StreamReply(writer);
            writer.array(3);
            reply.id(next);
            writer.array(claimed.size());
            claimed.forEach(id -> reply.claimed(stream, id, justId));
            writer.array(gone.size());
            gone.forEach(reply::id);
        }
    }
}
