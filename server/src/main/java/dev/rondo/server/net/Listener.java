package dev.rondo.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.FastThreadLocal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Accepts connections on a port and serves them on a fixed set of event loops: epoll where the platform has it, NIO
 * elsewhere. Thread-safe.
 */
public final class Listener implements AutoCloseable {
    private static final byte[] TOO_MANY = "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);
    /** The text is Redis's, which clients and operators know. */
    private static final byte[] DENIED = ("-DENIED Redis is running in protected mode because protected mode is enabled"
                    + " and no password is set for the default user. In this mode connections are only accepted from the"
                    + " loopback interface. If you want to connect from external computers to Redis you may adopt one"
                    + " of the following solutions: 1) Just disable protected mode sending the command 'CONFIG SET"
                    + " protected-mode no' from the loopback interface by connecting to Redis from the same host the"
                    + " server is running, however MAKE SURE Redis is not publicly accessible from internet if you do"
                    + " so. Use CONFIG REWRITE to make this change permanent. 2) Alternatively you can just disable the"
                    + " protected mode by editing the Redis configuration file, and setting the protected mode option to"
                    + " 'no', and then restarting the server. 3) If you started the server manually just for testing,"
                    + " restart it with the '--protected-mode no' option. 4) Set up an authentication password for the"
                    + " default user. NOTE: You only need to do one of the above things in order for the server to start"
                    + " accepting connections from the outside.\r\n")
            .getBytes(StandardCharsets.US_ASCII);

    private static final WriteBufferWaterMark WATER_MARK = new WriteBufferWaterMark(256 * 1024, 1024 * 1024);

    private final ListenerSettings settings;
    private final Supplier<RequestHandler> handlers;
    private final NetworkStats stats;
    private final EventLoopGroup loops;
    private final List<Channel> channels = new ArrayList<>();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final FastThreadLocal<Worker> worker = new FastThreadLocal<>() {
        @Override
        protected Worker initialValue() {
            return new Worker(handlers.get());
        }
    };
    /** Counted apart from {@link #connections}, which a channel joins a moment after it was let in. */
    private final AtomicInteger admitted = new AtomicInteger();

    private volatile int maxClients;
    private volatile BooleanSupplier isProtected = () -> false;

    /** Prepares the event loops; {@link #open} starts to accept. Each loop takes one handler from {@code handlers}. */
    public Listener(ListenerSettings settings, Supplier<RequestHandler> handlers, NetworkStats stats) {
        this.settings = settings;
        this.handlers = handlers;
        this.stats = stats;
        this.maxClients = settings.maxClients();
        IoHandlerFactory io = Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.loops = new MultiThreadIoEventLoopGroup(settings.eventLoops(), new DefaultThreadFactory("client"), io);
    }

    /** The name of the event mechanism in use, as INFO gives it. */
    public static String multiplexer() {
        return Epoll.isAvailable() ? "epoll" : "nio";
    }

    /** Starts to accept connections on every address. */
    public void open() throws IOException {
        bind();
        serve();
    }

    /** Listens on every address. Who connects waits until {@link #serve}. */
    public void bind() throws IOException {
        Class<? extends ServerChannel> type =
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, settings.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childOption(ChannelOption.SO_KEEPALIVE, settings.keepAliveSeconds() > 0)
                .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(512, 16 * 1024, 64 * 1024))
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        accept(channel);
                    }
                });
        if (Epoll.isAvailable() && settings.keepAliveSeconds() > 0) {
            // As Redis: after the first silence three probes, a third of it apart.
            bootstrap
                    .childOption(EpollChannelOption.TCP_KEEPIDLE, settings.keepAliveSeconds())
                    .childOption(EpollChannelOption.TCP_KEEPINTVL, Math.max(1, settings.keepAliveSeconds() / 3))
                    .childOption(EpollChannelOption.TCP_KEEPCNT, 3);
        }
        for (String address : settings.bindAddresses()) {
            try {
                channels.add(bootstrap
                        .bind(new InetSocketAddress(address, settings.port()))
                        .syncUninterruptibly()
                        .channel());
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) { // syncUninterruptibly throws the checked cause of a failed bind
                throw new IOException("cannot listen on " + address + ":" + settings.port() + ": " + e.getMessage(), e);
            }
        }
    }

    /** Begins to accept the connections that wait, and those that come. */
    public void serve() {
        channels.forEach(channel -> channel.config().setAutoRead(true));
    }

    void accept(Channel channel) {
        stats.connectionsReceived.increment();
        if (admitted.incrementAndGet() > maxClients) {
            admitted.decrementAndGet();
            reject(channel, TOO_MANY);
            return;
        }
        if (!Connection.isFromThisHost(channel) && isProtected.getAsBoolean()) {
            admitted.decrementAndGet();
            reject(channel, DENIED);
            return;
        }
        channel.closeFuture().addListener(closed -> admitted.decrementAndGet());
        channel.pipeline().addLast(new Connection(worker.get(), this));
    }

    private void reject(Channel channel, byte[] error) {
        stats.connectionsRejected.increment();
        channel.writeAndFlush(io.netty.buffer.Unpooled.wrappedBuffer(error))
                .addListener(io.netty.channel.ChannelFutureListener.CLOSE);
    }

    /** Has clients of other machines turned away whenever {@code condition} holds. */
    public void protectWhile(BooleanSupplier condition) {
        isProtected = condition;
    }

    /** The port that is listened on. */
    public int port() {
        return ((InetSocketAddress) channels.get(0).localAddress()).getPort();
    }

    public void maxClients(int newMaximum) {
        maxClients = newMaximum;
    }

    /** The connections that are open now; a live view. */
    public Set<Connection> connections() {
        return connections;
    }

    public EventLoopGroup eventLoops() {
        return loops;
    }

    /** Each event loop as one that runs tasks. */
    public List<Executor> executors() {
        List<Executor> executors = new ArrayList<>();
        loops.forEach(executors::add);
        return executors;
    }

    void opened(Connection connection) {
        connections.add(connection);
    }

    void closed(Connection connection) {
        connections.remove(connection);
    }

    ListenerSettings settings() {
        return settings;
    }

    NetworkStats stats() {
        return stats;
    }

    /** Stops accepting; open connections go on. */
    public void stopAccepting() {
        channels.forEach(channel -> channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS));
    }

    /** Closes every connection and stops the event loops. */
    @Override
    public void close() {
        stopAccepting();
        connections.forEach(Connection::close);
        loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
}
