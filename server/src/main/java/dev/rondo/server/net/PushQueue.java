package dev.rondo.server.net;

import dev.rondo.server.resp.ReplyWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Messages from any thread that wait for a connection's event loop. Many small ones leave together, so that a burst
 * costs one system call. Any thread may {@link #add} and read {@link #bytes}; the rest is the event loop's.
 */
final class PushQueue {
    /** From here on a message is sent as it is instead of being copied into a batch. */
    private static final int LARGE_BYTES = 8 * 1024;

    private static final int BATCH_BYTES = 32 * 1024;

    private record Push(byte[] message, BooleanSupplier isWanted) {}

    private final Queue<Push> queue = new ConcurrentLinkedQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** Returns whether the event loop must be told: it is not, as long as it is on its way. */
    boolean add(byte[] message, BooleanSupplier isWanted) {
        queuedBytes.addAndGet(message.length);
        queue.add(new Push(message, isWanted));
        return !scheduled.get() && scheduled.compareAndSet(false, true);
    }

    long bytes() {
        return queuedBytes.get();
    }

    /** The event loop starts to take messages: what is added from here on is announced again. */
    void begin() {
        scheduled.set(false);
    }

    /** The next messages that are still wanted, null when there is none. */
    @Nullable ByteBuf next(ByteBufAllocator allocator) {
        @Nullable ByteBuf batch = null;
        for (Push first = queue.peek(); first != null; first = queue.peek()) {
            int length = first.message.length;
            if (batch != null && (length >= LARGE_BYTES || batch.readableBytes() + length > BATCH_BYTES)) {
                return batch;
            }
            take();
            if (!first.isWanted.getAsBoolean()) {
                continue;
            }
            if (length >= LARGE_BYTES) {
                return Unpooled.wrappedBuffer(first.message);
            }
            batch = batch == null ? allocator.ioBuffer(2 * length) : batch;
            batch.writeBytes(first.message);
        }
        return batch;
    }

    /** Writes all messages that are still wanted. */
    void drainTo(ReplyWriter reply) {
        for (Push push = take(); push != null; push = take()) {
            if (push.isWanted.getAsBoolean()) {
                reply.raw(push.message);
            }
        }
    }

    void clear() {
        while (take() != null) {
            // nobody wants it any more
        }
    }

    private @Nullable Push take() {
        Push push = queue.poll();
        if (push != null) {
            queuedBytes.addAndGet(-push.message.length);
        }
        return push;
    }
}
