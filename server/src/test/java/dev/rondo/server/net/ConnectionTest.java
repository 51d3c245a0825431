package dev.rondo.server.net;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import dev.rondo.server.resp.Ascii;
import dev.rondo.server.resp.ReplyWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Connections under pressure: slow readers, suspended requests, half-closed sockets, many at once. */
class ConnectionTest {
    private static final long MAX_QUERY_BYTES = 1024 * 1024;

    /** Answers "echo x", "fill n" with n bytes, "later" when the test says so, "enter" by authenticating,
     * "bye" by closing. */
    private final class Answers implements RequestHandler {
        @Override
        public Object opened(Connection connection) {
            open.incrementAndGet();
            connections.add(connection);
            return connection;
        }

        @Override
        public void request(Connection connection, byte[][] arguments, ReplyWriter reply) {
            handled.incrementAndGet();
            switch (Ascii.string(arguments[0])) {
                case "echo" -> reply.bulk(arguments[1]);
                case "fill" -> reply.bulk(new byte[Integer.parseInt(Ascii.string(arguments[1]))]);
                case "later" -> {
                    connection.suspend();
                    waiting.add(connection);
                }
                case "enter" -> {
                    connection.authenticated(true);
                    reply.ok();
                }
                case "bye" -> {
                    reply.ok();
                    connection.closeAfterReply();
                }
                default -> throw new IllegalStateException("a bug in the handler");
            }
        }

        @Override
        public void closed(Connection connection) {
            open.decrementAndGet();
        }
    }

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger handled = new AtomicInteger();
    private final Queue<Connection> connections = new ConcurrentLinkedQueue<>();
    private final Queue<Connection> waiting = new ConcurrentLinkedQueue<>();
    private final NetworkStats stats = new NetworkStats();
    private final List<WireClient> clients = new ArrayList<>();
    private Listener listener;

    @BeforeEach
    void listen() throws IOException {
        ListenerSettings settings =
                new ListenerSettings(List.of("127.0.0.1"), 0, 511, 10_000, 2, 512 * 1024 * 1024, MAX_QUERY_BYTES, 300);
        listener = new Listener(settings, Answers::new, stats);
        listener.open();
    }

    @AfterEach
    void stop() {
        clients.forEach(WireClient::close);
        listener.close();
        assertEquals(0, open.get(), "every connection was told that it is over");
    }

    private WireClient connect() {
        WireClient client = WireClient.to(listener.port());
        clients.add(client);
        return client;
    }

    private static byte[] times(int count, byte[] request) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            out.writeBytes(request);
        }
        return out.toByteArray();
    }

    @Test
    void repliesComeInOrderHoweverTheRequestsArrive() {
        WireClient client = connect();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 2000; i++) {
            all.writeBytes(WireClient.request("echo", Integer.toString(i)));
        }
        byte[] bytes = all.toByteArray();
        for (int from = 0; from < bytes.length; from += 777) {
            client.sendRaw(java.util.Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + 777)));
        }
        for (int i = 0; i < 2000; i++) {
            assertEquals(Integer.toString(i), client.read());
        }
    }

    @Test
    void aClientThatDoesNotReadIsNotServedAhead() {
        WireClient client = connect();
        int requests = 2000; // 200 MB of replies
        client.sendRaw(times(requests, WireClient.request("fill", "100000")));
        await().pollDelay(300, TimeUnit.MILLISECONDS).until(() -> handled.get() > 0);
        int served = handled.get();
        assertTrue(served < 200, () -> served + " requests answered for nobody");
        assertTrue(
                connections.element().pendingOutputBytes() < 4 * 1024 * 1024,
                () -> connections.element().pendingOutputBytes() + " bytes pending");
        for (int i = 0; i < requests; i++) {
            assertEquals(100_000, client.read().toString().length());
        }
    }

    @Test
    void aClientThatDoesNotReadCannotPileUpRequestsEither() {
        WireClient client = connect();
        byte[] flood = times(1000, WireClient.request("fill", "100000"));
        Thread sender = new Thread(() -> {
            try {
                for (int i = 0; i < 1000; i++) {
                    client.sendRaw(flood); // some 30 MB, which do not fit into the sockets' buffers
                }
            } catch (java.io.UncheckedIOException e) {
                // the test closed the socket
            }
        });
        sender.start();
        await().pollDelay(500, TimeUnit.MILLISECONDS).until(() -> handled.get() > 0);
        assertTrue(
                connections.element().pendingInputBytes() < 4 * 1024 * 1024,
                () -> connections.element().pendingInputBytes() + " bytes of requests kept");
        client.close();
        await().until(() -> open.get() == 0);
    }

    @Test
    void aSuspendedRequestHoldsBackThoseBehindItAndNobodyElse() {
        WireClient client = connect();
        client.sendRaw(WireClient.request("echo", "before"));
        client.sendRaw(WireClient.request("later"));
        client.sendRaw(WireClient.request("echo", "behind"));
        assertEquals("before", client.read());
        assertTrue(client.isSilentFor(100));
        assertEquals("other", connect().call("echo", "other"));
        await().until(() -> !waiting.isEmpty());
        waiting.remove().resume(reply -> reply.bulk("late"));
        assertEquals("late", client.read());
        assertEquals("behind", client.read());
    }

    /** All of it comes in one read, and is decoded before the first request is answered. */
    @Test
    void requestsBehindASuspendedOneAreTakenUpWhereItEnded() {
        WireClient client = connect();
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 100; i++) {
            all.writeBytes(WireClient.request(i % 7 == 3 ? "later" : "echo", Integer.toString(i)));
        }
        all.writeBytes(Ascii.bytes("*2\r\n$4\r\necho\r\n$5\r\nha"));
        client.sendRaw(all.toByteArray());
        for (int i = 0; i < 100; i++) {
            if (i % 7 == 3) {
                await().until(() -> !waiting.isEmpty());
                assertEquals((long) i + 1, handled.get());
                waiting.remove().resume(reply -> reply.bulk("late"));
            }
            assertEquals(i % 7 == 3 ? "late" : Integer.toString(i), client.read());
        }
        client.sendRaw(Ascii.bytes("lf!\r\n"));
        assertEquals("half!", client.read());
    }

    @Test
    void whatIsNoRequestIsAnsweredOnlyWhenItsTurnComes() {
        WireClient client = connect();
        client.sendRaw(Ascii.bytes("*1\r\n$5\r\nlater\r\n*1\r\n:1\r\n"));
        await().until(() -> !waiting.isEmpty());
        assertTrue(client.isSilentFor(50));
        waiting.remove().resume(reply -> reply.bulk("late"));
        assertEquals("late", client.read());
        assertEquals(new Err("ERR Protocol error: expected '$', got ':'"), client.read());
        assertTrue(client.isClosedByServer());
    }

    @Test
    void aRequestMayAllowLargerOnesBehindIt() {
        WireClient client = connect();
        assertEquals("a", client.call("echo", "a"));
        connections.forEach(connection -> connection.authenticated(false));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(WireClient.request("enter"));
        all.writeBytes(WireClient.request("echo", "x".repeat(20_000)));
        client.sendRaw(all.toByteArray());
        assertEquals("OK", client.read());
        assertEquals("x".repeat(20_000), client.read());
    }

    @Test
    void aResumedRequestMayBeSuspendedAgain() {
        WireClient client = connect();
        client.send("later");
        client.send("echo", "behind");
        await().until(() -> !waiting.isEmpty());
        Connection connection = waiting.remove();
        connection.resume(reply -> connection.suspend());
        assertTrue(client.isSilentFor(50));
        connection.resume(reply -> reply.bulk("late"));
        assertEquals("late", client.read());
        assertEquals("behind", client.read());
    }

    @Test
    void aResumedRequestMayEndTheConnection() {
        WireClient client = connect();
        client.send("later");
        await().until(() -> !waiting.isEmpty());
        Connection connection = waiting.remove();
        connection.resume(reply -> {
            reply.ok();
            connection.closeAfterReply();
        });
        assertEquals("OK", client.read());
        assertTrue(client.isClosedByServer());
    }

    @Test
    void aClientThatHangsUpWhileSuspendedIsGone() {
        WireClient client = connect();
        client.send("later");
        await().until(() -> !waiting.isEmpty());
        client.close();
        await().until(() -> open.get() == 0);
        waiting.remove().resume(reply -> reply.bulk("for nobody"));
    }

    @Test
    void aHalfClosedClientGetsItsRepliesAndThenTheEnd() {
        WireClient client = connect();
        client.sendRaw(times(9, WireClient.request("fill", "100000")));
        client.shutdownOutput();
        for (int i = 0; i < 9; i++) {
            assertEquals(100_000, client.read().toString().length());
        }
        assertTrue(client.isClosedByServer());
        await().until(() -> open.get() == 0);
    }

    /** As many replies as this need not all arrive (Redis drops what the socket does not take), but it must end. */
    @Test
    void aHalfClosedClientWithALargeBacklogIsClosedInTheEnd() {
        WireClient client = connect();
        client.sendRaw(times(300, WireClient.request("fill", "100000")));
        client.shutdownOutput();
        assertTrue(client.isClosedByServer());
        await().until(() -> open.get() == 0);
    }

    @Test
    void aHalfClosedClientWithHalfARequestIsClosed() {
        WireClient client = connect();
        client.sendRaw(Ascii.bytes("*2\r\n$4\r\necho\r\n$10\r\nabc"));
        client.shutdownOutput();
        assertTrue(client.isClosedByServer());
    }

    @Test
    void nothingIsAnsweredBehindTheLastReply() {
        WireClient client = connect();
        client.sendRaw(times(3, WireClient.request("bye")));
        assertEquals("OK", client.read());
        assertTrue(client.isClosedByServer());
        assertEquals(1, handled.get());
    }

    @Test
    void whatIsNoRequestIsAnsweredAndClosed() {
        WireClient client = connect();
        client.sendRaw(Ascii.bytes("*1\r\n$4\r\necho\r\n".replace("*1", "*2") + "$1\r\nx\r\n*1\r\n:1\r\n"));
        assertEquals("x", client.read());
        assertEquals(new Err("ERR Protocol error: expected '$', got ':'"), client.read());
        assertTrue(client.isClosedByServer());
        assertEquals(1, stats.protocolErrors.sum());
    }

    @Test
    void aRequestLargerThanTheQueryBufferIsClosedWithoutAWord() {
        WireClient client = connect();
        byte[] half = new byte[(int) MAX_QUERY_BYTES / 2];
        client.sendRaw(Ascii.bytes("*3\r\n$" + half.length + "\r\n"));
        client.sendRaw(half);
        client.sendRaw(Ascii.bytes("\r\n$" + half.length + "\r\n"));
        assertTrue(client.isClosedByServer());
        await().until(() -> stats.queryLimitDisconnections.sum() == 1);
        assertEquals(0, stats.protocolErrors.sum());
    }

    @Test
    void aFaultInTheHandlerEndsOneConnectionOnly() {
        WireClient unlucky = connect();
        WireClient lucky = connect();
        assertEquals("a", lucky.call("echo", "a"));
        unlucky.send("fault");
        assertTrue(unlucky.isClosedByServer());
        assertEquals("b", lucky.call("echo", "b"));
    }

    @Test
    void pushesFromManyThreadsArriveWholeAndInEachThreadsOrder() throws InterruptedException {
        WireClient client = connect();
        client.call("echo", "hello");
        Connection connection = connections.element();
        int threads = 4;
        int each = 5000;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            int thread = t;
            pool.execute(() -> {
                for (int i = 0; i < each; i++) {
                    String padding = i % 100 == 0 ? "x".repeat(20_000) : "";
                    connection.push(Ascii.bytes("+" + thread + " " + i + " " + padding + "\r\n"), () -> true);
                }
                done.countDown();
            });
        }
        int[] next = new int[threads];
        for (int i = 0; i < threads * each; i++) {
            String[] words = client.read().toString().split(" ");
            int thread = Integer.parseInt(words[0]);
            assertEquals(next[thread]++, Integer.parseInt(words[1]));
        }
        assertTrue(done.await(1, TimeUnit.SECONDS));
        pool.shutdown();
        await().until(() -> connection.pendingOutputBytes() == 0);
    }

    @Test
    void pushesThatNobodyWantsAnyMoreAreLeftOut() {
        WireClient client = connect();
        client.call("echo", "hello");
        Connection connection = connections.element();
        connection.push(Ascii.bytes("+unwanted\r\n"), () -> false);
        connection.push(Ascii.bytes("+wanted\r\n"), () -> true);
        assertEquals("wanted", client.read());
    }

    @Test
    void anOutputLimitHoldsForRepliesToo() {
        WireClient client = connect();
        client.call("echo", "hello");
        connections.element().outputLimit(new OutputLimit(500_000, 0, 0));
        client.send("fill", "100000");
        assertEquals(100_000, client.read().toString().length());
        client.sendRaw(times(300, WireClient.request("fill", "100000"))); // far more than the sockets hold
        await().until(() -> open.get() == 0);
        assertEquals(1, stats.outputLimitDisconnections.sum());
    }

    @Test
    void noMoreClientsThanAllowedAreLetInAtOnce() throws InterruptedException {
        listener.maxClients(50);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        AtomicInteger welcome = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        Queue<WireClient> all = new ConcurrentLinkedQueue<>();
        for (int i = 0; i < 80; i++) {
            pool.execute(() -> {
                WireClient client = WireClient.to(listener.port());
                all.add(client);
                Object reply = callOrRefusal(client);
                (reply.equals("a") ? welcome : refused).incrementAndGet();
            });
        }
        pool.shutdown();
        assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS));
        clients.addAll(all);
        assertEquals(50, welcome.get());
        assertEquals(30, refused.get());
        assertEquals(30, stats.connectionsRejected.sum());
    }

    private static Object callOrRefusal(WireClient client) {
        try {
            return client.call("echo", "a");
        } catch (java.io.UncheckedIOException e) {
            return "refused"; // the request met a socket that was closed already
        }
    }

    @Test
    void connectionsComeAndGoWithoutLeavingAnythingBehind() {
        for (int round = 0; round < 20; round++) {
            List<WireClient> some = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                WireClient client = WireClient.to(listener.port());
                client.send("fill", "5000");
                some.add(client);
            }
            some.forEach(WireClient::close); // most with the reply unread
        }
        await().until(() -> open.get() == 0 && listener.connections().isEmpty());
        assertEquals("a", connect().call("echo", "a"));
    }
}
