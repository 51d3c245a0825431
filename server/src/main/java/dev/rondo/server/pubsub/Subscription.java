package dev.rondo.server.pubsub;

/**
 * One receiver's interest in one name. It ends on the receiver's event loop, so that nothing is sent after the client
 * was told that it no longer listens.
 */
final class Subscription {
    private final Subscriber subscriber;
    private final Receiver receiver;
    private boolean ended;

    Subscription(Subscriber subscriber) {
        this.subscriber = subscriber;
        this.receiver = subscriber.receiver();
    }

    Subscriber subscriber() {
        return subscriber;
    }

    Receiver receiver() {
        return receiver;
    }

    void send(Message message) {
        receiver.push(message.bytes(receiver.isResp3()), this::isWanted);
    }

    /** On the receiver's event loop, as is {@link #end}. */
    private boolean isWanted() {
        return !ended;
    }

    void end() {
        ended = true;
    }
}
