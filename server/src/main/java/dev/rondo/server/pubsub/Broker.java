package dev.rondo.server.pubsub;

import dev.rondo.server.keyspace.KeySlot;
import dev.rondo.server.resp.ReplyWriter;
import dev.rondo.server.type.Glob;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes messages to the clients that listen. A message reaches the subscribers of its channel and those whose pattern
 * matches it, in the order in which one thread publishes. Thread-safe; publishing takes no lock and never blocks: each
 * receiver's connection queues, and its output limit bounds the queue.
 */
public final class Broker {
    private final Topics channels = new Topics();
    private final Topics patterns = new Topics();
    private final AtomicReferenceArray<@Nullable Topics> shards = new AtomicReferenceArray<>(KeySlot.SLOTS);
    private final Relay relay;

    public Broker(Relay relay) {
        this.relay = relay;
    }

    /** The state of a client that is going to listen. */
    public Subscriber newSubscriber(Receiver receiver) {
        return new Subscriber(this, receiver);
    }

    Topics topics(Kind kind, byte[] name) {
        return switch (kind) {
            case CHANNEL -> channels;
            case PATTERN -> patterns;
            case SHARD_CHANNEL -> shard(KeySlot.of(name));
        };
    }

    private Topics shard(int slot) {
        Topics present = shards.get(slot);
        if (present == null) {
            shards.compareAndSet(slot, null, new Topics());
            present = shards.get(slot);
        }
        return present;
    }

    // ---- messages ----

    /** Publishes a message of a client of this node and returns how many receivers this node has for it. */
    public int publish(byte[] channel, byte[] message) {
        int receivers = deliver(channel, message);
        relay.publish(channel, message);
        return receivers;
    }

    /** As {@link #publish}, for a shard channel, which lives where its slot does. */
    public int publishShard(byte[] channel, byte[] message) {
        int receivers = deliverShard(channel, message);
        relay.publishShard(KeySlot.of(channel), channel, message);
        return receivers;
    }

    /** Whether nobody on this node listens to any channel or pattern. */
    boolean isUnheard() {
        return channels.isEmpty() && patterns.isEmpty();
    }

    /** Hands a message, published here or on another node, to the receivers of this node. */
    public int deliver(byte[] channel, byte[] message) {
        int receivers = send(channels.of(new Name(channel)), new Message("message", channel, message));
        if (patterns.isEmpty()) {
            return receivers;
        }
        int[] matched = {0};
        patterns.forEach((pattern, subscriptions) -> {
            if (Glob.matches(pattern.bytes(), channel)) {
                matched[0] += send(subscriptions, new Message("pmessage", pattern.bytes(), channel, message));
            }
        });
        return receivers + matched[0];
    }

    /** As {@link #deliver}, for a shard channel. */
    public int deliverShard(byte[] channel, byte[] message) {
        Topics shard = shards.get(KeySlot.of(channel));
        return shard == null ? 0 : send(shard.of(new Name(channel)), new Message("smessage", channel, message));
    }

    private static int send(Set<Subscription> subscriptions, Message message) {
        int receivers = 0;
        for (Subscription subscription : subscriptions) {
            subscription.send(message);
            receivers++;
        }
        return receivers;
    }

    /** To be called when a slot has left this node: its shard subscribers are told that they listen no more. */
    public void dropShardSubscribers(int slot) {
        Topics shard = shards.get(slot);
        if (shard == null) {
            return;
        }
        shard.forEach((name, subscriptions) ->
                subscriptions.forEach(subscription -> subscription.receiver().execute(() -> drop(subscription, name))));
    }

    /** On the receiver's event loop. */
    private static void drop(Subscription subscription, Name name) {
        Subscriber subscriber = subscription.subscriber();
        if (subscriber.unsubscribe(Kind.SHARD_CHANNEL, name.bytes())) {
            subscription.receiver().push(unsubscribed(subscriber, name), () -> true);
        }
    }

    private static byte[] unsubscribed(Subscriber subscriber, Name name) {
        ReplyWriter writer = new ReplyWriter(name.bytes().length + 64);
        writer.resp3(subscriber.receiver().isResp3());
        writer.push(3);
        writer.bulk(Kind.SHARD_CHANNEL.unsubscribed());
        writer.bulk(name.bytes());
        writer.integer(subscriber.count(Kind.SHARD_CHANNEL));
        return writer.toByteArray();
    }

    // ---- who listens ----

    /** The number of subscribers of a channel or shard channel on this node. */
    public int subscribers(Kind kind, byte[] channel) {
        return topics(kind, channel).of(new Name(channel)).size();
    }

    /** The names that have subscribers on this node: channels, patterns or shard channels. */
    public List<byte[]> names(Kind kind) {
        List<byte[]> names = new ArrayList<>();
        forEach(kind, topics -> topics.forEach((name, subscriptions) -> names.add(name.bytes())));
        return names;
    }

    /** The number of {@link #names}. */
    public int count(Kind kind) {
        int[] count = {0};
        forEach(kind, topics -> count[0] += topics.size());
        return count[0];
    }

    private void forEach(Kind kind, Consumer<Topics> action) {
        switch (kind) {
            case CHANNEL -> action.accept(channels);
            case PATTERN -> action.accept(patterns);
            case SHARD_CHANNEL -> {
                for (int slot = 0; slot < KeySlot.SLOTS; slot++) {
                    Topics shard = shards.get(slot);
                    if (shard != null) {
                        action.accept(shard);
                    }
                }
            }
        }
    }
}
