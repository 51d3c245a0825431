package dev.rondo.server.command;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.PlainNode;
import dev.rondo.server.WireClient;
import dev.rondo.server.WireClient.Err;
import dev.rondo.server.WireClient.Push;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Publishing and subscribing, as seen on the wire in both protocols. */
class PubSubCommandsTest {
    private PlainNode node;
    private WireClient publisher;
    private WireClient listener;

    @BeforeEach
    void start() {
        node = new PlainNode();
        publisher = node.connect();
        listener = node.connect();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static List<Object> list(Object... parts) {
        return Arrays.asList(parts);
    }

    @Test
    void subscribeConfirmsEachChannelWithTheCount() {
        listener.send("SUBSCRIBE", "a", "b", "a");
        assertEquals(list("subscribe", "a", 1L), listener.read());
        assertEquals(list("subscribe", "b", 2L), listener.read());
        assertEquals(list("subscribe", "a", 2L), listener.read());
        assertEquals(list("psubscribe", "x*", 3L), listener.call("PSUBSCRIBE", "x*"));
        assertEquals(list("ssubscribe", "s", 1L), listener.call("SSUBSCRIBE", "s"));
        assertEquals(list("unsubscribe", "nope", 3L), listener.call("UNSUBSCRIBE", "nope"));
        listener.send("UNSUBSCRIBE");
        assertEquals(list("unsubscribe", "a", 2L), listener.read());
        assertEquals(list("unsubscribe", "b", 1L), listener.read());
        assertEquals(list("unsubscribe", null, 1L), listener.call("UNSUBSCRIBE"));
        assertEquals(list("punsubscribe", "x*", 0L), listener.call("PUNSUBSCRIBE"));
        assertEquals(list("sunsubscribe", "s", 0L), listener.call("SUNSUBSCRIBE"));
        assertEquals("PONG", listener.call("PING"), "with the last subscription the subscriber mode ends");
    }

    @Test
    void messagesReachChannelsAndPatternsOnce() {
        listener.call("SUBSCRIBE", "news.art");
        listener.call("PSUBSCRIBE", "news.*");
        WireClient other = node.connect();
        other.call("HELLO", "3");
        other.call("PSUBSCRIBE", "*.art");
        assertEquals(3L, publisher.call("PUBLISH", "news.art", "m\r\n\u0000"));
        assertEquals(list("message", "news.art", "m\r\n\u0000"), listener.read());
        assertEquals(list("pmessage", "news.*", "news.art", "m\r\n\u0000"), listener.read());
        assertEquals(new Push(list("pmessage", "*.art", "news.art", "m\r\n\u0000")), other.read());
        assertEquals(0L, publisher.call("PUBLISH", "nobody", "m"));
    }

    @Test
    void resp2SubscribersMayOnlyDoLittle() {
        listener.call("SUBSCRIBE", "a");
        assertEquals(list("pong", ""), listener.call("PING"));
        assertEquals(list("pong", "x"), listener.call("PING", "x"));
        assertEquals(
                new Err("ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are"
                        + " allowed in this context"),
                listener.call("GET", "a"));
        assertEquals("RESET", listener.call("RESET"));
        assertEquals(0L, publisher.call("PUBLISH", "a", "m"));
    }

    @Test
    void resp3SubscribersGoOnWorkingAndGetPushes() {
        listener.call("HELLO", "3");
        assertEquals(new Push(list("subscribe", "a", 1L)), listener.call("SUBSCRIBE", "a"));
        assertEquals("OK", listener.call("SET", "k", "v"));
        assertEquals("PONG", listener.call("PING"));
        assertEquals(1L, listener.call("PUBLISH", "a", "to myself"), "the reply comes first, as in Redis 7.2");
        assertEquals(new Push(list("message", "a", "to myself")), listener.read());
    }

    @Test
    void nothingComesAfterTheConfirmationThatAChannelIsLeft() {
        listener.call("HELLO", "3");
        listener.call("SUBSCRIBE", "a");
        listener.sendRaw(join(
                WireClient.request("PUBLISH", "a", "1"),
                WireClient.request("UNSUBSCRIBE", "a"),
                WireClient.request("PING")));
        assertEquals(1L, listener.read());
        assertEquals(new Push(list("message", "a", "1")), listener.read());
        assertEquals(new Push(list("unsubscribe", "a", 0L)), listener.read());
        assertEquals("PONG", listener.read());
    }

    private static byte[] join(byte[]... parts) {
        java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @Test
    void messagesOfOnePublisherKeepTheirOrder() {
        int count = 5000;
        List<WireClient> listeners = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            WireClient each = node.connect();
            each.call("SUBSCRIBE", "c0", "c1");
            each.read();
            listeners.add(each);
        }
        for (int i = 0; i < count; i++) {
            publisher.send("PUBLISH", "c" + i % 2, Integer.toString(i));
        }
        for (int i = 0; i < count; i++) {
            assertEquals(4L, publisher.read());
        }
        for (WireClient each : listeners) {
            for (int i = 0; i < count; i++) {
                assertEquals(list("message", "c" + i % 2, Integer.toString(i)), each.read());
            }
        }
    }

    @Test
    void publishInsideATransactionSendsWhenItIsExecuted() {
        listener.call("SUBSCRIBE", "a");
        publisher.call("MULTI");
        publisher.call("PUBLISH", "a", "1");
        publisher.call("SET", "k", "v");
        assertTrue(listener.isSilentFor(50));
        assertEquals(list(1L, "OK"), publisher.call("EXEC"));
        assertEquals(list("message", "a", "1"), listener.read());
    }

    @Test
    void shardChannelsAreApart() {
        listener.call("SSUBSCRIBE", "a");
        assertEquals(0L, publisher.call("PUBLISH", "a", "1"));
        assertEquals(1L, publisher.call("SPUBLISH", "a", "2"));
        assertEquals(list("smessage", "a", "2"), listener.read());
        assertEquals(list("a"), publisher.call("PUBSUB", "SHARDCHANNELS"));
        assertEquals(list("a", 1L, "b", 0L), publisher.call("PUBSUB", "SHARDNUMSUB", "a", "b"));
        assertEquals(list(), publisher.call("PUBSUB", "CHANNELS"));
    }

    @Test
    void aClientThatGoesListensNoMore() {
        listener.call("SUBSCRIBE", "a", "b");
        listener.read();
        listener.call("PSUBSCRIBE", "p*");
        listener.call("SSUBSCRIBE", "s");
        assertEquals(Set.of("a", "b"), new HashSet<>((List<?>) publisher.call("PUBSUB", "CHANNELS")));
        assertEquals(list("b"), publisher.call("PUBSUB", "CHANNELS", "[b-z]"));
        assertEquals(list("a", 1L, "z", 0L), publisher.call("PUBSUB", "NUMSUB", "a", "z"));
        assertEquals(1L, publisher.call("PUBSUB", "NUMPAT"));
        listener.close();
        await().until(() -> publisher.call("PUBSUB", "NUMPAT").equals(0L));
        assertEquals(list(), publisher.call("PUBSUB", "CHANNELS"));
        assertEquals(list(), publisher.call("PUBSUB", "SHARDCHANNELS"));
        assertEquals(0L, publisher.call("PUBLISH", "a", "m"));
    }

    @Test
    void confirmationsAndMessagesIgnoreReplyOff() {
        listener.call("HELLO", "3");
        listener.send("CLIENT", "REPLY", "OFF");
        assertEquals(new Push(list("subscribe", "a", 1L)), listener.call("SUBSCRIBE", "a"));
        publisher.call("PUBLISH", "a", "1");
        assertEquals(new Push(list("message", "a", "1")), listener.read());
    }

    @Test
    void aListenerThatDoesNotReadIsDisconnected() {
        try (PlainNode strict = new PlainNode("client-output-buffer-limit", "pubsub 1mb 0 0")) {
            WireClient slow = strict.connect();
            slow.call("SUBSCRIBE", "flood");
            WireClient fast = strict.connect();
            String message = "x".repeat(64 * 1024);
            long receivers = 1;
            for (int i = 0; i < 1000 && receivers == 1; i++) {
                receivers = (long) fast.call("PUBLISH", "flood", message);
            }
            assertEquals(0L, receivers, "64 MB are far more than the sockets hold");
            String info = (String) fast.call("INFO", "stats");
            assertTrue(info.contains("client_output_buffer_limit_disconnections:1\r\n"), info);
            assertTrue(slow.isClosedByServer());
        }
    }

    @Test
    void theSoftLimitCountsFromTheMomentItIsExceeded() {
        try (PlainNode strict = new PlainNode("client-output-buffer-limit", "pubsub 0 256kb 1")) {
            WireClient slow = strict.connect();
            slow.call("SUBSCRIBE", "flood");
            WireClient fast = strict.connect();
            String message = "x".repeat(1024 * 1024);
            for (int i = 0; i < 16; i++) {
                fast.call("PUBLISH", "flood", message);
            }
            assertEquals(1L, fast.call("PUBLISH", "flood", "still there"));
            await().until(() -> fast.call("PUBLISH", "flood", "x").equals(0L));
        }
    }

    @Test
    void aListenerThatReadsIsNotDisconnectedByABurst() {
        listener.call("SUBSCRIBE", "burst");
        String message = "x".repeat(100);
        byte[] request = WireClient.request("PUBLISH", "burst", message);
        java.io.ByteArrayOutputStream burst = new java.io.ByteArrayOutputStream();
        int count = 20_000;
        for (int i = 0; i < count; i++) {
            burst.writeBytes(request);
        }
        Thread sender = new Thread(() -> publisher.sendRaw(burst.toByteArray()));
        sender.start();
        for (int i = 0; i < count; i++) {
            assertEquals(list("message", "burst", message), assertInstanceOf(List.class, listener.read()));
        }
    }
}
