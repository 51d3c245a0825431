package dev.rondo.server.persistence;

/** Bytes that are not in the RDB format. */
public final class RdbFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    public RdbFormatException(String message) {
        super(message);
    }
}
