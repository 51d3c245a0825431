package dev.rondo.server.command;

import static dev.rondo.server.command.CommandSpec.command;

import dev.rondo.server.type.StreamId;
import dev.rondo.server.type.StreamValue;
import java.util.List;

/** Streams: reading entries. */
final class StreamReadCommands {
    private static final long ALL = -1;

    private StreamReadCommands() {}

    static List<CommandSpec> commands() {
        return List.of(
                range("xrange").runs(call -> range(call, false)),
                range("xrevrange").runs(call -> range(call, true)),
                command("xread", -4)
                        .flags(Flag.READONLY, Flag.BLOCKING, Flag.MOVABLEKEYS)
                        .acl(Category.STREAM)
                        .halfOfThatBehind("STREAMS", 1, "RO", "access")
                        .keyFinder(StreamRead::keys)
                        .runs(call -> StreamRead.of(call, false).serveOrWait(call)),
                command("xreadgroup", -7)
                        .flags(Flag.WRITE, Flag.BLOCKING, Flag.MOVABLEKEYS)
                        .acl(Category.STREAM)
                        .halfOfThatBehind("STREAMS", 4, "RO", "access")
                        .keyFinder(StreamRead::keys)
                        .runs(call -> StreamRead.of(call, true).serveOrWait(call)));
    }

    private static CommandSpec range(String name) {
        return command(name, -4).flags(Flag.READONLY).acl(Category.STREAM).keys(1, 1, 1, "RO", "access");
    }

    private static void range(Call call, boolean reverse) {
        StreamId from = StreamIds.toStart(call.argument(reverse ? 3 : 2));
        StreamId to = StreamIds.toEnd(call.argument(reverse ? 2 : 3));
        long count = ALL;
        for (int i = 4; i < call.count(); i += 2) {
            if (i + 1 == call.count() || !Arguments.is(call.argument(i), "count")) {
                throw CommandException.syntax();
            }
            count = Math.max(0, call.longArgument(i + 1));
        }
        StreamValue stream = call.read(call.argument(1), StreamValue.class);
        if (stream == null) {
            call.reply().array(0);
        } else if (count == 0) {
            call.reply().nullArray();
        } else {
            new StreamReply(call.reply()).range(stream, from, to, reverse, count == ALL ? Long.MAX_VALUE : count);
        }
    }
}
