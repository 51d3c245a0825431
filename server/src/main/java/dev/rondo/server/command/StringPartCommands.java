package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.CommonSubsequence;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.StringValue.RawString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parts of strings: APPEND, STRLEN, ranges and LCS. */
final class StringPartCommands {
    private static final byte[] EMPTY = {};

    private final long maxStringBytes;

    StringPartCommands(long maxStringBytes) {
        this.maxStringBytes = maxStringBytes;
    }

    List<CommandSpec> commands() {
        return List.of(
                command("append", 3)
                        .flags(Flag.WRITE, Flag.DENYOOM, Flag.FAST)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RW", "insert")
                        .runs(this::append),
                command("strlen", 2)
                        .flags(Flag.READONLY, Flag.FAST)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RO")
                        .runs(StringPartCommands::strLen),
                command("setrange", 4)
                        .flags(Flag.WRITE, Flag.DENYOOM)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RW", "update")
                        .runs(this::setRange),
                command("getrange", 4)
                        .flags(Flag.READONLY)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(StringPartCommands::getRange),
                command("substr", 4)
                        .flags(Flag.READONLY)
                        .acl(Category.STRING)
                        .keys(1, 1, 1, "RO", "access")
                        .runs(StringPartCommands::getRange),
                command("lcs", -3)
                        .flags(Flag.READONLY)
                        .acl(Category.STRING)
                        .keys(1, 2, 1, "RO", "access")
                        .runs(StringPartCommands::lcs));
    }

    private void append(Call call) {
        byte[] key = call.argument(1);
        byte[] more = call.argument(2);
        Entry entry = call.write(key);
        if (entry == null) {
            call.set(key, null, StringValue.of(more), false);
            call.event(EventClass.STRING, "append", key);
            call.reply().integer(more.length);
            return;
        }
        Object value = Call.stringOf(entry);
        requireLength((long) StringValue.length(value) + more.length);
        RawString raw = StringValue.growing(value);
        raw.append(more);
        call.replace(entry, raw);
        call.event(EventClass.STRING, "append", key);
        call.reply().integer(raw.length());
    }

    private static void strLen(Call call) {
        Object value = call.readString(call.argument(1));
        call.reply().integer(value == null ? 0 : StringValue.length(value));
    }

    private void setRange(Call call) {
        byte[] key = call.argument(1);
        byte[] patch = call.argument(3);
        long offset = call.longArgument(2);
        if (offset < 0) {
            throw new CommandException("ERR offset is out of range");
        }
        Entry entry = call.write(key);
        Object value = entry == null ? EMPTY : Call.stringOf(entry);
        if (patch.length == 0) {
            call.reply().integer(StringValue.length(value));
            return;
        }
        requireLength(offset > maxStringBytes ? offset : offset + patch.length);
        RawString raw = StringValue.growing(value);
        raw.write((int) offset, patch);
        call.set(key, entry, raw, true);
        call.event(EventClass.STRING, "setrange", key);
        call.reply().integer(raw.length());
    }

    private void requireLength(long bytes) {
        if (bytes > maxStringBytes) {
            throw new CommandException("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
        }
    }

    private static void getRange(Call call) {
        long start = call.longArgument(2);
        long end = call.longArgument(3);
        Object value = call.readString(call.argument(1));
        int length = value == null ? 0 : StringValue.length(value);
        if (start < 0 && end < 0 && start > end) {
            call.reply().bulk(EMPTY);
            return;
        }
        start = Math.max(0, start < 0 ? start + length : start);
        end = Math.min(length - 1L, Math.max(0, end < 0 ? end + length : end));
        if (value == null || start > end) {
            call.reply().bulk(EMPTY);
        } else {
            call.reply().bulk(StringValue.array(value), (int) start, (int) (end - start + 1));
        }
    }

    // ---- LCS ----

    private static void lcs(Call call) {
        Entry firstEntry = call.read(call.argument(1));
        Entry secondEntry = call.read(call.argument(2));
        byte[] first = lcsOperand(firstEntry);
        byte[] second = lcsOperand(secondEntry);
        boolean index = false;
        boolean lengthOnly = false;
        boolean withLength = false;
        long leastLength = 0;
        for (int i = 3; i < call.count(); i++) {
            byte[] option = call.argument(i);
            if (Arguments.is(option, "idx")) {
                index = true;
            } else if (Arguments.is(option, "len")) {
                lengthOnly = true;
            } else if (Arguments.is(option, "withmatchlen")) {
                withLength = true;
            } else if (Arguments.is(option, "minmatchlen") && i + 1 < call.count()) {
                leastLength = call.longArgument(++i);
            } else {
                throw CommandException.syntax();
            }
        }
        if (index && lengthOnly) {
            throw new CommandException("ERR If you want both the length and indexes, please just use IDX.");
        }
        if (!CommonSubsequence.isPossible(first.length, second.length)) {
            throw new CommandException("ERR Insufficient memory, failed allocating transient memory for LCS");
        }
        if (lengthOnly) {
            call.reply().integer(CommonSubsequence.length(first, second));
        } else if (index) {
            replyIndex(call.reply(), CommonSubsequence.of(first, second), leastLength, withLength);
        } else {
            call.reply().bulk(CommonSubsequence.of(first, second).bytes());
        }
    }

    private static byte[] lcsOperand(@Nullable Entry entry) {
        if (entry == null) {
            return EMPTY;
        }
        if (!StringValue.isString(entry.value())) {
            throw new CommandException("ERR The specified keys must contain string values");
        }
        return StringValue.bytes(entry.value());
    }

    private static void replyIndex(ReplyWriter reply, CommonSubsequence found, long leastLength, boolean withLength) {
        reply.map(2);
        reply.bulk("matches");
        int mark = reply.mark();
        int count = 0;
        for (CommonSubsequence.Match match : found.matches()) {
            if (match.length() < leastLength) {
                continue;
            }
            count++;
            reply.array(withLength ? 3 : 2);
            range(reply, match.firstStart(), match.length());
            range(reply, match.secondStart(), match.length());
            if (withLength) {
                reply.integer(match.length());
            }
        }
        reply.arrayAt(mark, count);
        reply.bulk("len");
        reply.integer(found.length());
    }

    private static void range(ReplyWriter reply, int start, int length) {
        reply.array(2);
        reply.integer(start);
        reply.integer(start + length - 1L);
    }
}
