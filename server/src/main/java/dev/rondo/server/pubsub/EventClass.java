package dev.rondo.server.pubsub;

/** The classes of keyspace events, by the letter that chooses each in {@code notify-keyspace-events}. */
public enum EventClass {
    GENERIC('g'),
    STRING('$'),
    LIST('l'),
    SET('s'),
    HASH('h'),
    ZSET('z'),
    EXPIRED('x'),
    EVICTED('e'),
    STREAM('t'),
    MODULE('d'),
    NEW('n'),
    KEY_MISS('m');

    private final char letter;

    EventClass(char letter) {
        this.letter = letter;
    }

    char letter() {
        return letter;
    }
}
