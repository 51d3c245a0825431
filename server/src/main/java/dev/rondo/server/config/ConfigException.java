package dev.rondo.server.config;

/** A directive has no such name or can't have such a value; the message is a sentence for the user. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    public ConfigException(String message) {
        super(message);
    }
}
