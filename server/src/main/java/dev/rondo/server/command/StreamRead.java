package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.StreamConsumer;
import dev.rondo.server.type.StreamGroup;
import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What XREAD and XREADGROUP ask for: of each of some streams the entries behind an id, or those that a group has not
 * got. It is served at once if one of the streams has any, else when one gets some; then from every stream that was
 * written to by the same command or transaction. Nothing is taken from a stream but for a group, so each reader that
 * waits gets all.
 *
 * <p>A group reads on from where it is, and waits for nothing that may be gone for ever: when the key, or the group, is
 * gone the reader is told so.
 */
final class StreamRead implements KeyWait.Taker {
    static final long NO_WAIT = -1;
    private static final long ALL = 0;
    /** Of a group: what none of its consumers got. */
    private static final StreamId NEW = StreamId.MAX;

    private final byte[][] keys;
    private final StreamId[] behind;
    private final Options options;

    /**
     * What stands in front of the streams.
     *
     * @param streamsAt where the first key stands
     * @param most so many entries of each stream; {@link #ALL} for all
     * @param timeoutMs how long to wait; 0 = for ever, {@link #NO_WAIT} = not at all
     * @param group null for XREAD
     */
    private record Options(
            int streamsAt,
            long most,
            long timeoutMs,
            boolean noAck,
            byte @Nullable [] group,
            byte @Nullable [] consumer) {}

    private StreamRead(byte[][] keys, StreamId[] behind, Options options) {
        this.keys = keys;
        this.behind = behind;
        this.options = options;
    }

    /** The keys among the arguments of either command, null where they are malformed. */
    static byte @Nullable [][] keys(byte[][] arguments) {
        for (int i = 1; i + 1 < arguments.length; i++) {
            if (Arguments.is(arguments[i], "streams")) {
                int rest = arguments.length - i - 1;
                return rest % 2 == 0 ? Arrays.copyOfRange(arguments, i + 1, i + 1 + rest / 2) : null;
            } else if (Arguments.is(arguments[i], "block") || Arguments.is(arguments[i], "count")) {
                i++;
            } else if (Arguments.is(arguments[i], "group")) {
                i += 2;
            } else if (!Arguments.is(arguments[i], "noack")) {
                return null;
            }
        }
        return null;
    }

    // ---- what is asked ----

    /** Reads the request, whose keys are locked. */
    static StreamRead of(Call call, boolean byGroup) {
        Options options = options(call, byGroup);
        int streams = (call.count() - options.streamsAt) / 2;
        byte[][] keys = Arrays.copyOfRange(call.arguments(), options.streamsAt, options.streamsAt + streams);
        StreamId[] behind = new StreamId[streams];
        for (int i = 0; i < streams; i++) {
            StreamValue stream = call.read(keys[i], StreamValue.class);
            if (options.group != null) {
                requireGroup(stream, keys[i], options.group);
            }
            behind[i] = behind(stream, call.argument(options.streamsAt + streams + i), byGroup);
        }
        return new StreamRead(keys, behind, options);
    }

    private static Options options(Call call, boolean byGroup) {
        long most = ALL;
        long timeoutMs = NO_WAIT;
        boolean noAck = false;
        byte[] group = null;
        byte[] consumer = null;
        int streamsAt = 0;
        for (int i = 1; i < call.count() && streamsAt == 0; i++) {
            byte[] option = call.argument(i);
            int more = call.count() - i - 1;
            if (more > 0 && Arguments.is(option, "block")) {
                refuseInScript(call);
                timeoutMs = timeoutMs(call.argument(++i), call.nowMs());
            } else if (more > 0 && Arguments.is(option, "count")) {
                most = Math.max(ALL, call.longArgument(++i));
            } else if (more > 0 && Arguments.is(option, "streams")) {
                requireBalance(call, more, byGroup);
                streamsAt = i + 1;
            } else if (more > 1 && Arguments.is(option, "group")) {
                requireGroupCommand("GROUP", byGroup);
                group = call.argument(++i);
                consumer = call.argument(++i);
            } else if (Arguments.is(option, "noack")) {
                requireGroupCommand("NOACK", byGroup);
                noAck = true;
            } else {
                throw CommandException.syntax();
            }
        }
        if (streamsAt == 0) {
            throw CommandException.syntax();
        }
        if (byGroup && group == null) {
            throw new CommandException("ERR Missing GROUP option for XREADGROUP");
        }
        return new Options(streamsAt, most, timeoutMs, noAck, group, consumer);
    }

    private static void refuseInScript(Call call) {
        if (call.isInScript()) {
            throw new CommandException("ERR " + Ascii.cString(call.argument(0))
                    + " command is not allowed with BLOCK option from scripts");
        }
    }

    private static long timeoutMs(byte[] text, long nowMs) {
        long timeoutMs =
                Arguments.toLong(text, Long.MIN_VALUE, Long.MAX_VALUE, "ERR timeout is not an integer or out of range");
        if (timeoutMs < 0) {
            throw new CommandException("ERR timeout is negative");
        }
        if (timeoutMs > Long.MAX_VALUE - nowMs) {
            throw new CommandException("ERR timeout is out of range");
        }
        return timeoutMs;
    }

    private static void requireBalance(Call call, int keysAndIds, boolean byGroup) {
        if (keysAndIds % 2 != 0) {
            throw new CommandException("ERR Unbalanced '" + call.spec().fullName()
                    + "' list of streams: for each stream key an ID or '" + (byGroup ? '>' : '$')
                    + "' must be specified.");
        }
    }

    private static void requireGroupCommand(String option, boolean byGroup) {
        if (!byGroup) {
            throw new CommandException(
                    "ERR The " + option + " option is only supported by XREADGROUP. You called XREAD instead.");
        }
    }

    private static StreamGroup requireGroup(@Nullable StreamValue stream, byte[] key, byte[] name) {
        StreamGroup group = stream == null ? null : stream.group(name);
        if (group == null) {
            throw new CommandException("NOGROUP No such key '" + Ascii.cString(key) + "' or consumer group '"
                    + Ascii.cString(name) + "' in XREADGROUP with GROUP option");
        }
        return group;
    }

    /** The id behind which a stream is to be read. */
    private static StreamId behind(@Nullable StreamValue stream, byte[] text, boolean byGroup) {
        String word = Ascii.cString(text);
        if (word.equals("$")) {
            if (byGroup) {
                throw new CommandException("ERR The $ ID is meaningless in the context of XREADGROUP: you want to read"
                        + " the history of this consumer by specifying a proper ID, or use the > ID to get new"
                        + " messages. The $ ID would just return an empty result set.");
            }
            return stream == null ? StreamId.MIN : stream.lastId();
        }
        if (word.equals(">")) {
            if (!byGroup) {
                throw new CommandException("ERR The > ID can be specified only when calling XREADGROUP using the GROUP"
                        + " <group> <consumer> option.");
            }
            return NEW;
        }
        return StreamIds.toId(text);
    }

    // ---- serving ----

    void serveOrWait(Call call) {
        if (serve(call)) {
            return;
        }
        if (options.timeoutMs == NO_WAIT) {
            call.reply().nullArray();
        } else {
            call.await(KeyWait.on(keys, options.timeoutMs, this));
        }
    }

    /** Replies with what the streams have whose slots are locked; false when that is nothing. */
    private boolean serve(Call call) {
        ReplyWriter reply = call.reply();
        int mark = reply.mark();
        int served = 0;
        for (int i = 0; i < keys.length; i++) {
            Entry entry = reach(call, keys[i]);
            if (entry != null && serve(call, entry, behind[i])) {
                served++;
            }
        }
        if (served > 0 && reply.isResp3()) {
            reply.mapAt(mark, served);
        } else if (served > 0) {
            reply.arrayAt(mark, served);
        }
        return served > 0;
    }

    private static @Nullable Entry reach(Call call, byte[] key) {
        return call.slotOf(key).isLockedByMe() ? call.read(key) : null;
    }

    private boolean serve(Call call, Entry entry, StreamId id) {
        StreamValue stream = StreamCommands.valueOf(entry);
        if (options.group != null && options.consumer != null) {
            return serve(call, entry, stream, requireGroup(stream, entry.key(), options.group), id, options.consumer);
        }
        StreamId start = id.next();
        if (start == null || stream.size() == 0 || !stream.topId().isAfter(id)) {
            return false;
        }
        header(call.reply(), entry.key());
        new StreamReply(call.reply()).range(stream, start, StreamId.MAX, false, most());
        return true;
    }

    private boolean serve(
            Call call, Entry entry, StreamValue stream, StreamGroup group, StreamId id, byte[] consumerName) {
        Claims claims = new Claims(call, entry, group);
        StreamConsumer consumer = claims.consumer(consumerName);
        StreamId start = id.next(); // null: behind NEW there is none
        boolean serves = start != null || stream.hasNewFor(group);
        if (serves) {
            header(call.reply(), entry.key());
            int mark = call.reply().mark();
            int count = start != null
                    ? repeat(call, stream, consumer, start, claims)
                    : deliver(call, stream, group, consumer, claims);
            call.reply().arrayAt(mark, count);
        }
        claims.end();
        return serves;
    }

    /** Replies once more with what is pending with the consumer; of what is gone, with the id alone. */
    private int repeat(Call call, StreamValue stream, StreamConsumer consumer, StreamId start, Claims claims) {
        StreamReply reply = new StreamReply(call.reply());
        int[] count = {0};
        consumer.pending().forEach(start, pending -> {
            StreamId id = pending.id();
            if (reply.entry(stream, id)) {
                pending.deliveredAgain(call.nowMs(), pending.deliveries() + 1);
                claims.claim(id, call.nowMs(), pending.deliveries());
            } else {
                call.reply().array(2);
                reply.id(id);
                call.reply().nullArray();
            }
            return ++count[0] < most();
        });
        return count[0];
    }

    /** Replies with what the group has not got yet, which is pending with the consumer from now on. */
    private int deliver(Call call, StreamValue stream, StreamGroup group, StreamConsumer consumer, Claims claims) {
        StreamReply reply = new StreamReply(call.reply());
        int[] count = {0};
        StreamId start = Objects.requireNonNull(group.lastId().next());
        stream.forEach(start, StreamId.MAX, false, entry -> {
            StreamId id = entry.id();
            reply.entry(entry);
            if (!options.noAck) {
                group.assign(id, consumer, call.nowMs(), 1);
                consumer.active(call.nowMs());
                claims.claim(id, call.nowMs(), 1);
            }
            stream.deliver(group, id);
            return ++count[0] < most();
        });
        if (options.noAck) {
            claims.setOn();
        }
        return count[0];
    }

    private long most() {
        return options.most == ALL ? Long.MAX_VALUE : options.most;
    }

    private static void header(ReplyWriter reply, byte[] key) {
        if (!reply.isResp3()) {
            reply.array(2);
        }
        reply.bulk(key);
    }

    // ---- waiting ----

    @Override
    public boolean heedsDeletion() {
        return options.group != null;
    }

    @Override
    public boolean isReady(@Nullable Entry entry) {
        StreamValue stream = entry != null && entry.value() instanceof StreamValue value ? value : null;
        if (options.group != null) {
            StreamGroup group = stream == null ? null : stream.group(options.group);
            return stream == null || group == null || stream.hasNewFor(group);
        }
        return stream != null && stream.size() > 0 && isBehindAny(stream.topId(), entry.key());
    }

    private boolean isBehindAny(StreamId id, byte[] key) {
        for (int i = 0; i < keys.length; i++) {
            if (id.isAfter(behind[i]) && Arrays.equals(keys[i], key)) {
                return true;
            }
        }
        return false;
    }

    /** Begins anew, as Redis does: whatever is wrong with any of the streams by now is what the client is told. */
    @Override
    public void take(Call call, byte[] key) {
        for (byte[] each : keys) {
            if (call.slotOf(each).isLockedByMe()) {
                StreamValue stream = call.read(each, StreamValue.class);
                if (options.group != null) {
                    requireGroup(stream, each, options.group);
                }
            }
        }
        serve(call);
    }
}
