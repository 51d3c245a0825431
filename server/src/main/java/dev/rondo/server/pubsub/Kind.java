package dev.rondo.server.pubsub;

/** The three kinds of names that a client can listen to. */
public enum Kind {
    CHANNEL("subscribe", "unsubscribe"),
    PATTERN("psubscribe", "punsubscribe"),
    SHARD_CHANNEL("ssubscribe", "sunsubscribe");

    private final String subscribed;
    private final String unsubscribed;

    Kind(String subscribed, String unsubscribed) {
        this.subscribed = subscribed;
        this.unsubscribed = unsubscribed;
    }

    /** The first element of the confirmation of a subscription; the name of the command too. */
    public String subscribed() {
        return subscribed;
    }

    /** The first element of the confirmation that a subscription ended; the name of the command too. */
    public String unsubscribed() {
        return unsubscribed;
    }
}
