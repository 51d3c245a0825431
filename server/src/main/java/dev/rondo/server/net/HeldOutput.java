package dev.rondo.server.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The output of a connection that has to wait, in order: held replies, and what came behind them. Confined to the
 * connection's event loop, apart from {@link #bytes}.
 */
final class HeldOutput {
    private record Part(@Nullable Hold hold, byte[] bytes, int sizeBytes) {}

    private final Queue<Part> parts = new ArrayDeque<>();
    private boolean tooMuch;
    private long heldBytes;
    private volatile long bytes; // the same, for other threads

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /** The memory it takes; any thread. */
    long bytes() {
        return bytes;
    }

    void add(Hold hold) {
        add(new Part(hold, hold.replies(), hold.sizeBytes()));
    }

    /** Adds what need not wait by itself. */
    void add(byte[] output) {
        add(new Part(null, output, output.length));
    }

    private void add(Part part) {
        parts.add(part);
        heldBytes += part.sizeBytes;
        bytes = heldBytes;
    }

    /** The next bytes that may leave; null when there are none. */
    byte @Nullable [] poll() {
        Part first = parts.peek();
        if (first == null || first.hold != null && !first.hold.isSettled()) {
            return null;
        }
        parts.remove();
        heldBytes -= first.sizeBytes;
        bytes = heldBytes;
        return first.hold == null ? first.bytes : first.hold.replies();
    }

    /** Held replies count as unsent ones: a client that has too many of them is read no further. */
    void limit(Channel channel) {
        WriteBufferWaterMark mark = channel.config().getWriteBufferWaterMark();
        boolean nowTooMuch = heldBytes > (tooMuch ? mark.low() : mark.high());
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        if (nowTooMuch != tooMuch && buffer != null) {
            tooMuch = nowTooMuch;
            buffer.setUserDefinedWritability(1, !tooMuch);
        }
    }

    void clear() {
        parts.clear();
        heldBytes = 0;
        bytes = 0;
    }
}
