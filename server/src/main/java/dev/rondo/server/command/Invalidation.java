package dev.rondo.server.command;

import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The message that keys are no longer what a client has read; about no keys in particular, it is about all. */
final class Invalidation {
    /** Where a client listens that speaks RESP2, and is told for another one. */
    private static final byte[] CHANNEL = Ascii.bytes("__redis__:invalidate");

    private static final int OVERHEAD_BYTES = 64;

    private final @Nullable Collection<byte[]> keys;
    private byte @Nullable [] resp2;
    private byte @Nullable [] resp3;

    Invalidation(@Nullable Collection<byte[]> keys) {
        this.keys = keys;
    }

    /** The message as a push of RESP3, or as one of a channel in RESP2. */
    byte[] bytes(boolean isResp3) {
        byte @Nullable [] written = isResp3 ? resp3 : resp2;
        if (written == null) {
            written = write(isResp3);
            if (isResp3) {
                resp3 = written;
            } else {
                resp2 = written;
            }
        }
        return written;
    }

    private byte[] write(boolean isResp3) {
        ReplyWriter writer = new ReplyWriter(OVERHEAD_BYTES);
        writer.resp3(isResp3);
        if (isResp3) {
            writer.push(2);
            writer.bulk("invalidate");
        } else {
            writer.array(3);
            writer.bulk("message");
            writer.bulk(CHANNEL);
        }
        if (keys == null) {
            writer.nullBulk();
        } else {
            writer.array(keys.size());
            keys.forEach(writer::bulk);
        }
        return writer.toByteArray();
    }
}
