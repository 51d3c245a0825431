package dev.rondo.server.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.redis.ArrayHeaderRedisMessage;
import io.netty.handler.codec.redis.ArrayRedisMessage;
import io.netty.handler.codec.redis.BulkStringHeaderRedisMessage;
import io.netty.handler.codec.redis.DefaultBulkStringRedisContent;
import io.netty.handler.codec.redis.DefaultLastBulkStringRedisContent;
import io.netty.handler.codec.redis.ErrorRedisMessage;
import io.netty.handler.codec.redis.FullBulkStringRedisMessage;
import io.netty.handler.codec.redis.IntegerRedisMessage;
import io.netty.handler.codec.redis.RedisArrayAggregator;
import io.netty.handler.codec.redis.RedisBulkStringAggregator;
import io.netty.handler.codec.redis.RedisDecoder;
import io.netty.handler.codec.redis.RedisEncoder;
import io.netty.handler.codec.redis.RedisMessage;
import io.netty.handler.codec.redis.SimpleStringRedisMessage;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A connection to another server, over netty-codec-redis (RESP2). Commands may be sent from any thread but a server's
 * event loop; each waits for its reply, as long as bytes move. A reply is a {@link String} (status or bulk), a {@link
 * Long}, a {@link List} of replies, or null.
 */
public final class RespClient implements AutoCloseable {
    /** The node answered with an error. */
    public static final class ReplyException extends IOException {
        private static final long serialVersionUID = 1L;

        ReplyException(String message) {
            super(message);
        }
    }

    private static final int MOST_ELEMENTS = 1 << 20;
    private static final int MOST_DEPTH = 32;
    /** Of what is sent in pieces of this size one can see whether it moves. */
    private static final int PIECE_BYTES = 64 * 1024;

    private final EventLoopGroup group;
    private final Channel channel;
    private final Replies replies;
    private final int timeoutMs;

    private RespClient(EventLoopGroup group, Channel channel, Replies replies, int timeoutMs) {
        this.group = group;
        this.channel = channel;
        this.replies = replies;
        this.timeoutMs = timeoutMs;
    }

    /**
     * Connects.
     *
     * @param timeoutMs for connecting, and for waiting without a byte coming or going
     * @throws ConnectException when nobody listens there
     * @throws IOException when there is no such host, or no answer in time
     */
    public static RespClient connect(String host, int port, int timeoutMs) throws IOException {
        EventLoopGroup group =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("resp", true), NioIoHandler.newFactory());
        Replies replies = new Replies();
        ChannelFuture opening = new Bootstrap()
                .group(group)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMs)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel opened) {
                        opened.pipeline()
                                .addLast(new RedisDecoder())
                                .addLast(new RedisBulkStringAggregator())
                                .addLast(new RedisArrayAggregator(MOST_ELEMENTS, MOST_DEPTH))
                                .addLast(new RedisEncoder())
                                .addLast(replies);
                    }
                })
                .connect(host, port);
        boolean over = opening.awaitUninterruptibly(timeoutMs); // which bounds the look-up of the name, too
        if (over && opening.isSuccess()) {
            return new RespClient(group, opening.channel(), replies, timeoutMs);
        }
        opening.channel().close();
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
        String failure = "cannot connect to " + host + ":" + port + ": ";
        if (!over || opening.cause() instanceof ConnectTimeoutException) {
            throw new SocketTimeoutException(failure + "no answer in " + timeoutMs + " ms");
        }
        if (opening.cause() instanceof UnknownHostException) {
            throw new UnknownHostException(failure + "no such host");
        }
        throw new ConnectException(failure + opening.cause().getMessage());
    }

    /**
     * Sends a command and waits for its reply.
     *
     * @throws ReplyException when the reply is an error
     * @throws IOException when the connection fails or no reply comes in time
     */
    public @Nullable Object command(String... words) throws IOException {
        return await(send(Stream.of(words)
                .map(word -> word.getBytes(StandardCharsets.UTF_8))
                .toArray(byte[][]::new)));
    }

    /**
     * Sends a command; others may follow before its reply is {@linkplain #await awaited}. The words must not change.
     */
    public CompletableFuture<Object> send(byte[]... words) {
        CompletableFuture<Object> reply = new CompletableFuture<>();
        channel.eventLoop().execute(() -> {
            replies.waiting.add(reply);
            channel.write(new ArrayHeaderRedisMessage(words.length));
            for (byte[] word : words) {
                write(word);
            }
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> {
                if (!written.isSuccess()) {
                    reply.completeExceptionally(written.cause());
                }
            });
        });
        return reply;
    }

    private void write(byte[] word) {
        channel.write(new BulkStringHeaderRedisMessage(word.length));
        int from = 0;
        for (; word.length - from > PIECE_BYTES; from += PIECE_BYTES) {
            channel.write(new DefaultBulkStringRedisContent(Unpooled.wrappedBuffer(word, from, PIECE_BYTES)));
        }
        channel.write(new DefaultLastBulkStringRedisContent(Unpooled.wrappedBuffer(word, from, word.length - from)));
    }

    /**
     * Waits for the reply to a command.
     *
     * @throws ReplyException when the reply is an error
     * @throws IOException when the connection fails, or no byte comes or goes for too long
     */
    public @Nullable Object await(CompletableFuture<Object> reply) throws IOException {
        long unsent = unsentBytes();
        while (true) {
            try {
                return reply.get(timeoutMs, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                long before = unsent;
                unsent = unsentBytes();
                if (unsent == before) {
                    throw new IOException("no reply in " + timeoutMs + " ms", e);
                }
            } catch (ExecutionException e) {
                throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", e);
            }
        }
    }

    private long unsentBytes() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    @Override
    public void close() {
        channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
        group.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }

    /** Gives each reply to the oldest command that waits for one. */
    private static final class Replies extends SimpleChannelInboundHandler<RedisMessage> {
        final Queue<CompletableFuture<Object>> waiting = new ArrayDeque<>();

        @Override
        protected void channelRead0(ChannelHandlerContext context, RedisMessage message) {
            CompletableFuture<Object> reply = waiting.poll();
            if (reply == null) {
                return; // a push nobody asked for
            }
            if (message instanceof ErrorRedisMessage error) {
                reply.completeExceptionally(new ReplyException(error.content()));
            } else {
                reply.complete(value(message));
            }
        }

        private static @Nullable Object value(RedisMessage message) {
            if (message instanceof SimpleStringRedisMessage status) {
                return status.content();
            }
            if (message instanceof ErrorRedisMessage error) {
                return error.content();
            }
            if (message instanceof IntegerRedisMessage number) {
                return number.value();
            }
            if (message instanceof FullBulkStringRedisMessage bulk) {
                ByteBuf content = bulk.content();
                return bulk.isNull() ? null : content.toString(StandardCharsets.UTF_8);
            }
            if (message instanceof ArrayRedisMessage array) {
                if (array.isNull()) {
                    return null;
                }
                List<@Nullable Object> values = new ArrayList<>();
                array.children().forEach(child -> values.add(value(child)));
                return values;
            }
            if (message instanceof BulkStringHeaderRedisMessage) {
                throw new IllegalStateException("bulk strings are aggregated");
            }
            throw new IllegalStateException("unexpected " + message.getClass());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            fail(new IOException("the connection was closed"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            fail(cause);
            context.close();
        }

        private void fail(Throwable cause) {
            CompletableFuture<Object> reply = waiting.poll();
            while (reply != null) {
                reply.completeExceptionally(cause);
                reply = waiting.poll();
            }
        }
    }
}
