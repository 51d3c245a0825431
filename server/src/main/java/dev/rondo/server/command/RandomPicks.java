package dev.rondo.server.command;

import dev.rondo.server.resp.ReplyWriter;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/** Answers of commands that choose elements at random, such as SRANDMEMBER and HRANDFIELD. Pure functions. */
final class RandomPicks {
    /** A count below zero asks for a reply of any length: beyond this it is refused. */
    private static final int MOST_REPLY_BYTES = 64 << 20;

    private RandomPicks() {}

    /** The count that such a command is given. */
    static long count(byte[] argument) {
        long count = Arguments.toLong(argument);
        if (count == Long.MIN_VALUE) {
            throw new CommandException(
                    "ERR value is out of range, value must between -" + Long.MAX_VALUE + " and " + Long.MAX_VALUE);
        }
        return count;
    }

    /**
     * Writes {@code count} elements, each chosen without regard to the others.
     *
     * @param perElement how many replies {@code writer} writes for one
     */
    static <T> void repeated(
            ReplyWriter reply, long count, int perElement, Supplier<T> picker, BiConsumer<ReplyWriter, T> writer) {
        int start = reply.size();
        if (count > MOST_REPLY_BYTES / perElement) {
            throw tooMany();
        }
        reply.array((int) count * perElement);
        for (long left = count; left > 0; left--) {
            writer.accept(reply, picker.get());
            if (reply.size() - start > MOST_REPLY_BYTES) {
                reply.truncate(start);
                throw tooMany();
            }
        }
    }

    /** Writes these elements. */
    static <T> void all(ReplyWriter reply, List<T> elements, int perElement, BiConsumer<ReplyWriter, T> writer) {
        reply.array(elements.size() * perElement);
        elements.forEach(element -> writer.accept(reply, element));
    }

    private static CommandException tooMany() {
        return new CommandException("ERR value is out of range");
    }
}
