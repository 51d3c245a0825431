package dev.rondo.server.pubsub;

import dev.rondo.server.resp.Ascii;
import java.util.Arrays;

/**
 * Publishes what happens to keys to the subscribers of this node: nodes do not tell one another. A node tells of the
 * slots that it is the primary of, so that whoever listens on every node hears of each change once. Called with the
 * key's slot locked, so that the events of a key keep their order; it never blocks, and is one read of a field for a
 * class that nobody has chosen. Thread-safe.
 *
 * @see <a href="https://redis.io/docs/latest/develop/use/keyspace-notifications/">for the channels</a>
 */
public final class KeyspaceEvents {
    /** Every class but those that say nothing of a change: new keys (they have another event too) and misses. */
    private static final String ALL = "g$lshzxetd";

    private final Broker broker;
    private volatile int chosen; // a bit for each class; 0 as well when neither channel is chosen
    private volatile boolean onKeyChannel;
    private volatile boolean onEventChannel;

    public KeyspaceEvents(Broker broker) {
        this.broker = broker;
    }

    /** Chooses classes and channels (K, E) by the letters of {@code notify-keyspace-events}. */
    public void choose(String letters) {
        String all = letters.replace("A", ALL);
        int classes = 0;
        for (EventClass each : EventClass.values()) {
            classes |= all.indexOf(each.letter()) < 0 ? 0 : bit(each);
        }
        onKeyChannel = all.contains("K");
        onEventChannel = all.contains("E");
        chosen = onKeyChannel || onEventChannel ? classes : 0;
    }

    private static int bit(EventClass of) {
        return 1 << of.ordinal();
    }

    /** Whether events of the class are to be published. */
    public boolean isChosen(EventClass of) {
        return (chosen & bit(of)) != 0;
    }

    /** Publishes an event of a class that {@link #isChosen}. */
    public void publish(String event, int database, byte[] key) {
        if (broker.isUnheard()) {
            return;
        }
        byte[] name = Ascii.bytes(event);
        if (onKeyChannel) {
            broker.deliver(channel("__keyspace@", database, key), name);
        }
        if (onEventChannel) {
            broker.deliver(channel("__keyevent@", database, name), key);
        }
    }

    private static byte[] channel(String prefix, int database, byte[] name) {
        byte[] start = Ascii.bytes(prefix + database + "__:");
        byte[] channel = Arrays.copyOf(start, start.length + name.length);
        System.arraycopy(name, 0, channel, start.length, name.length);
        return channel;
    }
}
