package dev.rondo.server.resp;

/** The bytes of a client break the protocol; the message is Redis's own, and the connection must be closed. */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean tooLarge;

    public ProtocolException(String message) {
        this(message, false);
    }

    private ProtocolException(String message, boolean tooLarge) {
        super("Protocol error: " + message, null, false, false);
        this.tooLarge = tooLarge;
    }

    /** For a request that is well formed but larger than a client may send. */
    static ProtocolException tooLarge() {
        return new ProtocolException("too big request", true);
    }

    /** Whether the request was well formed, only too large. */
    public boolean isTooLarge() {
        return tooLarge;
    }
}
