package dev.rondo.server.pubsub;

import dev.rondo.server.resp.ReplyWriter;
import org.jspecify.annotations.Nullable;

/** A message on its way to many receivers: written once for each protocol. Confined to the publishing thread. */
final class Message {
    private static final int OVERHEAD_BYTES = 64;

    private final String kind;
    private final byte[][] parts;
    private byte @Nullable [] resp2;
    private byte @Nullable [] resp3;

    /** A push of {@code kind} ("message", "pmessage", "smessage") and the given bulk strings. */
    Message(String kind, byte[]... parts) {
        this.kind = kind;
        this.parts = parts;
    }

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
        int size = OVERHEAD_BYTES;
        for (byte[] part : parts) {
            size += part.length;
        }
        ReplyWriter writer = new ReplyWriter(size);
        writer.resp3(isResp3);
        writer.push(parts.length + 1);
        writer.bulk(kind);
        for (byte[] part : parts) {
            writer.bulk(part);
        }
        return writer.toByteArray();
    }
}
