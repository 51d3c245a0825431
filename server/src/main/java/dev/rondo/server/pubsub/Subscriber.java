package dev.rondo.server.pubsub;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one client listens to. Confined to the client's event loop. */
public final class Subscriber {
    private final Broker broker;
    private final Receiver receiver;
    private final Map<Kind, Map<Name, Subscription>> subscriptions = new EnumMap<>(Kind.class);

    Subscriber(Broker broker, Receiver receiver) {
        this.broker = broker;
        this.receiver = receiver;
        for (Kind kind : Kind.values()) {
            subscriptions.put(kind, new LinkedHashMap<>());
        }
    }

    Receiver receiver() {
        return receiver;
    }

    /** Listens to a name; nothing happens when it does already. */
    public void subscribe(Kind kind, byte[] bytes) {
        Name name = new Name(bytes);
        if (!of(kind).containsKey(name)) {
            Subscription subscription = new Subscription(this);
            of(kind).put(name, subscription);
            tell();
            broker.topics(kind, bytes).add(name, subscription);
        }
    }

    /** Listens to a name no longer; false when it did not. */
    public boolean unsubscribe(Kind kind, byte[] bytes) {
        Name name = new Name(bytes);
        @Nullable Subscription subscription = of(kind).remove(name);
        if (subscription == null) {
            return false;
        }
        subscription.end();
        broker.topics(kind, bytes).remove(name, subscription);
        tell();
        return true;
    }

    /** Listens to nothing any more. */
    public void unsubscribeAll() {
        for (Kind kind : Kind.values()) {
            names(kind).forEach(name -> unsubscribe(kind, name));
        }
    }

    /** The names listened to, in the order of subscription. */
    public List<byte[]> names(Kind kind) {
        List<byte[]> names = new ArrayList<>();
        of(kind).keySet().forEach(name -> names.add(name.bytes()));
        return names;
    }

    /** The count that confirmations of this kind carry: shard channels alone, or channels and patterns together. */
    public int count(Kind kind) {
        return kind == Kind.SHARD_CHANNEL
                ? of(kind).size()
                : of(Kind.CHANNEL).size() + of(Kind.PATTERN).size();
    }

    private Map<Name, Subscription> of(Kind kind) {
        return subscriptions.get(kind);
    }

    private void tell() {
        receiver.subscriptions(
                of(Kind.CHANNEL).size(),
                of(Kind.PATTERN).size(),
                of(Kind.SHARD_CHANNEL).size());
    }
}
