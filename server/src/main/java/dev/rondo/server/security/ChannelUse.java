package dev.rondo.server.security;

/** What a command does with the channels among its arguments, as far as that needs a permission. */
public enum ChannelUse {
    NONE,
    /** It publishes to the channel that is its first argument. */
    PUBLISH,
    /** All its arguments are channels that it listens to. */
    SUBSCRIBE,
    /** All its arguments are patterns that it listens to. */
    SUBSCRIBE_PATTERN;

    /** The index behind the last argument that is a channel; the first is argument 1. */
    int end(byte[][] arguments) {
        return switch (this) {
            case NONE -> 0;
            case PUBLISH -> Math.min(2, arguments.length);
            case SUBSCRIBE, SUBSCRIBE_PATTERN -> arguments.length;
        };
    }
}
