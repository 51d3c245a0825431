package dev.rondo.server.net;

import dev.rondo.server.resp.ProtocolException;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.resp.RequestDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Arrays;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's socket: decodes its requests, hands them to the {@link RequestHandler} one after the other and sends
 * the replies in order, flushed once per read. It stops reading while a request is suspended and while the client
 * does not take its replies, so neither side's memory grows without bound. Confined to its event loop, apart from
 * {@link #resume}, {@link #push}, {@link #close} and the getters, which any thread may call.
 */
public final class Connection extends ChannelInboundHandlerAdapter {
    private static final Logger log = LoggerFactory.getLogger(Connection.class);
    private static final byte[] NOTHING = {};
    /** Replies are handed to the socket when a batch of requests has produced this many bytes. */
    private static final int SPILL_BYTES = 64 * 1024;

    private final Worker worker;
    private final Listener listener;
    private final RequestDecoder decoder;
    private ChannelHandlerContext context;
    private Object session;
    private byte[] leftover = NOTHING;
    private boolean processing;
    private boolean suspended;
    private volatile boolean closing;
    private boolean halfClosed;
    private final PushQueue pushes = new PushQueue();
    private final HeldOutput held = new HeldOutput();
    private volatile OutputLimit outputLimit = OutputLimit.NONE;
    private long overSoftLimitSinceNs;
    private String remoteAddress = "?:0";
    private String localAddress = "?:0";

    Connection(Worker worker, Listener listener) {
        this.worker = worker;
        this.listener = listener;
        this.decoder = new RequestDecoder(
                listener.settings().maxBulkBytes(), listener.settings().maxQueryBytes());
    }

    /** What {@link RequestHandler#opened} returned. */
    public Object session() {
        return session;
    }

    public String remoteAddress() {
        return remoteAddress;
    }

    public String localAddress() {
        return localAddress;
    }

    /** Whether the client runs on the same machine. */
    public boolean isFromThisHost() {
        return isFromThisHost(context.channel());
    }

    static boolean isFromThisHost(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress inet
                && inet.getAddress() != null
                && inet.getAddress().isLoopbackAddress();
    }

    private static String text(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
                : "?:0";
    }

    /** Tells the decoder whether the client may send large requests. */
    public void authenticated(boolean yes) {
        decoder.authenticated(yes);
    }

    /** From now on a client that leaves more than this unread is disconnected. */
    public void outputLimit(OutputLimit limit) {
        outputLimit = limit;
    }

    /** Bytes of replies and messages that the client has not taken yet. */
    public long pendingOutputBytes() {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        return pushes.bytes() + held.bytes() + (buffer == null ? 0 : buffer.totalPendingWriteBytes());
    }

    /** The number of pieces that {@link #pendingOutputBytes} consists of. */
    public int pendingOutputPieces() {
        ChannelOutboundBuffer buffer = context.channel().unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.size();
    }

    /** Whether the connection takes further requests now. */
    public boolean isReading() {
        return context.channel().config().isAutoRead();
    }

    /** The socket's file descriptor, -1 where the transport does not tell. */
    public int fileDescriptor() {
        return context.channel() instanceof EpollSocketChannel socket
                ? socket.fd().intValue()
                : -1;
    }

    /** Bytes of requests received and not executed yet. */
    public long pendingInputBytes() {
        return leftover.length + decoder.pendingBytes();
    }

    // ---- requests ----

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        remoteAddress = text(ctx.channel().remoteAddress());
        localAddress = text(ctx.channel().localAddress());
        session = worker.handler.opened(this);
        listener.opened(this);
        ctx.read();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (session != null) {
            closing = true;
            leftover = NOTHING;
            pushes.clear();
            held.clear();
            listener.closed(this);
            worker.handler.closed(this);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        int received = bytes.readableBytes();
        listener.stats().bytesReceived.add(received);
        if (closing) { // what comes behind the last request that is answered
            bytes.release();
            return;
        }
        byte[] input;
        int kept = leftover.length;
        if (kept == 0) {
            input = worker.input(received);
        } else {
            input = Arrays.copyOf(leftover, kept + received);
            leftover = NOTHING;
        }
        bytes.readBytes(input, kept, received);
        bytes.release();
        if (suspended || !ctx.channel().isWritable()) {
            keep(input, 0, kept + received);
            updateReading();
        } else {
            process(input, kept + received);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        flush();
        updateReading();
    }

    private void process(byte[] input, int limit) {
        ReplyWriter reply = worker.reply;
        reply.reset();
        processing = true;
        worker.handler.beginBatch();
        decoder.position(0);
        try {
            RequestBatch batch = worker.batch;
            boolean goOn = !closing;
            while (goOn && batch.fill(decoder, input, limit)) {
                worker.handler.upcoming(this, batch.requests(), batch.size());
                goOn = answer(batch, reply);
            }
        } catch (ProtocolException e) {
            refuse(e, reply);
        } finally {
            processing = false;
        }
        if (!closing) {
            keep(input, decoder.position(), limit);
        }
        send(reply);
        if (closing) {
            closeWhenSent();
        }
    }

    /** Answers requests one after the other; false when no more can be answered now. */
    private boolean answer(RequestBatch batch, ReplyWriter reply) throws ProtocolException {
        for (int i = 0; i < batch.size(); i++) {
            worker.handler.request(this, batch.take(i), reply);
            if (reply.size() >= SPILL_BYTES) {
                send(reply);
                context.flush();
            }
            if (suspended || closing || !context.channel().isWritable()) {
                batch.stopBehind(i, decoder);
                return false;
            }
        }
        batch.rethrow();
        return true;
    }

    /** As in Redis: what is no request is answered, a request larger than the query buffer may be is not. */
    private void refuse(ProtocolException e, ReplyWriter reply) {
        if (e.isTooLarge()) {
            listener.stats().queryLimitDisconnections.increment();
        } else {
            listener.stats().protocolErrors.increment();
            reply.error("ERR " + e.getMessage());
        }
        log.info("Closing {}: {}", remoteAddress, e.getMessage());
        closing = true;
    }

    private void keep(byte[] input, int from, int to) {
        leftover = from == to ? NOTHING : Arrays.copyOfRange(input, from, to);
    }

    private void send(ReplyWriter reply) {
        Hold hold = worker.handler.hold(this, reply);
        if (hold != null) {
            held.add(hold);
            held.limit(context.channel());
            if (hold.isSettled()) {
                context.executor().execute(this::releaseHeld);
            }
        } else if (reply.size() == 0) {
            return;
        } else if (held.isEmpty()) {
            write(reply.array(), reply.size());
        } else {
            held.add(reply.toByteArray());
            held.limit(context.channel());
        }
        reply.reset();
    }

    private void write(byte[] bytes, int size) {
        listener.stats().bytesSent.add(size);
        ByteBuf out = context.alloc().ioBuffer(size);
        out.writeBytes(bytes, 0, size);
        context.write(out, context.voidPromise());
    }

    /** Sends what was held and may leave now. On the event loop only. */
    public void releaseHeld() {
        for (byte[] bytes = held.poll(); bytes != null; bytes = held.poll()) {
            if (bytes.length > 0) {
                write(bytes, bytes.length);
            }
        }
        flush();
        held.limit(context.channel());
        if (closing && held.isEmpty()) {
            closeWhenSent();
        }
    }

    private void updateReading() {
        boolean read = !suspended && !closing && context.channel().isWritable();
        if (context.channel().config().isAutoRead() != read) {
            context.channel().config().setAutoRead(read);
        }
    }

    /** Continues with requests that were received while the connection was suspended or its client too slow. */
    private void continueReading() {
        if (closing || processing) {
            return;
        }
        if (!suspended) {
            if (leftover.length > 0 && context.channel().isWritable()) {
                byte[] input = leftover;
                leftover = NOTHING;
                process(input, input.length);
            }
            flush();
        }
        if (halfClosed && !closing) {
            endHalfClosed();
        }
        updateReading();
    }

    /**
     * What the client sent before it hung up is answered, but nobody waits for a request that has to wait. With more
     * than about a megabyte of replies unread, Netty 4.2.18's epoll transport may close the channel on the way (it
     * modifies a registration that it has deleted); Redis drops such replies too.
     */
    private void endHalfClosed() {
        if (suspended) {
            if (worker.handler.abandon(this)) {
                close();
            }
        } else if (context.channel().isWritable()) {
            closeAfterReply();
        }
    }

    private void flush() {
        context.flush();
        enforceOutputLimit();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (ctx.channel().isWritable()) {
            // Not in this call: it may come from inside a flush of the very batch that is being processed.
            ctx.executor().execute(this::continueReading);
        }
    }

    /** While a request is being answered: takes no further request, and expects no reply to this one, until resumed. */
    public void suspend() {
        suspended = true;
    }

    public boolean isSuspended() {
        return suspended;
    }

    /** Ends a suspension: {@code late} writes the reply that was owed, then the next requests are answered. */
    public void resume(Consumer<ReplyWriter> late) {
        // Always a task of its own: the caller may hold a slot's lock or be in the middle of another request.
        context.executor().execute(() -> {
            if (!closing && suspended) {
                answerLate(late);
            }
        });
    }

    /** Ends a suspension by handing the request to the handler once more. */
    public void retry(byte[][] arguments) {
        resume(reply -> worker.handler.request(this, arguments, reply));
    }

    /**
     * As {@link #resume}, for the reply to what was done already: it is sent before a connection that is to close does.
     */
    public void resumeAnswered(Consumer<ReplyWriter> late) {
        context.executor().execute(() -> {
            if (suspended && isOpen()) {
                answerLate(late);
            }
        });
    }

    private void answerLate(Consumer<ReplyWriter> late) {
        suspended = false;
        processing = true;
        worker.handler.beginBatch();
        worker.reply.reset();
        try {
            late.accept(worker.reply);
        } finally {
            processing = false;
        }
        send(worker.reply);
        if (closing) {
            closeWhenSent();
        } else {
            continueReading();
        }
    }

    /**
     * Sends bytes that are no reply (a pub/sub message), in the order of the calls. The array must not change.
     *
     * @param isWanted asked on the event loop when the message's turn comes
     */
    public void push(byte[] message, BooleanSupplier isWanted) {
        if (closing) {
            return;
        }
        if (pushes.add(message, isWanted)) {
            context.executor().execute(this::sendPushes);
        } else if (outputLimit.isOverHard(pushes.bytes())) {
            // The event loop does not keep up: the loop itself would notice too late.
            closing = true;
            context.executor().execute(() -> closeOverLimit(pushes.bytes()));
        }
    }

    private void sendPushes() {
        pushes.begin();
        while (!closing) {
            ByteBuf batch = pushes.next(context.alloc());
            if (batch == null) {
                break;
            }
            if (held.isEmpty()) {
                listener.stats().bytesSent.add(batch.readableBytes());
                context.writeAndFlush(batch, context.voidPromise());
            } else { // behind the replies that the client gets first
                held.add(ByteBufUtil.getBytes(batch));
                batch.release();
                held.limit(context.channel());
            }
            enforceOutputLimit();
        }
        if (closing) {
            pushes.clear();
        }
    }

    /** Puts the messages pushed so far in front of what {@code reply} gets next. On the event loop only. */
    public void takePushes(ReplyWriter reply) {
        pushes.drainTo(reply);
    }

    /** Closes the connection if its client leaves too much unread for too long. On the event loop only. */
    public void enforceOutputLimit() {
        OutputLimit limit = outputLimit;
        if (limit.isNone() || closing) {
            return;
        }
        long pending = pendingOutputBytes();
        long now = System.nanoTime();
        if (!limit.isOverSoft(pending)) {
            overSoftLimitSinceNs = 0;
        } else if (overSoftLimitSinceNs == 0) {
            overSoftLimitSinceNs = now;
        }
        if (limit.isOver(pending, overSoftLimitSinceNs == 0 ? 0 : now - overSoftLimitSinceNs)) {
            closing = true;
            closeOverLimit(pending);
        }
    }

    private void closeOverLimit(long pendingBytes) {
        listener.stats().outputLimitDisconnections.increment();
        log.warn("Closing {}: it left {} bytes of output unread", remoteAddress, pendingBytes);
        pushes.clear();
        // Not in this call: it may come from the middle of a request.
        context.executor().execute(context::close);
    }

    /** Closes once the replies written so far are sent; later requests are not read. */
    public void closeAfterReply() {
        closing = true;
        if (!processing) {
            closeWhenSent();
        }
    }

    private void closeWhenSent() {
        if (!held.isEmpty()) {
            return; // done when that has been sent
        }
        context.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Closes at once, from any thread. */
    public void close() {
        closing = true; // from here on nothing more is done for the client
        context.executor().execute(context::close);
    }

    /** Whether the client is there: what is written now would be sent. Any thread. */
    public boolean isServed() {
        return !closing && isOpen();
    }

    /** Runs on the connection's event loop. */
    public void execute(Runnable task) {
        context.executor().execute(task);
    }

    /** The connection's event loop, which it shares with others. */
    public ScheduledExecutorService loop() {
        return context.executor();
    }

    /** Whether the socket is open. */
    public boolean isOpen() {
        return context.channel().isActive();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof io.netty.channel.socket.ChannelInputShutdownEvent) {
            halfClosed = true;
            // Not in this call: requests that wait for the client to take its replies may be about to go on.
            ctx.executor().execute(this::continueReading);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("Connection to {} failed: {}", remoteAddress, cause.toString());
        } else {
            log.error("Closing {} after an unexpected error", remoteAddress, cause);
        }
        ctx.close();
    }
}
