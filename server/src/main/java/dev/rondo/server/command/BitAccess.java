package dev.rondo.server.command;

import dev.rondo.server.keyspace.Entry;
import dev.rondo.server.pubsub.EventClass;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.type.StringValue;
import dev.rondo.server.type.StringValue.RawString;
import org.jspecify.annotations.Nullable;

/**
 * How commands reach single bits of strings: offsets within the longest string allowed, and strings that are long
 * enough to be written to.
 *
 * @param maxStringBytes no bit behind so many bytes is reached (proto-max-bulk-len)
 */
record BitAccess(long maxStringBytes) {
    private static final byte[] EMPTY = {};

    /** The offset of a bit. */
    long offset(Call call, byte[] text) {
        return checked(call, Arguments.longOrNull(text));
    }

    /** The offset of a field of so many bits: that of a bit, or "#" and how many such fields are in front of it. */
    long offset(Call call, byte[] text, int bits) {
        if (text.length == 0 || text[0] != '#') {
            return offset(call, text);
        }
        boolean number = Ascii.isLong(text, 1, text.length);
        return checked(call, number ? Ascii.toLong(text, 1, text.length) * bits : null);
    }

    /** A replay takes what the primary took. */
    private long checked(Call call, @Nullable Long offset) {
        if (offset == null || offset < 0 || !call.isApplying() && offset >> 3 >= maxStringBytes) {
            throw new CommandException("ERR bit offset is not an integer or out of range");
        }
        return offset;
    }

    /** A string that can be changed in place up to a bit, made of what the key holds; not stored yet. */
    static RawString writable(@Nullable Entry entry, long lastBit) {
        RawString string = StringValue.growing(entry == null ? EMPTY : Call.stringOf(entry));
        string.growTo((int) (lastBit >>> 3) + 1);
        return string;
    }

    /**
     * Stores a string that {@link #writable} gave.
     *
     * @param changed false where only its form changed: then nobody is told
     */
    static void store(Call call, @Nullable Entry entry, RawString string, boolean changed) {
        byte[] key = call.argument(1);
        if (changed) {
            call.set(key, entry, string, true);
        } else if (entry != null) {
            call.slotOf(key).setValue(entry, string);
        }
    }

    /** Tells of bits that were written. */
    static void tell(Call call) {
        call.event(EventClass.STRING, "setbit", call.argument(1));
    }
}
