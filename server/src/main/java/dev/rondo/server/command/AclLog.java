package dev.rondo.server.command;

import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.security.AccessLog;
import java.math.BigDecimal;
import java.util.List;

/** ACL LOG: what was refused, newest first. */
final class AclLog {
    private static final int DEFAULT_ENTRIES = 10;

    private AclLog() {}

    static void run(Call call, AccessLog log) {
        if (call.count() > 3) {
            throw AclCommands.wrongForm(call);
        }
        if (call.count() == 3 && Arguments.is(call.argument(2), "reset")) {
            log.clear();
            call.reply().ok();
            return;
        }
        long most = call.count() == 3 ? call.longArgument(2) : DEFAULT_ENTRIES;
        List<AccessLog.Entry> entries = log.newest(most);
        call.reply().array(entries.size());
        entries.forEach(entry -> write(call.reply(), entry, call.nowMs()));
    }

    private static void write(ReplyWriter reply, AccessLog.Entry entry, long nowMs) {
        reply.map(10);
        number(reply, "count", entry.count());
        text(reply, "reason", entry.reason().logName());
        text(reply, "context", entry.context().logName());
        text(reply, "object", entry.object());
        text(reply, "username", entry.user());
        reply.bulk("age-seconds");
        reply.doubleText(seconds(nowMs - entry.updatedMs()));
        text(reply, "client-info", entry.client());
        number(reply, "entry-id", entry.id());
        number(reply, "timestamp-created", entry.createdMs());
        number(reply, "timestamp-last-updated", entry.updatedMs());
    }

    private static String seconds(long ms) {
        return ms == 0 ? "0" : BigDecimal.valueOf(ms, 3).stripTrailingZeros().toPlainString();
    }

    private static void text(ReplyWriter reply, String name, String value) {
        reply.bulk(name);
        reply.bulk(value);
    }

    private static void number(ReplyWriter reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
    }
}
