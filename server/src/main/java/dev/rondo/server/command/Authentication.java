package dev.rondo.server.command;

import dev.rondo.server.config.Config;
import dev.rondo.server.resp.Ascii;
import java.security.MessageDigest;

/** Checks passwords. There is one user, "default", whose password is the directive requirepass. Thread-safe. */
final class Authentication {
    static final String DEFAULT_USER = "default";

    private final Config config;

    Authentication(Config config) {
        this.config = config;
    }

    /** Whether new clients may work without a password. */
    boolean isOpen() {
        return password().length == 0;
    }

    /**
     * Makes the client the user's.
     *
     * @throws CommandException WRONGPASS; the client stays what it was
     */
    void authenticate(Client client, byte[] user, byte[] password) {
        boolean known = MessageDigest.isEqual(user, Ascii.bytes(DEFAULT_USER));
        boolean matches = isOpen() || MessageDigest.isEqual(password, password()); // in constant time
        if (!known || !matches) {
            throw new CommandException("WRONGPASS invalid username-password pair or user is disabled.");
        }
        client.user(DEFAULT_USER);
        client.authenticated(true);
    }

    private byte[] password() {
        return Ascii.bytes(config.get(Config.REQUIRE_PASS));
    }
}
