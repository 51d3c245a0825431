package dev.rondo.server.pubsub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.resp.Ascii;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Who gets which message, and what goes to other nodes. */
class BrokerTest {
    private static final byte[] MESSAGE = Ascii.bytes("m");

    /** Collects what it is sent; its tasks run when the test says so. */
    private static final class Client implements Receiver {
        final List<String> sent = new ArrayList<>();
        final List<Runnable> tasks = new ArrayList<>();
        String counts = "";
        boolean resp3;

        @Override
        public boolean isResp3() {
            return resp3;
        }

        @Override
        public synchronized void push(byte[] message, BooleanSupplier isWanted) {
            if (isWanted.getAsBoolean()) {
                sent.add(Ascii.string(message).replace("\r\n", " "));
            }
        }

        @Override
        public void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public void subscriptions(int channels, int patterns, int shardChannels) {
            counts = channels + "," + patterns + "," + shardChannels;
        }
    }

    /** Writes down what would leave the node. */
    private static final class Elsewhere implements Relay {
        final List<String> relayed = new ArrayList<>();

        @Override
        public void publish(byte[] channel, byte[] message) {
            relayed.add(Ascii.string(channel) + ":" + Ascii.string(message));
        }

        @Override
        public void publishShard(int slot, byte[] channel, byte[] message) {
            relayed.add(slot + ":" + Ascii.string(channel) + ":" + Ascii.string(message));
        }
    }

    private final Elsewhere elsewhere = new Elsewhere();
    private final Broker broker = new Broker(elsewhere);
    private final Client client = new Client();
    private final Subscriber subscriber = broker.newSubscriber(client);

    @Test
    void ownMessagesAreRelayedAndThoseOfOtherNodesAreNot() {
        subscriber.subscribe(Kind.CHANNEL, Ascii.bytes("a"));
        subscriber.subscribe(Kind.SHARD_CHANNEL, Ascii.bytes("s"));
        assertEquals(1, broker.publish(Ascii.bytes("a"), MESSAGE));
        assertEquals(1, broker.publishShard(Ascii.bytes("s"), MESSAGE));
        assertEquals(List.of("a:m", KeySlot.of(Ascii.bytes("s")) + ":s:m"), elsewhere.relayed);
        assertEquals(1, broker.deliver(Ascii.bytes("a"), MESSAGE));
        assertEquals(1, broker.deliverShard(Ascii.bytes("s"), MESSAGE));
        assertEquals(2, elsewhere.relayed.size());
        assertEquals(4, client.sent.size());
    }

    @Test
    void eachProtocolGetsItsForm() {
        Client modern = new Client();
        modern.resp3 = true;
        broker.newSubscriber(modern).subscribe(Kind.PATTERN, Ascii.bytes("*"));
        subscriber.subscribe(Kind.CHANNEL, Ascii.bytes("a"));
        assertEquals(2, broker.deliver(Ascii.bytes("a"), MESSAGE));
        assertEquals(List.of("*3 $7 message $1 a $1 m "), client.sent);
        assertEquals(List.of(">4 $8 pmessage $1 * $1 a $1 m "), modern.sent);
    }

    @Test
    void theEmptyChannelIsAChannel() {
        subscriber.subscribe(Kind.CHANNEL, new byte[0]);
        assertEquals(1, broker.publish(new byte[0], MESSAGE));
    }

    @Test
    void subscribingTwiceCountsOnceAndEndsAtOnce() {
        subscriber.subscribe(Kind.CHANNEL, Ascii.bytes("a"));
        subscriber.subscribe(Kind.CHANNEL, Ascii.bytes("a"));
        assertEquals("1,0,0", client.counts);
        assertEquals(1, broker.publish(Ascii.bytes("a"), MESSAGE));
        assertTrue(subscriber.unsubscribe(Kind.CHANNEL, Ascii.bytes("a")));
        assertFalse(subscriber.unsubscribe(Kind.CHANNEL, Ascii.bytes("a")));
        assertEquals(0, broker.publish(Ascii.bytes("a"), MESSAGE));
        assertEquals(0, broker.count(Kind.CHANNEL));
        assertEquals("0,0,0", client.counts);
    }

    @Test
    void aSlotThatLeavesTakesItsShardSubscribersAlong() {
        byte[] leaving = Ascii.bytes("{x}1");
        byte[] alsoLeaving = Ascii.bytes("{x}2");
        byte[] staying = Ascii.bytes("y");
        subscriber.subscribe(Kind.SHARD_CHANNEL, leaving);
        subscriber.subscribe(Kind.SHARD_CHANNEL, alsoLeaving);
        subscriber.subscribe(Kind.SHARD_CHANNEL, staying);
        broker.dropShardSubscribers(KeySlot.of(leaving));
        assertEquals(List.of(), client.sent, "only on the client's own event loop");
        client.tasks.forEach(Runnable::run);
        assertEquals(2, client.sent.size());
        assertTrue(client.sent.contains("*3 $12 sunsubscribe $4 {x}1 :2 ")
                || client.sent.contains("*3 $12 sunsubscribe $4 {x}1 :1 "));
        assertTrue(client.sent.get(1).endsWith(":1 "));
        assertEquals("0,0,1", client.counts);
        assertEquals(0, broker.deliverShard(leaving, MESSAGE));
        assertEquals(1, broker.deliverShard(staying, MESSAGE));
        client.tasks.forEach(Runnable::run);
        assertEquals(3, client.sent.size(), "a second notice would be a mistake");
    }

    @Test
    void subscriptionsThatComeAndGoAtTheSameTimeLeaveNothingBehind() throws InterruptedException {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            pool.execute(() -> {
                Subscriber own = broker.newSubscriber(new Client());
                for (int i = 0; i < 20_000; i++) {
                    own.subscribe(Kind.CHANNEL, Ascii.bytes("shared"));
                    broker.deliver(Ascii.bytes("shared"), MESSAGE);
                    own.unsubscribe(Kind.CHANNEL, Ascii.bytes("shared"));
                }
                own.subscribe(Kind.CHANNEL, Ascii.bytes("last"));
                done.countDown();
            });
        }
        assertTrue(done.await(30, TimeUnit.SECONDS));
        pool.shutdown();
        assertEquals(0, broker.subscribers(Kind.CHANNEL, Ascii.bytes("shared")));
        assertEquals(threads, broker.publish(Ascii.bytes("last"), MESSAGE));
        assertEquals(1, broker.count(Kind.CHANNEL));
    }
}
